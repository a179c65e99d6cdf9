"""Availability is one of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.history import availability_of
from netwatch.model import Past

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def past(*told):
    """Return what was read: (minute, up)."""
    times = [round((SINCE + minute * MINUTE).timestamp() * 1000) for minute, _ in told]
    values = [up for _, up in told]
    return Past(times=times, lows=values, means=values, highs=values)


def test_each_reading_counts_for_as_long_as_it_stood_and_not_once():
    often_up = past(*((minute, 1) for minute in range(60)), (60, 0), (90, 0))

    found = availability_of(often_up, SINCE, SINCE + 2 * HOUR)

    assert (found.ratio, found.away, found.known) == (0.5, HOUR, 2 * HOUR)


def test_of_the_time_behind_a_reading_nothing_is_known_after_an_hour():
    found = availability_of(past((0, 0), (300, 1)), SINCE, SINCE + 10 * HOUR)

    assert (found.ratio, found.known) == (0.5, 2 * HOUR)


def test_a_strip_tells_each_part_and_where_nothing_is_known():
    found = availability_of(past((0, 1), (30, 0), (60, 1), (90, None), (100, 0.5)), SINCE, SINCE + 4 * HOUR, 8)

    assert found.cells == (1.0, 0.0, 1.0, 0.5, 0.5, 0.5, None, None)


@pytest.mark.parametrize("told", [(), ((0, None),), ((-500, 1),)])
def test_of_nothing_no_ratio_follows(told):
    found = availability_of(past(*told), SINCE, SINCE + HOUR, 3)

    assert (found.ratio, found.away, found.cells) == (None, timedelta(0), (None, None, None))


def test_the_parts_together_are_the_whole():
    told = [(7 * number % 1440, number % 3 / 2) for number in range(0, 200)]
    day = past(*sorted(dict(told).items()))

    whole = availability_of(day, SINCE, SINCE + 24 * HOUR)
    cells = availability_of(day, SINCE, SINCE + 24 * HOUR, 48).cells

    assert sum(cells) / 48 == pytest.approx(whole.ratio, abs=0.02)
