"""How instants and values are written for people."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from netwatch.notify.words import clock, glued, in_zone, measure, shortened, time_of_day

NOW = datetime(2026, 11, 23, 2, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.98, "ratio", "98 %"),
        (0.9825, "ratio", "98.2 %"),
        (1.0, "ratio", "100 %"),
        (0.004, "ratio", "0.4 %"),
        (98.0, "%", "98 %"),
        (9.21e9, "b/s", "9.21 Gb/s"),
        (512.0, "b/s", "512 b/s"),
        (3 * 1024.0**3, "B", "3 GiB"),
        (1023.0, "B", "1023 B"),
        (220.0, "s", "3 min 40 s"),
        (0.25, "s", "250 ms"),
        (1.5, "s", "1.5 s"),
        (-90.0, "s", "-1 min 30 s"),
        (47.5, "°C", "47.5 °C"),
        (88.0, "celsius", "88 °C"),
        (220.0, "seconds", "3 min 40 s"),
        (5.0, "count", "5"),
        (9.21e9, "", "9.21 G"),
        (3, "", "3"),
        (float("inf"), "b/s", "inf"),
        ("down", "ratio", "down"),
    ],
)
def test_values_are_written_as_people_write_them(value, unit, words):
    assert measure(value, unit) == words


def test_an_instant_names_its_zone():
    assert clock(NOW, ZoneInfo("Europe/Berlin")) == "2026-11-23 03:00:05 CET"
    assert clock(NOW, ZoneInfo("America/Sao_Paulo")) == "2026-11-22 23:00:05 UTC-03"
    assert time_of_day(NOW) == "02:00:05 UTC"


@pytest.mark.parametrize(("text", "told"), [
    ("silenced by anna until 2026-11-23 14:00 UTC: x", "silenced by anna until 2026-11-23 15:00 CET: x"),
    ("r1 is down since 01:58:07 UTC", "r1 is down since 02:58:07 CET"),
    ("r1 is down since 23:30:00 UTC", "r1 is down since 00:30:00 CET"),
    ("until 2026-07-01 14:00 UTC", "until 2026-07-01 16:00 CEST"),
    ("until 2026-13-45 99:00 UTC", "until 2026-13-45 99:00 UTC"),
    ("no instant in UTC", "no instant in UTC"),
])  # fmt: skip
def test_instants_in_a_reason_are_of_the_receivers_zone(text, told):
    assert in_zone(text, NOW, ZoneInfo("Europe/Berlin")) == told


def test_no_line_is_broken_before_a_unit_or_a_zone():
    for text in ("98 %", "9.21 Gb/s", "3 GiB", "3 min", "250 ms", "03:00:05 CET", "23:00:05 UTC-03"):
        assert glued(text) == text.replace(" ", "\u00a0")


def test_what_is_shortened_keeps_its_ends():
    assert shortened("core-sw1 TenGigabitEthernet1/0/48 is down", 30) == "core-sw1 TenGigab…0/48 is down"
    assert shortened("short", 30) == "short"
