"""One reading as rules see it: every column prepared once, however many rules read it.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: memory, which makes one per reading; formula and sources, which read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from netwatch.model import SCALARS, RowSet, TableReading

if TYPE_CHECKING:
    from netwatch.rules.formula import Formula
    from netwatch.rules.memory import TableMemory
    from netwatch.rules.sources import Prepared, Source


class Frame:
    """A reading, the frame of the reading before it, and the values that formulas asked for so far."""

    __slots__ = ("_fetched", "memory", "previous", "reading", "size")

    def __init__(self, reading: TableReading, previous: Frame | None, memory: TableMemory) -> None:
        self.reading = reading
        self.previous = previous
        self.memory = memory
        self.size = len(reading.rows.keys)
        self._fetched: dict[str, Prepared] = {}

    def fetch(self, source: Source) -> Prepared:
        """Return a source's values, worked out on the first call."""
        found = self._fetched.get(source.key)
        if found is None:
            found = self._fetched[source.key] = source.read(self)
        return found

    def before(self, source: Source) -> Prepared:
        """Return what a source said in the reading before, in the order of today's rows."""
        if self.previous is None:
            return [None] * self.size, self.size == 0
        values, whole = self.previous.fetch(source)
        if self.previous.reading.rows is self.reading.rows:
            return values, whole
        moved = moved_rows(values, self.previous.reading.rows, self.reading.rows)
        return moved, None not in moved

    def rows_for(self, body: Formula) -> RowSet:
        """Return the rows that a formula's results are about: the table's, or the one row of what has none."""
        return SCALARS if body.scalar else self.reading.rows


def moved_rows(values: Sequence[Any], old: RowSet, new: RowSet) -> list[Any]:
    """Return values given for the old rows in the order of the new ones; None for a row that was not there."""
    known = dict(zip(old.keys, values, strict=True))
    return [known.get(key) for key in new.keys]
