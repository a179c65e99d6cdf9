"""What the functions give that look further back than the reading before."""

from __future__ import annotations

import ast

import pytest

from netwatch.formulas import FUNCTIONS, WITH_MEMORY, Checker, Formula, Frame, source_text
from netwatch.model import CONCEPTS

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


def of_interfaces(text):
    """Return what an expression about the concept is read from, and what is wrong with it."""
    checker = Checker(text, CONCEPTS["interface"].schema, WITH_MEMORY)
    node = checker.check(ast.parse(text, mode="eval").body)
    return ([] if checker.flaws else Formula(node, text).inputs), "\n".join(flaw.message for flaw in checker.flaws)


@pytest.mark.parametrize(("text", "columns"), [
    ("avg_over(interface_in_bits_per_second, '7d')", {"interface_in_bits_per_second"}),
    ("offset(interface_in_bits_per_second / interface_speed_bits_per_second, '7d')",
     {"interface_in_bits_per_second", "interface_speed_bits_per_second"}),
    ("max_over(interface_in_bits_per_second, '2d')", {"interface_in_bits_per_second"}),
    ("same_hour(interface_in_bits_per_second, '1d')", {"interface_in_bits_per_second"}),
    ("max_over(interface_in_bits_per_second * 2, '2d')", set()),  # the highest of a product is no mean's
    ("avg_over(interface_in_bits_per_second, '1d')", set()),  # memory keeps that
    ("sum_over(interface_in_bits_per_second, '7d')", set()),  # of means no sum of readings follows
    ("last_over(interface_oper, '7d')", set()),  # a mean of states is none
    ("avg_over(avg(interface_in_bits_per_second), '7d')", set()),
])  # fmt: skip
def test_what_goes_back_over_days_is_read_from_history_where_means_will_do(text, columns):
    (source,), _ = of_interfaces(text)

    assert source.from_history == columns


@pytest.mark.parametrize(("text", "said"), [
    ("same_hour(interface_oper, '7d')", "columns of a concept with numbers are wanted here"),
    ("same_hour(5 * avg(interface_in_bits_per_second), '7d')", "columns of a concept with numbers are wanted here"),
    ("same_hour(interface_in_bits_per_second, '90m')", "the same hour comes back after whole days"),
    ("same_hour(interface_in_bits_per_second, '10d', '7d')", "the same hour comes back after whole days"),
    ("same_hour(interface_in_bits_per_second, '93d')", "of 92 days at most"),
])  # fmt: skip
def test_the_same_hour_is_that_of_whole_days_and_of_columns(text, said):
    assert said in of_interfaces(text)[1]


def test_the_same_hour_of_the_week_is_written_as_it_was_typed():
    text = "same_hour(interface_in_bits_per_second, '4w', '1w')"

    assert source_text(of_interfaces(text)[0][0]) == "same_hour(interface_in_bits_per_second, '28d', '7d')"
