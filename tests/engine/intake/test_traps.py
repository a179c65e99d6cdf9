"""What traps make of alerts, mails and the log."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.engine.intake import beyond
from netwatch.errors import StoreError
from netwatch.model import (
    Alert,
    AlertState,
    Oid,
    ReadingGap,
    RowSet,
    TableReading,
    TableSchema,
    Tag,
    Transaction,
    TrapEvent,
    Value,
    Varbind,
)
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import NO_MIB, MibNames, TrapRule, parse_rule_book
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SCHEMA = {"ifTable": TableSchema(name="ifTable", columns={}, labels=("ifIndex", "ifName", "ifAlias"))}
LINK_DOWN, LINK_UP, COLD_START = (f"1.3.6.1.6.3.1.1.5.{number}" for number in (3, 4, 1))
IF_INDEX, IF_DESCR = "1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.2.2.1.2"
RULES = f"""
rules:
  - alert: LinkDown
    on_trap: {LINK_DOWN}
    clear_on: {LINK_UP}
    key: [ifIndex]
    labels: {{severity: critical}}
    annotations:
      summary: "{{{{ ifName | default(ifIndex) }}}}{{% if ifAlias %}} ({{{{ ifAlias }}}}){{% endif %}} on {{{{ device }}}} is down"
      description: "{{{{ count }}}} traps, the last from {{{{ source }}}}: {{{{ descr }}}}"
    varbinds: {{ifIndex: {IF_INDEX}, descr: {{oid: {IF_DESCR}, kind: text}}}}
  - alert: ColdStart
    on_trap: {COLD_START}
    ttl: 10m
    annotations: {{summary: "{{{{ device }}}} started", description: "It did."}}
  - alert: Calm
    on_trap: 1.3.6.1.4.1.99.1
    clear_on: 1.3.6.1.4.1.99.2
    for: 30s
    keep_firing_for: 20s
  - alert: Quiet
    on_trap: 1.3.6.1.4.1.98.*
    ttl: 1m
    confirm: false
"""  # noqa: E501
KNOWN_PORT = ("ifName=Gi1/0/7", {"ifIndex": "7", "ifName": "Gi1/0/7", "ifAlias": "uplink"})


class Rows:
    """What polling knows: nothing, until a test says so."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, Mapping[str, str]]] = {}

    def row_of(self, device: str, labels: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
        return self.known.get(labels.get("ifIndex", "")) if device else None

    def rows_of(self, device: str, table: str) -> None:
        return None

    def is_read(self, device: str, table: str) -> bool:
        return False


class House:
    """An engine that hears traps, on a store, with a clock that the test turns."""

    def __init__(
        self,
        store: MemoryStore | None = None,
        rules: str = RULES,
        devices: tuple[str, ...] = ("sw1",),
        clock: Callable[[], datetime] | None = None,
        route: RouteSettings | None = None,
        trap_rules: Sequence[TrapRule] | None = None,
        names: MibNames = NO_MIB,
    ) -> None:
        if trap_rules is None:
            trap_rules = parse_rule_book(rules, "rules.yaml", SCHEMA).trap_rules
        self.now, self.store, self.rows = START, store or MemoryStore(), Rows()
        self.polled: list[str] = []
        numbers = itertools.count(1)
        receivers = [
            ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net"])),
            ReceiverSettings(name="pager", email=EmailSettings(to=["pager@example.net"])),
        ]
        route = route or RouteSettings(receiver="noc", group_wait="30s", group_interval="5m")
        self.engine = Engine(
            rules=[],
            trap_rules=trap_rules,
            names=names,
            route=build_route(route),
            device_labels={name: {"site": "hq"} for name in devices},
            ledger=self.store,
            mailer=Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), receivers),
            rows=self.rows,
            poll_now=self.polled.append,
            clock=clock or (lambda: self.now),
            new_id=lambda: f"{id(self)}-{next(numbers)}",
        )

    async def open(self) -> House:
        await self.store.start()
        await self.engine.start()
        return self

    async def restarted(self, **changes: Any) -> House:
        await self.engine.stop()
        again = House(self.store, **changes)
        again.now = self.now
        await again.engine.start()
        return again

    def later(self, seconds: float) -> datetime | None:
        self.now += timedelta(seconds=seconds)
        return self.engine.flush_due(self.now)

    def hear(self, oid: str, *varbinds: tuple[str, Value], **fields: Any) -> asyncio.Future[None]:
        bound = tuple(Varbind(oid=Oid.parse(name), tag=Tag.INTEGER, value=value) for name, value in varbinds)
        given = {"at": self.now, "source": "192.0.2.1", "device": "sw1", "version": "2c"} | fields
        return self.engine.take_trap(TrapEvent(trap_oid=Oid.parse(oid), varbinds=bound, **given))

    def link(self, oid: str, index: int = 7, **fields: Any) -> asyncio.Future[None]:
        return self.hear(oid, (f"{IF_INDEX}.{index}", index), **fields)

    def states(self) -> dict[tuple[str, str, str], AlertState]:
        return {(a.key.rule, a.key.device, a.key.instance): a.state for a in self.engine.desk.alerts()}

    def alert(self) -> Alert:
        (found,) = self.engine.desk.alerts()
        return found

    async def subjects(self) -> list[str]:
        return [entry.subject for entry in reversed(await self.store.outbox())]


