"""Packs the values of some rows over some times into few octets, and back.

Values stand row by row, each row's times one after the other. What does not change in time is kept once. Whole and
decimal numbers are kept exactly, as differences from one time to the next in the narrowest integers that hold them;
other floats with the 24 bits of single precision, about seven digits, or with 16 of them, which are between four and
five; texts as numbers into a list of them.

A quiet room: no clock, no socket, no database.
May import: nothing. Called by: block.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Any, Final

Cell = int | float | bytes | None
Row = Sequence[Any]
"""The values of one row, one per time: int, float, bytes, None."""

INT, DECIMAL, FLOAT, DOUBLE, TEXT, NOTHING = range(6)
STEADY = 0x10
"""Each row's value is the same at every time, and is kept once."""
HOLED = 0x20
"""Some values are missing; a map of those comes first."""
AS_FLOATS = 0x40
"""Whole numbers that were floats."""
SCALES: Final = (10, 100, 1000)
_WIDTHS: Final = (("b", 1 << 7), ("h", 1 << 15), ("i", 1 << 31), ("q", 1 << 63))
_LARGEST_SINGLE = 3.4e38
_MOST_DECIMAL = 1e12
"""Beyond it a number times its scale is no longer exact."""
_LENGTH = struct.Struct("<I")


class Damaged(ValueError):
    """The octets are not what `packed` made."""


def packed(rows: Sequence[Row], times: int, level: int = 6, *, coarse: bool = False) -> bytes:
    """Return rows of `times` values each as octets; 1 <= times. `coarse`: of floats 16 bits are enough."""
    kind = 0
    if all(row.count(row[0]) == times for row in rows):
        kind, rows, times = STEADY, [row[:1] for row in rows], 1
    flat: list[Any] = list(chain.from_iterable(rows))
    holes = b""
    if None in flat:
        known = next((value for value in flat if value is not None), None)
        if known is None:
            return bytes((NOTHING | STEADY,))
        holes = zlib.compress(bytes([value is None for value in flat]), level)
        kind |= HOLED
        flat = _filled(flat, times, known)
    how, body = _values(flat, times)
    squeezed = _singles(body, level, coarse=coarse) if how == FLOAT else zlib.compress(body, level)
    head = bytes((kind | how,))
    return head + (_LENGTH.pack(len(holes)) + holes if holes else b"") + squeezed


def unpacked(octets: bytes, rows: int, times: int, only: int | None = None) -> list[Row]:
    """Return the rows that `packed` was given, or the one numbered `only`.

    Raises:
        Damaged: it is nothing of the kind.
    """
    try:
        return _unpacked(octets, rows, times, only)
    except (zlib.error, struct.error, ValueError, IndexError, TypeError) as exc:
        raise Damaged(str(exc)) from exc


def _unpacked(octets: bytes, rows: int, times: int, only: int | None) -> list[Row]:
    head, at = octets[0], 1
    wanted = range(rows) if only is None else range(only, only + 1)
    if head & 0x0F == NOTHING:
        return [[None] * times for _ in wanted]
    kept = 1 if head & STEADY else times
    holes = b""
    if head & HOLED:
        (length,) = _LENGTH.unpack_from(octets, at)
        at += _LENGTH.size
        holes = zlib.decompress(octets[at : at + length])
        at += length
    body = octets[at:] if head & 0x0F == FLOAT else zlib.decompress(octets[at:])
    found = _READ[head & 0x0F](body, rows, kept, wanted)
    if head & AS_FLOATS:
        found = [[float(row[0])] for row in found] if kept == 1 else [list(map(float, row)) for row in found]
    if holes:
        found = [
            _holed(row, holes[number * kept : (number + 1) * kept]) for row, number in zip(found, wanted, strict=True)
        ]
    if any(len(row) != kept for row in found):
        raise Damaged("a row has not as many values as there are times")
    return [list(row) * times for row in found] if head & STEADY else found


def _filled(flat: list[Any], times: int, known: Any) -> list[Any]:
    """Put into every hole what stood before it in its row: that costs least."""
    filled = []
    for start in range(0, len(flat), times):
        last = next((value for value in flat[start : start + times] if value is not None), known)
        for value in flat[start : start + times]:
            last = last if value is None else value
            filled.append(last)
    return filled


def _holed(row: Row, holes: bytes) -> Row:
    return [None if hole else value for value, hole in zip(row, holes, strict=True)] if any(holes) else row


def _values(flat: list[Any], times: int) -> tuple[int, bytes]:
    """Return how values are kept, and the octets; none of them is None."""
    types = set(map(type, flat))
    if types <= {int, bool}:
        if min(flat) > -(1 << 62) and max(flat) < 1 << 62:
            return INT, _integers(flat, times)
        return DOUBLE, array("d", flat).tobytes()
    if types <= {int, bool, float}:
        return _floats(flat, times)
    return TEXT, _texts(flat, times)


