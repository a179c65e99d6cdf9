"""DISPLAY-HINT by RFC 2579, section 3.1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.mib.hints import format_integer, format_octets


@pytest.mark.parametrize(
    ("hint", "value", "text"),
    [
        ("d", 1234, "1234"),
        ("d-2", 1234, "12.34"),
        ("d-2", 5, "0.05"),
        ("d-2", -5, "-0.05"),
        ("d-1", 0, "0.0"),
        ("x", 255, "ff"),
        ("o", 8, "10"),
        ("b", 5, "101"),
        ("255a", 5, None),
        ("d-", 5, None),
        ("", 5, None),
    ],
)
def test_a_number_is_written_by_its_hint(hint: str, value: int, text: str | None):
    assert format_integer(hint, value) == text


@pytest.mark.parametrize(
    ("hint", "value", "text"),
    [
        ("255a", b"eth0", "eth0"),
        ("255t", "zürich".encode(), "zürich"),
        ("1x:", bytes.fromhex("001a2b3c4d5e"), "00:1a:2b:3c:4d:5e"),
        ("1x:", b"", ""),
        ("1d.1d.1d.1d", bytes([192, 0, 2, 1]), "192.0.2.1"),
        ("1d.1d.1d.1d%4d", bytes([192, 0, 2, 1, 0, 0, 0, 7]), "192.0.2.1%7"),
        ("2x:2x:2x:2x", bytes.fromhex("20010db800000001"), "2001:0db8:0000:0001"),
        ("2d-1d-1d,1d:1d:1d.1d,1a1d:1d", bytes.fromhex("07ea0b1705281407"), "2026-11-23,5:40:20.7"),
        ("2d-1d-1d,1d:1d:1d.1d,1a1d:1d", bytes.fromhex("07ea0b17052814072d0100"), "2026-11-23,5:40:20.7,-1:0"),
        ("1d.1d.1d.1d/2d", bytes([10, 0, 0, 1, 0, 161]), "10.0.0.1/161"),
        ("*1x:/1x:", bytes([3, 1, 2, 3, 170, 187]), "01:02:03/aa:bb"),
        ("*1d./1d", bytes([0, 9]), "/9"),
        ("1o", b"\x08", "10"),
        ("4x", b"\x01\x02", "0102"),
        ("1x:", bytes(3), "00:00:00"),
        ("d", b"abc", None),
        ("", b"abc", None),
        ("nonsense", b"abc", None),
        ("0a", b"abc", None),
        ("255a", b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)  # fmt: skip
def test_octets_are_written_by_their_hint(hint: str, value: bytes, text: str | None):
    assert format_octets(hint, value) == text


@given(st.text("0123456789*adoxt:.-/, ", max_size=12), st.binary(max_size=64))
def test_no_hint_and_no_value_is_ever_an_error(hint: str, value: bytes):
    text = format_octets(hint, value)

    assert text is None or len(text) <= 600


@given(st.binary(min_size=1, max_size=64))
def test_octets_in_hexadecimal_can_be_read_back(value: bytes):
    text = format_octets("1x:", value)

    assert text is not None
    assert bytes.fromhex(text.replace(":", "")) == value
