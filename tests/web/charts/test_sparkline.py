"""The last hour of a port in the space of a word."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netwatch.model import Past
from netwatch.web.charts.sparkline import MIDDLE, WIDTH, sparkline

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=1)


def hour(values) -> Past:
    begin = round(SINCE.timestamp() * 1000)
    return Past(
        times=[begin + 60_000 * n for n in range(len(values))], lows=[*values], means=[*values], highs=[*values]
    )


def test_what_comes_in_goes_up_and_what_goes_out_goes_down_and_the_most_is_said():
    drawn = sparkline(hour([1e6] * 60), hour([5e5] * 60), SINCE, UNTIL)

    assert 'aria-label="at most 1 Mb/s in the last hour"' in drawn
    into, out = re.findall(r' d="([^"]+)"', drawn)
    assert "L0 0.0" in into
    assert f"L0 {MIDDLE * 1.5:.1f}" in out
    assert f"L{WIDTH} {MIDDLE}z" in into


def test_where_nothing_was_read_nothing_is_drawn():
    drawn = sparkline(hour([1e6] * 20 + [None] * 20 + [1e6] * 20), Past(), SINCE, UNTIL)

    (into,) = re.findall(r' d="([^"]+)"', drawn)
    assert into.count("M") == into.count("z") == 2


def test_of_what_does_not_move_or_is_not_known_there_is_no_picture():
    assert sparkline(hour([0.0] * 60), hour([0.0] * 60), SINCE, UNTIL) == ""
    assert sparkline(Past(), Past(), SINCE, UNTIL) == ""
    assert sparkline(hour([None, b"x", float("nan")]), Past(), SINCE, UNTIL) == ""
