"""Numbers as people read them."""

from __future__ import annotations

import pytest

from netwatch.rules.filters import FILTERS, shown


@pytest.mark.parametrize(("name", "value", "text"), [
    ("percent", 0.93, "93 %"), ("percent", 0.0951, "9.5 %"), ("percent", 0.001234, "0.12 %"),
    ("percent", 1.5, "150 %"),
    ("percent", 0.99996, "100 %"), ("percent", 0, "0 %"), ("percent", 12.5, "1250 %"),
    ("si", 1.2e9, "1.2 G"), ("si", 999, "999"), ("si", -4500, "-4.5 k"), ("si", 1e30, "1000000000000 E"),
    ("si", 0.5, "0.5"),
    ("bits", 940e6, "940 Mbit"), ("bits", 0, "0 bit"), ("bytes", 1536, "1.5 KiB"), ("bytes", 2**40, "1 TiB"),
    ("duration", 0, "0s"), ("duration", 65, "1m 5s"), ("duration", 90000, "1d 1h"), ("duration", -60, "-1m"),
    ("duration", 0.4, "0s"), ("round", 2.5001, "3"), ("abs", -1.25, "1.25"), ("upper", "up", "UP"),
    ("default", "", ""), ("default", 0, 0),
    ("percent", float("nan"), "nan"), ("si", float("inf"), "inf"),
])  # fmt: skip
def test_numbers_are_written_for_people(name, value, text):
    assert FILTERS[name](value) == text


@pytest.mark.parametrize("name", ["percent", "si", "bits", "bytes", "duration", "round", "abs"])
def test_a_missing_value_is_unknown_and_a_text_stays(name):
    assert FILTERS[name](None) == "unknown"
    assert FILTERS[name]("lowerLayerDown") == "lowerLayerDown"


@pytest.mark.parametrize(("value", "quantity", "text"), [
    (88.0, "celsius", "88 °C"), (-18.25, "dbm", "-18.25 dBm"), (0.002, "amperes", "2 mA"), (5400, "rpm", "5,400 rpm"),
    (0.5, "ratio", "50 %"), (None, "celsius", "unknown"), ("high", "celsius", "high"),
])  # fmt: skip
def test_a_reading_is_written_in_the_unit_of_its_quantity(value, quantity, text):
    assert FILTERS["reading"](value, quantity) == text


def test_round_takes_a_number_of_digits():
    assert FILTERS["round"](2.345678, 2) == "2.35"
    assert FILTERS["round"](2.3, 10**9) == "2.300000000000000"


@pytest.mark.parametrize(("value", "text"), [
    (0.123456, "0.1235"), (1234567.8, "1234568"), (5.0, "5"), (100.0, "100"), (None, "unknown"),
    ("down", "down"), (7, 7),
])  # fmt: skip
def test_without_a_filter_floats_have_four_digits(value, text):
    assert shown(value) == text