@pytest.fixture
async def house():
    opened = await House().open()
    yield opened
    await opened.engine.stop()


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_trap_is_mailed_with_the_interfaces_name_and_its_recovery_too(house):
    house.rows.known["7"] = KNOWN_PORT
    await house.link(LINK_DOWN)
    house.later(30)
    await house.link(LINK_UP)
    house.later(300)

    down, up = reversed(await house.store.outbox())
    assert (down.subject, up.subject) == (
        "[DOWN] Gi1/0/7 (uplink) on sw1 is down", "[OK] Gi1/0/7 (uplink) on sw1 is down",
    )  # fmt: skip
    assert b"Gi1/0/7 (uplink) on sw1 is down" in down.message
    assert house.states() == {}


async def test_log_row_alert_and_event_are_one_transaction(house, monkeypatch):
    committed: list[Transaction] = []
    commit = house.store.commit

    def noted(transaction: Transaction) -> asyncio.Future[None]:
        committed.append(transaction)
        return commit(transaction)

    monkeypatch.setattr(house.store, "commit", noted)

    await house.link(LINK_DOWN, count=3)

    (transaction,) = committed
    assert [trap.count for trap in transaction.traps] == [3]
    assert [alert.key.rule for alert in transaction.alerts] == ["LinkDown"]
    assert [event.text for event in transaction.events] == [
        f"firing: a trap says so ({LINK_DOWN} from 192.0.2.1, 3 times)"
    ]
    assert len(transaction.groups) == 1


async def test_a_trap_is_done_only_when_it_is_written(house):
    await house.store.stop()

    with pytest.raises(StoreError):
        await house.link(LINK_DOWN)


async def test_a_trap_that_no_rule_wants_is_logged_and_counted(house):
    before = counted("netwatch_trap_events_total", outcome="unmatched")

    await house.hear("1.3.6.1.4.1.5.6.7", ("1.3.6.1.4.1.5.1", b"x"))

    assert [str(trap.trap_oid) for trap in await house.store.traps()] == ["1.3.6.1.4.1.5.6.7"]
    assert house.states() == {}
    assert counted("netwatch_trap_events_total", outcome="unmatched") == before + 1


async def test_a_trap_that_came_as_v1_is_the_same_trap(house):
    await house.hear("1.3.6.1.4.1.99.0.1", version="1")
    assert len(house.states()) == 1

    await house.hear("1.3.6.1.4.1.99.2")

    assert house.states() == {}


async def test_repeats_are_counts_of_one_alert_and_leave_no_events(house):
    matched = counted("netwatch_trap_events_total", outcome="matched")
    await house.link(LINK_DOWN)
    first = house.alert()
    house.later(5)
    await house.link(LINK_DOWN, count=40, repeated=True)

    again = house.alert()
    assert (again.id, again.trap_count, again.seen_at) == (first.id, 41, house.now)
    assert again.firing_at == first.firing_at
    assert again.annotations["description"] == "41 traps, the last from 192.0.2.1:"
    assert len(await house.store.events()) == 1
    assert await house.store.alerts() == [again]
    assert counted("netwatch_trap_events_total", outcome="matched") == matched + 2


async def test_a_clearing_trap_ends_the_alert_with_its_own_key_alone(house):
    await house.link(LINK_DOWN, 7)
    await house.link(LINK_DOWN, 8)
    await house.link(LINK_UP, 7)
    await house.link(LINK_UP, 9)
    await house.hear(LINK_UP)  # of which port it does not say

    assert set(house.states()) == {("LinkDown", "sw1", "ifIndex=8")}


