"""One reading as expressions see it: every column prepared once, however many expressions read it.

A frame asks its sources, a source reads its frame; what remembers more than the reading before is its caller's.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: formula and sources, which read it; netwatch.rules, one per reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from netwatch.model import RowSet, TableReading

Prepared = tuple[Sequence[Any], bool]
"""A column (one value, if the source is scalar), and whether no value of it is missing."""


class Source(Protocol):
    """One input of a formula. `key` is the same for two that read the same; stateful ones want every reading."""

    @property
    def key(self) -> str:
        """Return what names it within a table."""

    @property
    def scalar(self) -> bool:
        """Return whether there is one value for the whole table."""

    @property
    def stateful(self) -> bool:
        """Return whether it remembers readings."""

    def read(self, frame: Frame) -> Prepared:
        """Return its values in this reading."""


class FrameMemory(Protocol):
    """What keeps readings for the functions that remember; `key` names what is kept, within the table."""

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return for which rows a condition was ever true; it is evaluated only while some row lacks its flag."""

    def over(
        self, key: str, function: str, span: timedelta, at: datetime, rows: RowSet, values: Sequence[Any]
    ) -> Sequence[Any]:
        """Return a function over the values of a time span; those given are the newest, read at `at`."""


class Frame:
    """A reading, the frame of the reading before it, and the values that formulas asked for so far.

    Without `previous` what the reading before said is unknown; without `memory` whatever remembers more than that is.
    """

    __slots__ = ("_fetched", "memory", "previous", "reading", "size")

    def __init__(
        self, reading: TableReading, previous: Frame | None = None, memory: FrameMemory | None = None
    ) -> None:
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


def moved_rows(values: Sequence[Any], old: RowSet, new: RowSet) -> list[Any]:
    """Return values given for the old rows in the order of the new ones; None for a row that was not there."""
    known = dict(zip(old.keys, values, strict=True))
    return [known.get(key) for key in new.keys]
