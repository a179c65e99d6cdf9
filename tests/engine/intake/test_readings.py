"""What stands still since the reading before is not held against rules again, and nothing is told otherwise."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from netwatch.alerts import Maintenance, MaintenanceWindow, Policy, Topology
from netwatch.model import SCALARS, ColumnKind, ReadingGap, RowSet, TableReading, TableSchema, parse_matchers

from ..test_engine import SCHEMA, START, House, Noting

PORTS = TableSchema(
    name="ifTable",
    columns={"oper": ColumnKind.GAUGE, "heat": ColumnKind.GAUGE, "octets": ColumnKind.COUNTER64},
    labels=("ifName",),
)
RULES = """
rules:
  - {alert: Down, expr: oper == 2 and seen(oper == 1), for: 90s}
  - {alert: Hot, expr: heat > 70, clear_expr: heat < 50, keep_firing_for: 2m}
  - {alert: HotLong, expr: "count_over(heat > 70, '4m') >= 3"}
  - {alert: Warming, expr: "forecast(heat, '8m') > 90"}
  - {alert: Mean, expr: "avg_over(heat, '5m') > 60"}
  - {alert: Jumped, expr: heat - last(heat) > 30}
  - {alert: Busy, expr: rate(octets) > 100}
  - {alert: Many, expr: count(oper == 2) > 1}
  - {alert: Unknown, expr: absent(heat), no_data: alert}
  - {alert: Gone, expr: oper == 3, on_gone: alert}
"""
ROWS = RowSet(index=("1", "2", "3"), keys=("a", "b", "c"), labels={"ifName": ("a", "b", "c")})
FEWER = RowSet(index=("1", "2"), keys=("a", "b"), labels={"ifName": ("a", "b")})


def _copied(reading: TableReading) -> TableReading:
    """Return the same with columns of its own, so that nothing of it stands."""
    columns, rates = ({name: [*column] for name, column in of.items()} for of in (reading.columns, reading.rates))
    return replace(reading, columns=columns, rates=rates)


def _moved_on(dice: random.Random, before: dict[str, list[Any]], size: int) -> dict[str, list[Any]]:
    """Return columns, most of them the very same; of the others one value is another one."""
    values = {"oper": (1, 1, 2, 3), "heat": (30, 60, 75, 95, None), "rate": (0.0, 50.0, 150.0, None)}
    found = {}
    for name, choice in values.items():
        column = before.get(name, [choice[0]] * size)
        if len(column) != size or dice.random() < 0.3:
            column = [*column, *[choice[0]] * size][:size]
            column[dice.randrange(size)] = dice.choice(choice)
        found[name] = column
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_alerts_come_and_go_as_if_every_reading_were_held_against_every_rule(seed):
    dice = random.Random(seed)
    here, there = [
        await House(rules=RULES, schema={**SCHEMA, "ifTable": PORTS}).open() for _ in ("standing", "copies")
    ]
    columns: dict[str, list[Any]] = {}
    told: list[list[Any]] = []
    for poll in range(60):
        rows = FEWER if dice.random() < 0.05 else ROWS
        columns = _moved_on(dice, columns, len(rows.keys))
        reading = TableReading(
            device="sw1", table="ifTable", at=START + timedelta(minutes=poll), rows=rows,
            columns={"oper": columns["oper"], "heat": columns["heat"], "octets": columns["oper"]},
            rates={"octets": columns["rate"]}, partial=dice.random() < 0.05,
        )  # fmt: skip
        for house, given in ((here, reading), (there, _copied(reading))):
            house.now = reading.at
            house.engine.take_reading(given)
            house.engine.flush_due(reading.at)

        seen, wanted = (
            sorted((alert.key.rule, alert.key.instance, alert.state, alert.value, alert.pending_at, alert.firing_at)
                   for alert in house.engine.desk.alerts())
            for house in (here, there)
        )  # fmt: skip
        assert seen == wanted
        told.append(seen)
    assert len({rule for alerts in told for rule, *_ in alerts}) >= 8
    for house in (here, there):
        await house.engine.stop()


async def test_one_value_that_moved_on_a_quiet_table_is_told_with_that_reading():
    house = await House(rules=RULES, schema={**SCHEMA, "ifTable": PORTS}).open()
    columns: dict[str, list[Any]] = {"oper": [1, 1, 1], "heat": [30, 30, 30], "octets": [1, 1, 1]}

    def poll(minute: int, **moved: list[Any]) -> set[str]:
        columns.update(moved)
        house.engine.take_reading(
            TableReading(
                device="sw1", table="ifTable", at=START + timedelta(minutes=minute), rows=ROWS, columns=dict(columns)
            )
        )
        return {f"{rule} {instance}" for rule, instance in house.states() if rule != "Warming"}

    assert [poll(minute) for minute in range(4)] == [set()] * 4
    assert poll(4, oper=[1, 2, 1]) == {"Down b"}
    assert poll(5, heat=[30, 30, 75]) == {"Down b", "Hot c", "Jumped c"}
    assert poll(6, oper=[1, 1, 1]) == {"Hot c"}
    await house.engine.stop()


async def test_what_a_window_kept_from_rules_is_held_against_them_after_it_though_nothing_moves_then():
    window = MaintenanceWindow(
        name="move",
        mode="skip",
        matchers=parse_matchers('site="hq"'),
        begins=START,
        ends=START + timedelta(minutes=3),
    )
    policy = Policy(maintenance=Maintenance([window], Topology({}), {"sw1": {"site": "hq"}}))
    house = await House(rules=RULES, schema={**SCHEMA, "ifTable": PORTS}, policy=policy).open()
    columns: dict[str, list[Any]] = {"oper": [1, 1, 1], "heat": [30, 80, 30], "octets": [1, 1, 1]}
    seen = []
    for minute in range(5):
        house.now = START + timedelta(minutes=minute)
        house.engine.take_reading(
            TableReading(device="sw1", table="ifTable", at=house.now, rows=ROWS, columns=columns)
        )
        seen.append(("Hot", "b") in house.states())

    assert seen == [False, False, False, True, True]
    await house.engine.stop()


CHECKS = """
rules:
  - {alert: Down, expr: up == 0, for: 20s}
  - {alert: Deaf, expr: snmp_up == 0 and up == 1}
  - {alert: Rebooted, expr: seconds_since_restart < 600}
  - {alert: Lossy, expr: loss_ratio > 0.2, clear_expr: loss_ratio < 0.1, value: loss_ratio}
