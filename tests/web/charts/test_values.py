"""What a chart shows, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from netwatch.model import Past
from netwatch.web.charts.values import LINES, values_of

SINCE = datetime(2026, 3, 1, tzinfo=UTC)


def minutes(values) -> Past:
    times = [round(SINCE.timestamp() * 1000) + 60_000 * number for number in range(len(values))]
    return Past(times=times, lows=[*values], means=[*values], highs=[*values])


def test_the_newest_comes_first_in_words_and_what_is_not_known_is_said():
    lines = {"up": minutes([1, 0, 1]), "round_trip_seconds": minutes([0.002, None, 0.004])}
    table = values_of("reachability", lines, {}, SINCE, SINCE + timedelta(minutes=3))

    assert table.names == ("up", "round trip")
    assert table.rows[0] == (SINCE + timedelta(minutes=2), ("up", "4 ms"))
    assert table.rows[1][1] == ("away", "nothing known")


def test_a_long_time_is_not_a_long_table_and_a_step_with_two_states_names_both():
    table = values_of("reachability", {"up": minutes([1] * 700 + [0] * 740)}, {}, SINCE, SINCE + timedelta(days=1))

    assert len(table.rows) <= LINES
    assert ("away and up",) in [words for _, words in table.rows]
