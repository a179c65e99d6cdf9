"""What webhooks and Alertmanagers are sent of a notification."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from netwatch.model import AlertState, HeldBack, MuteKind, Muting, OutboxKind
from netwatch.notify import ReceiverSettings
from netwatch.notify.http.alert import common, fingerprint_of
from netwatch.notify.http.compose import compose_posts

from ..conftest import NOW

PAGE = "https://nw.example.net"
HOOK = {"webhook": {"url": "https://hooks.example.net/x"}}
PEERS = {"alertmanager": {"urls": ["http://a:9093", "http://b:9093", "http://a:9093/"]}}


def receiver(**ways) -> ReceiverSettings:
    return ReceiverSettings.model_validate({"name": "noc", **ways})


def over(make_alert, number=2, **changes):
    return make_alert(number, state=AlertState.RESOLVED, resolved_at=NOW - timedelta(seconds=9), **changes)


def document(notification, **ways):
    (row,) = compose_posts(notification, receiver(**(ways or HOOK)), page=PAGE)
    return json.loads(row.message)


def test_a_webhook_reads_as_one_of_alertmanager(make_notification, make_alert):
    written = document(make_notification(make_alert(1), resolved=[over(make_alert, instance="ifName=Gi1/0/8")]))

    assert {key: written[key] for key in ("version", "status", "receiver", "groupLabels", "externalURL")} == {
        "version": "4", "status": "firing", "receiver": "noc", "groupLabels": {"device": "core-sw1"},
        "externalURL": PAGE,
    }  # fmt: skip
    assert written["groupKey"] == "noc/core-sw1"
    assert written["truncatedAlerts"] == 0
    first, second = written["alerts"]
    assert first["labels"] == {
        "alertname": "InterfaceDown", "device": "core-sw1", "ifAlias": "uplink to edge-r1",
        "instance": "ifName=Gi1/0/7", "severity": "critical",
    }  # fmt: skip
    assert first["annotations"] == {"summary": "Gi1/0/7 on core-sw1 is down"}
    assert (first["status"], first["startsAt"], first["endsAt"]) == (
        "firing", "2026-11-23T03:01:05.000Z", "0001-01-01T00:00:00Z",
    )  # fmt: skip
    assert (second["status"], second["endsAt"]) == ("resolved", "2026-11-23T03:03:56.000Z")
    assert first["generatorURL"] == (
        f"{PAGE}/explain?rule=InterfaceDown&device=core-sw1&instance=ifName%3DGi1%2F0%2F7"
    )
    assert first["fingerprint"] == fingerprint_of(first["labels"]) != second["fingerprint"]
    assert written["commonLabels"] == common([first["labels"], second["labels"]])
    assert "instance" not in written["commonLabels"]


def test_a_webhook_says_what_else_netwatch_knows(make_notification, make_alert):
    alert = make_alert(1, value=float("inf"), threshold=90.5, acked_by="anna")
    muting = Muting(kind=MuteKind.PARENT, reason="r1 is down")
    written = document(
        make_notification(
            alert,
            marks={"1": "in maintenance"},
            held_back=(HeldBack(muting=muting, alerts=40, devices=12),),
            repeat=True,
        )
    )

    assert (written["schema"], written["incident"], written["sequence"], written["repeat"]) == (
        "netwatch/1", "0123456789abcdef", 1, True,
    )  # fmt: skip
    assert written["subject"] == "[DOWN] core-sw1 Gi1/0/7 InterfaceDown"
    assert written["heldBack"] == [{"kind": "parent", "reason": "r1 is down", "alerts": 40, "devices": 12}]
    (one,) = written["alerts"]
    assert (one["value"], one["threshold"], one["acknowledgedBy"], one["remark"]) == (
        "inf", 90.5, "anna", "in maintenance",
    )  # fmt: skip


def test_a_storm_is_cut_in_a_webhook_and_the_rest_counted(make_notification, make_alert):
    written = document(make_notification(*(make_alert(number) for number in range(1_200))))

    assert (len(written["alerts"]), written["truncatedAlerts"]) == (1_000, 200)


def test_every_alertmanager_gets_a_row_of_its_own_and_a_storm_several(make_notification, make_alert):
    rows = compose_posts(make_notification(*(make_alert(number) for number in range(700))), receiver(**PEERS))

    assert [(row.recipient, len(json.loads(row.message))) for row in rows] == [
        ("http://a:9093", 500), ("http://b:9093", 500), ("http://a:9093", 200), ("http://b:9093", 200),
    ]  # fmt: skip
    assert {row.kind for row in rows} == {OutboxKind.ALERTMANAGER}
    assert len({row.id for row in rows}) == 4


def test_what_fires_ends_far_ahead_and_what_is_over_when_it_ended(make_notification, make_alert):
    notification = make_notification(make_alert(1), resolved=[over(make_alert)])
    rows = compose_posts(notification, receiver(alertmanager={"urls": ["http://a"], "expires_after": "2d"}))

    fires, ended = json.loads(rows[0].message)
    assert fires["endsAt"] == "2026-11-25T03:04:05.000Z"
    assert ended["endsAt"] == "2026-11-23T03:03:56.000Z"
    assert "generatorURL" not in fires


@pytest.mark.parametrize("way", [
    {"webhook": {"url": "https://h", "send_resolved": False}},
    {"alertmanager": {"urls": ["https://h"], "send_resolved": False}},
])  # fmt: skip
def test_who_does_not_want_the_end_is_not_told_of_it(way, make_notification, make_alert):
    assert compose_posts(make_notification(resolved=[over(make_alert)]), receiver(**way)) == []
    (row,) = compose_posts(make_notification(make_alert(), resolved=[over(make_alert)]), receiver(**way))
    assert row.alert_ids == ("1",)


def test_text_of_devices_stays_text_and_names_become_what_prometheus_allows(make_notification, make_alert):
    labels = {"if-name": "a\r\nb\u202e\ud800", "1st": "x", "": "y", "empty": "", "severity": "critical"}
    written = document(make_notification(make_alert(labels=labels, annotations={"sum mary": "one\n\x1b[31mtwo"})))

    (one,) = written["alerts"]
    assert one["labels"] == {
        "_": "y", "_1st": "x", "alertname": "InterfaceDown", "device": "core-sw1", "if_name": "a b\ufffd",
        "instance": "ifName=Gi1/0/7", "severity": "critical",
    }  # fmt: skip
    assert one["annotations"] == {"sum_mary": "one\n[31mtwo"}


def test_a_receiver_that_neither_posts_nor_tells_others_has_no_posts(make_notification):
    assert compose_posts(make_notification(), receiver(email={"to": ["a@b.example"]})) == []
