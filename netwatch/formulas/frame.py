"""One reading as expressions see it: every column prepared once, however many expressions read it.

A frame asks its sources, a source reads its frame; what remembers more than the reading before is its caller's.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: formula and sources, which read it; netwatch.rules, one per reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Protocol

from netwatch.model import RowSet, TableReading

MOST_MOVED = 1024
"""Sets of columns that are known as one object."""
NOTHING: AbstractSet[str] = frozenset()
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

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return the columns (`rate_name` of rates) that it follows from alone; None where that is not all."""

    def read(self, frame: Frame) -> Prepared:
        """Return its values in this reading."""


class LongAgo(Protocol):
    """A function over a time span that a history of columns can answer."""

    @property
    def key(self) -> str:
        """Return what names it within a table."""

    @property
    def function(self) -> str:
        """Return its name."""

    @property
    def span(self) -> timedelta:
        """Return how far it looks."""

    @property
    def parameter(self) -> float:
        """Return the share of a quantile, or the seconds between two hours."""

    @property
    def from_history(self) -> frozenset[str]:
        """Return the columns that must be known."""

    @property
    def body(self) -> Any:
        """Return the formula that is looked at."""


class FrameMemory(Protocol):
    """What keeps readings for the functions that remember; `key` names what is kept, within the table."""

    def seen(self, key: str, rows: RowSet, evaluate: Callable[[], Sequence[Any]]) -> Prepared:
        """Return for which rows a condition was ever true; it is evaluated only while some row lacks its flag."""

    def system(self) -> Frame | None:
        """Return what the device last said of itself (sysUpTime, sysName, ..), None where that is not known."""

    def over(
        self,
        key: str,
        function: str,
        span: timedelta,
        at: datetime,
        rows: RowSet,
        values: Sequence[Any],
        parameter: float = 0.0,
    ) -> Sequence[Any]:
        """Return a function over the values of a time span; those given are the newest, read at `at`."""

    def long_ago(self, source: LongAgo, at: datetime, rows: RowSet, values: Sequence[Any]) -> Sequence[Any] | None:
        """Return what a history says of a function over days, None where there is none of it."""


class Frame:
    """A reading, the frame of the reading before it, and the values that formulas asked for so far.

    Without `previous` what the reading before said is unknown; without `memory` whatever remembers more than that is.
    `alike` is an earlier frame of the same table: what was made there of the very same columns is not made again. By
    itself that is the previous one.
    """

    __slots__ = ("_fetched", "_moved", "_number", "_standing", "memory", "previous", "reading", "size")

    def __init__(
        self,
        reading: TableReading,
        previous: Frame | None = None,
        memory: FrameMemory | None = None,
        alike: Frame | None = None,
    ) -> None:
        self.reading = reading
        self.previous = previous
        self.memory = memory
        self.size = len(reading.rows.keys)
        self._fetched: dict[str, Prepared] = {}
        before = alike or previous
        self._number = 0
        self._moved: frozenset[str] | None = None
        self._standing: dict[object, tuple[int, Prepared]] = {}
        if before is not None and before.reading.rows is reading.rows:
            self._number, self._moved = before._number + 1, _moved(before.reading, reading)
            self._standing = before._standing

    @property
    def moved(self) -> frozenset[str] | None:
        """Return the columns (`rate_name` of rates) that moved since the frame before; None: not known."""
        return self._moved

    def fetch(self, source: Source) -> Prepared:
        """Return a source's values, worked out on the first call."""
        return self.fetch_of(source, source.key, source.made_of)

    def fetch_of(self, source: Source, key: str, made_of: AbstractSet[str] | None) -> Prepared:
        """Return the same, for whoever keeps what the source says of itself: its key, and what it is made of."""
        found = self._fetched.get(key)
        if found is None:
            found = self.standing(key, made_of)
            if found is None:
                found = self.keep(key, made_of, source.read(self))
            self._fetched[key] = found
        return found

    def standing(self, what: object, made_of: AbstractSet[str] | None) -> Prepared | None:
        """Return what was made in this frame, or in the one before of columns that stand still; else None."""
        known = self._standing.get(what)
        if known is None or known[0] == self._number:
            return None if known is None else known[1]
        if known[0] != self._number - 1 or self._moved is None or made_of is None:
            return None
        if not self._moved.isdisjoint(made_of):
            return None
        self._standing[what] = (self._number, known[1])
        return known[1]

    def keep(self, what: object, made_of: AbstractSet[str] | None, made: Prepared) -> Prepared:
        """Return what was made, having kept it for the next frame."""
        if made_of is not None:
            self._standing[what] = (self._number, made)
        return made

    def before(self, source: Source) -> Prepared:
        """Return what a source said in the reading before, in the order of today's rows."""
        if self.previous is None:
            return [None] * self.size, self.size == 0
        values, whole = self.previous.fetch(source)
        if self.previous.reading.rows is self.reading.rows:
            return values, whole
        moved = moved_rows(values, self.previous.reading.rows, self.reading.rows)
        return moved, None not in moved


def _moved(before: TableReading, now: TableReading) -> frozenset[str]:
    """Return the columns and rates that are not the very same objects as before."""
    found: AbstractSet[str] = NOTHING
    for old, new, name_of in ((before.columns, now.columns, str), (before.rates, now.rates, rate_name)):
        if old is new:
            continue
        if old.keys() != new.keys():
            found = found | set(map(name_of, old.keys() ^ new.keys()))
        known = old.get
        moved = tuple([name for name, column in new.items() if known(name) is not column])
        if moved:
            found = found | _named(moved, name_of) if found else _named(moved, name_of)
    return frozenset(found)


@lru_cache(maxsize=MOST_MOVED)
def _named(columns: tuple[str, ...], name_of: Callable[[str], str]) -> frozenset[str]:
    """Return what columns that moved are called; mostly the same ones move, poll after poll and device by device."""
    return frozenset(map(name_of, columns))


class MadeOfColumns(Protocol):
    """A source or formula."""

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return the columns it follows from alone, None where that is not all."""


def columns_of(parts: Iterable[MadeOfColumns]) -> AbstractSet[str] | None:
    """Return the columns that all of these together follow from alone, None where that is not all."""
    found = NOTHING
    for part in parts:
        if part.made_of is None:
            return None
        found = found | part.made_of
    return found


@cache
def only(column: str) -> AbstractSet[str]:
    """Return the set of one column; made once, for it is asked for with every reading."""
    return frozenset((column,))


@cache
def rate_name(column: str) -> str:
    """Return what the rate of a counter is called among the columns."""
    return f"rate({column})"


def moved_rows(values: Sequence[Any], old: RowSet, new: RowSet) -> list[Any]:
    """Return values given for the old rows in the order of the new ones; None for a row that was not there."""
    known = dict(zip(old.keys, values, strict=True))
    return [known.get(key) for key in new.keys]
