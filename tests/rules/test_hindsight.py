"""What rules are told of days past: the right figure where history knows enough, nothing where it does not."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.formulas import WITH_MEMORY, Checker, Formula
from netwatch.model import CONCEPTS, Stretch
from netwatch.rules import Question, answered

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 3, 20, 8, 30, tzinfo=UTC)
STEP = 300_000
TEXT = "storage_used_bytes"


def question(text: str = "avg_over(storage_used_bytes, '7d')", table: str = "storage") -> Question:
    """Return what an expression asks of history."""
    node = Checker(text, CONCEPTS[table].schema, WITH_MEMORY).check(ast.parse(text, mode="eval").body)
    source = Formula(node, text).inputs[0]
    return Question(
        device="sw1", table=table, key=source.key, function=source.function, span=source.span,
        parameter=source.parameter, columns=source.from_history, body=source.body,
    )  # fmt: skip


class Kept:
    """A history of one disk whose column follows a function of the hour since its beginning."""

    def __init__(self, value_at, *, begins=NOW - 10 * DAY, without=()) -> None:
        self._value_at, self._begins, self._without = value_at, begins, without

    def __call__(self, since: datetime, until: datetime, coarse: bool) -> Iterable[Stretch]:
        step = HOUR / timedelta(milliseconds=1) if coarse else STEP
        for start in range(round(since.timestamp() * 1000 // step), round(until.timestamp() * 1000 // step), 72):
            times = [round(number * step) for number in range(start, start + 72)]
            times = [at for at in times if self._is_kept(at, since, until)]
            if times:
                row = [self._value_at(datetime.fromtimestamp(at / 1000, UTC)) for at in times]
                wide = [None if value is None else value + 5 for value in row]
                low = [None if value is None else value - 5 for value in row]
                yield Stretch(keys=("disk",), step=round(step), times=times, means={TEXT: [row]}, lows={TEXT: [low]},
                              highs={TEXT: [wide]})  # fmt: skip

    def _is_kept(self, at_ms: int, since: datetime, until: datetime) -> bool:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        gone = any(begin <= at < end for begin, end in self._without)
        return max(since, self._begins) <= at < until and not gone


def since_begin(at: datetime) -> float:
    return (at - (NOW - 10 * DAY)) / HOUR


@pytest.mark.parametrize(("text", "value"), [
    ("avg_over(storage_used_bytes, '7d')", 72 + 84),  # from hour 72 to hour 240
    ("min_over(storage_used_bytes, '7d')", 72 - 5),  # the lowest of five minutes, not their mean
    ("max_over(storage_used_bytes, '7d')", 240 + 5),
    ("last_over(storage_used_bytes, '7d')", 240),
    ("delta_over(storage_used_bytes, '7d')", 72),  # the oldest, which the reading of now is held against
    ("quantile_over(storage_used_bytes, 0.5, '7d')", 72 + 84),
    ("forecast(storage_used_bytes, '7d')", 240),  # the line as it stands now
])  # fmt: skip
def test_each_function_over_days_is_worked_out_of_the_steps_that_history_has(text, value):
    answer = answered(question(text), NOW, Kept(since_begin))

    assert answer.slots[0][answer.keys["disk"]] == pytest.approx(value, abs=0.1)


def test_an_expression_of_columns_is_worked_out_step_by_step():
    answer = answered(question("avg_over(storage_used_bytes * 2 + 1, '2d')"), NOW, Kept(lambda at: 10))

    assert answer.slots[0] == [21]


@pytest.mark.parametrize("text", [
    "avg_over(storage_used_bytes, '7d')", "max_over(storage_used_bytes, '7d')", "forecast(storage_used_bytes, '7d')",
    "delta_over(storage_used_bytes, '7d')", "quantile_over(storage_used_bytes, 0.9, '7d')",
    "same_hour(storage_used_bytes, '7d')",
])  # fmt: skip
def test_of_a_history_that_is_young_nothing_follows(text):
    answer = answered(question(text), NOW, Kept(since_begin, begins=NOW - 1.5 * DAY))

    assert all(value is None for slot in answer.slots.values() for value in slot)
    assert answer.known[0] < answer.wanted


def test_a_gap_of_most_of_the_span_counts_as_not_known():
    gone = [(NOW - 6 * DAY, NOW - DAY)]

    answer = answered(question(), NOW, Kept(since_begin, without=gone))

    assert (answer.slots[0], answer.known, answer.wanted) == ([None], [48], 84)


def test_a_device_that_is_read_every_quarter_of_an_hour_is_known_all_the_time():
    answer = answered(question(), NOW, Kept(lambda at: 7 if at.minute % 15 == 0 else None))

    assert answer.slots[0] == [7]


def test_the_same_hour_is_its_mean_on_the_days_before_and_that_of_the_next_hour_is_known_ahead():
    answer = answered(question("same_hour(storage_used_bytes, '7d')"), NOW, Kept(lambda at: at.day * 100 + at.hour))

    hours = [datetime.fromtimestamp(slot / 1000, UTC).hour for slot in answer.slots]
    assert hours == [8, 9]
    assert list(answer.slots.values()) == [[1600 + 8], [1600 + 9]]  # the 13th to the 19th, on the mean the 16th


def test_the_same_hour_of_the_week_is_told_from_half_of_the_weeks():
    asked = question("same_hour(storage_used_bytes, '28d', '7d')")

    known = answered(asked, NOW, Kept(lambda at: at.hour, begins=NOW - 15 * DAY))
    young = answered(asked, NOW, Kept(lambda at: at.hour, begins=NOW - 13 * DAY))

    assert (next(iter(known.slots.values())), known.known, known.wanted) == ([8], [2], 2)
    assert (next(iter(young.slots.values())), young.known) == ([None], [1])


def test_what_was_a_week_ago_is_told_for_every_five_minutes_to_come_and_a_gap_is_bridged_for_an_hour():
    then = NOW - 7 * DAY
    gone = [(then, then + 3 * HOUR)]

    answer = answered(question("offset(storage_used_bytes, '7d')"), NOW, Kept(since_begin, without=gone))

    told = {datetime.fromtimestamp(at / 1000, UTC): slot[0] for at, slot in answer.slots.items()}
    assert max(told) == then - timedelta(minutes=5)
    assert told[then - timedelta(minutes=5)] == pytest.approx(72 - 1 / 12)
