"""The corridor: what a reading makes of alerts, and what is written of it."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.alerts import Parents, Policy, RouteSettings, Topology, build_route
from netwatch.engine import Engine
from netwatch.model import (
    REACHABILITY,
    SCALARS,
    AlertState,
    ColumnKind,
    Composition,
    Memory,
    ReadingGap,
    RowSet,
    TableReading,
    TableSchema,
    Transaction,
)
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
IF_TABLE = TableSchema(name="ifTable", columns={"ifOperStatus": ColumnKind.GAUGE}, labels=("ifName",))
SCHEMA = {"reachability": REACHABILITY, "ifTable": IF_TABLE}
RULES = """
rules:
  - alert: DeviceDown
    expr: up == 0
    labels: {severity: critical}
    annotations: {summary: "{{ device }} does not answer"}
  - alert: PortDown
    expr: ifOperStatus == 2 and seen(ifOperStatus == 1)
    for: 10s
    annotations: {summary: "{{ ifName }} on {{ device }} is down"}
  - alert: Silent
    expr: ifOperStatus == 99
    no_data: alert
"""
PORTS = RowSet(index=("1", "2"), keys=("ifName=Gi1", "ifName=Gi2"), labels={"ifName": ("Gi1", "Gi2")})


class House:
    """An engine on a store, with a clock that the test turns."""

    def __init__(
        self,
        store: MemoryStore | None = None,
        rules: str = RULES,
        devices: tuple[str, ...] = ("sw1",),
        receiver: str = "noc",
        policy: Policy | None = None,
        schema: dict[str, TableSchema] = SCHEMA,
        escalate: dict[str, str] | None = None,
    ) -> None:
        self.now = START
        self.store = store or MemoryStore()
        numbers = itertools.count(1)
        receivers = [
            ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net", "b@example.net"])),
            ReceiverSettings(name="oncall", email=EmailSettings(to=["c@example.net"])),
        ]
        self.mailer = Mailer(SmtpSettings.model_validate({"from": "NetWatch <nw@example.net>"}), receivers)
        self.engine = Engine(
            rules=parse_rules(rules, "rules.yaml", schema),
            route=build_route(
                RouteSettings(
                    receiver=receiver,
                    group_wait="30s",
                    group_interval="5m",
                    escalate=[escalate] if escalate is not None else None,
                )
            ),
            device_labels={name: {"site": "hq"} for name in devices},
            ledger=self.store,
            mailer=self.mailer,
            policy=policy,
            clock=lambda: self.now,
            new_id=lambda: f"{id(self)}-{next(numbers)}",
        )

    async def open(self) -> House:
        await self.store.start()
        await self.engine.start()
        return self

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.engine.flush_due(self.now)

    def up(self, value: int) -> None:
        self.engine.take_reading(
            TableReading(device="sw1", table="reachability", at=self.now, rows=SCALARS, columns={"up": [value]})
        )

    def ports(self, *states: int, rows: RowSet = PORTS, partial: bool = False) -> None:
        columns = {"ifOperStatus": list(states)}
        reading = TableReading(
            device="sw1", table="ifTable", at=self.now, rows=rows, columns=columns, partial=partial
        )
        self.engine.take_reading(reading)

    def states(self) -> dict[tuple[str, str], AlertState]:
        return {(alert.key.rule, alert.key.instance): alert.state for alert in self.engine.desk.alerts()}

    async def subjects(self) -> list[str]:
        return [f"{entry.subject} -> {entry.recipient}" for entry in reversed(await self.store.outbox())]


class Noting(MemoryStore):
    """A store that notes what it was handed."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions: list[Transaction] = []

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        self.transactions.append(transaction)
        return super().commit(transaction)


@pytest.fixture
async def house():
    opened = await House().open()
    yield opened
    await opened.engine.stop()


async def test_a_broken_rule_becomes_one_mail_per_recipient_after_group_wait(house):
    house.up(0)
    house.later(29)
    assert await house.subjects() == []

    house.later(1)

    assert sorted(await house.subjects()) == [
        "[DOWN] sw1 does not answer -> a@example.net",
        "[DOWN] sw1 does not answer -> b@example.net",
    ]


async def test_the_recovery_goes_out_in_the_same_thread(house):
    house.up(0)
    house.later(30)
    house.up(1)
    house.later(300)

    mails = await house.store.outbox()
    roots = {line for mail in mails for line in mail.message.decode().splitlines() if line.startswith("References:")}
    assert (
        sorted(mail.subject for mail in mails)
        == ["[DOWN] sw1 does not answer"] * 2 + ["[OK] sw1 does not answer"] * 2
    )
    assert len(roots) == 1
    assert len({mail.message_id for mail in mails}) == 4