async def test_a_row_that_polling_learns_of_later_is_the_same_alert(house):
    await house.link(LINK_DOWN)
    assert set(house.states()) == {("LinkDown", "sw1", "ifIndex=7")}

    house.rows.known["7"] = KNOWN_PORT
    await house.link(LINK_DOWN)
    assert house.alert().annotations["summary"] == "Gi1/0/7 (uplink) on sw1 is down"
    await house.link(LINK_UP)

    assert house.states() == {}


async def test_after_a_restart_a_trap_finds_its_alert_though_nothing_was_polled_yet(house):
    house.rows.known["7"] = KNOWN_PORT
    await house.link(LINK_DOWN)
    again = await house.restarted()
    assert set(again.states()) == {("LinkDown", "sw1", "ifName=Gi1/0/7")}
    assert again.alert().trap_count == 1

    await again.link(LINK_DOWN)
    assert again.alert().trap_count == 2
    await again.link(LINK_UP)

    assert again.states() == {}
    await again.engine.stop()


async def test_a_renumbered_interface_keeps_its_alert_and_another_takes_none(house):
    house.rows.known["7"] = KNOWN_PORT
    await house.link(LINK_DOWN)
    house.rows.known = {
        "7": ("ifName=Gi1/0/9", {"ifIndex": "7", "ifName": "Gi1/0/9"}),
        "12": ("ifName=Gi1/0/7", {"ifIndex": "12", "ifName": "Gi1/0/7"}),
    }

    await house.link(LINK_UP, 7)
    assert set(house.states()) == {("LinkDown", "sw1", "ifName=Gi1/0/7")}
    await house.link(LINK_UP, 12)

    assert house.states() == {}


async def test_an_unknown_source_alerts_under_its_address_and_survives_a_restart(house):
    await house.link(LINK_DOWN, device="", source="192.0.2.77")
    await house.link(LINK_DOWN, device="", source="2001:db8::7")
    again = await house.restarted()

    assert {device for _, device, _ in again.states()} == {"192.0.2.77", "2001:db8::7"}
    await again.link(LINK_UP, device="", source="192.0.2.77")
    assert {device for _, device, _ in again.states()} == {"2001:db8::7"}
    again.later(30)
    assert "[DOWN] 7 on 192.0.2.77" not in " ".join(await again.subjects())
    assert "[DOWN] 7 on 2001:db8::7 is down" in await again.subjects()
    assert again.polled == []
    await again.engine.stop()


async def test_what_began_under_an_address_is_ended_by_the_device_it_became(house):
    await house.link(LINK_DOWN, device="", source="192.0.2.1")

    await house.link(LINK_UP, device="sw1", source="192.0.2.1")

    assert house.states() == {}


@pytest.mark.parametrize("changes", [{"rules": "rules: []"}, {"devices": ("other",)}])
async def test_an_alert_whose_rule_or_device_was_removed_ends_at_the_start(house, changes):
    await house.link(LINK_DOWN)

    again = await house.restarted(**changes)

    assert again.states() == {}
    await again.engine.stop()


async def test_an_alert_ends_by_itself_when_its_ttl_is_over_since_the_last_trap(house):
    await house.hear(COLD_START)
    house.later(30)
    house.later(270)
    await house.hear(COLD_START)
    assert house.later(599) == house.now + timedelta(seconds=1)
    assert len(house.states()) == 1

    house.later(1)
    assert house.states() == {}
    house.later(300)

    assert await house.subjects() == ["[WARN] sw1 started", "[OK] sw1 started"]
    (alert,) = await house.store.alerts()
    assert alert.annotations["description"] == "It did.\nIt ended by itself, 10m after the last such trap."
    assert "resolved: no such trap came within its ttl" in [event.text for event in await house.store.events()]


async def test_a_ttl_runs_on_while_netwatch_does_not(house):
    await house.hear(COLD_START)
    house.now += timedelta(minutes=9)
    again = await house.restarted()
    again.later(59)
    assert len(again.states()) == 1

    again.later(1)

    assert again.states() == {}
    await again.engine.stop()


async def test_an_alert_with_a_clearing_trap_waits_for_it_however_long(house):
    await house.link(LINK_DOWN)
    house.later(86400 * 30)

    assert len(house.states()) == 1


async def test_a_wall_clock_set_back_keeps_no_alert_alive_for_ever(house):
    await house.hear(COLD_START)
    house.later(-86400)
    house.later(599)
    assert len(house.states()) == 1

    house.later(1)

    assert house.states() == {}


