"""Pictures of values over time."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import Past
from netwatch.web.pages.chart import draw_svg, gathered, moments_of, ticks_of

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
BEGIN = round(SINCE.timestamp() * 1000)


def past(values, step=60_000, spread=0.0):
    times = [BEGIN + number * step for number in range(len(values))]
    return Past(
        times=times, means=values,
        lows=[None if value is None else value - spread for value in values],
        highs=[None if value is None else value + spread for value in values],
    )  # fmt: skip


def drawn(span=timedelta(hours=1), **lines):
    return draw_svg(
        lines, title="Traffic <in>", since=SINCE, until=SINCE + span, write=lambda value: f"{value:g} <&>"
    )


def test_it_is_well_formed_whatever_names_and_units_are_and_needs_no_style_or_script():
    svg = drawn(a=past([1.0, 2.0, 5.0]))

    assert ET.fromstring(svg).get("aria-label") == "Traffic <in>"  # noqa: S314 # our own words
    assert "style" not in svg
    assert "<script" not in svg


def test_a_line_is_broken_where_nothing_was_read():
    whole = drawn(a=past([1.0] * 60))
    broken = drawn(a=past([1.0] * 20 + [None] * 20 + [1.0] * 20))

    assert (whole.count("<polyline"), broken.count("<polyline")) == (1, 2)


def test_a_band_from_lowest_to_highest_stands_behind_the_mean_where_they_differ():
    assert "<polygon" not in drawn(a=past([1.0, 2.0, 3.0]))
    assert "<polygon" in drawn(a=past([1.0, 2.0, 3.0], spread=0.5))


def test_a_peak_of_one_reading_in_a_day_is_not_drawn_away():
    values = [1.0] * 86_400
    values[40_000] = 99.0

    dots = gathered(past(values, step=1000), BEGIN, BEGIN + 86_400_000)

    assert max(dot.high for dot in dots) == 99.0
    assert len(dots) <= 341


@pytest.mark.parametrize("values", [[], [None], [float("nan"), float("inf")], [b"up"]])
def test_what_is_no_number_is_not_drawn(values):
    assert (
        drawn(a=past(values) if b"up" not in values else Past(times=[BEGIN], lows=values, means=values, highs=values))
        == ""
    )


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 95, [0, 50, 100]), (0.2, 0.97, [0.0, 0.5, 1.0]), (7, 7, [0, 5, 10]), (-12, -3, [-15, -10, -5, 0])],
)
def test_numbers_beside_the_lines_are_round(low, high, ticks):
    assert ticks_of(low, high)[2] == pytest.approx(ticks)


@pytest.mark.parametrize("span", [timedelta(hours=1), timedelta(days=1), timedelta(days=30), timedelta(days=400)])
def test_a_handful_of_moments_are_named_below(span):
    assert 3 <= len(moments_of(SINCE + timedelta(seconds=7), SINCE + span)) <= 9
