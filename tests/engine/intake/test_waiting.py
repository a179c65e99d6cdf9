"""Trap rules whose names come later: what they would have said of the traps that came meanwhile, they say then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest
from prometheus_client import REGISTRY

from netwatch.engine.intake.waiting import WAITING_SCOPE, Owed, begins_of
from netwatch.model import AlertState, Oid, TrapEvent, parse_yaml
from netwatch.rules import NO_MIB, MibNames, TrapRule
from netwatch.rules.loading import _book_of
from netwatch.rules.traps.names import NoMib
from tests.engine.intake.test_traps import START, House

OPENED, CLOSED, OTHER = (f"1.3.6.1.4.1.32473.{number}" for number in (1, 2, 3))
RULES = f"""
rules:
  - alert: DoorOpen
    on_trap: VENDOR-MIB::doorOpened
    clear_on: VENDOR-MIB::doorClosed
    labels: {{severity: warning}}
  - alert: Other
    on_trap: {OTHER}
    ttl: 10m
    labels: {{severity: warning}}
"""


class Later(NoMib):
    """Knows the door's traps."""

    def oid_of(self, name: str) -> Oid:
        known = {"VENDOR-MIB::doorOpened": OPENED, "VENDOR-MIB::doorClosed": CLOSED}
        return Oid.parse(known.get(name, name))


def rules(names: MibNames) -> Sequence[TrapRule]:
    return _book_of([parse_yaml(RULES, "rules.yaml")], {}, names, [], None, True).trap_rules


@pytest.fixture
async def house():
    opened = await House(trap_rules=rules(NO_MIB)).open()
    yield opened
    await opened.engine.stop()


async def test_traps_that_came_before_the_names_begin_the_alert_with_them(house):
    await house.hear(OPENED)
    began = house.now
    assert house.states() == {}
    house.later(60)

    await house.engine.renew_trap_rules(rules(Later()))

    assert house.states() == {("DoorOpen", "sw1", ""): AlertState.FIRING}
    assert house.alert().firing_at == began
    assert len(await house.store.traps()) == 1
    house.later(30)
    assert await house.subjects()


async def test_what_began_and_ended_meanwhile_has_ended(house):
    await house.hear(OPENED)
    house.later(10)
    await house.hear(CLOSED)

    await house.engine.renew_trap_rules(rules(Later()))

    assert house.states() == {}


async def test_rules_that_never_waited_hear_no_trap_twice(house):
    await house.hear(OTHER)
    assert house.alert().trap_count == 1

    await house.engine.renew_trap_rules(rules(Later()))

    assert house.alert().trap_count == 1
    await house.hear(OTHER)
    assert house.alert().trap_count == 2


async def test_traps_are_kept_till_the_last_rule_has_its_names(house):
    await house.hear(OPENED)

    await house.engine.renew_trap_rules(rules(NO_MIB))
    await house.hear(OPENED)
    await house.engine.renew_trap_rules(rules(Later()))
    assert house.alert().trap_count == 2

    await house.engine.renew_trap_rules(rules(Later()))
    assert house.alert().trap_count == 2


async def test_an_alert_of_a_rule_that_waits_after_a_restart_stands(house):
    await house.engine.renew_trap_rules(rules(Later()))
    await house.hear(OPENED)

    again = await house.restarted(trap_rules=rules(NO_MIB))

    assert again.states() == {("DoorOpen", "sw1", ""): AlertState.FIRING}
    await again.engine.renew_trap_rules(rules(Later()))
    await again.hear(CLOSED)
    assert again.states() == {}
    await again.engine.stop()


async def test_what_came_before_a_restart_is_heard_after_it_when_the_names_have_come(house):
    await house.hear(OPENED)

    again = await house.restarted(trap_rules=rules(NO_MIB))
    await again.hear(OPENED)
    await again.engine.renew_trap_rules(rules(Later()))

    assert again.alert().trap_count == 2
    third = await again.restarted(trap_rules=rules(Later()))
    assert third.alert().trap_count == 2
    await third.engine.stop()


async def test_a_rule_that_has_its_names_after_a_restart_hears_at_once_what_it_missed(house):
    await house.hear(OPENED)
    await house.hear(OTHER)

    again = await house.restarted(trap_rules=rules(Later()))

    assert {rule: alert.trap_count for (rule, _, _), alert in _alerts(again).items()} == {"DoorOpen": 1, "Other": 1}
    await again.hear(CLOSED)
    third = await again.restarted(trap_rules=rules(Later()))
    assert set(third.states()) == {("Other", "sw1", "")}
    await third.engine.stop()


async def test_what_came_before_the_rule_waited_is_not_for_it():
    before = await House(trap_rules=()).open()
    await before.hear(OPENED)

    house = await before.restarted(trap_rules=rules(NO_MIB))
    await house.engine.renew_trap_rules(rules(Later()))

    assert house.states() == {}
    await house.engine.stop()