async def test_hold_times_run_without_further_traps(house):
    await house.hear("1.3.6.1.4.1.99.1")
    assert house.alert().state is AlertState.PENDING
    assert house.later(29) == house.now + timedelta(seconds=1)
    house.later(1)
    assert house.alert().state is AlertState.FIRING

    await house.hear("1.3.6.1.4.1.99.2")
    house.later(19)
    assert house.alert().healthy_since is not None
    house.later(1)

    assert house.states() == {}
    texts = [event.text for event in reversed(await house.store.events())]
    assert texts == [
        "pending: a trap says so; it fires if that lasts 30s (1.3.6.1.4.1.99.1 from 192.0.2.1)",
        "firing: what a trap said stands, and has been for 30s",
        "clearing: a trap says that it is over; it resolves if that lasts 20s (1.3.6.1.4.1.99.2 from 192.0.2.1)",
        "resolved: a trap said that it is over",
    ]


async def test_what_is_over_before_its_hold_time_is_mailed_to_nobody(house):
    await house.hear("1.3.6.1.4.1.99.1")
    house.later(10)
    await house.hear("1.3.6.1.4.1.99.2")
    house.later(600)

    assert await house.subjects() == []
    assert await house.store.alerts() == []


async def test_the_timer_fires_a_held_alert_by_itself():
    house = await House(clock=lambda: datetime.now(UTC)).open()
    await house.hear("1.3.6.1.4.1.99.1", at=datetime.now(UTC) - timedelta(seconds=29.9))

    async with asyncio.timeout(PATIENCE_SECONDS):
        while house.alert().state is not AlertState.FIRING:  # noqa: ASYNC110  # what is tested is the engine's own wait
            await asyncio.sleep(0.01)
    await house.engine.stop()


async def test_a_trap_asks_for_a_confirming_poll_of_a_known_device(house):
    await house.link(LINK_DOWN)
    await house.link(LINK_UP)  # within the pause: asked for again later
    await house.hear("1.3.6.1.4.1.98.5")  # its rule wants none
    await house.hear("1.3.6.1.4.1.5.5")  # no rule

    assert house.polled == ["sw1"]


async def test_hostile_text_is_one_clean_line_and_markup_of_nothing(house):
    hostile = "7\r\nBcc: x@example.net \u202e{{ 7*7 }}".encode()
    await house.hear(
        LINK_DOWN,
        (f"{IF_INDEX}.7", hostile),
        (f"{IF_DESCR}.7", b"\x1b[2J" * 900),
    )
    house.later(30)

    alert = house.alert()
    assert alert.key.instance == "ifIndex=7 Bcc: x@example.net {{ 7*7 }}"
    assert all(len(text) <= 2000 and text.isprintable() for text in alert.annotations.values())
    (mail,) = await house.store.outbox()
    assert b"\nBcc:" not in mail.message


async def test_a_rule_that_fails_costs_neither_the_log_nor_the_others(house, monkeypatch):
    failed = counted("netwatch_trap_rule_errors_total")
    monkeypatch.setattr(house.rows, "row_of", lambda device, labels: 1 / 0)

    await house.link(LINK_DOWN)

    assert len(await house.store.traps()) == 1
    assert counted("netwatch_trap_rule_errors_total") == failed + 1


async def test_what_is_beyond_the_bound_is_told_as_a_sum_and_forgotten_as_it_clears(house, monkeypatch):
    monkeypatch.setattr(beyond, "MOST_ALERTS", 5)
    refused = counted("netwatch_trap_alerts_refused_total")
    for index in (*range(1, 9), 8, 8):
        await house.link(LINK_DOWN, index)
        house.later(1)

    assert len(house.states()) == 6
    assert len(await house.store.traps()) == 10
    assert counted("netwatch_trap_alerts_refused_total") == refused + 5
    (total,) = [alert for alert in house.engine.desk.alerts() if alert.key.instance == "more"]
    assert (total.value, total.severity) == (3.0, "critical")
    assert total.annotations["summary"] == "and 3 more LinkDown on sw1"
    assert any("firing" in event.text and event.instance == "more" for event in await house.store.events())
    house.later(30)
    (mail,) = await house.store.outbox()
    assert b"and 3 more LinkDown on sw1" in mail.message
    await house.link(LINK_DOWN, 5, count=2)
    assert max(alert.trap_count for alert in house.engine.desk.alerts() if alert is not total) == 3

    await house.link(LINK_UP, 6)
    (total,) = [alert for alert in house.engine.desk.alerts() if alert.key.instance == "more"]
    assert total.annotations["summary"] == "and 2 more LinkDown on sw1"
    for index in (7, 8):
        await house.link(LINK_UP, index)

    assert ("LinkDown", "sw1", "more") not in house.states()


