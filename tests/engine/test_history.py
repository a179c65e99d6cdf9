"""The values of the last hour: what is kept, how often, and the curves drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.engine import History
from netwatch.model import REACHABILITY, SCALARS, ClockStep, ColumnKind, ReadingGap, RowSet, TableReading, TableSchema
from netwatch.rules import TableMemory, evaluate, parse_rules

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PORTS = TableSchema(
    name="ports",
    columns={
        "octets": ColumnKind.COUNTER64, "speed": ColumnKind.GAUGE, "state": ColumnKind.ENUM,
        "serial": ColumnKind.TEXT,
    },
    labels=("ifName",),
    enums={"state": {1: "up", 2: "down"}},
)  # fmt: skip
RULES = """
rules:
  - {alert: Full, expr: rate(octets) * 8 > 0.9 * speed}
  - {alert: Down, expr: state == 'down'}
  - {alert: Many, expr: count(state == 'down') > 2}
  - {alert: Busy, expr: "avg_over(rate(octets), '5m') > 10"}
  - {alert: Renamed, expr: serial != 'x'}
  - {alert: Silent, expr: up == 0}
"""
RULES = parse_rules(RULES, "rules.yaml", {"ports": PORTS, "reachability": REACHABILITY})


def rows(*names: str) -> RowSet:
    return RowSet(
        index=tuple(map(str, range(len(names)))), keys=tuple(f"ifName={name}" for name in names),
        labels={"ifName": names},
    )  # fmt: skip


GI = rows("Gi1", "Gi2")


def reading(
    minute: float,
    rates: Sequence[float | None] = (10.0, 20.0),
    *,
    speed: Sequence[object] = (100, 100),
    of: RowSet = GI,
    device: str = "sw1",
) -> TableReading:
    columns = {"octets": [1] * len(rates), "speed": list(speed), "state": [2] * len(rates)}
    return TableReading(
        device=device, table="ports", at=NOON + timedelta(minutes=minute), rows=of, columns=columns,
        rates={"octets": list(rates)},
    )  # fmt: skip


def noted(*readings: TableReading, **settings) -> History:
    """Return a history of readings, each held against the rules first, as the engine does."""
    history, memory = History(RULES, **settings), TableMemory("sw1", "ports")
    for one in readings:
        for rule in RULES:
            if rule.table == "ports":
                evaluate(rule, one, memory)
        history.note(one, memory)
    return history


def values(history: History, rule: str = "Full", instance: str = "ifName=Gi1", minute: float = 60) -> list[float]:
    curve = history.curve(rule, "sw1", instance, NOON + timedelta(minutes=minute))
    return [] if curve is None else [round(value, 3) for _, value in curve.points]


def test_a_curve_is_the_rules_value_over_the_last_hour_and_its_line():
    history = noted(*(reading(minute, (float(minute), 50.0)) for minute in range(5)))

    curve = history.curve("Full", "sw1", "ifName=Gi1", NOON + timedelta(minutes=4))

    assert [at for at, _ in curve.points] == [NOON + timedelta(minutes=minute) for minute in range(5)]
    assert values(history) == [0.0, 0.08, 0.16, 0.24, 0.32]
    assert values(history, instance="ifName=Gi2") == [4.0] * 5
    assert curve.threshold == pytest.approx(0.9)


def test_what_is_older_than_the_span_is_left_out():
    history = noted(*(reading(minute, (float(minute), 0.0)) for minute in range(0, 200, 2)))

    curve = history.curve("Full", "sw1", "ifName=Gi1", NOON + timedelta(minutes=198))

    assert curve.points[0][0] >= NOON + timedelta(minutes=138)
    assert curve.points[-1][0] == NOON + timedelta(minutes=198)
    assert len(curve.points) == 31


def test_what_was_missing_leaves_a_hole():
    history = noted(*(reading(minute, (None if minute == 2 else 10.0, 1.0)) for minute in range(5)))

    assert values(history) == [0.8] * 4


def test_a_division_by_zero_leaves_a_hole_in_its_row_alone():
    history = noted(*(reading(minute, speed=(100, 0 if minute == 2 else 100)) for minute in range(5)))

    assert (len(values(history)), len(values(history, instance="ifName=Gi2"))) == (5, 4)


@pytest.mark.parametrize(("rule", "instance"), [
    ("Down", "ifName=Gi1"),      # the names of an enumeration make no curve
    ("Renamed", "ifName=Gi1"),   # nor do texts
    ("Full", "ifName=Gi9"),
    ("Full", ""),
    ("NoSuchRule", "ifName=Gi1"),
    ("Silent", ""),              # never read
])  # fmt: skip
def test_there_is_no_curve_of_what_is_no_number_or_not_there(rule, instance):
    history = noted(*(reading(minute) for minute in range(5)))

    assert history.curve(rule, "sw1", instance, NOON + timedelta(minutes=5)) is None


def test_two_points_make_no_curve():
    assert values(noted(reading(0), reading(1))) == []


def test_a_rule_about_the_whole_table_has_one_curve():
    history = noted(*(reading(minute) for minute in range(3)))

    assert values(history, "Many", "") == [2.0, 2.0, 2.0]


def test_a_mean_over_time_is_kept_as_it_was_worked_out():
    history = noted(*(reading(minute, (float(minute), 0.0)) for minute in range(3)))

    assert values(history, "Busy") == [0.0, 0.5, 1.0]


def test_rows_keep_their_own_past_when_the_table_changes():
    fewer = [reading(minute, (10.0, 20.0)) for minute in range(3)]
    more = [reading(3 + minute, (5.0, 10.0, 20.0), speed=(100, 100, 100), of=rows("Gi0", "Gi1", "Gi3"))
            for minute in range(3)]  # fmt: skip

    history = noted(*fewer, *more)

    assert values(history, instance="ifName=Gi1") == [0.8] * 6
    assert values(history, instance="ifName=Gi3") == [1.6] * 3
    assert values(history, instance="ifName=Gi2") == []
    assert values(history, "Many", "") == [2.0] * 3 + [3.0] * 3


def test_the_budget_is_kept_by_keeping_less_often():
    def fill(switches: int) -> History:
        history = History(RULES, budget_bytes=100_000)
        for minute in range(61):
            for number in range(switches):
                history.note(reading(minute, device=f"sw{number + 1}"))
        return history

    few, many = fill(10), fill(80)

    assert few.size_bytes <= 100_000
    assert many.size_bytes <= 100_000
    assert len(values(few)) == 61
    assert 4 <= len(values(many)) < 30


def test_a_table_takes_its_whole_room_with_the_second_reading_and_no_more_in_the_hours_after():
    history, sizes = History(RULES), []
    for minute in range(200):
        history.note(reading(minute))
        sizes.append(history.size_bytes)

    assert sizes[0] < sizes[1]
    assert set(sizes[1:]) == {sizes[1]}


def test_what_a_table_has_not_filled_yet_makes_room_for_others_before_any_reading_does():
    history = History(RULES, budget_bytes=100_000)
    for minute in range(11):
        history.note(reading(minute))
    alone = history.slots
    for number in range(2, 40):
        history.note(reading(11, device=f"sw{number}"))
        history.note(reading(11 + number / 100))

    kept = [at for at, _ in history.curve("Full", "sw1", "ifName=Gi1", NOON + timedelta(minutes=12)).points]

    assert history.slots < alone
    assert kept[:11] == [NOON + timedelta(minutes=minute) for minute in range(11)]


@given(
    steps=st.lists(st.floats(0.2, 12.0), min_size=1, max_size=120),
    others=st.lists(st.tuples(st.integers(0, 119), st.integers(1, 60)), max_size=6),
)
def test_what_is_kept_is_kept_in_order_and_is_of_the_last_hour_and_within_its_slots(steps, others):
    """Against what was read, whatever room there is: no value is another's, none twice, none before its time."""
    history, read, minute = History(RULES, budget_bytes=30_000), {}, 0.0
    for number, step in enumerate(steps):
        minute += step
        for at, count in others:
            for other in range(count if at == number else 0):
                history.note(reading(minute, device=f"of {number}, {other}"))
        one = reading(minute, (float(number), 0.0))
        read[one.at.timestamp()] = number * 0.08
        history.note(one)
    curve = history.curve("Full", "sw1", "ifName=Gi1", NOON + timedelta(minutes=minute))
    points = [] if curve is None else curve.points

    assert [at for at, _ in points] == sorted({at for at, _ in points})
    assert all(value == pytest.approx(read[at.timestamp()]) for at, value in points)
    assert all(at >= NOON + timedelta(minutes=minute - 60) for at, _ in points)
    assert len(points) <= history.slots + 1
    assert curve is None or points[-1][0] == NOON + timedelta(minutes=minute)


