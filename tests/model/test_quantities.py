"""Values as people read them, whoever writes them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import QUANTITIES, SYMBOLS, measured, quantity_of, symbol_of


@pytest.mark.parametrize(
    ("value", "quantity", "words"),
    [
        (23.5, "celsius", "23.5 °C"),
        (88, "celsius", "88 °C"),
        (-0.01, "celsius", "0 °C"),
        (5400, "rpm", "5,400 rpm"),
        (12.06, "volts", "12.06 V"),
        (3.2999, "volts", "3.3 V"),
        (0.0061, "amperes", "6.1 mA"),
        (3.2, "watts", "3.2 W"),
        (1250, "watts", "1,250 W"),
        (24000, "watts", "24 kW"),
        (0.00035, "watts", "350 µW"),
        (0.97, "ratio", "97 %"),
        (0.0004, "ratio", "0.04 %"),
        (50, "hertz", "50 Hz"),
        (2.4e9, "hertz", "2.4 GHz"),
        (-3.2, "dbm", "-3.2 dBm"),
        (-14.437, "dbm", "-14.44 dBm"),
        (101325, "pascals", "101.3 kPa"),
        (500, "joules", "500 J"),
        (3.6e9, "joules", "1,000 kWh"),
        (4.5, "decibels", "4.5 dB"),
        (0.004, "seconds", "4 ms"),
        (42, "seconds", "42 s"),
        (3725, "seconds", "1 h 2 min"),
        (86400, "seconds", "1 d"),
        (-259200, "seconds", "-3 d"),
        (1234567, "count", "1,234,567"),
        (8 * 2**30, "bytes", "8 GiB"),
        (3.9 * 2**30, "bytes", "3.9 GiB"),
        (2**40 - 1, "bytes", "1 TiB"),
        (512, "bytes", "512 B"),
        (999.7e6, "bits_per_second", "1 Gb/s"),
        (9.41e8, "bits_per_second", "941 Mb/s"),
        (0.02, "per_second", "0.02/s"),
        (88, "°C", "88 °C"),
        (220, "s", "3 min 40 s"),
        (98, "%", "98 %"),
        (7, "lumens", "7 lumens"),  # what nobody has named stands behind the number as it is
    ],
)
def test_a_value_is_written_in_the_unit_of_its_quantity(value, quantity, words):
    assert measured(value, quantity) == words


@given(st.floats(), st.sampled_from([*SYMBOLS, "lumens"]))
def test_no_value_a_device_may_give_makes_more_than_a_few_letters_or_an_error(value, quantity):
    words = measured(value, quantity)

    assert 0 < len(words) <= 32
    assert not math.isfinite(value) or not words.startswith("-0 ")


def test_every_quantity_of_a_sensor_has_a_sign():
    assert set(QUANTITIES) <= set(SYMBOLS)
    assert (symbol_of("celsius"), symbol_of("b/s")) == ("°C", "b/s")


@pytest.mark.parametrize(
    ("column", "labels", "quantity"),
    [
        ("sensor_value", {"quantity": "dbm"}, "dbm"),
        ("sensor_high_critical", {"quantity": "celsius"}, "celsius"),
        ("sensor_value", {}, "count"),
        ("memory_used_bytes", {}, "bytes"),
        ("cpu_busy_ratio", {}, "ratio"),
        ("peer_since_seconds", {}, "seconds"),
        ("interface_in_bits_per_second", {}, "bits_per_second"),
        ("interface_errors_per_second", {}, "per_second"),
        ("peer_prefixes", {}, "count"),
    ],
)
def test_a_column_says_in_what_it_is(column, labels, quantity):
    assert quantity_of(column, labels) == quantity
