"""The codec of values: exact where the standard is, lenient where only one meaning is left."""

from __future__ import annotations

import contextlib
import struct
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Oid, Tag
from netwatch.snmp.codec.ber import (
    decode_oid,
    decode_sub_identifiers,
    decode_value,
    encode_integer,
    encode_oid,
    encode_sub_identifiers,
    encode_tlv,
    encode_value,
    read_tlv,
)
from tests.cpu import spent


@pytest.mark.parametrize(("tag", "content", "value"), [
    (Tag.INTEGER, "", 0),
    (Tag.INTEGER, "ff", -1),
    (Tag.INTEGER, "00ff", 255),
    (Tag.INTEGER, "0000000005", 5),          # padded further than it needs
    (Tag.COUNTER32, "", 0),
    (Tag.COUNTER32, "ffffffff", 2**32 - 1),  # the sign bit set: four bytes leave one meaning
    (Tag.COUNTER32, "00ffffffff", 2**32 - 1),
    (Tag.COUNTER32, "ffffffffff", 2**32 - 1),  # the same, extended by its sign
    (Tag.GAUGE32, "80000000", 2**31),
    (Tag.TIME_TICKS, "00", 0),
    (Tag.UINTEGER32, "7f", 127),
    (Tag.COUNTER64, "ffffffffffffffff", 2**64 - 1),
    (Tag.COUNTER64, "00ffffffffffffffff", 2**64 - 1),
    (Tag.OCTET_STRING, "00ff00", b"\x00\xff\x00"),
    (Tag.OBJECT_IDENTIFIER, "2b06010201", Oid.parse("1.3.6.1.2.1")),
    (Tag.OBJECT_IDENTIFIER, "00", Oid.parse("0.0")),
    (Tag.OBJECT_IDENTIFIER, "", Oid.parse("0.0")),
    (Tag.OBJECT_IDENTIFIER, "883703", Oid.parse("2.999.3")),
    (Tag.IP_ADDRESS, "c0000201", IPv4Address("192.0.2.1")),
    (Tag.NULL, "", None),
    (Tag.OPAQUE, "9f780441c80000", 25.0),
    (Tag.OPAQUE, "9f7908" + struct.pack(">d", 1.5).hex(), 1.5),
    (Tag.OPAQUE, "9f780441c8", bytes.fromhex("9f780441c8")),  # said to be a float, and too short for one
    (Tag.NO_SUCH_OBJECT, "", Missing.NO_SUCH_OBJECT),
    (Tag.NO_SUCH_INSTANCE, "", Missing.NO_SUCH_INSTANCE),
    (Tag.END_OF_MIB_VIEW, "", Missing.END_OF_MIB_VIEW),
])  # fmt: skip
def test_values_are_read_as_the_one_thing_they_can_mean(tag, content, value):
    assert decode_value(tag, bytes.fromhex(content)) == value


@pytest.mark.parametrize(("tag", "content", "reason"), [
    (Tag.COUNTER32, "ff", "bad_integer"),            # 255 that lost its zero, or -1 that lost its width
    (Tag.COUNTER32, "0100000000", "bad_integer"),    # does not fit 32 bits
    (Tag.COUNTER32, "ff7fffffff", "bad_integer"),
    (Tag.COUNTER64, "ffffffffff", "bad_integer"),
    (Tag.INTEGER, "01" * 10, "bad_integer"),
    (Tag.OBJECT_IDENTIFIER, "2b86", "bad_oid"),      # ends within a sub-identifier
    (Tag.OBJECT_IDENTIFIER, "2b8001", "bad_oid"),    # padded, so that two encodings would mean one OID
    (Tag.OBJECT_IDENTIFIER, "2b9080808000", "bad_oid"),  # 2**32
    (Tag.OBJECT_IDENTIFIER, "2b" + "01" * 127, "bad_oid"),
    (Tag.IP_ADDRESS, "c00002", "unknown_type"),
    (Tag.NULL, "00", "unknown_type"),
    (0x45, "00", "unknown_type"),                    # NsapAddress, gone since RFC 1902
    (0x83, "", "unknown_type"),
])  # fmt: skip
def test_values_with_two_meanings_or_none_are_refused(tag, content, reason):
    with pytest.raises(FastLaneRefused) as refused:
        decode_value(tag, bytes.fromhex(content))

    assert refused.value.reason == reason


