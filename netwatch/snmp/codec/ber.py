"""The part of BER that SNMP uses: tag, length, value, and SNMP's own types in it.

Quiet and strictly bounded: nothing is read beyond the end it was given, no length is believed. What devices get
wrong without making it ambiguous is read (long-form lengths, padded integers, counters with the sign bit set,
empty integers); everything else raises FastLaneRefused, whose `reason` is one of a small set.
May import: netwatch.model. Called by: the rest of this room, traps through its door.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Oid, Tag, Value
from netwatch.model.oid import MAX_SUB_IDENTIFIER, MAX_SUB_IDENTIFIERS

SEQUENCE = 0x30

_MAX_LENGTH_BYTES = 4
_MAX_INTEGER_BYTES = 9
"""A Counter64 above 2**63 takes nine bytes: a zero comes first to keep it positive."""

_MOST_NAMES = 8192
"""OIDs that are known by their octets; like devices answer with like names. One takes 1 kB at the most."""

_NUMBER_BITS = (1 << 40) - 1
"""No sub-identifier takes so many; cut to them, one that does costs no more than its bytes."""

_MISSING: Mapping[int, Missing] = {
    Tag.NO_SUCH_OBJECT: Missing.NO_SUCH_OBJECT,
    Tag.NO_SUCH_INSTANCE: Missing.NO_SUCH_INSTANCE,
    Tag.END_OF_MIB_VIEW: Missing.END_OF_MIB_VIEW,
}
_MISSING_TAGS = {missing: tag for tag, missing in _MISSING.items()}
_UNSIGNED_BITS: Mapping[int, int] = {
    Tag.COUNTER32: 32,
    Tag.GAUGE32: 32,
    Tag.TIME_TICKS: 32,
    Tag.UINTEGER32: 32,
    Tag.COUNTER64: 64,
}

_OPAQUE_FLOAT = b"\x9f\x78\x04"
_OPAQUE_DOUBLE = b"\x9f\x79\x08"


def read_tlv(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read the tag and length at `at`; return the tag and where its content begins and ends.

    Raises:
        FastLaneRefused: it does not end before `end`, or tag or length is of a form SNMP does not use.
    """
    if at + 2 > end:
        raise FastLaneRefused("truncated")
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise FastLaneRefused("malformed", "a tag of several bytes")
    if length > 0x7F:
        length, start = _long_length(data, start, end, length & 0x7F)
    if start + length > end:
        raise FastLaneRefused("truncated")
    return tag, start, start + length


def _long_length(data: bytes, at: int, end: int, count: int) -> tuple[int, int]:
    """Read a length given in `count` bytes of its own (X.690, 8.1.3.5); more than needed is tolerated."""
    if not 1 <= count <= _MAX_LENGTH_BYTES:
        raise FastLaneRefused("malformed", "an indefinite or oversized length")
    if at + count > end:
        raise FastLaneRefused("truncated")
    return int.from_bytes(data[at : at + count], "big"), at + count


def read_as(expected: int, data: bytes, at: int, end: int) -> tuple[int, int]:
    """Read the TLV at `at`, which must have the tag `expected`; return where its content begins and ends."""
    tag, start, stop = read_tlv(data, at, end)
    if tag != expected:
        raise FastLaneRefused("malformed", f"tag 0x{tag:02x} where 0x{expected:02x} belongs")
    return start, stop


def decode_integer(content: bytes) -> int:
    """Read the content of an INTEGER; an empty one is 0."""
    if len(content) > _MAX_INTEGER_BYTES:
        raise FastLaneRefused("bad_integer", "too many bytes")
    return int.from_bytes(content, "big", signed=True)


def decode_unsigned(content: bytes, bits: int) -> int:
    """Read the content of a Counter, Gauge32 or TimeTicks of `bits` bits; an empty one is 0.

    A set sign bit is read modulo 2**bits where full width leaves only one meaning. A shorter one might have
    lost leading zeros or be a small negative number, and is refused.
    """
    number = decode_integer(content)
    if number < 0 and (len(content) * 8 < bits or number < -(2 ** (bits - 1))):
        raise FastLaneRefused("bad_integer", "negative where no negative number can be")
    if number >= 2**bits:
        raise FastLaneRefused("bad_integer", f"more than {bits} bits")
    return number & ((1 << bits) - 1)


@lru_cache(maxsize=_MOST_NAMES)
def decode_oid(content: bytes) -> Oid:
    """Read the content of an OBJECT IDENTIFIER; an empty one is 0.0, as some agents write zeroDotZero."""
    numbers: list[int] = []
    number = 0
    fresh = True
    for byte in content:
        if fresh and byte == 0x80:
            raise FastLaneRefused("bad_oid", "a padded sub-identifier")
        number = number << 7 | byte & 0x7F
        if number > MAX_SUB_IDENTIFIER + 80:
            break  # it grows with every byte, and so does the time that takes
        fresh = byte < 0x80
        if fresh:
            numbers.append(number)
            number = 0
    if (
        number
        or not fresh
        or len(numbers) >= MAX_SUB_IDENTIFIERS
        or max(numbers, default=0) > MAX_SUB_IDENTIFIER + 80
    ):
        raise FastLaneRefused("bad_oid")
    return _with_first_two(numbers)


