"""Time windows stay small and keep to their span."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from netwatch.rules.windows import MAX_SLOTS, Window


def fill(workshop, function, values, *, span=timedelta(hours=1), step=60):
    window, rows = Window(function, span), workshop.rows("a")
    for number, value in enumerate(values):
        window.add(workshop.noon + timedelta(seconds=step * number), rows, [value])
    return window


@pytest.mark.parametrize(("function", "result"), [("avg_over", 499.5), ("min_over", 0), ("max_over", 999)])
def test_a_long_span_keeps_few_columns_and_no_extreme_is_lost(workshop, function, result):
    window = fill(workshop, function, range(1000), span=timedelta(hours=24), step=10)

    assert window.values() == [pytest.approx(result)]
    assert len(window._slots) <= MAX_SLOTS + 1


@pytest.mark.parametrize(("function", "values", "result"), [
    ("sum_over", [1, None, 3], 4),
    ("count_over", [1, 0, 1], 2),
    ("changes_over", ["up", "up", None, "down", "up"], 2),
    ("changes_over", [5], 0),
    ("stddev_over", [2, 4, 4, 4, 5, 5, 7, 9], 2.0),
    ("last_over", [1, 7, None], 7),
    ("delta_over", [10, 50, 30], 20),
    ("sum_over", [None, None], None),
    ("changes_over", [None], None),
])  # fmt: skip
def test_each_function_sums_its_window_up(workshop, function, values, result):
    assert fill(workshop, function, values).values() == [result if result is None else pytest.approx(result)]


@pytest.mark.parametrize(("function", "result"), [
    ("sum_over", 499_500), ("count_over", 499_500), ("changes_over", 999), ("delta_over", 999), ("last_over", 999),
    ("stddev_over", 288.675),
])  # fmt: skip
def test_readings_that_share_a_slot_are_all_counted(workshop, function, result):
    window = fill(workshop, function, range(1000), span=timedelta(hours=24), step=10)

    assert window.values() == [pytest.approx(result)]
    assert len(window._slots) <= MAX_SLOTS + 1


def test_a_quantile_lies_between_two_readings(workshop):
    window, rows = Window("quantile_over", timedelta(hours=1), 0.95), workshop.rows("a")
    for number in range(101):
        window.add(workshop.noon + timedelta(seconds=number * 30), rows, [float(number)])

    assert window.values() == [pytest.approx(95.0)]


@pytest.mark.parametrize(("minutes", "result"), [(59, None), (60, 0), (70, 10), (75, 15)])
def test_offset_tells_the_value_of_then(workshop, minutes, result):
    assert fill(workshop, "offset", range(minutes + 1)).values() == [result]


def test_offset_does_not_tell_a_value_that_is_much_too_old(workshop):
    window, rows = Window("offset", timedelta(hours=1)), workshop.rows("a")
    for minutes in (0, 200):
        window.add(workshop.noon + timedelta(minutes=minutes), rows, [minutes])

    assert window.values() == [None]


@pytest.mark.parametrize("function", ["avg_over", "changes_over", "stddev_over", "delta_over", "offset"])
def test_a_window_of_a_week_goes_on_after_a_restart(workshop, function):
    span, rows = timedelta(days=7), workshop.rows("a")
    before, moments = Window(function, span), [workshop.noon + timedelta(hours=n) for n in range(200)]
    for number, at in enumerate(moments[:190]):
        before.add(at, rows, [number % 7])
    kept = json.loads(json.dumps(before.kept(moments[189])))
    after = Window(function, span)

    after.restore(kept, moments[190])
    for window in (before, after):
        for number, at in enumerate(moments[190:], start=190):
            window.add(at, workshop.rows("a"), [number % 7])

    assert after.values() == before.values() != [None]


def test_a_long_window_is_written_down_now_and_then_and_a_short_one_never(workshop):
    day, minutes = Window("max_over", timedelta(days=1)), Window("max_over", timedelta(minutes=5))
    written = 0
    for number in range(24 * 60):
        at = workshop.noon + timedelta(minutes=number)
        for window in (day, minutes):
            window.add(at, workshop.rows("a"), [1])
        if day.due(at):
            day.kept(at)
            written += 1
        assert not minutes.due(at)

    assert written == 23


def test_what_is_older_than_the_span_is_let_go(workshop):
    assert fill(workshop, "max_over", [900, 1, 2, 3], span=timedelta(minutes=2)).values() == [3]


def test_missing_values_are_left_out(workshop):
    assert fill(workshop, "avg_over", [None, 10, None, 20]).values() == [15]
    assert fill(workshop, "avg_over", [None, None]).values() == [None]
    assert fill(workshop, "min_over", [None, None]).values() == [None]
    assert fill(workshop, "min_over", [None, 5, 7], span=timedelta(hours=24)).values() == [5]


def test_a_row_keeps_its_history_when_rows_move(workshop):
    window = Window("max_over", timedelta(hours=1))
    window.add(workshop.noon, workshop.rows("a", "b"), [1, 2])
    window.add(workshop.noon + timedelta(minutes=1), workshop.rows("b", "c"), [0, 0])

    assert window.values() == [2, 0]


def test_a_clock_that_was_set_back_begins_a_new_window(workshop):
    window, rows = Window("max_over", timedelta(hours=1)), workshop.rows("a")
    window.add(workshop.noon, rows, [9])
    window.add(workshop.noon - timedelta(hours=5), rows, [1])

    assert window.values() == [1]


def test_a_forecast_needs_three_readings_over_a_quarter_of_its_span(workshop):
    assert fill(workshop, "forecast", [1, 2], step=3000).values() == [None]
    assert fill(workshop, "forecast", [1, 2, 3], step=400).values() == [None]
    assert fill(workshop, "forecast", [1, 2, 3], step=600).values() == [pytest.approx(3 + 6)]
    assert fill(workshop, "forecast", [1, None, 2, 3], step=600).values() != [None]
