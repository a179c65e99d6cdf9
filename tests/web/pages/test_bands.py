"""Pictures of states over time."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

from netwatch.model import Past
from netwatch.web.pages.bands import draw_bands, state_words

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
BEGIN = round(SINCE.timestamp() * 1000)
NAMES = {1: "up", 2: "down <x>"}


def past(lows, highs=None, means=None, step=0, every=60_000):
    highs = highs or lows
    times = [BEGIN + number * every for number in range(len(lows))]
    return Past(step=step, times=times, lows=lows, means=means or lows, highs=highs)


def bands(line, span=timedelta(hours=1)):
    svg = draw_bands(line, NAMES, title="State <of> it", since=SINCE, until=SINCE + span)
    ET.fromstring(svg)  # noqa: S314 # our own words
    return [
        (word, round(float(width)), float(height))
        for width, height, word in re.findall(r'width="([\d.]+)" height="([\d.]+)"[^>]*><title>([^<]*)', svg)
    ]


def test_each_state_is_a_band_as_long_as_it_lasted():
    assert [word for word, _, _ in bands(past([1] * 30 + [2] * 30))] == ["up", "down &lt;x&gt;"]
    first, second = (width for _, width, _ in bands(past([1] * 30 + [2] * 30)))
    assert abs(first - second) <= 2


def test_where_nothing_was_read_there_is_no_band():
    assert len(bands(past([1] * 20 + [None] * 20 + [1] * 20))) == 2
    assert draw_bands(past([None]), NAMES, title="", since=SINCE, until=SINCE + timedelta(hours=1)) == ""


def test_an_hour_that_had_both_states_shows_both():
    hours = past([1, 1, 1], [1, 2, 1], [1, 1.25, 1], step=3_600_000, every=3_600_000)

    found = bands(hours, timedelta(hours=3))

    assert [(word, height) for word, _, height in found] == [
        ("up", 32.0), ("down &lt;x&gt;", 16.0), ("up", 16.0), ("up", 32.0),
    ]  # fmt: skip
    assert state_words(hours, NAMES) == "up 91.7 %, down <x> 8.3 % of the time, last up"


def test_a_day_that_flaps_every_minute_is_bounded():
    assert len(bands(past([1, 2] * 720), timedelta(days=1))) <= 2 * 341


def test_a_state_without_a_word_is_its_number_and_almost_always_is_not_always():
    assert state_words(past([9, 9]), NAMES) == "always 9"
    assert state_words(past([1] * 30_000 + [2]), NAMES).startswith("up 99.99 %, ")