async def test_of_what_begins_in_one_minute_so_much_is_kept_and_the_next_minute_is_free_again(house, monkeypatch):
    monkeypatch.setattr(beyond, "MOST_NEW", 3)
    for index in range(1, 7):
        await house.link(LINK_DOWN, index)
    await house.link(LINK_DOWN, 1, source="192.0.2.77", device="")
    (total,) = [alert for alert in house.engine.desk.alerts() if alert.key.instance == "more"]
    assert total.annotations["summary"] == "and 3 more LinkDown on sw1"
    assert len(house.states()) == 5  # another sender has a minute of its own

    house.later(61)
    await house.link(LINK_DOWN, 9)

    assert ("LinkDown", "sw1", "ifIndex=9") in house.states()


async def test_a_large_sum_is_written_once_a_second_and_counts_every_trap(house, monkeypatch):
    monkeypatch.setattr(beyond, "MOST_ALERTS", 1)
    monkeypatch.setattr(beyond, "ONE_BY_ONE", 2)

    def total() -> Alert:
        return next(alert for alert in house.engine.desk.alerts() if alert.key.instance == "more")

    for index in range(1, 31):
        await house.link(LINK_DOWN, index)
    at_once = total().trap_count
    house.later(1)

    assert at_once == 2
    assert (total().value, total().trap_count) == (29.0, 29)
    assert total().annotations["summary"] == "and 29 more LinkDown on sw1"
    (kept,) = [alert for alert in await house.store.alerts() if alert.key.instance == "more"]
    assert kept.trap_count == 29


async def test_many_senders_together_have_a_bound_and_one_sum(house, monkeypatch):
    monkeypatch.setattr(beyond, "MOST_IN_ALL", 4)
    for number in range(1, 10):
        await house.link(LINK_DOWN, device="", source=f"192.0.2.{number}")

    assert len(house.states()) == 5
    (total,) = [alert for alert in house.engine.desk.alerts() if alert.key.device == "netwatch"]
    assert total.annotations["summary"] == "and 5 more LinkDown of all senders"


async def test_a_sum_survives_a_restart_and_ends_by_itself(house, monkeypatch):
    monkeypatch.setattr(beyond, "MOST_ALERTS", 1)
    for index in (1, 2, 3):
        await house.link(LINK_DOWN, index)
    again = await house.restarted()

    await again.link(LINK_DOWN, 4)
    (total,) = [alert for alert in again.engine.desk.alerts() if alert.key.instance == "more"]
    assert total.annotations["summary"] == "and 3 more LinkDown on sw1"
    again.later(86400)

    assert ("LinkDown", "sw1", "more") not in again.states()
    assert ("LinkDown", "sw1", "ifIndex=1") in again.states()
    await again.engine.stop()


async def test_a_reading_and_a_gap_leave_alerts_of_traps_alone(house):
    await house.link(LINK_DOWN)
    before = house.alert()

    rows = RowSet(index=(), keys=())
    house.engine.take_reading(TableReading(device="sw1", table="ifTable", at=house.now, rows=rows, columns={}))
    house.engine.take_gap(ReadingGap(device="sw1", table="ifTable", at=house.now, reason="no answer"))
    house.later(3600)

    assert house.alert() == before


REST = """
  - alert: AnyTrap
    on_trap: any
    ttl: 1h
    labels: {severity: info}
    annotations: {summary: "{{ device }} sent {{ trap }}", description: "{{ varbinds }}"}
  - alert: Graded
    on_trap: 1.3.6.1.4.1.96.1
    labels: {severity: {from: gravity, map: {1: critical, 2: warning}, default: info}}
    varbinds: {gravity: 1.3.6.1.4.1.96.2}
    clear_on: 1.3.6.1.4.1.96.9
    keep_firing_for: 0s
  - alert: Choosy
    on_trap: 1.3.6.1.4.1.97.1
    expr: gravity > 2
    varbinds: {gravity: 1.3.6.1.4.1.97.2}
"""


@pytest.fixture
async def careful_house():
    opened = await House(rules=RULES + REST).open()
    yield opened
    await opened.engine.stop()


