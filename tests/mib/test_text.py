"""How values of each type read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.mib import Base, ResolvedSyntax
from netwatch.mib.text import bits_text, inet_text, number_text, octets_text, plain_text, ticks_text

NAMES = {0: "other", 1: "repeater", 9: "late"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"", ""),
        (b"\x80", "other(0)"),
        (b"\xc0", "other(0) repeater(1)"),
        (b"\x00\x40", "late(9)"),
        (b"\x01", "7"),
        (b"\x00\x00\x00", ""),
    ],
)
def test_bits_are_named_from_the_most_significant_on(value: bytes, text: str):
    assert bits_text(NAMES, value) == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (bytes([192, 0, 2, 1]), 1, "192.0.2.1"),
        (bytes([192, 0, 2, 1]), None, "192.0.2.1"),
        (bytes(15) + b"\x01", 2, "::1"),
        (bytes(15) + b"\x01" + bytes([0, 0, 0, 3]), 4, "::1%3"),
        (bytes([10, 0, 0, 1, 0, 0, 0, 3]), 3, "10.0.0.1%3"),
        (b"host.example.net", 16, "host.example.net"),
        (bytes([192, 0, 2]), 1, None),
        (bytes([192, 0, 2, 1]), 2, None),
        (bytes([192, 0, 2, 1]), 99, None),
        (b"", None, None),
    ],
)
def test_an_internet_address_is_written_by_its_type_or_its_length(value: bytes, kind: int | None, text: str | None):
    assert inet_text(value, kind) == text


@pytest.mark.parametrize(
    ("ticks", "text"),
    [(0, "0:00:00.00"), (123, "0:00:01.23"), (8_640_000, "1 day, 0:00:00.00"), (2**32 - 1, "497 days, 2:27:52.95")],
)
def test_ticks_read_as_net_snmp_writes_them(ticks: int, text: str):
    assert ticks_text(ticks) == text


def test_a_number_without_name_or_hint_stays_a_number():
    assert number_text(ResolvedSyntax(base=Base.INTEGER, names={1: "up"}), 2) == "2"
    assert number_text(ResolvedSyntax(base=Base.INTEGER, hint="255a"), 2) == "2"


def test_octets_whose_hint_is_broken_are_written_plainly():
    assert octets_text(ResolvedSyntax(base=Base.OCTETS, hint="broken"), b"eth0") == "eth0"


@given(st.binary(max_size=40))
def test_plain_octets_are_text_where_it_prints_and_hexadecimal_where_not(value: bytes):
    text = plain_text(value)

    assert text == value.hex(" ").upper() or text.encode() == value


@given(st.binary(max_size=40), st.sampled_from(list(Base)), st.sampled_from(["", "1x:", "255a", "2d-1d", "*1x:"]))
def test_no_octets_of_any_type_are_an_error(value: bytes, base: Base, hint: str):
    syntax = ResolvedSyntax(base=base, hint=hint, conventions=("InetAddress",), names=NAMES)

    assert isinstance(octets_text(syntax, value), str)
