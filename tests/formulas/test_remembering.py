"""What the functions give that look further back than the reading before."""

from __future__ import annotations

import pytest

from netwatch.formulas import FUNCTIONS, Frame

REMEMBERING = ["seen(ifMtu > 1)", "avg_over(ifMtu, '5m') > 1", "forecast(ifMtu, '4h') > 1"]


@pytest.mark.parametrize("expr", REMEMBERING)
def test_who_brings_no_memory_leaves_them_out_of_the_language(workshop, expr):
    _, complaint = workshop.checked(expr, functions=FUNCTIONS)

    assert "there is no function" in complaint


@pytest.mark.parametrize("expr", [*REMEMBERING, "seen(avg(ifMtu) > 1)"])
def test_in_a_frame_without_a_memory_they_are_unknown(workshop, expr):
    formula, frame = workshop.formula(expr), Frame(workshop.reading({"ifMtu": [5, 9]}))

    assert list(formula.column(frame)) == [None] * (1 if formula.scalar else 2)


def test_avg_over_means_the_readings_of_the_span(workshop):
    rows = workshop.rows("a")
    readings = [workshop.reading({"ifMtu": [v]}, rows=rows, seconds=60 * n) for n, v in enumerate([100, 0, 0, 50])]

    # the fourth reading's two minutes hold the third and itself: 25
    assert workshop.story("avg_over(ifMtu, '2m') == 25", *readings)[-1] == [True]
    assert workshop.story("max_over(ifMtu, '2m') == 50", *readings)[-1] == [True]
    assert workshop.story("min_over(ifMtu, '1h') == 0", *readings)[-1] == [True]


def test_a_window_over_an_aggregate_has_one_instance(workshop):
    rows = workshop.rows("a", "b")
    readings = [workshop.reading({"ifMtu": [v, v]}, rows=rows, seconds=60 * n) for n, v in enumerate([1, 3])]

    assert workshop.story("avg_over(sum(ifMtu), '5m') == 4", *readings)[-1] == [True]


def test_forecast_follows_the_straight_line_and_waits_until_it_has_seen_enough(workshop):
    rows = workshop.rows("disk")
    readings = [workshop.reading({"ifMtu": [100 + 10 * n]}, rows=rows, seconds=600 * n) for n in range(8)]

    told = workshop.story("forecast(ifMtu, '4h') >= 409", *readings)

    assert told[:6] == [[None]] * 6  # less than an hour seen
    assert told[7] == [True]  # 170 now, 1 a minute: 410 in four hours


def test_seen_stays_true_once_it_was(workshop):
    rows = workshop.rows("a", "b")
    readings = [workshop.reading({"ifOperStatus": states}, rows=rows) for states in ([1, 2], [2, 2], [None, 1])]

    told = workshop.story("seen(ifOperStatus == 'up')", *readings)

    assert told == [[True, False], [True, False], [True, True]]


def test_seen_inside_a_guard_notes_what_the_guard_hides(workshop):
    rows = workshop.rows("a")
    up, down = (workshop.reading({"ifOperStatus": [state]}, rows=rows) for state in (1, 2))

    assert workshop.story("ifOperStatus == 'down' and seen(ifOperStatus == 'up')", up, down) == [[False], [True]]
