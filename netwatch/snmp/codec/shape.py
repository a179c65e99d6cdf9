"""What many devices are asked in the same words: the names of a request, and how to read any device's answer to it.

Like switches are asked for the same instances, and their answers differ in nothing but numbers and how long those
are. Where a device has no layout of its own (see `layout`) its answers are read by the loop in `hot`, until so many
of one shape came that a regular expression of that shape is worth its making: it takes all numbers out in one go,
whatever their lengths, in a quarter of the time. What it does not match is read by the loop, which knows all.

May import: netwatch.model. Called by: plan and readers of the fast lane.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from netwatch.model import Tag, Value
from netwatch.snmp.codec.hot import LONGEST, decode_values

WORTH_READING: Final = 1000
"""So many answers of a shape read by the loop cost what the making of its expression does, ten milliseconds."""
MAX_EXPRESSIONS: Final = 1000
"""About 50 MB; shapes beyond are read by the loop."""
MOST_MISSES: Final = 200
"""An expression that misses so much oftener than it matches is given up: this shape's answers are of another kind."""

_from_bytes = int.from_bytes


class Shape:
    """The names of one request, shared by all that ask for them; `tail` is the request from its numbers on."""

    __slots__ = ("__weakref__", "_expression", "_misses", "_reads", "names", "tail")

    expressions: ClassVar[int] = 0

    def __init__(self, names: Sequence[bytes], tail: bytes) -> None:
        self.names = tuple(names)
        self.tail = tail
        self._expression: re.Pattern[bytes] | None = None
        self._reads = self._misses = 0

    def __del__(self) -> None:
        if self._expression is not None:
            Shape.expressions -= 1

    def read(self, data: bytes, at: int, end: int) -> list[Value]:
        """Return the values of an answer; fewer than names where the device cut it short.

        Raises:
            FastLaneRefused: it is no answer to this request, see `hot.decode_values`.
        """
        if self._expression is not None:
            found = self._expression.fullmatch(data, at, end)
            if found is not None:
                self._misses -= self._misses > 0
                return list(map(_from_bytes, found.groups()))
            self._miss()
        values = decode_values(data, at, end, self.names)
        self._reads += 1
        if self._reads == WORTH_READING and Shape.expressions < MAX_EXPRESSIONS:
            self._learn(data[at:end])
        return values

    def _miss(self) -> None:
        self._misses += 1
        if self._misses >= MOST_MISSES:
            self._expression, self._misses = None, 0
            Shape.expressions -= 1

    def _learn(self, answer: bytes) -> None:
        """Make the expression of a shape whose answers hold nothing but numbers."""
        tags = number_tags(answer, self.names)
        if tags is not None:
            self._expression = expression_of(self.names, tags)
            Shape.expressions += 1


def number_tags(answer: bytes, names: Sequence[bytes]) -> list[int] | None:
    """Return the tags of the values of an answer that the loop has read, None if not all of them are numbers."""
    tags, at = [], 0
    for name in names:
        tag_at = at + 2 + len(name)
        if tag_at >= len(answer) or answer[at + 1] > 127 or not LONGEST[answer[tag_at]]:
            return None
        tags.append(answer[tag_at])
        at += 2 + answer[at + 1]
    return tags


def expression_of(names: Sequence[bytes], tags: Sequence[int]) -> re.Pattern[bytes]:
    """Return what matches an answer of exactly these names and tags, with a group for the content of every value.

    Both lengths of a varbind are held against the content: a look back from where the content begins.
    """
    return re.compile(b"".join(map(_varbind, names, tags)), re.DOTALL)


def _varbind(name: bytes, tag: int) -> bytes:
    """Match one varbind whose number needs no second thought: its sign bit is clear, or kept clear by a byte of 0."""
    longest = LONGEST[tag]
    contents = [(size, rb"[\x00-\x7f]" + b"." * (size - 1)) for size in range(1, longest + 1)]
    if tag != Tag.INTEGER and longest == 4:
        contents.append((5, rb"\x00...."))
    kinds = [
        rb"(?<=\x%02x.{%d}\x%02x)" % (len(name) + 2 + size, len(name) + 1, size) + content
        for size, content in contents
    ]
    return b"0." + re.escape(name) + rb"\x%02x.(" % tag + b"|".join(kinds) + b")"