def _with_first_two(numbers: list[int]) -> Oid:
    """Take the first number apart into two (X.690, 8.19.4)."""
    if not numbers:
        return Oid((0, 0))
    if max(numbers[1:], default=0) > MAX_SUB_IDENTIFIER:
        raise FastLaneRefused("bad_oid", "a sub-identifier above 2**32 - 1")
    first = min(numbers[0] // 40, 2)
    return Oid((first, numbers[0] - 40 * first, *numbers[1:]))


def decode_sub_identifiers(content: bytes) -> tuple[tuple[int, ...], bool]:
    """Read the tail of an OBJECT IDENTIFIER, cut at a boundary between sub-identifiers, whatever stands there.

    Returns the numbers and whether they are sub-identifiers in their one encoding. Where an agent breaks that, its
    walk shall go on behind the name, so there are numbers to compare all the same. How many there may be is for the
    caller to say, who knows what stands before them.
    """
    numbers: list[int] = []
    number, fresh, sound = 0, True, True
    for byte in content:
        sound = sound and not (fresh and byte == 0x80)
        number = number << 7 & _NUMBER_BITS | byte & 0x7F
        sound = sound and number <= MAX_SUB_IDENTIFIER
        fresh = byte < 0x80
        if fresh:
            numbers.append(number)
            number = 0
    return (tuple(numbers), sound) if fresh else ((*numbers, number), False)


def decode_opaque(content: bytes) -> Value:
    """Read an Opaque: the float and double that net-snmp wraps in it, bytes otherwise."""
    form = {(_OPAQUE_FLOAT, 7): ">f", (_OPAQUE_DOUBLE, 11): ">d"}.get((content[:3], len(content)))
    return float(struct.unpack(form, content[3:])[0]) if form else content


def decode_value(tag: int, content: bytes) -> Value:
    """Read the content of a varbind's value.

    Raises:
        FastLaneRefused: the tag is none of SNMP's, or the content is not what the tag says.
    """
    if (bits := _UNSIGNED_BITS.get(tag)) is not None:
        return decode_unsigned(content, bits)
    if tag == Tag.OCTET_STRING:
        return content
    if tag == Tag.INTEGER:
        return decode_integer(content)
    if tag == Tag.OBJECT_IDENTIFIER:
        return decode_oid(content)
    if tag == Tag.OPAQUE:
        return decode_opaque(content)
    if tag == Tag.IP_ADDRESS and len(content) == 4:
        return IPv4Address(content)
    if not content and (tag == Tag.NULL or tag in _MISSING):
        return _MISSING.get(tag)
    raise FastLaneRefused("unknown_type", f"tag 0x{tag:02x} with {len(content)} bytes")


def encode_tlv(tag: int, content: bytes) -> bytes:
    """Put tag and the shortest length before `content`."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def encode_integer(number: int, tag: int = Tag.INTEGER) -> bytes:
    """Write a whole number, signed and in as few bytes as it needs."""
    magnitude = number if number >= 0 else ~number
    return encode_tlv(tag, number.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True))


def encode_sub_identifiers(numbers: Sequence[int]) -> bytes:
    """Write sub-identifiers in base 128, high bit set on all bytes but the last of each."""
    content = bytearray()
    for number in numbers:
        for shift in range((max(number.bit_length(), 1) - 1) // 7 * 7, 0, -7):
            content.append(0x80 | number >> shift & 0x7F)
        content.append(number & 0x7F)
    return bytes(content)


def encode_oid(oid: Oid) -> bytes:
    """Write an OBJECT IDENTIFIER with tag and length.

    Raises:
        ValueError: it breaks the limits of RFC 3416 or has fewer than two numbers.
    """
    oid.check()
    return encode_tlv(Tag.OBJECT_IDENTIFIER, encode_sub_identifiers((oid[0] * 40 + oid[1], *oid[2:])))


def encode_value(tag: int, value: Value) -> bytes:
    """Write a varbind's value with tag and length.

    Raises:
        ValueError: value and tag do not go together.
    """
    if isinstance(value, Missing):
        return encode_tlv(_MISSING_TAGS[value], b"")
    if value is None:
        return encode_tlv(Tag.NULL, b"")
    if isinstance(value, IPv4Address):
        return encode_tlv(Tag.IP_ADDRESS, value.packed)
    if isinstance(value, Oid):
        return encode_oid(value)
    if isinstance(value, float):
        return encode_tlv(Tag.OPAQUE, _OPAQUE_DOUBLE + struct.pack(">d", value))
    if isinstance(value, bytes):
        return encode_tlv(tag, value)
    if tag == Tag.INTEGER or (tag in _UNSIGNED_BITS and 0 <= value < 2 ** _UNSIGNED_BITS[Tag(tag)]):
        return encode_integer(value, tag)
    raise ValueError(f"{value!r} is no value for the tag 0x{tag:02x}")
