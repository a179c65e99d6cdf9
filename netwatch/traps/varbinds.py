"""Reads the varbinds of a notification: hot, bounded, and a bad one costs no other.

Quiet. What a value's bytes do not agree with its type about is kept as bytes under that type's tag; a varbind whose
name cannot be read is left out and counted. Only framing that leaves in doubt where the next begins is refused.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.traps.notification.
"""

from __future__ import annotations

from netwatch.errors import FastLaneRefused
from netwatch.model import Oid, Tag, Value, Varbind
from netwatch.snmp import SEQUENCE, decode_oid, decode_value, read_as, read_tlv
from netwatch.traps.refusal import NotAccepted

MAX_VARBINDS = 1024
REMEMBERED_OIDS = 8192
REMEMBERED_OID_BYTES = 64

_LONGEST = {Tag.INTEGER: 4, Tag.COUNTER32: 4, Tag.GAUGE32: 4, Tag.TIME_TICKS: 4, Tag.UINTEGER32: 4, Tag.COUNTER64: 8}
_LONGEST_BY_TAG = bytes(_LONGEST.get(tag, 0) for tag in range(256))  # type: ignore[call-overload]
"""How many bytes a number of a tag has at most while it needs no second look."""

MOST_CONTINUED = 3
"""Octets before the last of a number that are read here: none of five is needed, which could be too large."""
MOST_IN_COLUMN = 100
_oids: dict[bytes, Oid] = {}
_columns: dict[bytes, Oid] = {}
_from_bytes = int.from_bytes


def decode_varbinds(data: bytes, at: int, end: int) -> tuple[list[Varbind], int]:
    """Read the varbinds that fill `data` from `at` to `end`; return them and how many had to be left out.

    Raises:
        NotAccepted: one does not end where the next can begin, or there are too many.
    """
    varbinds: list[Varbind] = []
    left_out = 0
    known, longest = _oids, _LONGEST_BY_TAG
    while at < end:
        if len(varbinds) + left_out >= MAX_VARBINDS:
            raise NotAccepted("malformed", "too many varbinds")
        start, stop = _framed(data, at, end)
        at = stop
        try:
            name_at = start + 2
            tag_at = name_at + data[start + 1]
            name = known.get(data[name_at:tag_at]) if data[start] == 0x06 else None
            tag, value_at = data[tag_at], tag_at + 2
            if value_at + data[tag_at + 1] == stop:
                if name is None:
                    name = _new_name(data, start, tag_at)
                size = stop - value_at
                if tag == 0x04:
                    value: Value = data[value_at:stop]
                elif 0 < size <= longest[tag] and data[value_at] < 0x80:
                    value = _from_bytes(data[value_at:stop])
                elif tag == 0x06:
                    value = known.get(data[value_at:stop])
                    if value is None:
                        value = _value(tag, data[value_at:stop])
                else:
                    value = _value(tag, data[value_at:stop])
                varbinds.append(Varbind(oid=name, tag=tag, value=value))
                continue
        except (IndexError, FastLaneRefused):
            pass
        varbind = _odd_varbind(data, start, stop)
        if varbind is None:
            left_out += 1
        else:
            varbinds.append(varbind)
    return varbinds, left_out


def _framed(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the content of the SEQUENCE at `at` begins and ends."""
    if at + 2 <= end and data[at] == SEQUENCE and data[at + 1] < 0x80:
        stop = at + 2 + data[at + 1]
        if stop <= end:
            return at + 2, stop
    try:
        return read_as(SEQUENCE, data, at, end)
    except FastLaneRefused as exc:
        raise NotAccepted("malformed", exc.reason) from exc


def _new_name(data: bytes, at: int, end: int) -> Oid:
    """Read the name that stands from `at` to `end`, which was not met before.

    Raises:
        FastLaneRefused: it is none, or had better be read the slow way.
    """
    if data[at] != Tag.OBJECT_IDENTIFIER or data[at + 1] >= 0x80:
        raise FastLaneRefused("malformed")
    return remembered_oid(data[at + 2 : end])


def _odd_varbind(data: bytes, at: int, end: int) -> Varbind | None:
    """Read one varbind the slow way; None where it has no name."""
    try:
        start, at = read_as(Tag.OBJECT_IDENTIFIER, data, at, end)
        name = remembered_oid(data[start:at])
        tag, start, stop = read_tlv(data, at, end)
    except FastLaneRefused:
        return None
    return Varbind(oid=name, tag=tag, value=_value(tag, data[start:stop])) if stop == end else None


def _value(tag: int, content: bytes) -> Value:
    try:
        if tag == Tag.OBJECT_IDENTIFIER:
            return remembered_oid(content)
        return decode_value(tag, content)
    except FastLaneRefused:
        return content


def remembered_oid(content: bytes) -> Oid:
    """Return the OID of these bytes, read once as long as it is short: most names come again and again.

    Raises:
        FastLaneRefused: they are none.
    """
    oid = _oids.get(content)
    if oid is None:
        at = _last_number_at(content)
        column = _columns.get(content[:at]) if at else None
        if column is None:
            oid = decode_oid(content)
        else:
            oid = Oid((*column, content[-1] if at == len(content) - 1 else _number(content, at)))
        if len(content) <= REMEMBERED_OID_BYTES:
            if len(_oids) >= REMEMBERED_OIDS:
                _oids.clear()
            _oids[content] = oid
            if at and column is None:
                _remember_column(content[:at], oid)
    return oid


def _last_number_at(content: bytes) -> int:
    """Return where the last number of an OID begins, 0 where that had better be left to the decoder."""
    at = len(content) - 1
    if at < 1 or content[at] >= 0x80:
        return 0
    first = max(at - MOST_CONTINUED, 0)
    while at > first and content[at - 1] >= 0x80:
        at -= 1
    return 0 if content[at - 1] >= 0x80 or content[at] == 0x80 else at


def _number(content: bytes, at: int) -> int:
    number = 0
    for octet in content[at:]:
        number = number << 7 | octet & 0x7F
    return number


def _remember_column(above: bytes, oid: Oid) -> None:
    """Remember what is above a row: traps about thousands of rows have the same few columns."""
    if len(_columns) >= REMEMBERED_OIDS:
        _columns.clear()
    if MOST_IN_COLUMN > len(oid) > 2:
        _columns[above] = Oid(oid[:-1])