async def test_a_rule_that_is_gone_is_owed_nothing(house):
    again = await house.restarted(trap_rules=())

    assert await house.store.memories(WAITING_SCOPE) == []
    await again.engine.stop()


def _alerts(house: House):
    return {(alert.key.rule, alert.key.device, alert.key.instance): alert for alert in house.engine.desk.alerts()}


def test_more_traps_than_are_kept_are_counted():
    name = "netwatch_traps_not_kept_for_waiting_rules_total"
    before = REGISTRY.get_sample_value(name) or 0.0
    events = [
        TrapEvent(at=START, source="192.0.2.1", device="sw1", version="2c", trap_oid=Oid.parse(OPENED), varbinds=(),
                  count=number)
        for number in (1, 2, 3)
    ]  # fmt: skip
    owed = Owed(most=2)
    for event in events:
        owed.keep(event)

    owed.owe(rules(Later()))
    heard = [event.count for _, event in owed.pay() if event is not None]

    assert REGISTRY.get_sample_value(name) == before + 1
    assert heard == [2, 3]


async def test_what_is_owed_is_paid_in_pieces_and_what_comes_meanwhile_stands_behind_it(house, monkeypatch):
    monkeypatch.setattr("netwatch.engine.intake.traps.PIECE_SECONDS", 0.0)
    for _ in range(20):
        await house.hear(OPENED)

    paying = house.engine.renew_trap_rules(rules(Later()))
    await asyncio.sleep(0)
    assert not paying.done()
    assert house.alert().trap_count < 20
    await house.hear(CLOSED)  # held against what began before it, though that is not paid yet
    await paying

    assert house.states() == {}
    assert await house.store.memories(WAITING_SCOPE) == []


async def test_what_is_not_paid_when_the_agent_stops_is_paid_at_the_next_start(house, monkeypatch):
    monkeypatch.setattr("netwatch.engine.intake.traps.PIECE_SECONDS", 0.0)
    for _ in range(20):
        await house.hear(OPENED)
    paying = house.engine.renew_trap_rules(rules(Later()))
    await asyncio.sleep(0)

    again = await house.restarted(trap_rules=rules(Later()))

    assert paying.cancelled()
    assert again.alert().trap_count >= 20
    assert await again.store.memories(WAITING_SCOPE) == []
    await again.engine.stop()


def test_beyond_a_bound_a_trap_is_judged_at_once(monkeypatch):
    monkeypatch.setattr("netwatch.engine.intake.waiting.MOST_DEFERRED", 2)
    owed, (door, other) = Owed(), rules(Later())
    event = TrapEvent(at=START, source="192.0.2.1", device="", version="2c", trap_oid=Oid.parse(OPENED), varbinds=())
    owed.owe([door])

    assert [owed.defer(rule, event) for rule in (other, door, door)] == [False, True, False]
    assert [name for name, _ in owed.pay()] == ["DoorOpen", "DoorOpen"]
    assert not owed.defer(door, event)


async def test_where_no_module_is_to_come_no_trap_is_kept(house):
    class Nothing(NoMib):
        whole = True

    in_vain = await House(trap_rules=rules(NO_MIB), names=Nothing()).open()
    await in_vain.hear(OPENED)

    await in_vain.engine.renew_trap_rules(rules(Later()))

    assert in_vain.states() == {}
    await in_vain.engine.stop()


def test_of_a_long_wait_before_a_restart_the_last_traps_are_read_and_the_others_counted():
    name = "netwatch_traps_not_kept_for_waiting_rules_total"
    before = REGISTRY.get_sample_value(name) or 0.0

    begins = begins_of({"Old": 100, "New": 950, "OfAnotherLog": 5000}, last=1000, most=200)

    assert begins == {"Old": 800, "New": 950, "OfAnotherLog": 5000}
    assert REGISTRY.get_sample_value(name) == before + 700


async def test_what_was_too_much_before_a_restart_is_counted_in_one_life_alone(house, monkeypatch):
    monkeypatch.setattr(begins_of, "__defaults__", (2,))
    name = "netwatch_traps_not_kept_for_waiting_rules_total"
    for _ in range(5):
        await house.hear(OPENED)

    counts = [REGISTRY.get_sample_value(name) or 0.0]
    for _ in range(2):
        house = await house.restarted(trap_rules=rules(NO_MIB))
        counts.append(REGISTRY.get_sample_value(name) or 0.0)
    await house.engine.renew_trap_rules(rules(Later()))

    assert [after - before for before, after in pairwise(counts)] == [3, 0]
    assert house.alert().trap_count == 2
    await house.engine.stop()
