"""Durations are written as in Prometheus."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import format_duration, parse_duration


@pytest.mark.parametrize(("text", "seconds"), [
    ("30s", 30), ("5m", 300), ("1h30m", 5400), ("1d", 86400), ("250ms", 0.25), ("0", 0), ("1.5s", 1.5),
])  # fmt: skip
def test_a_duration_reads_as_prometheus_reads_it(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5m1h", "5x", "\u0665m", "1h 30m"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**10))
def test_a_duration_survives_being_written(milliseconds):
    duration = timedelta(milliseconds=milliseconds)

    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize("text", ["99999999999d", "9" * 400 + "s", "101y", "99999999999999999999ms", "36526d"])
def test_what_is_longer_than_a_hundred_years_is_no_duration(text):
    with pytest.raises(ValueError, match="is longer than 100 years"):
        parse_duration(text)


def test_a_hundred_years_are_one_and_no_instant_so_far_from_now_is_beyond_dates():
    longest = parse_duration("36525d")

    assert datetime.now(UTC) + 10 * longest > datetime.now(UTC)
