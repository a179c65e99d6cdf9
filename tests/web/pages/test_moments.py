"""When people want something to end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.web.pages.moments import parse_moment

NOW = datetime(2026, 11, 28, 14, 30, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", "2026-11-28 16:30"),
        ("for 2h", "2026-11-28 16:30"),
        ("1d12h", "2026-11-30 02:30"),
        ("90 min", "2026-11-28 16:00"),
        ("2 hours and 15 minutes", "2026-11-28 16:45"),
        ("1 week", "2026-12-05 14:30"),
        ("until 08:00", "2026-11-29 08:00"),
        ("18:00", "2026-11-28 18:00"),
        ("until 14:30", "2026-11-29 14:30"),
        ("tomorrow 08:00", "2026-11-29 08:00"),
        ("until Monday 07:45", "2026-11-30 07:45"),
        ("saturday 08:00", "2026-12-05 08:00"),
        ("saturday at 18:00", "2026-11-28 18:00"),
        ("2026-12-01 08:00", "2026-12-01 08:00"),
        ("until 2026-12-01 08:00 UTC", "2026-12-01 08:00"),
        ("2026-12-01T08:00:00+01:00", "2026-12-01 07:00"),
        ("2026-12-01T08:00Z", "2026-12-01 08:00"),
        ("2026-12-01", "2026-12-01 00:00"),
    ],
)
def test_what_people_write_is_understood(text, moment):
    assert parse_moment(text, NOW) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "2 parsecs", "25:00", "12:61", "someday 08:00", "5", "99999999999999h", "9999-12-31", "2h x"]
)
def test_what_nobody_can_understand_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"such as 2h, 1d12h, until 08:00|a hundred years away"):
        parse_moment(text, NOW)


@given(
    text=st.text(max_size=30) | st.from_regex(r"(for|until)? ?[0-9]{1,20}[a-z:\- ]{1,5}[0-9]{0,9}", fullmatch=True)
)
def test_whatever_is_written_is_understood_or_refused(text):
    try:
        moment = parse_moment(text, NOW)
    except ValueError:
        return
    assert moment.tzinfo is UTC