async def test_what_begins_as_the_incident_ends_is_another_incident(house):
    house.ports(1, 1)
    house.up(0)
    house.later(30)
    house.ports(1, 2)
    house.later(10)
    house.ports(1, 2)
    house.up(1)
    house.later(300)
    house.later(0)

    to_a = [mail for mail in reversed(await house.store.outbox()) if mail.recipient == "a@example.net"]
    assert sorted(mail.subject for mail in to_a) == [
        "[DOWN] sw1 does not answer",
        "[OK] sw1 does not answer",
        "[WARN] Gi2 on sw1 is down",
    ]
    assert len({mail.message.decode().partition("References:")[2].split()[0] for mail in to_a}) == 2


async def test_what_is_over_before_group_wait_is_mailed_to_nobody(house):
    house.up(0)
    house.later(10)
    house.up(1)
    house.later(600)

    assert await house.subjects() == []
    assert await house.store.groups() == []


async def test_rows_have_alerts_of_their_own_and_hold_times(house):
    house.ports(1, 1)
    house.ports(1, 2)
    assert house.states() == {("PortDown", "ifName=Gi2"): AlertState.PENDING}

    house.later(10)
    house.ports(1, 2)

    (alert,) = house.engine.desk.alerts()
    assert alert.state is AlertState.FIRING
    assert alert.labels["ifName"] == "Gi2"
    assert alert.labels["site"] == "hq"
    assert alert.annotations == {"summary": "Gi2 on sw1 is down"}


async def test_an_alert_that_ended_still_says_what_was_wrong():
    house = await House(rules=RULES.replace("is down", "is in state {{ value | round }}")).open()
    house.ports(1, 1)
    house.ports(1, 2)
    house.later(10)
    house.ports(1, 2)
    house.later(30)
    house.ports(1, 1)
    house.later(300)

    recovery = next(mail for mail in await house.store.outbox() if mail.subject.startswith("[OK]"))
    assert "it was: Gi2 on sw1 is in state 2" in recovery.message.decode()
    await house.engine.stop()


async def test_a_row_that_vanishes_while_its_alert_fires_is_gone_but_not_by_a_partial_reading(house):
    house.ports(1, 1)
    house.ports(1, 2)
    house.later(10)
    house.ports(1, 2)
    one = RowSet(index=("1",), keys=("ifName=Gi1",), labels={"ifName": ("Gi1",)})

    house.ports(1, rows=one, partial=True)
    assert house.states() == {("PortDown", "ifName=Gi2"): AlertState.FIRING}

    house.ports(1, rows=one)
    house.ports(1, rows=one)
    assert house.states()[("PortDown", "ifName=Gi2")] is AlertState.GONE


async def test_a_gap_keeps_alerts_and_raises_those_of_no_data_alert(house):
    house.ports(1, 1)
    house.ports(1, 2)
    house.later(10)
    house.ports(1, 2)

    house.engine.take_gap(ReadingGap(device="sw1", table="ifTable", at=house.now, reason="no answer in 8 s"))

    assert house.states() == {("PortDown", "ifName=Gi2"): AlertState.FIRING, ("Silent", ""): AlertState.FIRING}


async def test_a_restart_keeps_alerts_hold_times_groups_and_what_was_seen(house):
    house.up(0)
    house.ports(1, 1)
    house.ports(1, 2)
    house.later(9)
    await house.engine.stop()

    again = await House(house.store).open()
    again.now = house.now
    assert again.states() == {("DeviceDown", ""): AlertState.FIRING, ("PortDown", "ifName=Gi2"): AlertState.PENDING}
    again.later(1)
    again.ports(1, 2)
    assert again.states()[("PortDown", "ifName=Gi2")] is AlertState.FIRING
    again.later(20)

    assert len(await again.subjects()) == 2
    await again.engine.stop()


async def test_a_restart_after_the_mail_does_not_mail_again(house):
    house.up(0)
    house.later(30)
    await house.engine.stop()

    again = await House(house.store).open()
    again.now = house.now
    again.up(0)
    again.later(600)

    assert len(await again.subjects()) == 2
    await again.engine.stop()


