"""A block: what one table of one device said over a while, packed so that one row of one column is read fast.

Times are shared by all columns. The rows of a column stand in groups, each packed for itself.

A quiet room: no clock, no socket, no database.
May import: cells. Called by: tiers, recorder, upkeep, reader.
"""

from __future__ import annotations

import json
import struct
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

from netwatch.history.cells import Damaged, Row, packed, unpacked

GROUP = 16
"""Rows that are packed together: few, so that a chart of one port unpacks little; not one, as that costs space."""
_HEAD = struct.Struct("<BHH")
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Shape:
    """What a block's rows and columns are called; who has one keeps it for as long as they stay the same.

    labels: label name -> one text per row.
    """

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_octets(self) -> bytes:
        """Return it as the file keeps it; equal shapes give equal octets."""
        said = {"keys": self.keys, "columns": self.columns, "labels": dict(sorted(self.labels.items()))}
        return zlib.compress(json.dumps(said, separators=(",", ":")).encode("utf-8", "surrogatepass"), 6)

    @classmethod
    def from_octets(cls, octets: bytes) -> Shape:
        """Return what `to_octets` was made of.

        Raises:
            Damaged: it is nothing of the kind.
        """
        try:
            said = json.loads(zlib.decompress(octets).decode("utf-8", "surrogatepass"))
            return cls(
                keys=tuple(said["keys"]),
                columns=tuple(said["columns"]),
                labels={name: tuple(texts) for name, texts in said["labels"].items()},
            )
        except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise Damaged(str(exc)) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Values by column and row: `cells[column][row][time]`; `times` are milliseconds since 1970, rising.

    Columns may be made anew each time they are asked for (`Passing`): who wants one twice holds on to it.
    """

    shape: Shape
    times: Sequence[int]
    cells: Mapping[str, Sequence[Row]]

    @property
    def values(self) -> int:
        """Return how many values it holds, missing ones too."""
        return len(self.times) * len(self.shape.keys) * len(self.shape.columns)


class Passing(Mapping[str, Sequence[Row]]):
    """Columns, each made when it is asked for and not kept: two hours of a table need not fit in memory."""

    def __init__(self, names: Sequence[str], column: Callable[[str], Sequence[Row]]) -> None:
        """Make nothing yet; `column` makes one of `names`."""
        self._names, self._column = dict.fromkeys(names), column

    def __getitem__(self, name: str) -> Sequence[Row]:
        """Return a column, made now."""
        if name not in self._names:
            raise KeyError(name)
        return self._column(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._names)


def pack_block(block: Block, *, group: int = GROUP, level: int = 6, coarse: bool = False) -> bytes:
    """Return a block as octets, without its shape; `coarse`: four digits of its numbers are enough."""
    count = len(block.times)
    sections = [packed([list(block.times)], count, level)]
    for name in block.shape.columns:
        rows = block.cells[name]
        sections += [
            packed(rows[start : start + group], count, level, coarse=coarse) for start in range(0, len(rows), group)
        ]
    lengths = array("I", map(len, sections)).tobytes()
    return _HEAD.pack(_FORMAT, count, group) + lengths + b"".join(sections)


class Packed:
    """A packed block that is read in pieces."""

    def __init__(self, octets: bytes, shape: Shape) -> None:
        """Read where everything stands.

        Raises:
            Damaged: it is no block of this shape.
        """
        self.shape, self._octets = shape, octets
        try:
            version, self._count, self._group = _HEAD.unpack_from(octets)
        except struct.error as exc:
            raise Damaged(str(exc)) from exc
        if version != _FORMAT or not self._count or not self._group:
            raise Damaged(f"blocks of format {version} are not known")
        self._groups = -(-len(shape.keys) // self._group)
        begin = _HEAD.size
        end = begin + 4 * (1 + self._groups * len(shape.columns))
        lengths = array("I")
        lengths.frombytes(octets[begin:end])
        if len(octets) < end or sum(lengths) != len(octets) - end:
            raise Damaged("it is cut short")
        self._begin = end
        self._lengths: Sequence[int] = lengths.tolist()

    def times(self) -> Row:
        """Return the times, milliseconds since 1970."""
        return unpacked(self._octets[self._begin : self._begin + self._lengths[0]], 1, self._count)[0]

    def row(self, column: str, row: int) -> Row:
        """Return the values of one row of a column, one per time."""
        group, within = divmod(row, self._group)
        octets = self._section(self.shape.columns.index(column), group)
        return unpacked(octets, self._rows_in(group), self._count, within)[0]

    def column(self, column: str) -> list[Row]:
        """Return every row of a column."""
        number = self.shape.columns.index(column)
        found: list[Row] = []
        for group in range(self._groups):
            found += unpacked(self._section(number, group), self._rows_in(group), self._count)
        return found

    def block(self) -> Block:
        """Return all of it."""
        cells: dict[str, Sequence[Row]] = {name: self.column(name) for name in self.shape.columns}
        return Block(shape=self.shape, times=self.times(), cells=cells)

    def passing(self) -> Block:
        """Return all of it, each column unpacked when it is asked for, which may raise Damaged then."""
        return Block(shape=self.shape, times=self.times(), cells=Passing(self.shape.columns, self.column))

    def _rows_in(self, group: int) -> int:
        rows: int = min(self._group, len(self.shape.keys) - group * self._group)
        return rows

    def _section(self, column: int, group: int) -> bytes:
        number = 1 + column * self._groups + group
        start = self._begin + sum(self._lengths[:number])
        return self._octets[start : start + self._lengths[number]]


def joined(blocks: Sequence[Block]) -> Block:
    """Return blocks of one table as one, the rows and columns of all; times that were there before are left out.

    The labels are those of the newest block that has the row. Columns are joined when they are asked for.
    """
    if (whole := _one_after_the_other(blocks)) is not None:
        return whole
    keys = tuple(dict.fromkeys(key for block in blocks for key in block.shape.keys))
    columns = tuple(dict.fromkeys(name for block in blocks for name in block.shape.columns))
    times: list[int] = []
    parts: list[tuple[Block, int, dict[str, int]]] = []
    for block in sorted(blocks, key=lambda one: one.times[0]):
        first = next((place for place, at in enumerate(block.times) if not times or at > times[-1]), None)
        if first is None:
            continue
        times += block.times[first:]
        parts.append((block, first, {key: place for place, key in enumerate(block.shape.keys)}))

    def column(name: str) -> list[Row]:
        rows: list[list[Any]] = [[] for _ in keys]
        for block, first, places in parts:
            held = block.cells.get(name)
            missing = [None] * (len(block.times) - first)
            for key, row in zip(keys, rows, strict=True):
                place = places.get(key) if held is not None else None
                row += missing if held is None or place is None else held[place][first:]
        return list(rows)

    shape = Shape(keys=keys, columns=columns, labels=_labels(blocks, keys))
    return Block(shape=shape, times=times, cells=Passing(columns, column))


def _one_after_the_other(blocks: Sequence[Block]) -> Block | None:
    """Return blocks of the same rows and columns that do not overlap as one, None where they are not like that."""
    blocks = sorted(blocks, key=lambda one: one.times[0])
    first, newest = blocks[0].shape, blocks[-1].shape
    if any(one.shape.keys != first.keys or one.shape.columns != first.columns for one in blocks):
        return None
    if any(later.times[0] <= earlier.times[-1] for earlier, later in pairwise(blocks)):
        return None

    def column(name: str) -> list[Row]:
        parts = zip(*(one.cells[name] for one in blocks), strict=True)
        return [list(chain.from_iterable(part)) for part in parts]

    times = [at for one in blocks for at in one.times]
    return Block(shape=newest, times=times, cells=Passing(first.columns, column))


def _labels(blocks: Sequence[Block], keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    newest: dict[str, dict[str, str]] = {}
    for shape in _distinct(blocks):
        for place, key in enumerate(shape.keys):
            newest[key] = {name: texts[place] for name, texts in shape.labels.items()}
    names = dict.fromkeys(name for labels in newest.values() for name in labels)
    return {name: tuple(newest.get(key, {}).get(name, "") for key in keys) for name in names}


def _distinct(blocks: Sequence[Block]) -> Iterator[Shape]:
    before: Shape | None = None
    for block in sorted(blocks, key=lambda one: one.times[0]):
        if block.shape is not before:
            yield block.shape
        before = block.shape
