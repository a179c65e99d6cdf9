"""Time windows stay small and keep to their span."""

from __future__ import annotations

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