async def test_what_a_database_lost_is_written_anew_and_mailed_neither_again_nor_never(house):
    house.up(0)
    house.later(30)
    house.ports(1, 1)
    house.ports(1, 2)
    MemoryStore.__init__(house.store)  # as a damaged database of which nothing could be saved
    await house.store.start()
    await house.engine.write_anew()
    await house.engine.stop()

    again = await House(house.store).open()
    again.now = house.now

    assert again.states() == {("DeviceDown", ""): AlertState.FIRING, ("PortDown", "ifName=Gi2"): AlertState.PENDING}
    again.later(600)
    assert await again.subjects() == [], "people were told before"
    again.up(1)
    again.later(300)
    assert (await again.subjects()).count("[OK] sw1 does not answer -> a@example.net") == 1
    await again.engine.stop()


async def test_a_recovery_that_came_before_the_restart_is_still_mailed_after_it(house):
    house.up(0)
    house.later(30)
    house.up(1)
    await house.engine.stop()

    again = await House(house.store).open()
    again.now = house.now
    again.later(300)

    assert (await again.subjects()).count("[OK] sw1 does not answer -> a@example.net") == 1
    assert await again.store.groups() == []
    await again.engine.stop()


async def test_a_new_receiver_is_told_after_a_restart_of_what_already_fires(house):
    house.up(0)
    house.later(30)
    await house.engine.stop()

    again = await House(house.store, receiver="oncall").open()
    again.now = house.now
    again.later(30)

    assert "[DOWN] sw1 does not answer -> c@example.net" in await again.subjects()
    await again.engine.stop()


@pytest.mark.parametrize(("rules", "devices"), [("rules: []", ("sw1",)), (RULES, ("other",))])
async def test_an_alert_whose_rule_or_device_was_removed_ends_at_the_start(house, rules, devices):
    house.up(0)
    house.later(30)
    await house.engine.stop()

    again = await House(house.store, rules, devices).open()
    again.now = house.now + timedelta(minutes=10)
    again.later(0)

    assert again.states() == {}
    assert "[GONE] sw1 does not answer -> a@example.net" in await again.subjects()  # nobody saw it well
    await again.engine.stop()


async def test_every_transition_and_mail_leaves_a_reason_in_the_event_log(house):
    house.up(0)
    house.later(30)

    texts = [(event.kind, event.text) for event in await house.store.events()]
    assert ("alert", "firing: the expression is true") in texts
    assert ("notify", "mail to a@example.net, b@example.net for receiver noc: 1 new; 1 fire now") in texts


async def test_a_mail_that_cannot_be_written_is_tried_again_and_keeps_no_other_back(house, monkeypatch):
    house.up(0)
    compose = house.mailer.compose
    monkeypatch.setattr(house.mailer, "compose", lambda notification: 1 / 0)
    house.later(30)
    assert await house.subjects() == []

    monkeypatch.setattr(house.mailer, "compose", compose)
    house.later(5)

    assert len(await house.subjects()) == 2


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_wall_clock_set_back_keeps_no_recovery_waiting(house, restarted):
    house.up(0)
    house.later(30)
    house.now -= timedelta(hours=2)
    if restarted:
        await house.engine.stop()
        now, house = house.now, House(house.store)
        house.now = now
        await house.open()
    house.up(1)
    house.later(0)
    house.later(300)

    assert "[OK] sw1 does not answer -> a@example.net" in await house.subjects()
    await house.engine.stop()


async def test_a_wall_clock_set_back_repeats_no_mail(house):
    house.up(0)
    house.later(30)
    house.now -= timedelta(hours=2)
    for _ in range(40):
        house.later(300)

    assert len(await house.subjects()) == 2


async def test_when_a_whole_network_falls_silent_the_mails_are_written_in_small_rounds():
    house = await House(devices=tuple(f"sw{number}" for number in range(45))).open()
    for number in range(45):
        house.engine.take_reading(
            TableReading(device=f"sw{number}", table="reachability", at=house.now, rows=SCALARS, columns={"up": [0]})
        )
    house.now += timedelta(seconds=30)
    written, due = [], house.now
    while due is not None and due <= house.now:
        due = house.engine.flush_due(house.now)
        written.append(len(await house.subjects()))

    assert written == [*range(6, 90, 6), 90]  # two recipients each
    await house.engine.stop()


async def test_a_table_that_cannot_be_read_is_told_when_that_begins_and_ends(house):
    for _ in range(3):
        house.later(10)
        house.engine.take_gap(ReadingGap(device="sw1", table="ifTable", at=house.now, reason="no answer"))
    house.later(10)
    house.ports(1, 1)

    events = await house.store.events(device="sw1")
    assert [event.text for event in reversed(events) if event.kind == "device"] == [
        "table ifTable cannot be read: no answer",
        "table ifTable is read again, after 30s",
    ]