async def test_what_no_rule_takes_is_one_alert_per_kind_and_sender(careful_house):
    house = careful_house
    for kind in ("1.3.6.1.4.1.5.6.1", "1.3.6.1.4.1.5.6.2", "1.3.6.1.4.1.5.6.1", COLD_START):
        await house.hear(kind)
    await house.hear("1.3.6.1.4.1.5.6.1", source="192.0.2.9", device="")

    rest = {
        (alert.key.device, alert.key.instance) for alert in house.engine.desk.alerts() if alert.key.rule == "AnyTrap"
    }
    assert rest == {
        ("sw1", "trap=1.3.6.1.4.1.5.6.1"), ("sw1", "trap=1.3.6.1.4.1.5.6.2"), ("192.0.2.9", "trap=1.3.6.1.4.1.5.6.1"),
    }  # fmt: skip


@pytest.mark.parametrize(("varbinds", "expected"), [
    ([("1.3.6.1.4.1.97.2.0", 1)], []),                     # looked into and found to mean nothing
    ([("1.3.6.1.4.1.97.2.0", 3)], ["Choosy"]),
    ([], ["AnyTrap"]),                                     # its rule cannot tell, so somebody must look
])  # fmt: skip
async def test_a_trap_that_its_rule_cannot_judge_goes_to_the_rest(careful_house, varbinds, expected):
    await careful_house.hear("1.3.6.1.4.1.97.1", *varbinds)

    assert [alert.key.rule for alert in careful_house.engine.desk.alerts()] == expected


async def test_a_clearing_trap_of_no_alert_is_no_news_for_the_rest(careful_house):
    await careful_house.link(LINK_UP)

    assert careful_house.states() == {}


@pytest.mark.parametrize(("gravity", "severity"), [(1, "critical"), (2, "warning"), (9, "info")])
async def test_an_alert_is_as_grave_as_its_trap_says(careful_house, gravity, severity):
    await careful_house.hear("1.3.6.1.4.1.96.1", ("1.3.6.1.4.1.96.2.0", gravity))

    assert careful_house.alert().severity == severity


def graded(house: House, gravity: int) -> None:
    house.hear("1.3.6.1.4.1.96.1", ("1.3.6.1.4.1.96.2.0", gravity))


async def test_what_gets_graver_while_it_fires_is_told_anew_within_group_wait(careful_house):
    house = careful_house
    graded(house, 2)
    house.later(31)
    graded(house, 2)
    house.later(200)
    assert await house.subjects() == ["[WARN] sw1 Graded"]

    graded(house, 1)
    house.later(31)
    assert (await house.subjects())[1:] == ["[DOWN] sw1 Graded"]
    house.later(400)
    assert len(await house.subjects()) == 2, "once"

    house.hear("1.3.6.1.4.1.96.9")
    house.later(400)
    assert (await house.subjects())[2:] == ["[OK] sw1 Graded"]


async def test_what_gets_less_grave_is_no_news(careful_house):
    house = careful_house
    graded(house, 1)
    house.later(31)
    graded(house, 2)
    house.later(400)

    assert await house.subjects() == ["[DOWN] sw1 Graded"]


async def test_what_ends_before_it_is_told_how_grave_it_became_is_told_to_be_over(careful_house):
    house = careful_house
    graded(house, 2)
    house.later(31)
    graded(house, 1)
    house.hear("1.3.6.1.4.1.96.9")
    house.later(400)

    assert await house.subjects() == ["[WARN] sw1 Graded", "[OK] sw1 Graded"]


async def test_that_it_got_graver_is_told_after_a_restart_too(careful_house):
    house = careful_house
    graded(house, 2)
    house.later(31)
    graded(house, 1)

    again = await house.restarted(rules=RULES + REST)
    again.later(31)

    assert (await again.subjects())[1:] == ["[DOWN] sw1 Graded"]
    await again.engine.stop()


async def test_whom_the_route_names_for_graver_things_is_told_when_it_becomes_so():
    pager = RouteSettings.model_validate({
        "receiver": "noc", "group_wait": "30s", "group_interval": "5m",
        "routes": [{"receiver": "pager", "matchers": ['severity="critical"'], "continue": True}, {"receiver": "noc"}],
    })  # fmt: skip
    house = await House(rules=RULES + REST, route=pager).open()
    graded(house, 2)
    house.later(31)
    graded(house, 1)
    house.later(31)

    told = [(entry.recipient, entry.subject) for entry in reversed(await house.store.outbox())]
    assert told[0] == ("a@example.net", "[WARN] sw1 Graded")
    assert sorted(told[1:]) == [("a@example.net", "[DOWN] sw1 Graded"), ("pager@example.net", "[DOWN] sw1 Graded")]
    await house.engine.stop()
