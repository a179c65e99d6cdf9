"""An instant as people type one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.cli.moments import instant_of

NOW = datetime(2026, 3, 1, 10, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00+14:00", "9999-12-31T23:59:59-14:00", "25:99", "", "-1000y"])
def test_what_is_no_instant_that_can_be_written_is_said_in_words(text):
    with pytest.raises(ValueError, match=r"outside of all time|hour must be|is not a time|longer than"):
        instant_of(text, NOW)