"""
UNREAD = "  - {alert: Unread, expr: up == 2, no_data: alert}\n"
SAME = {value: [value] for value in (None, 0, 1, 0.15, 0.5, 100.0, 1000.0)}


def _check(dice: random.Random, at: datetime, since: datetime) -> TableReading:
    up = SAME[0 if dice.random() < 0.05 else 1]
    return TableReading(
        device="sw1", table="reachability", at=at, rows=SCALARS, uptime=at - since,
        columns={
            "up": up, "snmp_up": SAME[0] if dice.random() < 0.03 else up, "round_trip_seconds": [dice.random()],
            "loss_ratio": SAME[0.5 if dice.random() < 0.05 else 0.15 if dice.random() < 0.05 else 0],
            "seconds_since_restart": SAME[100.0 if dice.random() < 0.03 else 1000.0],
        },
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
async def test_checks_of_a_device_that_is_as_it_was_come_to_what_they_came_to_if_each_were_looked_at(seed):
    dice, rules = random.Random(seed), CHECKS + UNREAD * (seed % 2)
    here, there = [await House(Noting(), rules=rules).open() for _ in ("standing", "copies")]
    started, calm = START - timedelta(days=1), 0
    for second in range(0, 3000, 10):
        at = START + timedelta(seconds=second)
        started = at - timedelta(minutes=1) if dice.random() < 0.01 else started
        reading, is_lost = _check(dice, at, started), dice.random() < 0.03
        for house, given in ((here, reading), (there, _copied(reading))):
            house.now = at
            if is_lost:
                house.engine.take_gap(ReadingGap(device="sw1", table="reachability", at=at, reason="no answer"))
            else:
                house.engine.take_reading(given)
            house.engine.flush_due(at)
        assert here.states() == there.states()
        assert _told(here) == _told(there)
        calm += here.engine._readings._memories["sw1", "reachability"]._calm is reading
        for rule in ("Down", "Lossy") if dice.random() < 0.2 else ():
            seen, wanted = (house.engine._readings.verdicts_now(rule, "sw1") for house in (here, there))
            assert (seen is None) == (wanted is None)
            assert seen is None or (seen.broken, seen.reading.at) == (wanted.broken, wanted.reading.at)
        seen, wanted = (house.engine._history.curve("Lossy", "sw1", "", at) for house in (here, there))
        assert seen == wanted
    assert calm > 20
    for house in (here, there):
        await house.engine.stop()


def _told(house: House) -> list[Any]:
    """Return what was written, ids as they would be in any house."""
    assert isinstance(house.store, Noting)
    return [
        (
            [(alert.key, alert.state, alert.value, alert.pending_at) for alert in written.alerts],
            [(event.at, event.text) for event in written.events],
            [
                (memory.scope, (memory.key + (memory.text or "")).replace(f"{id(house)}", ""))
                for memory in written.memories
            ],
        )
        for written in house.store.transactions
    ]


async def test_the_first_check_that_says_something_else_is_told_after_any_number_of_calm_ones():
    house = await House(rules=CHECKS).open()
    columns = {"up": SAME[1], "snmp_up": SAME[1], "seconds_since_restart": SAME[None], "loss_ratio": SAME[0]}

    def check(second: int, **moved: list[Any]) -> set[str]:
        columns.update(moved)
        reading = TableReading(
            device="sw1", table="reachability", at=START + timedelta(seconds=second), rows=SCALARS,
            columns=columns | {"round_trip_seconds": [second / 1000]},
        )  # fmt: skip
        house.engine.take_reading(reading)
        return {rule for rule, _ in house.states()}

    assert [check(second) for second in range(0, 50, 10)] == [set()] * 5
    assert house.engine._readings.verdicts_now("Lossy", "sw1").reading.at == START + timedelta(seconds=40)
    assert check(50, snmp_up=SAME[0]) == {"Deaf"}
    assert check(60, snmp_up=SAME[1]) == set()
    assert check(70) == set()
    assert check(80, up=SAME[0], snmp_up=SAME[0]) == {"Down"}
    await house.engine.stop()


async def test_that_a_device_lacks_a_table_no_rule_asks_about_ends_that_it_could_not_be_read():
    house = await House(Noting(), rules=CHECKS).open()

    def lacks(second: int) -> list[str]:
        at = START + timedelta(seconds=second)
        house.engine.take_reading(
            TableReading(
                device="sw1", table="fanTable", at=at, rows=RowSet(index=(), keys=()), columns={}, lacking=True
            )
        )
        return [event.text for written in house.store.transactions for event in written.events]

    assert lacks(0) == []
    gap = ReadingGap(device="sw1", table="fanTable", at=START + timedelta(seconds=10), reason="no answer")
    house.engine.take_gap(gap)
    assert lacks(70)[-1] == "table fanTable is read again, after 1m"
    await house.engine.stop()
