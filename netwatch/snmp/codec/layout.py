"""Predicts the next answer to a request from the last: the very same, or same names, types, and lengths of values.

Names, states, limits and counters at rest are the same octets poll after poll; then their values are known. Else,
nine times in ten, one comparison of the whole answer with everything in it that may not change (names, tags, lengths,
sign bits) and one `struct` call replace the loop: a sixth of the time. Where the answer is any different the loop in
`hot` reads it, and a new layout is learned.

A layout costs seven kilobytes, so there are at most MAX_LAYOUTS of them; requests beyond are read by their `shape`.
May import: netwatch.model. Called by: plan and readers of the fast lane.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import ClassVar

from netwatch.model import Tag, Value
from netwatch.snmp.codec.ber import decode_value
from netwatch.snmp.codec.hot import LONGEST

MAX_LAYOUTS = 10_000
"""About 70 MB, enough for the traffic of 1,000 switches of 48 ports; what stands still needs none."""
MOST_MOVES = 6
"""An answer that is always another one is kept every 64th time only, in case it has come to rest."""
MOST_MISSES = 6
"""After so many in a row a request is learned again every 64th time only."""

_from_bytes = int.from_bytes
_SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}
_UNSIGNED = {1: "B", 2: "H", 4: "I", 8: "Q"}


class Layout:
    """One answer's fixed bytes, and where its values stand."""

    __slots__ = ("_expected", "_mask", "_odd", "_unpack", "_wide", "size")

    alive: ClassVar[int] = 0

    def __init__(self, answer: bytes, fields: Sequence[tuple[int, int, int]]) -> None:
        """Learn from an answer's varbinds, and of each value its tag and where its content begins and ends."""
        Layout.alive += 1
        mask = bytearray(b"\xff" * len(answer))
        codes, wide, odd, at = [">"], list[int](), list[tuple[int, int]](), 0
        for place, (tag, start, stop) in enumerate(fields):
            skipped, fixed_bits = _fixed(tag, answer[start:stop])
            begin = start + skipped
            code = (_SIGNED if tag == Tag.INTEGER else _UNSIGNED if LONGEST[tag] else {}).get(stop - begin)
            if code is None:
                code = f"{stop - begin}s"
                if LONGEST[tag] and tag != Tag.INTEGER and begin < stop <= begin + LONGEST[tag]:
                    wide.append(place)
                elif tag != Tag.OCTET_STRING:
                    odd.append((place, tag))
            mask[begin:stop] = bytes(stop - begin)
            if begin < stop:
                mask[begin] = fixed_bits
            codes.append(f"{begin - at}x{code}")
            at = stop
        self.size = len(answer)
        self._mask = int.from_bytes(mask)
        self._expected = int.from_bytes(answer) & self._mask
        self._wide = tuple(_runs(wide))
        self._odd = tuple(odd)
        self._unpack = Struct("".join(codes)).unpack_from

    def __del__(self) -> None:
        type(self).alive -= 1

    def read(self, answer: bytes) -> list[Value] | None:
        """Return the values if the answer has this layout, None if not.

        Raises:
            FastLaneRefused: a value that is none.
        """
        if len(answer) != self.size or int.from_bytes(answer) & self._mask != self._expected:
            return None
        values = list(self._unpack(answer))
        for start, stop in self._wide:
            values[start:stop] = map(_from_bytes, values[start:stop])
        for place, tag in self._odd:
            values[place] = decode_value(tag, values[place])
        return values


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where places that follow each other begin and end: counters of one column are mostly equally long."""
    start = 0
    for number, place in enumerate(places, start=1):
        if number == len(places) or places[number] != place + 1:
            yield places[start], place + 1
            start = number


def _fixed(tag: int, content: bytes) -> tuple[int, int]:
    """Return how many bytes of a value may not change, and which bits of the one behind them.

    A first byte of 0 that only keeps a number positive must stay 0; the sign bit of an unsigned number shorter
    than its type must stay clear.
    """
    width = 0 if tag == Tag.INTEGER else LONGEST[tag]
    if width and len(content) == width + 1 and content[0] == 0:
        return 1, 0
    return 0, 0x80 if len(content) < width else 0


class Memory:
    """What one request remembers of its answers: the last one, as long as the same comes again, else a layout."""

    __slots__ = ("_answer", "_misses", "_moves", "_patience", "_values", "_wait", "layout")

    def __init__(self) -> None:
        self.layout: Layout | None = None
        self._answer = b""
        self._values: Sequence[Value] = ()
        self._moves = 0
        self._wait = 1
        self._misses = 0
        self._patience = 1

    def read(self, answer: bytes) -> Sequence[Value] | None:
        """Return the values if the answer is the one before, or could be predicted, and None otherwise.

        The values are shared with later answers: nobody changes them.
        """
        if answer == self._answer:
            self._moves, self._wait, self.layout = 0, 1, None
            return self._values
        self._answer, self._values = b"", ()
        if self.layout is None:
            return None
        values = self.layout.read(answer)
        if values is None:
            self.layout = None
            self._misses = min(self._misses + 1, MOST_MISSES)
            self._patience = 1 << self._misses
            return None
        self._misses -= self._misses > 0
        self._keep(answer, values)
        return values

    def learn(self, answer: bytes, names: Sequence[bytes], values: Sequence[Value]) -> None:
        """Take in an answer that had to be read: it may come again as it is, or else its layout may."""
        is_moving = self._moves > 0
        self._keep(answer, values)
        if not is_moving:
            return
        self._patience -= 1
        if self._patience > 0 or Layout.alive >= MAX_LAYOUTS:
            return
        fields = _fields(answer, names)
        if fields is not None:
            self.layout = Layout(answer, fields)

    def _keep(self, answer: bytes, values: Sequence[Value]) -> None:
        """Keep an answer to see whether it comes again; one that never does is kept ever more rarely."""
        self._wait -= 1
        if self._wait <= 0:
            self._answer, self._values = answer, values
            self._moves = min(self._moves + 1, MOST_MOVES)
            self._wait = 1 << self._moves


def _fields(answer: bytes, names: Sequence[bytes]) -> list[tuple[int, int, int]] | None:
    """Return tag, begin and end of every value, or None if a varbind is not in the plain shape."""
    fields, at = [], 0
    for name in names:
        tag_at = at + 2 + len(name)
        if tag_at + 2 > len(answer) or answer[at + 1] > 127 or answer[tag_at + 1] > 127:
            return None
        after = tag_at + 2 + answer[tag_at + 1]
        if answer[at : at + 2] != bytes((0x30, after - at - 2)) or answer[at + 2 : tag_at] != name:
            return None
        fields.append((answer[tag_at], tag_at + 2, after))
        at = after
    return fields if at == len(answer) else None
