"""What a device answered for one module, found by column.

A column is what stands below an OID: rows of numbers, which are the index, with tag and value. Walks come sorted, so
a column is a slice of one of them.
A quiet room. May import: netwatch.model, netwatch.snmp. Called by: asking, which fills it; labels, samples.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from netwatch.exporter.texts import Numbers
from netwatch.model import Oid, Value, Varbind

Walked = tuple[Oid, Sequence[Numbers], Sequence[int], Sequence[Value]]
"""A walk: where it began, what stands behind that in each name, tags, values."""


@dataclass(frozen=True)
class Column:
    """The instances below one OID, in order."""

    indexes: Sequence[Numbers]
    tags: Sequence[int]
    values: Sequence[Value]

    @cached_property
    def by_index(self) -> Mapping[Numbers, Value]:
        """Return the value of each instance."""
        return dict(zip(self.indexes, self.values, strict=True))


NOTHING = Column((), (), ())


class Answers:
    """All that came; columns are cut out when they are asked for, once."""

    def __init__(
        self,
        walks: Iterable[Walked],
        got: Iterable[Varbind] = (),
        *,
        apart: bool = False,
    ) -> None:
        """`apart`: each walk is a column, which no other walk and nothing that was got has a part of."""
        self._walks = [walk for walk in walks if walk[1]]
        self._got = sorted(got, key=lambda varbind: varbind.oid)
        self._columns: dict[Oid, Column] = {}
        if apart:
            self._columns = {walk[0]: Column(*walk[1:]) for walk in self._walks}

    @property
    def names(self) -> list[tuple[int, ...]]:
        """Return every name that was walked, sorted."""
        return sorted((*root, *suffix) for root, suffixes, _, _ in self._walks for suffix in suffixes)

    @property
    def varbinds(self) -> int:
        """Return how many there are."""
        return len(self._got) + sum(len(walk[1]) for walk in self._walks)

    def column(self, oid: Oid) -> Column:
        """Return the instances below an OID; itself is none of them."""
        found = self._columns.get(oid)
        if found is None:
            found = self._columns[oid] = self._cut(oid)
        return found

    def _cut(self, oid: Oid) -> Column:
        parts = [part for part in (_part(walk, oid) for walk in self._walks) if part.indexes]
        size = len(oid)
        got = [one for one in self._got if one.oid[:size] == oid]
        if got:
            indexes = [tuple(one.oid[size:]) for one in got]
            parts.append(Column(indexes, [one.tag for one in got], [one.value for one in got]))
        if len(parts) < 2:
            return parts[0] if parts else NOTHING
        rows = {
            index: (tag, value)
            for part in parts
            for index, tag, value in zip(part.indexes, part.tags, part.values, strict=True)
        }
        indexes = sorted(rows)
        return Column(indexes, [rows[index][0] for index in indexes], [rows[index][1] for index in indexes])


def _part(walk: Walked, oid: Oid) -> Column:
    root, suffixes, tags, values = walk
    size = len(root)
    if len(oid) <= size:
        if root[: len(oid)] != oid:
            return NOTHING
        more = tuple(root[len(oid) :])
        return Column([more + suffix for suffix in suffixes] if more else suffixes, tags, values)
    if oid[:size] != root:
        return NOTHING
    below = tuple(oid[size:])
    first = bisect_left(suffixes, below)
    last = bisect_left(suffixes, (*below[:-1], below[-1] + 1), first)
    if first == last:
        return NOTHING
    cut = len(below)
    return Column([suffix[cut:] for suffix in suffixes[first:last]], tags[first:last], values[first:last])
