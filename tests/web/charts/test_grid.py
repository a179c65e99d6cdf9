"""Values in equal steps: gaps stay gaps, peaks are kept, nothing has more points than it may."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import Past
from netwatch.web.charts.grid import MOST_POINTS, gridded, step_for

MINUTE = 60_000


def line(values, *, first=0, every=MINUTE, step=0):
    times = [first + number * every for number in range(len(values))]
    kept = [(at, value) for at, value in zip(times, values, strict=True) if value != "nothing was read"]
    values = [value for _, value in kept]
    return Past(step=step, times=[at for at, _ in kept], lows=[*values], means=values, highs=[*values])


def test_a_step_has_lowest_mean_and_highest_of_what_was_read_in_it():
    grid = gridded({"x": line([1.0, 5.0, 3.0, 7.0])}, 0, 240, points=2)

    assert (grid.begin, grid.step, grid.at) == (0, 120, (0, 1))
    assert grid.lines["x"] == ((1.0, 3.0, 5.0), (3.0, 5.0, 7.0))


def test_where_nothing_was_read_for_long_there_is_a_place_without_values_and_none_where_one_reading_is_late():
    values = [1.0] * 5 + ["nothing was read"] + [1.0] * 5 + ["nothing was read"] * 10 + [2.0] * 3
    grid = gridded({"x": line(values)}, 0, 24 * 60, points=300)

    assert grid.step == 60
    assert [place for place, cell in zip(grid.at, grid.lines["x"], strict=True) if cell is None] == [11]
    assert grid.at[-3:] == (21, 22, 23)


def test_a_value_that_is_missing_in_a_reading_is_missing_in_its_line_alone():
    grid = gridded({"x": line([1.0, None, 3.0]), "y": line([1.0, 2.0, 3.0])}, 0, 180, points=300)

    assert [cell is None for cell in grid.lines["x"]] == [False, True, False]
    assert None not in grid.lines["y"]


def test_what_is_read_rarely_is_told_in_steps_no_finer_than_it_is_read():
    grid = gridded({"x": line([1.0] * 24, every=60 * MINUTE)}, 0, 86400, points=2000)

    assert (grid.step, len(grid.at)) == (3600, 24)


@pytest.mark.parametrize(
    ("span", "points", "every", "step"),
    [
        (86400, 300, 60, 300), (86400, 180, 60, 480), (3600, 300, 60, 60), (400 * 86400, 300, 3600, 172800),
        (60, 300, 0, 1),
    ],
)  # fmt: skip
def test_steps_are_such_as_people_know(span, points, every, step):
    assert step_for(span, points, every) == step


@given(
    st.lists(st.one_of(st.none(), st.floats(), st.binary(max_size=2), st.integers()), max_size=60),
    st.integers(1, MOST_POINTS), st.integers(1, 10**9), st.integers(60, 10**8),
)  # fmt: skip
def test_whatever_was_read_there_are_never_more_points_than_asked_for_and_a_gap_each(values, points, begin, span):
    past = line(values, first=begin * 1000)
    grid = gridded({"x": past}, begin, begin + span, points)

    assert len(grid.at) <= 2 * points + 2
    assert list(grid.at) == sorted(set(grid.at))
    for cell in grid.lines["x"]:
        assert cell is None or all(math.isfinite(value) for value in cell)
        assert cell is None or cell[0] <= cell[2]
