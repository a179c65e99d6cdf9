"""Values as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest

from netwatch.model import Missing, Oid
from netwatch.web import words
from netwatch.web.words import NOTHING

NOW = datetime(2026, 3, 1, 4, 5, 6, 789000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (None, NOTHING), (timedelta(0), "0.0 ms"), (timedelta(seconds=59), "59 s"),
        (timedelta(seconds=61), "1 min 1 s"),
        (timedelta(minutes=60), "1 h"), (timedelta(days=12, hours=4, minutes=59), "12 d 4 h"),
        (timedelta(days=400), "400 d"), (timedelta(milliseconds=38), "38 ms"),
    ],
)  # fmt: skip
def test_a_duration_is_told_in_its_two_largest_units(length, text):
    assert words.duration(length) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(0), "just now"), (timedelta(seconds=14), "14 s ago"),
        (timedelta(minutes=3, seconds=59), "3 min ago"),
        (timedelta(hours=30), "1 d ago"), (timedelta(seconds=-40), "in 40 s"), (timedelta(seconds=-1), "just now"),
    ],
)  # fmt: skip
def test_an_age_is_told_in_its_largest_unit(ago, text):
    assert words.age(NOW - ago, NOW) == text


def test_instants_are_written_for_people_and_for_programs():
    assert words.instant(NOW) == "2026-03-01 04:05:06 UTC"
    assert words.rfc3339(NOW) == "2026-03-01T04:05:06.789Z"
    assert (words.instant(None), words.age(None, NOW), words.rfc3339(None)) == (NOTHING, NOTHING, None)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (None, NOTHING), (math.nan, NOTHING), (0, "0 b/s"), (999, "999 b/s"), (999.9, "1 kb/s"), (1234, "1.2 kb/s"),
        (9.4e8, "940 Mb/s"), (1e9, "1 Gb/s"), (99.96e6, "100 Mb/s"), (4e11, "400 Gb/s"), (3e15, "3000 Tb/s"),
    ],
)  # fmt: skip
def test_a_bit_rate_is_told_in_the_unit_that_fits(bits, text):
    assert words.bit_rate(bits) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(None, NOTHING), (0.0, "0/h"), (0.001, "4/h"), (0.5, "0.5/s"), (1234.5, "1,234/s")]
)
def test_rare_events_are_told_per_hour(rate, text):
    assert words.event_rate(rate) == text


@pytest.mark.parametrize(
    ("ratio", "text"), [(None, NOTHING), (0.0, "0 %"), (0.004, "<1 %"), (0.973, "97 %"), (1.0, "100 %")]
)
def test_a_little_is_not_nothing(ratio, text):
    assert words.percent(ratio) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, NOTHING), (0, "0"), (0.04, "0.04"), (97.2531, "97.25"), (9410.0, "9,410"), (9.42e8, "942 M"),
        (1.5e12, "1.5 T"), (math.inf, "inf"), ("down", "down"),
    ],
)  # fmt: skip
def test_an_alerts_value_has_four_digits_that_count(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (b"Gi1/0/1", "Gi1/0/1"), (b"\x00\x1b\x21", "0x001b21"), (b"caf\xc3\xa9", "café"), (b"\xff", "0xff"),
        (Oid((1, 3, 6)), "1.3.6"), (IPv4Address("192.0.2.1"), "192.0.2.1"), (Missing.NO_SUCH_OBJECT, None),
        (math.nan, None), (7, 7), (None, None),
    ],
)  # fmt: skip
def test_a_devices_value_becomes_what_json_can_hold(value, plain):
    assert words.plain_value(value) == plain


def test_a_value_is_shown_by_its_enumerations_name_where_it_has_one():
    assert words.value_text(2, {1: "up", 2: "down"}) == "down"
    assert words.value_text(9, {1: "up"}) == "9"
    assert words.value_text(12345) == "12,345"
    assert words.value_text(None) == NOTHING


def test_long_text_is_cut_and_says_so():
    assert words.shortened("x" * 500) == "x" * 399 + "…"


def test_counts_agree_with_their_noun():
    assert [words.counted(count, "alert") for count in (0, 1, 1204)] == ["0 alerts", "1 alert", "1,204 alerts"]
    assert words.counted(2, "device is", "devices are") == "2 devices are"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (88.0, "celsius", "88 °C"),
        (88.0, "°C", "88 °C"),
        (0.97, "ratio", "97 %"),
        (97.0, "%", "97 %"),
        (9.42e8, "b/s", "942 Mb/s"),
        ("down", "ratio", "down"),
        (None, "celsius", "\N{EN DASH}"),
    ],
)
def test_a_value_has_the_unit_that_its_rule_names(value, unit, text):
    assert words.number(value, unit) == text
