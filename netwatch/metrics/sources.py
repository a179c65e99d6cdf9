"""What a family's series come from: the readings of one table with their templates, and where in them values are.

May import: netwatch.model, netwatch.metrics. Called by: netwatch.metrics.families.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from netwatch.metrics.label_block import LabelBlock
from netwatch.model import ColumnKind, TableReading

Values = Sequence[object]


@dataclass(frozen=True, slots=True)
class Table:
    """The fresh readings of one table with their templates, in the same order, and the columns they have.

    quantity: only rows in this quantity, of a concept whose rows have one; the templates know which those are.
    """

    name: str
    quantity: str = ""
    blocks: list[LabelBlock] = field(default_factory=list)
    readings: list[TableReading] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)

    def add(self, block: LabelBlock, reading: TableReading) -> None:
        """Take one more reading."""
        self.blocks.append(block)
        self.readings.append(reading)
        self.columns.update(reading.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table that has values for a family, and where in a reading they are."""

    table: Table
    kind: ColumnKind | None
    help: str
    values: Callable[[TableReading], Values | None]


def column(name: str) -> Callable[[TableReading], Values | None]:
    """Return what takes a column out of a reading, None where it has none."""
    return lambda reading: reading.columns.get(name)
