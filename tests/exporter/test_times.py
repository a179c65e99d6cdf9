"""Instants as devices write them."""

from __future__ import annotations

import pytest

from netwatch.exporter.times import date_and_time, ntp_time, parsed_time


@pytest.mark.parametrize(
    ("octets", "seconds"),
    [
        (bytes((0x07, 0xE8, 2, 29, 12, 30, 15, 9)), 1_709_209_815),
        (bytes((0x07, 0xE8, 2, 29, 12, 30, 15, 9)) + b"+\x02\x00", 1_709_209_815 - 7200),
        (bytes((0x07, 0xE8, 2, 29, 12, 30, 15, 9)) + b"-\x05\x1e", 1_709_209_815 + 19_800),
        (bytes((0x07, 0xB2, 1, 1, 0, 0, 0, 0)), 0),
        (bytes((0x07, 0xB1, 13, 1, 0, 0, 0, 0)), 0),  # month 13 is January
        (bytes(8), -62_169_984_000 - 0),
        (bytes((0x07, 0xE8, 2, 29, 12, 30, 15, 9)) + b"?\x00\x00", None),
        (b"short", None),
        (7, None),
    ],
)
def test_date_and_time_is_read_as_seconds(octets, seconds):
    assert date_and_time(octets) == seconds


def test_ntp_counts_from_1900():
    assert ntp_time((2_208_988_800 + 86_400).to_bytes(4) + b"\x80\0\0\0") == 86_400
    assert ntp_time(b"\0\0") is None


def test_a_pattern_reads_a_text_and_what_does_not_fit_is_nothing():
    assert parsed_time(b"2024-02-29 12:30:15", "%Y-%m-%d %H:%M:%S") == 1_709_209_815
    assert parsed_time(b"2024-02-29 12:30:15 +0200", "%Y-%m-%d %H:%M:%S %z") == 1_709_209_815 - 7200
    assert parsed_time(b"never", "%Y-%m-%d") is None