def _floats(flat: list[float], times: int) -> tuple[int, bytes]:
    largest = max(map(abs, flat))
    if largest < _MOST_DECIMAL:
        if all(map(float.is_integer, map(float, flat))):
            return INT | AS_FLOATS, _integers(list(map(int, flat)), times)
        for scale in SCALES:
            if all(round(value * scale) / scale == value for value in flat):
                return DECIMAL, struct.pack("<H", scale) + _integers([round(value * scale) for value in flat], times)
    if largest > _LARGEST_SINGLE:
        return DOUBLE, array("d", flat).tobytes()
    return FLOAT, array("f", flat).tobytes()


def _singles(octets: bytes, level: int, *, coarse: bool) -> bytes:
    """Pack the octets with sign and exponent, which are few, apart from those that are as good as random."""
    lowest = b"" if coarse else octets[0::4]
    tops = zlib.compress(octets[3::4], level)
    return _LENGTH.pack(len(tops)) + tops + zlib.compress(lowest + octets[1::4] + octets[2::4], level)


def _integers(flat: list[int], times: int) -> bytes:
    """Keep the first of each row, then the steps from time to time."""
    firsts = flat[::times]
    steps = list(map(int.__sub__, flat[1:], flat[:-1])) if times > 1 else []
    if steps:
        del steps[times - 1 :: times]  # from the end of a row to the next one's beginning
    head = _narrow(firsts)
    return _LENGTH.pack(len(head)) + head + _narrow(steps)


def _narrow(numbers: list[int]) -> bytes:
    """Return a letter for the width, then the lowest octets of all, the next of all, and so on."""
    bound = max(max(numbers), -min(numbers) - 1) if numbers else 0
    letter = next(letter for letter, limit in _WIDTHS if bound < limit)
    held = array(letter, numbers)
    octets = held.tobytes()
    return letter.encode() + b"".join(octets[place :: held.itemsize] for place in range(held.itemsize))


def _wide(octets: bytes) -> array[Any]:
    held = array(octets[:1].decode())
    held.frombytes(_together(octets[1:], held.itemsize))
    return held


def _together(planes: bytes, size: int) -> bytes:
    """Put back together what stands in as many pieces as a number has octets."""
    if size == 1:
        return planes
    count = len(planes) // size
    octets = bytearray(count * size)
    for place in range(size):
        octets[place::size] = planes[place * count : (place + 1) * count]
    return bytes(octets)


def _read_integers(body: bytes, rows: int, times: int, wanted: range) -> list[Row]:
    (length,) = _LENGTH.unpack_from(body)
    firsts, steps = _wide(body[4 : 4 + length]), _wide(body[4 + length :])
    if len(firsts) != rows or len(steps) != rows * (times - 1):
        raise Damaged("not as many numbers as there should be")
    if times == 1:
        return [[firsts[row]] for row in wanted]
    return [
        list(accumulate(steps[row * (times - 1) : (row + 1) * (times - 1)], initial=firsts[row])) for row in wanted
    ]


def _read_decimals(body: bytes, rows: int, times: int, wanted: range) -> list[Row]:
    (scale,) = struct.unpack_from("<H", body)
    return [[value / scale for value in row] for row in _read_integers(body[2:], rows, times, wanted)]


def _read_singles(body: bytes, rows: int, times: int, wanted: range) -> list[Row]:
    (length,) = _LENGTH.unpack_from(body)
    tops, others = zlib.decompress(body[4 : 4 + length]), zlib.decompress(body[4 + length :])
    count = rows * times
    if len(others) == 2 * count:  # the lowest octets were left out
        others = bytes(count) + others
    if len(tops) != count or len(others) != 3 * count:
        raise Damaged("not as many numbers as there should be")
    return _rows_of(array("f", _together(others + tops, 4)), times, wanted)


def _read_doubles(body: bytes, rows: int, times: int, wanted: range) -> list[Row]:
    return _rows_of(array("d", body), times, wanted)


def _rows_of(numbers: array[float], times: int, wanted: range) -> list[Row]:
    return [numbers[row * times : (row + 1) * times].tolist() for row in wanted]


def _texts(flat: list[Any], times: int) -> bytes:
    octets = [value if isinstance(value, bytes) else str(value).encode() for value in flat]
    words = {word: number for number, word in enumerate(dict.fromkeys(octets))}
    listed = json.dumps([word.decode("latin-1") for word in words]).encode()
    return _LENGTH.pack(len(listed)) + listed + _integers([words[word] for word in octets], times)


def _read_texts(body: bytes, rows: int, times: int, wanted: range) -> list[Row]:
    (length,) = _LENGTH.unpack_from(body)
    words = [word.encode("latin-1") for word in json.loads(body[4 : 4 + length])]
    return [[words[number] for number in row] for row in _read_integers(body[4 + length :], rows, times, wanted)]


_READ: Final[dict[int, Callable[[bytes, int, int, range], list[Row]]]] = {
    INT: _read_integers,
    DECIMAL: _read_decimals,
    FLOAT: _read_singles,
    DOUBLE: _read_doubles,
    TEXT: _read_texts,
}


def cell_of(value: object) -> Cell:
    """Return a value as it is kept: numbers and octets as they are, what is no number as missing, others as text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, int | bytes):
        return value
    return str(value).encode()
