"""Decodes the answers of polls and walks: the few functions NetWatch spends most of its life in.

Each reads one shape, the plain one: lengths below 128 in one byte, numbers that need no second thought. Whatever
looks different goes, varbind by varbind, to the slow twin in `message`; tests hold the two to the same result.
The loops repeat themselves and test the likely first, because a function call costs as much as a varbind.
Nothing is checked twice: a slice beyond the end comes out short, so it cannot equal a name, and the position
after the last varbind must be the end that the header announced.

What stands behind `end` in `data` is not part of the answer; where it may be anything, `data` is cut there.
This is the Python twin of `netwatch/compiled/wire.c`; `decoders` chooses between them.
May import: netwatch.model. Called by: decoders, layout, v3, the fast lane.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import cycle
from struct import Struct
from struct import error as StructError  # it is one

from netwatch.errors import FastLaneRefused
from netwatch.model import Missing, Tag, Value
from netwatch.snmp.codec.message import decode_varbind

RESPONSE = 0xA2

_LONGEST = bytearray(256)
"""How many bytes a number with this tag has at most while its first byte is below 128; 0 for other tags."""
for _tag in (Tag.INTEGER, Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS, Tag.UINTEGER32):
    _LONGEST[_tag] = 4
_LONGEST[Tag.COUNTER64] = 8
LONGEST = bytes(_LONGEST)

_from_bytes = int.from_bytes


class OddHeader(Exception):
    """The header is not in the plain shape; the slow twin may well understand it."""


Header = tuple[bytes, int, bytes, int, int, int, int]
_BIG = Struct(">BBHH4sHBHBHH").unpack_from
"""A PDU up to its varbinds, where all lengths take three bytes, as in all big answers: one call reads it whole."""


def open_response(data: bytes) -> Header:
    """Read the header of an answer.

    Returns version and community as encoded, the PDU's tag, the four bytes of the request-id, error-status,
    error-index, and where the varbinds begin and end.

    Raises:
        OddHeader: the shape is another, or the datagram shorter than it says.
    """
    try:
        if data[1] == 0x82:
            pdu = 9 + data[8]
            kind, form, size, before_id, request_id, first, status, second, index, listed, varbinds = _BIG(data, pdu)
            at, end = pdu + 20, pdu + 4 + size
            if (
                form == 0x82
                and before_id == 0x0204
                and first == second == 0x0201
                and listed == 0x3082
                and end == at + varbinds == 4 + (data[2] << 8 | data[3]) <= len(data)
                and data[0] == 0x30
            ):
                return data[4:pdu], kind, request_id, status, index, at, end
        size, start = length_at(data, 1)
        pdu = start + 5 + data[start + 4]
        if data[0] == 0x30:
            return data[start:pdu], *open_pdu(data, pdu, start + size)
    except (IndexError, StructError):
        pass
    raise OddHeader


def open_pdu(data: bytes, pdu: int, end: int) -> tuple[int, bytes, int, int, int, int]:
    """Read a PDU from its tag to its varbinds; it must end at `end`. Returns what `open_response` does.

    Raises:
        OddHeader: the shape is another. IndexError: the datagram is shorter than it says.
    """
    size, at = length_at(data, pdu + 1)
    listed, first = length_at(data, at + 13)
    plain = (
        data[at : at + 2] == b"\x02\x04"
        and data[at + 6 : at + 8] == b"\x02\x01"
        and data[at + 9 : at + 11] == b"\x02\x01"
        and data[at + 12] == 0x30
        and end == at + size == first + listed <= len(data)
    )
    if plain:
        return data[pdu], data[at + 2 : at + 6], data[at + 8], data[at + 11], first, end
    raise OddHeader


def length_at(data: bytes, at: int) -> tuple[int, int]:
    """Return a length in one of its three usual forms, and where the content begins."""
    size = data[at]
    if size < 0x80:
        return size, at + 1
    if size == 0x82:
        return data[at + 1] << 8 | data[at + 2], at + 3
    if size == 0x81:
        return data[at + 1], at + 2
    raise OddHeader


def decode_values(data: bytes, at: int, end: int, names: Iterable[bytes]) -> list[Value]:
    """Read the values of an answer that must carry exactly `names`, encoded OIDs, in this order.

    Fewer varbinds than names is no error here: the list is then shorter, as is an agent's cut answer.

    Raises:
        FastLaneRefused: other names, more varbinds, or bytes that the slow twin does not know either.
    """
    values: list[Value] = []
    add = values.append
    longest = LONGEST
    try:
        for name in names:
            tag_at = at + 2 + len(name)
            after = at + 2 + data[at + 1]
            size = data[tag_at + 1]
            if data[at + 2 : tag_at] == name and tag_at + 2 + size == after and data[at] == 0x30:
                tag = data[tag_at]
                if 0 < size <= longest[tag] and (first := data[tag_at + 2]) < 128:
                    add(first if size == 1 else _from_bytes(data[tag_at + 2 : after]))
                elif tag == 0x04 and after - at < 130:
                    add(data[tag_at + 2 : after])
                elif size == 5 and longest[tag] == 4 and data[tag_at + 2] == 0 and tag != 0x02:
                    add(_from_bytes(data[tag_at + 3 : after]))
                else:
                    add(odd_value(data, at, end, name)[0])
                at = after
            elif at == end:
                return values
            else:
                value, at = odd_value(data, at, end, name)
                add(value)
    except IndexError:
        if at != end:
            raise FastLaneRefused("truncated") from None
    if at != end:
        raise FastLaneRefused("other_varbinds", "more varbinds than asked for")
    return values


def odd_value(data: bytes, at: int, end: int, name: bytes) -> tuple[Value, int]:
    """Read one varbind of a GET the slow way; return its value and where the next begins."""
    found, _, value, after = decode_varbind(data, at, end)
    if found != name[2:]:
        raise FastLaneRefused("other_varbinds", "another name than asked for")
    return value, after


Target = tuple[bytes, int, int, bytes, int, Callable[[bytes], None], Callable[[int], None], Callable[[Value], None]]
"""A column for `decode_rows`: how its names begin, where from the varbind's begin the suffix and the value's tag
stand, its OID, its place in the request, and where to put suffix, tag and value."""


def decode_rows(data: bytes, at: int, end: int, columns: Iterable[Target]) -> list[int]:
    """Read the answer to a GETBULK or GETNEXT that asked for `columns`, into their lists.

    What stands behind a column's OID is put away as encoded, the tag and the value beside it. Returns the places
    of columns once for each varbind that is no longer of its column, or says that there is nothing more; what such
    a varbind holds is not looked at.

    Raises:
        FastLaneRefused: bytes that the slow twin does not know either; rows before them are put away already.
    """
    ended: list[int] = []
    longest = LONGEST
    try:
        for head, to_suffix, to_tag, column, place, add_suffix, add_tag, add in cycle(columns):
            if at >= end:
                break
            suffix_at = at + to_suffix
            after = at + 2 + data[at + 1]
            if data[at + 2 : suffix_at] == head and data[at] == 0x30:
                tag_at = at + to_tag
                size = data[tag_at + 1]
                tag = data[tag_at]
                if tag_at + 2 + size == after and after - at < 130 and tag < 0x80:
                    if 0 < size <= longest[tag] and (first := data[tag_at + 2]) < 128:
                        add(first if size == 1 else _from_bytes(data[tag_at + 2 : after]))
                    elif tag == 0x04:
                        add(data[tag_at + 2 : after])
                    elif size == 5 and longest[tag] == 4 and data[tag_at + 2] == 0 and tag != 0x02:
                        add(_from_bytes(data[tag_at + 3 : after]))
                    else:
                        add(decode_varbind(data, at, end)[2])
                    add_suffix(data[suffix_at:tag_at])
                    add_tag(tag)
                    at = after
                    continue
            elif after - at < 130 and data[at + 4 : suffix_at] != column and data[at : at + 3 : 2] == b"\x30\x06":
                ended.append(place)
                at = after
                continue
            has_ended, at = odd_row(data, at, end, (head, to_suffix, to_tag, column, place, add_suffix, add_tag, add))
            if has_ended:
                ended.append(place)
    except IndexError:
        raise FastLaneRefused("truncated") from None
    if at != end:
        raise FastLaneRefused("malformed", "a varbind longer than the answer")
    return ended


def odd_row(data: bytes, at: int, end: int, target: Target) -> tuple[bool, int]:
    """Read one varbind of a walk the slow way; return whether it ends its column, and where the next begins."""
    _, _, _, column, _, add_suffix, add_tag, add = target
    name, tag, value, after = decode_varbind(data, at, end)
    if isinstance(value, Missing) or not name.startswith(column) or len(name) == len(column):
        return True, after
    add_suffix(name[len(column) :])
    add_tag(tag)
    add(value)
    return False, after
