"""The objects of a simulated device in OID order: constants, and values read the moment somebody asks.

May import: netwatch.model. Called by: the devices and the agent of this room.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netwatch.model import Missing, Oid, Tag, Value

Read = Callable[[], Value]


@dataclass(frozen=True, slots=True)
class Leaf:
    """An object instance: its type, and how to read it."""

    tag: int
    read: Read


class DataTree:
    """A sorted list of OIDs beside a mapping; the successor of any OID is one bisection away."""

    def __init__(self) -> None:
        self._oids: list[Oid] = []
        self._leaves: dict[Oid, Leaf] = {}

    def __len__(self) -> int:
        return len(self._oids)

    def __iter__(self) -> Iterator[Oid]:
        return iter(self._oids)

    def put(self, oid: Oid, tag: int, value: Value | Read) -> None:
        """Add an instance or replace one; a function is called at every request."""
        if oid not in self._leaves:
            insort(self._oids, oid)
        self._leaves[oid] = Leaf(tag, value if callable(value) else lambda: value)

    def remove(self, oid: Oid) -> None:
        """Take an instance out."""
        if self._leaves.pop(oid, None) is not None:
            del self._oids[bisect_left(self._oids, oid)]

    def get(self, oid: Oid) -> Leaf | Missing:
        """Return the instance, or which exception a v2 agent answers (RFC 3416, section 4.2.1)."""
        leaf = self._leaves.get(oid)
        if leaf is not None:
            return leaf
        place, column = bisect_left(self._oids, oid), oid[:-1]
        near = self._oids[max(0, place - 1) : place + 1]
        return Missing.NO_SUCH_INSTANCE if any(other.is_under(column) for other in near) else Missing.NO_SUCH_OBJECT

    def after(self, oid: Oid) -> tuple[Oid, Leaf] | None:
        """Return the instance that follows, None at the end."""
        place = bisect_right(self._oids, oid)
        if place == len(self._oids):
            return None
        following = self._oids[place]
        return following, self._leaves[following]


def text(value: str) -> bytes:
    """Return a text as an OCTET STRING."""
    return value.encode()


def put_column(tree: DataTree, entry: Oid, index: int, column: int, tag: Tag, value: Value | Read) -> None:
    """Add one cell of a table with an integer index."""
    tree.put(entry.child(column, index), tag, value)
