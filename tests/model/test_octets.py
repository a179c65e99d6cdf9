"""Device text becomes labels."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.model import NUMBERS, Missing, Oid, value_text
from netwatch.model.octets import MAX_LABEL_CHARACTERS, text_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Gi1/0/7", "Gi1/0/7"),
        ("Büro Süd".encode(), "Büro Süd"),
        ("Büro Süd".encode("latin-1"), "Büro Süd"),
        (b"eth0\0\0\0", "eth0"),
        (b"  uplink \r\n to\tcore ", "uplink to core"),
        (b"evil\x1b[31m\x07name", "evil[31mname"),
        ("abc\u202edef".encode(), "abcdef"),  # would turn the rest of the line around
        (b"x" * 300, "x" * MAX_LABEL_CHARACTERS),
        (b"\x00\x1b\x21\x0a\x0b\x0c", "00:1b:21:0a:0b:0c"),
        (b"\xf0\x9f\x92\xa9\x41\xff", "f0:9f:92:a9:41:ff"),
        ("\ufeffBüro".encode("utf-16-le"), "Büro"),
        ("\ufeffBüro".encode("utf-16-be"), "Büro"),
        ("ports".encode("utf-16-le"), "ports"),
        (b"Vlan10", "Vlan10"),
        (b"", ""),
        (7, "7"),
        (Oid((1, 3, 6)), "1.3.6"),
        (IPv4Address("192.0.2.1"), "192.0.2.1"),
        (None, ""),
        (Missing.NO_SUCH_INSTANCE, ""),
    ],
)
def test_a_value_becomes_one_printable_line(value, text):
    assert text_of(value) == text


def test_a_name_cut_in_the_middle_of_a_character_loses_only_that():
    assert text_of("Büro".encode()[:2]) == "B"


@given(st.binary(max_size=2000))
def test_whatever_a_device_says_is_printable_and_short(raw):
    text = text_of(raw)

    assert text.isprintable()
    assert len(text) <= MAX_LABEL_CHARACTERS
    assert text == text.strip()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"fan 2\0", "fan 2"),
        (b"evil\x1b[31m\x07name", "evil[31mname"),
        ("Lüfter".encode("latin-1"), "Lüfter"),
        ("\ufeffLüfter".encode("utf-16-le"), "Lüfter"),
        ("fan".encode("utf-16-be"), "fan"),
        (b"two\r\nlines", "two\r\nlines"),
        (bytes.fromhex("07e20c0a0b2d0a002d0600"), "0x07e20c0a0b2d0a002d0600"),  # a date, and no text at all
        (b"\0", "0x00"),
    ],
)
def test_text_in_a_trap_reads_as_in_a_poll_and_octets_that_are_none_stay_hexadecimal(value, text):
    assert value_text(NUMBERS, (1, 3, 6), value) == text if "\n" in text else " ".join(text.split())
