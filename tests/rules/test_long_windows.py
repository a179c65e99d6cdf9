"""Between two answers of the history a rule goes on with the last, and with what came since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import RowSet
from netwatch.rules import Answer
from netwatch.rules.long_windows import LongWindow

from .test_hindsight import HOUR, question

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROWS = RowSet(index=("1", "2"), keys=("a", "b"))


class Told:
    """Gives the answers it was told to."""

    def __init__(self, *values: object, at: datetime = NOON) -> None:
        self.given: Answer | None = None
        if values:
            self.give(*values, at=at)

    def give(self, *values: object, at: datetime = NOON, slot: int = 0, slopes: object = None) -> None:
        slots = {slot: list(values)} | ({1: slopes} if slopes else {})
        self.given = Answer(at=at, keys={"a": 0, "b": 1}, slots=slots, known=[168, 2], wanted=84)

    def keeps(self, table):
        return True

    def answer(self, asked, at):
        return self.given


def window(text: str, told: Told) -> LongWindow:
    return LongWindow(question(text), told)


def test_before_there_is_an_answer_nothing_is_known_and_it_says_so():
    long = window("avg_over(storage_used_bytes, '7d')", Told())

    assert long.values(NOON, ROWS, [1, 2]) == [None, None]
    assert "not enough history yet" in long.words("a")


def test_a_peak_since_the_answer_counts_until_an_answer_has_it():
    told = Told(10, 20)
    long = window("max_over(storage_used_bytes, '7d')", told)

    assert long.values(NOON, ROWS, [1, 2]) == [10, 20]
    assert long.values(NOON + MINUTE, ROWS, [99, 2]) == [99, 20]
    assert long.values(NOON + 2 * MINUTE, ROWS, [1, None]) == [99, 20]
    told.give(11, 20, at=NOON + 80 * MINUTE)  # history is written some minutes late
    assert long.values(NOON + 80 * MINUTE, ROWS, [1, 2]) == [99, 20]
    told.give(11, 20, at=NOON + 160 * MINUTE)
    assert long.values(NOON + 160 * MINUTE, ROWS, [1, 2]) == [11, 20]


def test_a_low_value_of_now_says_nothing_of_a_week_that_is_not_known():
    long = window("max_over(storage_used_bytes, '7d')", Told(10, None))

    assert long.values(NOON, ROWS, [1, 2]) == [10, None]
    assert long.words("b") == "not enough history yet: it is known for 2 of the 84 hours it takes at least"


@pytest.mark.parametrize(("text", "values"), [
    ("delta_over(storage_used_bytes, '7d')", [2, None]),  # 12 now, 10 a week ago
    ("last_over(storage_used_bytes, '7d')", [12, 20]),
    ("min_over(storage_used_bytes, '7d')", [10, 20]),
    ("avg_over(storage_used_bytes, '7d')", [10, 20]),
])  # fmt: skip
def test_each_takes_in_the_reading_of_now_as_it_should(text, values):
    assert window(text, Told(10, 20)).values(NOON, ROWS, [12, None]) == values


def test_a_forecast_goes_on_along_the_line_of_the_answer():
    told = Told()
    told.give(100.0, None, slopes=[1 / 3600, None])
    long = window("forecast(storage_used_bytes, '2d')", told)

    assert long.values(NOON + HOUR, ROWS, [1, 2]) == [pytest.approx(100 + 49), None]


def test_an_answer_that_is_far_too_old_is_none():
    long = window("avg_over(storage_used_bytes, '7d')", Told(10, 20))

    assert long.values(NOON + 3 * HOUR, ROWS, [1, 2]) == [10, 20]
    assert long.values(NOON + 6 * HOUR, ROWS, [1, 2]) == [None, None]
    assert long.values(NOON - 3 * HOUR, ROWS, [1, 2]) == [None, None]  # the clock was set back


def test_rows_that_move_keep_what_is_theirs():
    long = window("max_over(storage_used_bytes, '7d')", Told(10, 20))
    long.values(NOON, ROWS, [99, 2])

    other = RowSet(index=("1", "2", "3"), keys=("b", "new", "a"))
    assert long.values(NOON + MINUTE, other, [3, 4, 5]) == [20, None, 99]


def test_the_value_of_a_week_ago_is_that_of_the_very_five_minutes():
    told = Told()
    then = round((NOON - 7 * 24 * HOUR).timestamp() * 1000)
    told.give(1, 2, slot=then)
    long = window("offset(storage_used_bytes, '7d')", told)

    assert long.values(NOON + 4 * MINUTE, ROWS, [0, 0]) == [1, 2]
    assert long.values(NOON - MINUTE, ROWS, [0, 0]) == [None, None]
    assert long.values(NOON + 2 * HOUR, ROWS, [0, 0]) == [None, None]


def test_after_the_clock_was_set_it_begins_anew():
    told = Told(10, 20)
    long = window("max_over(storage_used_bytes, '7d')", told)
    long.values(NOON, ROWS, [99, 2])

    long.move()

    assert long.values(NOON, ROWS, [1, 2]) == [10, 20]
