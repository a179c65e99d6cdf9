"""Blocks that are still open: the readings of the last minutes, column by column, in memory.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, block, cells, tiers, metrics. Called by: recorder.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import isfinite
from typing import Any

from netwatch.history.block import Block, Shape
from netwatch.history.cells import cell_of
from netwatch.history.tiers import GRAINS, Tier
from netwatch.model import WITH_HISTORY, RowSet, TableReading

MOST_ROWS = 4096
"""Rows of one table that are kept, the first of it."""
MOST_VALUES = 500_000
MOST_READINGS = 10
"""A block with so many values or readings is closed, whatever the time: to poll often shall not take more memory."""


class OpenBlock:
    """One table of one device since the last full five minutes."""

    __slots__ = ("_columns", "_count", "_period", "_rows", "_shape", "_span", "_times")

    def __init__(
        self, reading: TableReading, shape: Shape | None = None, span: int = GRAINS[Tier.FRESH].span
    ) -> None:
        """Begin with a reading.

        Args:
            reading: the first.
            shape: that of the block before, to be gone on with if it still fits.
            span: for how long it takes readings, milliseconds.
        """
        self._span = span
        self._rows: RowSet = reading.rows
        self._count = min(len(reading.rows.keys), MOST_ROWS)
        names = tuple(name for name, column in reading.columns.items() if len(column) == len(reading.rows.keys))
        self._columns: dict[str, list[Sequence[Any]]] = {name: [] for name in names}
        fits = shape is not None and shape.columns == names and _is_of(shape, self._rows, self._count)
        self._shape = shape if fits and shape is not None else _shape_of(self._rows, names, self._count)
        self._times: list[int] = []
        self._period = _milliseconds(reading) // span
        self.add(reading)

    @property
    def shape(self) -> Shape:
        """Return what rows and columns are called."""
        return self._shape

    @property
    def readings(self) -> int:
        """Return how many readings it holds."""
        return len(self._times)

    @property
    def began_at(self) -> int:
        """Return the first reading's time, milliseconds since 1970."""
        return self._times[0]

    def takes(self, reading: TableReading) -> bool:
        """Return whether a reading belongs here too; if not, this block is over."""
        at = _milliseconds(reading)
        return (
            at // self._span == self._period
            and at > self._times[-1]
            and (reading.rows is self._rows or _is_of(self._shape, reading.rows, self._count))
            and self._columns.keys() <= reading.columns.keys()
            and len(self._times) < MOST_READINGS
            and self._count * len(self._columns) * len(self._times) < MOST_VALUES
        )

    def add(self, reading: TableReading) -> None:
        """Take in a reading."""
        self._rows = reading.rows
        self._times.append(_milliseconds(reading))
        for name, kept in self._columns.items():
            column = reading.columns[name]
            if len(column) < self._count:
                column = [None] * self._count
            if kept and (column is kept[-1] or _same(column, kept[-1])):
                kept.append(kept[-1])
            else:
                kept.append(_tidy(column[: self._count]))

    def block(self) -> Block:
        """Return what it holds."""
        cells = {name: list(zip(*kept, strict=True)) for name, kept in self._columns.items()}
        return Block(shape=self._shape, times=self._times, cells=cells)


def is_kept(reading: TableReading) -> bool:
    """Return whether history is kept of a reading."""
    return reading.table in WITH_HISTORY and bool(reading.rows.keys) and bool(reading.columns)


def _milliseconds(reading: TableReading) -> int:
    return round(reading.at.timestamp() * 1000)


def _same(column: Sequence[Any], kept: Sequence[Any]) -> bool:
    return type(kept) is type(column) and column == kept


def _tidy(column: Sequence[Any]) -> Sequence[Any]:
    """Return a column as it is kept, floats alone as an array: that takes a quarter of the memory."""
    if type(column) is array and (column.typecode != "d" or isfinite(sum(column))):
        return column
    types = set(map(type, column))
    if types == {float}:
        if isfinite(sum(column)):
            return list(column) if column.count(column[0]) == len(column) else array("d", column)
        return [cell_of(value) for value in column]
    return list(column) if types <= _PLAIN else [cell_of(value) for value in column]


_PLAIN = {int, bool, bytes, type(None)}


def _shape_of(rows: RowSet, columns: tuple[str, ...], count: int) -> Shape:
    labels = {name: texts[:count] for name, texts in rows.labels.items()}
    return Shape(keys=rows.keys[:count], columns=columns, labels=labels)


def _is_of(shape: Shape, rows: RowSet, count: int) -> bool:
    return (
        min(len(rows.keys), MOST_ROWS) == count
        and rows.keys[:count] == shape.keys
        and all(rows.labels.get(name, ())[:count] == texts for name, texts in shape.labels.items())
    )


def lost_rows(reading: TableReading) -> int:
    """Return how many rows of a reading are too many to be kept."""
    return max(0, len(reading.rows.keys) - MOST_ROWS)
