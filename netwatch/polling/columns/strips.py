"""Where in the flat list of answers a column stands, and how it is taken out of it.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: layout, cutting, and whoever reads answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from netwatch.model import Oid
from netwatch.profiles import Edit

Suffix = tuple[int, ...]
MOST_ROWS_KEPT, MOST_COLUMNS_KEPT = 64, 1024
"""Columns whose instances are known as one object for all devices, and how many rows such a one has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A run of answers: the same column in one row after the other.

    start, stop: where it stands in the flat list. oids: the column asked for in each row, one for all if they agree.
    rows:        the rows it has, None for every row of the table.
    """

    start: int
    oids: tuple[Oid, ...]
    rows: tuple[int, ...] | None
    stop: int

    def row_numbers(self) -> Sequence[int]:
        """Return the rows that stand in this strip."""
        return range(self.stop - self.start) if self.rows is None else self.rows

    def column_of(self, row: int) -> Oid:
        """Return the column that is asked for in one of its rows."""
        return self.oids[0] if len(self.oids) == 1 else self.oids[list(self.row_numbers()).index(row)]

    def instances(self, suffixes: Sequence[Suffix]) -> Iterable[Oid]:
        """Return the instances to ask for."""
        same = self.oids[0] if len(self.oids) == 1 else None
        if same is not None and self.rows is None and len(suffixes) <= MOST_ROWS_KEPT:
            return _instances(same, tuple(suffixes))
        return [(same or self.oids[place]).join(suffixes[row]) for place, row in enumerate(self.row_numbers())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """How a column is taken out of the flat list: a slice, or one position per row, -1 where there is nothing.

    edit: what is done to each of its values.
    """

    name: str
    scale: float
    picks: tuple[int, ...] | None
    edit: Edit | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterStrip:
    """A counter, in both widths where the profile names two.

    wraps_at: per value, None for 64 bits. spread: position in the strip for every row of the table, -1 for none,
    None where the strip has every row.
    """

    strip: Strip
    fillings: tuple[Filling, ...]
    wraps_at: tuple[int | None, ...]
    spread: tuple[int, ...] | None
    is_octets: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStrip:
    """A gauge, an enumeration or a text."""

    strip: Strip
    filling: Filling


@lru_cache(maxsize=MOST_COLUMNS_KEPT)
def _instances(column: Oid, suffixes: tuple[Suffix, ...]) -> tuple[Oid, ...]:
    """Return a column's instances in these rows; asked for time and again, and like devices have the same."""
    return tuple(map(column.join, suffixes))
