"""A date is read in whatever order its words stand, and nothing else is taken for one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.formulas.dates import MAX_CHARACTERS, date

MIDNIGHT = datetime(2026, 1, 14, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", [
    "Wed Jan 14 00:00:00 2026",
    "Wed Jan 14 00:00:00 UTC 2026",
    "2026-01-14",
    "2026/1/14",
    "2026-01-14T00:00:00Z",
    "2026-01-14 00:00:00.000 UTC",
    "20260114",
    "20260114T000000Z",
    "Wed, 14 Jan 2026 00:00:00 GMT",
    "Jan 14 00:00:00 2026 GMT",
    "00:00:00.123 UTC Wed Jan 14 2026",
    "14Jan2026",
    "14-Jan-2026",
    "January 14th, 2026",
    "Jan 14 2026 12:00:00 AM",
    "2026-1-14,0:0:0.0",
    " 2026-01-14\0",
])  # fmt: skip
def test_the_dates_that_makers_print_are_one_moment(text):
    assert date(text) == MIDNIGHT


@pytest.mark.parametrize(("text", "hours"), [
    ("2026-01-14T00:00:00+01:00", -1),
    ("2026-1-14,0:0:0.0,-5:30", 5.5),
    ("Wed, 14 Jan 2026 00:00:00 -0800", 8),
    ("Wed Jan 14 00:00:00 CET 2026", -1),
    ("Jan 14 2026 3:00 PM", 15),
    ("Jan 14 2026 12:30 pm GMT", 12.5),
    ("2026-01-14 00:00:00 UTC+2", -2),
])  # fmt: skip
def test_time_of_day_and_zone_are_counted(text, hours):
    assert date(text) == MIDNIGHT + hours * 3600


@pytest.mark.parametrize("text", [
    "", "never", "Perpetual", "n/a", "2026", "Jan 2026", "12:00:00",
    "01/02/2026", "14.01.2026", "14-Jan-26",
    "2026-13-01", "2026-02-29", "0000-00-00", "2026-01-14 25:00", "Jan 14 2026 13:00 PM",
    "2026-01-14 2026-01-15", "Wed Jan 14 00:00:00 CST 2026", "Jan 14 2026 to Feb 1 2026", "version 20260114",
    "2026-01-14" + " " * MAX_CHARACTERS + "2026", "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0661\u0664",
])  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_none(text):
    with pytest.raises(ArithmeticError):
        date(text)


@given(st.text(alphabet="0123456789:-+/,. TZJanuaryWedPMGT\0", max_size=MAX_CHARACTERS))
def test_any_text_is_a_number_or_none(text):
    with suppress(ArithmeticError):
        assert isinstance(date(text), float)


@given(st.integers(min_value=0, max_value=7_000_000_000))
def test_what_c_and_iso_print_is_read_back(seconds):
    whole = datetime.fromtimestamp(seconds, UTC)

    assert date(f"{whole:%a %b %d %H:%M:%S %Y}") == date(whole.isoformat()) == seconds
