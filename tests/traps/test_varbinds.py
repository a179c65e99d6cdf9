"""Names of rows are read by their column's where that is known, and come to what the decoder says."""

from __future__ import annotations

import random

import pytest

from netwatch.errors import FastLaneRefused
from netwatch.model import Oid
from netwatch.snmp import decode_oid
from netwatch.traps.varbinds import remembered_oid


def read(content: bytes, by) -> Oid | str:
    try:
        return by(content)
    except FastLaneRefused as refused:
        return refused.reason


def written(*numbers: int) -> bytes:
    octets = bytearray()
    for number in numbers:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        octets += bytes(reversed(septets))
    return bytes(octets)


COLUMN = (0x2B, 6, 1, 2, 1, 2, 2, 1, 8)


@pytest.mark.parametrize(
    "last", [(0,), (1,), (127,), (128,), (2**14,), (2**21,), (2**28,), (2**32 - 1,), (2**32,), (2**70,), (5, 7), ()]
)
def test_a_row_is_read_as_the_decoder_reads_it(last):
    assert read(written(*COLUMN, 1), remembered_oid) == read(written(*COLUMN, 1), decode_oid)  # the column is known
    content = written(*COLUMN, *last)
    assert read(content, remembered_oid) == read(content, decode_oid)


def test_so_is_whatever_a_sender_makes_up():
    dice = random.Random(7)
    pool = [written(*COLUMN, dice.randrange(2**31)) for _ in range(30)] + [b"", b"\x2b", b"\x80", b"\x2b\x80\x01"]
    for _ in range(20_000):
        content = bytearray(dice.choice(pool))
        for _ in range(dice.randrange(3)):
            content.insert(dice.randrange(len(content) + 1), dice.choice((0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF)))
        made = bytes(content)
        assert read(made, remembered_oid) == read(made, decode_oid)
        if made:
            pool[dice.randrange(len(pool))] = made[:100]


def test_an_oid_too_long_is_refused_also_where_its_column_is_known():
    longest = written(0x2B, *range(1, 127))
    for content in (longest, longest + b"\x01", longest[:-1] + b"\x05"):
        assert read(content, remembered_oid) == read(content, decode_oid)