@pytest.mark.parametrize(("data", "place"), [
    ("0401ff", (4, 2, 3)),
    ("048101ff", (4, 3, 4)),       # long forms of a short length
    ("04820001ff", (4, 4, 5)),
    ("048400000001ff", (4, 6, 7)),
])  # fmt: skip
def test_a_length_may_take_more_bytes_than_it_needs(data, place):
    content = bytes.fromhex(data)

    assert read_tlv(content, 0, len(content)) == place


@pytest.mark.parametrize("data", ["", "04", "0402ff", "0481", "048280", "0480ff0000", "04850000000001ff", "1f0100"])
def test_a_tag_or_length_that_leads_nowhere_is_refused(data):
    content = bytes.fromhex(data)

    with pytest.raises(FastLaneRefused):
        read_tlv(content, 0, len(content))


sub_identifiers = st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1))
oids = st.builds(
    lambda first, second, rest: Oid((first, second, *rest)),
    st.integers(0, 2), st.integers(0, 39), st.lists(sub_identifiers, max_size=30),
)  # fmt: skip


@settings(max_examples=120, deadline=None, derandomize=True)
@given(oids)
def test_every_oid_comes_back_from_its_encoding(oid):
    encoded = encode_oid(oid)
    _, start, end = read_tlv(encoded, 0, len(encoded))

    assert decode_oid(encoded[start:end]) == oid


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(sub_identifiers, max_size=20))
def test_the_tail_of_an_oid_comes_back_from_its_encoding(numbers):
    assert decode_sub_identifiers(encode_sub_identifiers(numbers)) == (tuple(numbers), True)


@pytest.mark.parametrize(("content", "numbers"), [
    ("8001", (1,)),  # padded, so that two encodings would mean one name
    ("0586", (5, 6)),  # ends within a sub-identifier
    ("9080808000", (2**32,)),
    ("01" * 130, (1,) * 130),  # how many there may be depends on what stands before them
])  # fmt: skip
def test_the_tail_of_what_is_no_oid_has_numbers_all_the_same(content, numbers):
    sound = len(numbers) == 130

    assert decode_sub_identifiers(bytes.fromhex(content)) == (numbers, sound)


@pytest.mark.parametrize("read", [decode_oid, decode_sub_identifiers], ids=["whole", "tail"])
def test_a_sub_identifier_as_long_as_a_datagram_takes_no_time(read):
    with spent() as cpu, contextlib.suppress(FastLaneRefused):
        read(b"\xff" * 65_000 + b"\x01")

    assert cpu.seconds < 0.1  # 0.4 s where every byte makes the number longer


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_written_in_as_few_bytes_as_they_need(number):
    encoded = encode_integer(number)

    assert decode_value(Tag.INTEGER, encoded[2:]) == number
    assert len(encoded) == 3 or encoded[2:4][0] not in (0, 0xFF) or (encoded[2] ^ encoded[3]) & 0x80


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.binary(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_whatever_bytes_come_are_read_within_bounds_or_refused(data, at, end):
    end = min(end, len(data))
    try:
        tag, start, stop = read_tlv(data, at, end)
        assert at < start <= stop <= end
        decode_value(tag, data[start:stop])
    except FastLaneRefused:
        pass


def test_a_value_that_its_type_cannot_hold_is_not_written():
    with pytest.raises(ValueError, match="no value for the tag"):
        encode_value(Tag.COUNTER32, 2**32)


def test_lengths_are_written_in_the_shortest_form():
    assert encode_tlv(4, b"x" * 127)[:2] == b"\x04\x7f"
    assert encode_tlv(4, b"x" * 128)[:3] == b"\x04\x81\x80"
    assert encode_tlv(4, b"x" * 256)[:4] == b"\x04\x82\x01\x00"