def test_the_newest_reading_is_there_even_if_it_is_not_kept():
    history = noted(*(reading(second / 60, (float(second), 0.0)) for second in range(121)))

    assert values(history, minute=2)[-1] == pytest.approx(9.6)


def test_a_clock_that_was_set_back_begins_the_curve_anew():
    history = noted(*(reading(minute) for minute in (30, 31, 32, 0, 1, 2)))

    assert len(values(history, minute=40)) == 3


def test_gaps_one_after_the_other_are_one_gap():
    def gap(minute: int) -> ReadingGap:
        at = NOON + timedelta(minutes=minute)
        return ReadingGap(device="sw1", table="ports", at=at, reason=f"no answer at {minute}")

    history = noted(reading(0))
    for minute in (1, 2, 3):
        history.note_gap(gap(minute))
    history.note(reading(4))
    history.note_gap(gap(5))

    found = [((one.since - NOON).seconds // 60, (one.until - NOON).seconds // 60, one.reason)
             for one in history.gaps_of("sw1", "ports")]  # fmt: skip
    assert found == [(1, 3, "no answer at 3"), (5, 5, "no answer at 5")]


def test_a_device_that_is_gone_is_forgotten():
    history = noted(*(reading(minute) for minute in range(5)))
    history.note_gap(ReadingGap(device="sw1", table="ports", at=NOON, reason="no answer"))

    history.forget("sw1")

    assert (values(history), history.gaps_of("sw1", "ports"), history.size_bytes) == ([], (), 0)


def test_a_table_no_rule_draws_from_costs_nothing():
    history = History(RULES)

    history.note(TableReading(device="sw1", table="other", at=NOON, rows=SCALARS, columns={"x": [1]}))

    assert history.size_bytes == 0


def test_a_curve_moves_with_a_wall_clock_that_was_set():
    history = noted(*(reading(minute, (float(minute), 0.0)) for minute in range(30)))
    before = history.curve("Full", "sw1", "ifName=Gi1", NOON + timedelta(minutes=30))
    hour = timedelta(hours=1)

    history.move(ClockStep(since=NOON - hour, at=NOON + timedelta(minutes=30), by=-hour))

    after = history.curve("Full", "sw1", "ifName=Gi1", NOON + timedelta(minutes=30) - hour)
    assert after.points == tuple((at - hour, value) for at, value in before.points)
