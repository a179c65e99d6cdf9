"""A notification to a manager has the objects of NETWATCH-MIB, within the sizes the MIB promises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from netwatch.mib import LoadOptions, load_index
from netwatch.model import AlertState, Missing, OutboxKind, OutboxState, shipped_directory
from netwatch.notify.snmp.compose import (
    ALERT_FIRING,
    ALERT_RESOLVED,
    NETWATCH_MIB,
    compose_traps,
    date_and_time,
    varbinds_of,
)
from netwatch.notify.snmp.document import from_document

NAMES = (
    "nwAlertId", "nwAlertRule", "nwAlertDevice", "nwAlertInstance", "nwAlertSeverity", "nwAlertState",
    "nwAlertSummary", "nwAlertValue", "nwAlertThreshold", "nwAlertSince", "nwAlertLabels",
)  # fmt: skip


def test_the_objects_are_those_of_the_mib_in_its_order(make_alert):
    modules = ("SNMPv2-SMI", "SNMPv2-TC", "SNMPv2-CONF", "SNMP-FRAMEWORK-MIB", "NETWATCH-MIB")
    paths = [shipped_directory("mibs") / module for module in modules]
    index = load_index(paths, options=LoadOptions(cache=None, shipped=False))

    _trap, *objects = varbinds_of(make_alert())

    assert index.oid_of("nwAlertFiring") == ALERT_FIRING
    assert index.oid_of("nwAlertResolved") == ALERT_RESOLVED
    assert [varbind.oid for varbind in objects] == [index.oid_of(name).child(0) for name in NAMES]


def values(alert) -> dict[str, object]:
    return {name: varbind.value for name, varbind in zip(NAMES, varbinds_of(alert)[1:], strict=True)}


def test_it_says_what_is_wrong_where_and_since_when(make_alert):
    said = values(make_alert(7, value=97.25, threshold=90.0))

    assert said == {
        "nwAlertId": b"7",
        "nwAlertRule": b"InterfaceDown",
        "nwAlertDevice": b"core-sw1",
        "nwAlertInstance": b"ifName=Gi1/0/7",
        "nwAlertSeverity": b"critical",
        "nwAlertState": 2,
        "nwAlertSummary": b"Gi1/0/7 on core-sw1 is down",
        "nwAlertValue": b"97.25",
        "nwAlertThreshold": b"90",
        "nwAlertSince": bytes.fromhex("07ea0b17030105002b0000"),
        "nwAlertLabels": b"ifAlias=uplink to edge-r1\nseverity=critical",
    }


def test_an_end_is_another_notification_of_the_same_alert(make_alert):
    over = make_alert(state=AlertState.RESOLVED)

    assert varbinds_of(over)[0].value == ALERT_RESOLVED
    assert values(over)["nwAlertState"] == 3


def test_no_object_is_longer_than_the_mib_allows_and_none_ends_within_a_character(make_alert):
    labels = {f"label{number}": "☂" * 60 for number in range(9)}
    said = values(make_alert(annotations={"summary": "☂" * 900}, labels=labels, instance="ü" * 400))

    since = said.pop("nwAlertSince")
    texts = [value.decode() for value in said.values() if isinstance(value, bytes)]
    assert len(since) == 11
    assert max(len(text.encode()) for text in texts) <= 255
    assert said["nwAlertLabels"].decode().split("\n") == ["label0=" + "☂" * 60]


def test_text_of_a_device_cannot_hide_or_move_anything(make_alert):
    said = values(make_alert(annotations={"summary": "\x1b[2Jdown\u202e\ud800"}))

    assert said["nwAlertSummary"].decode() == "[2Jdown\N{REPLACEMENT CHARACTER}"


def test_there_is_a_row_for_each_alert_and_manager(make_notification, make_alert):
    ended = make_alert(
        3, instance="ifName=y", state=AlertState.RESOLVED, resolved_at=datetime(2026, 11, 23, tzinfo=UTC)
    )
    notification = make_notification(make_alert(1), make_alert(2, instance="ifName=x"), resolved=[ended])

    rows = compose_traps(notification, managers=["192.0.2.9:162", "[2001:db8::9]", "192.0.2.9"])

    assert [(row.alert_ids, row.recipient) for row in rows] == [
        ((number,), place) for number in "123" for place in ("192.0.2.9:162", "[2001:db8::9]:162")
    ]
    assert {(row.kind, row.state, row.receiver) for row in rows} == {(OutboxKind.TRAP, OutboxState.QUEUED, "noc")}
    assert len({row.id for row in rows}) == 6
    assert rows[0].subject == "[DOWN] core-sw1 Gi1/0/7 InterfaceDown"
    assert rows[-1].subject == "[OK] core-sw1 y InterfaceDown"
    assert from_document(rows[0].message) == varbinds_of(make_alert(1))
    assert all(not isinstance(one.value, Missing) and one.oid for one in from_document(rows[0].message))
    assert NETWATCH_MIB.child(1, 1, 0) in [one.oid for one in from_document(rows[0].message)]


def test_what_ended_and_stands_again_is_told_in_that_order(make_notification, make_alert):
    ended = make_alert(1, state=AlertState.RESOLVED, resolved_at=datetime(2026, 11, 23, tzinfo=UTC))
    notification = make_notification(make_alert(2), resolved=[ended])

    rows = compose_traps(notification, managers=["192.0.2.9"])

    assert [row.alert_ids for row in rows] == [("1",), ("2",)]
    assert rows[0].news[0].key == rows[1].news[0].key


def test_instants_are_told_in_utc():
    here = datetime(2026, 11, 23, 4, 5, 6, 789_000, tzinfo=timezone(timedelta(hours=2)))

    assert date_and_time(here) == bytes((7, 234, 11, 23, 2, 5, 6, 7)) + b"+\x00\x00"