async def test_all_that_a_reading_says_is_written_at_once_in_the_order_in_which_it_was_seen():
    store = Noting()
    tree = Policy(topology=Topology({"ap": Parents(names=("sw1",))}))
    house = await House(store, devices=("sw1", "ap"), policy=tree).open()
    house.engine.take_gap(ReadingGap(device="sw1", table="reachability", at=START, reason="no answer"))
    store.transactions.clear()

    house.now += timedelta(seconds=5)
    house.up(0)

    (written,) = store.transactions
    assert [event.text.partition(":")[0] for event in written.events] == [
        "table reachability is read again, after 5s",
        "firing",
    ]
    assert [alert.key.rule for alert in written.alerts] == ["DeviceDown"]
    assert ("sights", "sw1") in {(memory.scope, memory.key) for memory in written.memories}
    await house.engine.stop()


async def test_a_reading_that_says_nothing_new_writes_nothing():
    store = Noting()
    house = await House(store, policy=Policy(topology=Topology({"ap": Parents(names=("sw1",))}))).open()
    house.up(1)
    store.transactions.clear()

    house.now += timedelta(seconds=10)
    house.up(1)

    assert store.transactions == []
    await house.engine.stop()


async def test_a_gap_and_what_the_rules_make_of_it_are_written_at_once():
    store = Noting()
    house = await House(store).open()

    house.engine.take_gap(ReadingGap(device="sw1", table="ifTable", at=START, reason="no answer"))

    (written,) = store.transactions
    assert [event.kind for event in written.events] == ["device", "alert"]
    assert [alert.key.rule for alert in written.alerts] == ["Silent"]
    await house.engine.stop()


async def test_a_description_edited_on_the_device_changes_the_words_and_not_the_alert():
    rules = RULES.replace("{{ ifName }} on {{ device }} is down", "{{ ifName }} ({{ ifAlias }}) is down")
    schema = {**SCHEMA, "ifTable": replace(IF_TABLE, labels=("ifName", "ifAlias"))}
    house = await House(rules=rules, schema=schema).open()
    old, new = (
        replace(PORTS, labels={**PORTS.labels, "ifAlias": ("a", text)}) for text in ("former customer", "new one")
    )
    house.ports(1, 1, rows=old)
    house.ports(1, 2, rows=old)
    house.later(10)
    house.ports(1, 2, rows=new)
    house.later(30)

    assert house.states() == {("PortDown", "ifName=Gi2"): AlertState.FIRING}
    assert {b"new one" in mail.message for mail in await house.store.outbox()} == {True}
    await house.engine.stop()


async def told_of_a_device_that_is_down(rules: str = RULES) -> House:
    """Return a house in which two people of `noc` were mailed, and `oncall` would be in eight hours."""
    house = await House(rules=rules, escalate={"after": "8h", "receiver": "oncall"}).open()
    house.up(0)
    house.later(30)
    return house


async def came_back(house: House, *, recipient: str = "a@example.net") -> None:
    (row,) = [row for row in await house.store.outbox() if row.recipient == recipient]
    beside = Composition(memories=(Memory(scope="mailbox", key="report", text="{}"),))
    await house.engine.came_back(row, f"a mail to {recipient} came back", beside)
    house.later(30)


async def test_of_a_critical_mail_that_came_back_the_next_are_told_at_once_with_what_belongs_to_the_report():
    house = await told_of_a_device_that_is_down()

    await came_back(house)

    assert "[DOWN] sw1 does not answer -> c@example.net" in await house.subjects()
    assert len(await house.store.memories("mailbox")) == 1
    words = [event.text for event in await house.store.events()]
    assert "oncall is to be told at once: a mail to a@example.net came back" in words
    await came_back(house, recipient="b@example.net")
    assert len(await house.subjects()) == 3  # once
    await house.engine.stop()


@pytest.mark.parametrize("meanwhile", ["acknowledged", "over", "not urgent"])
async def test_nobody_is_woken_for_a_mail_that_came_back_of_what_needs_nobody(meanwhile):
    rules = RULES.replace("critical", "warning") if meanwhile == "not urgent" else RULES
    house = await told_of_a_device_that_is_down(rules)
    (alert,) = house.engine.desk.alerts()
    if meanwhile == "acknowledged":
        await house.engine.acknowledge([alert.id], "ann")
    if meanwhile == "over":
        house.up(1)

    await came_back(house)

    assert not [subject for subject in await house.subjects() if "c@example.net" in subject]
    await house.engine.stop()
