"""The `history` part of the configuration."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from netwatch.history.settings import HistorySettings, format_size, parse_size


def test_it_is_kept_of_up_to_a_thousand_devices_unless_somebody_says_otherwise():
    assert [HistorySettings().is_kept(count) for count in (1, 1000, 1001)] == [True, True, False]
    assert HistorySettings(enabled=True).is_kept(10_000)
    assert not HistorySettings(enabled=False).is_kept(1)


@pytest.mark.parametrize(("text", "octets"), [("2GiB", 2 << 30), ("500MiB", 500 << 20), ("1536KiB", 1536 << 10)])
def test_a_size_is_read_and_written_alike(text, octets):
    assert parse_size(text) == octets
    assert parse_size(format_size(octets)) == octets


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_size": "2 gigs"}, "is not a size such as 500MiB or 2GiB"),
        ({"max_size": "1MiB"}, "greater than or equal"),
        ({"raw": "1h"}, "at least 12h"),
        ({"five_minutes": "5d"}, "at least 10d"),
        ({"days": "5d"}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_refused_in_words(given, said):
    with pytest.raises(ValidationError, match=said):
        HistorySettings(**given)
