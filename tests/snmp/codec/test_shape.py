"""What many devices are asked in the same words is read by one expression, to the same values as by the loop."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.errors import FastLaneRefused
from netwatch.model import Oid
from netwatch.snmp.codec import shape
from netwatch.snmp.codec.ber import SEQUENCE, encode_tlv
from netwatch.snmp.codec.hot import decode_values
from netwatch.snmp.codec.shape import Shape, expression_of, number_tags
from netwatch.snmp.fast.plan import GetRequest, encode_name

COUNTER = Oid.parse("1.3.6.1.2.1.31.1.1.1.6")
NAMES = [encode_name(COUNTER.child(number)) for number in (1, 200, 70_000)]

tags = st.sampled_from([0x02, 0x41, 0x42, 0x43, 0x46, 0x47])
plain = st.integers(0, 2**63).map(lambda number: number.to_bytes((number.bit_length() + 8) // 8))
rows = st.lists(st.tuples(tags, plain, st.one_of(plain, st.binary(max_size=10))), min_size=1, max_size=8)


def answer(names: list[bytes], contents: list[tuple[int, bytes]]) -> bytes:
    return b"".join(
        encode_tlv(SEQUENCE, name + encode_tlv(tag, content))
        for name, (tag, content) in zip(names, contents, strict=True)
    )


def counted(*values: int) -> bytes:
    return answer(NAMES, [(0x46, value.to_bytes((value.bit_length() + 8) // 8)) for value in values])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(rows, st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=3))
def test_what_an_expression_matches_has_the_values_that_the_loop_reads(rows, changes):
    names = [encode_name(COUNTER.child(number * 77)) for number in range(len(rows))]
    expression = expression_of(names, [tag for tag, _, _ in rows])
    data = bytearray(answer(names, [(tag, content) for tag, _, content in rows]))
    for place, byte in changes:
        data[place % len(data)] = byte
    found = expression.fullmatch(bytes(data))
    try:
        expected = decode_values(bytes(data), 0, len(data), names)
    except FastLaneRefused:
        assert found is None
        return

    assert found is None or list(map(int.from_bytes, found.groups())) == expected


@pytest.mark.parametrize("value", [0, 127, 128, 2**31, 2**32, 2**40, 2**63 - 1])
def test_an_expression_matches_plain_numbers_of_every_length(value):
    expression = expression_of(NAMES, [0x46] * 3)

    found = expression.fullmatch(counted(value, 1, value))

    assert found is not None
    assert list(map(int.from_bytes, found.groups())) == [value, 1, value]


def test_a_shape_that_is_read_often_is_read_by_an_expression(monkeypatch):
    monkeypatch.setattr(shape, "WORTH_READING", 3)
    before, one = Shape.expressions, Shape(NAMES, b"")
    for number in range(3):
        one.read(counted(number, 2, 3), 0, len(counted(number, 2, 3)))
    monkeypatch.setattr(shape, "decode_values", None)  # whoever reads by the loop now fails

    assert Shape.expressions == before + 1
    assert one.read(counted(2**40, 2, 3), 0, len(counted(2**40, 2, 3))) == [2**40, 2, 3]
    del one
    assert Shape.expressions == before


def test_an_expression_that_misses_all_the_time_is_given_up(monkeypatch):
    monkeypatch.setattr(shape, "WORTH_READING", 1)
    before, one = Shape.expressions, Shape(NAMES, b"")
    one.read(counted(1, 2, 3), 0, len(counted(1, 2, 3)))
    odd = answer(NAMES, [(0x02, b"\xff")] * 3)

    for _ in range(shape.MOST_MISSES):
        assert one.read(odd, 0, len(odd)) == [-1, -1, -1]

    assert Shape.expressions == before


def test_there_are_never_more_expressions_than_the_limit(monkeypatch):
    monkeypatch.setattr(shape, "WORTH_READING", 1)
    monkeypatch.setattr(shape, "MAX_EXPRESSIONS", Shape.expressions + 1)
    before = Shape.expressions
    shapes = [Shape(NAMES, b"") for _ in range(3)]

    for one in shapes:
        one.read(counted(1, 2, 3), 0, len(counted(1, 2, 3)))

    assert Shape.expressions == before + 1


def test_an_answer_with_anything_but_numbers_gets_no_expression():
    assert number_tags(answer(NAMES, [(0x46, b"\1"), (0x04, b"up"), (0x46, b"\1")]), NAMES) is None


def test_two_devices_asked_the_same_share_what_is_asked():
    one, other = GetRequest(b"\2\1\1\4\6public", NAMES), GetRequest(b"\2\1\1\4\7private", NAMES)

    assert one.shape is other.shape
    assert one.head != other.head
