"""What a poll brings home: whole columns of a table, or the news that nothing came; and how a value was over time.

Columnar, because plans ask column by column and rules and exposition work on whole columns.

May import: netwatch.model.values, netwatch.frozen. Called by: polling, which makes them; engine, rules, metrics, web.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from netwatch.frozen import quick
from netwatch.model.values import Value

Column = Sequence[Value]
Doubts = Mapping[str, Mapping[int, str]]


class _Nothing(dict[str, Any]):
    """An empty mapping that may be a default as it is; a factory for each is half the time that a reading takes."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # dataclasses refuse defaults without


_NOTHING: Final[Mapping[str, Any]] = _Nothing()
"""One for all: an empty dict takes 64 bytes, and a device has a hundred readings of what it lacks."""
NO_DOUBTS: Doubts = _NOTHING
NOTHING_AGED: Mapping[str, datetime] = _NOTHING

MOST_ALIKE = 4096
"""Columns of texts that are known as one object; one that is pushed out lives on where it is used."""


@lru_cache(maxsize=MOST_ALIKE)
def alike(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return equal texts as one object: ten thousand like switches have the same 48 names, 440 bytes each time."""
    return texts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowSet:
    """The rows of one table of one device, as last discovered.

    The same object serves every reading until discovery finds other rows or labels, so that whoever prepares
    something per row (a rule's memory, an exposition template) can keep it by this object's identity.

    index:  the SNMP index of each row, dotted; one empty string for scalars.
    keys:   what names the row through re-indexing (`ifName=Gi1/0/7` where that is unique, else the index).
    labels: label name -> one text per row (`ifIndex`, `ifName`, `ifAlias`, ...).
    """

    index: tuple[str, ...]
    keys: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def labels_of(self, row: int) -> dict[str, str]:
        """Return the labels of one row."""
        return {name: texts[row] for name, texts in self.labels.items()}

    def shared(self) -> RowSet:
        """Return these rows with texts that are kept once for all devices: for rows that are found once and stay."""
        labels = {name: alike(texts) for name, texts in self.labels.items()}
        return RowSet(index=alike(self.index), keys=alike(self.keys), labels=labels)


SCALARS = RowSet(index=("",), keys=("",))
"""The one row of everything that is not a table."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableReading:
    """One table of one device at one moment.

    columns: column name -> one value per row; None where the device had none (missing is not zero).
    rates:   counter column -> increase per second since the reading before, None where no rate exists
             (first reading, restart, discontinuity, implausible); a column is absent if it is no counter.
    at:      when the answer was in, UTC. uptime: the device's sysUpTime with it, where it was asked.
    partial: the table could not be read whole; what is missing is None or has no row.
    lacking: the device does not have the table, as far as anybody who asked it remembers; it has no rows then.
    limited: row key -> which values of it stand in `limits` of the configuration, and which rules do not see it.
    ignored: rule name -> keys of rows that it shall not see, "" for all rules; those are not among the rows any more,
    unless they are to be shown.
    asked_at: when the question left, where that is known: of what came after it the answer knows nothing.
    doubts:  column name -> row -> why its value is missing though the device answered, a sentence for people.
    partial_because: what is missing of a partial reading and why, a sentence for people.
    aged:    columns and labels that are not asked with every poll, with when they were asked last.
    good_for: of facts, which are read seldom, for how long this stands; None for what is read with every poll.
    """

    device: str
    table: str
    at: datetime
    rows: RowSet
    columns: Mapping[str, Column]
    rates: Mapping[str, Sequence[float | None]] = _NOTHING
    uptime: timedelta | None = None
    partial: bool = False
    lacking: bool = False
    asked_at: datetime | None = None
    limited: Mapping[str, str] = _NOTHING
    ignored: Mapping[str, frozenset[str]] = _NOTHING
    doubts: Doubts = NO_DOUBTS
    partial_because: str = ""
    good_for: timedelta | None = None
    aged: Mapping[str, datetime] = NOTHING_AGED

    def with_rows(self, rows: RowSet) -> TableReading:
        """Return it with other rows, in a tenth of the time of `replace`: that is done to every reading of ports."""
        return TableReading(
            device=self.device, table=self.table, at=self.at, rows=rows, columns=self.columns, rates=self.rates,
            uptime=self.uptime, partial=self.partial, lacking=self.lacking, asked_at=self.asked_at,
            limited=self.limited, ignored=self.ignored, doubts=self.doubts, partial_because=self.partial_because,
            good_for=self.good_for, aged=self.aged,
        )  # fmt: skip

    def doubts_of(self, row: int) -> dict[str, str]:
        """Return what is not believed of one row: column name -> why."""
        return {name: rows[row] for name, rows in self.doubts.items() if row in rows}

    @property
    def leaves_out(self) -> bool:
        """Return whether rows were taken out of it: what is not among the others may be there all the same."""
        ignored = self.ignored.get("")
        return ignored is not None and not ignored <= {"", *self.rows.keys}

    def distrusted(self, row: int) -> str:
        """Return what is not believed of one row as one text, empty where all is."""
        if not self.doubts:
            return ""
        names: dict[str, list[str]] = {}
        for name, why in self.doubts_of(row).items():
            names.setdefault(why, []).append(name)
        return "; ".join(f"{', '.join(columns)}: {why}" for why, columns in names.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingGap:
    """A table that should have been read and was not: the rules' `no_data`.

    `reason` is a sentence for people ("no answer to 4 requests in 8 s").
    """

    device: str
    table: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One value over time: lowest, mean and highest of each step; all the same where every reading stands alone.

    times: milliseconds since 1970, rising. step: how many of them each stands for, 0 for single readings.
    Values are int, float, bytes, or None where nothing is known.
    """

    step: int = 0
    times: list[int] = field(default_factory=list)
    lows: list[Any] = field(default_factory=list)
    means: list[Any] = field(default_factory=list)
    highs: list[Any] = field(default_factory=list)

    def add(self, times: Iterable[int], lows: Iterable[Any], means: Iterable[Any], highs: Iterable[Any]) -> None:
        """Go on with what is later."""
        self.times.extend(times)
        self.lows.extend(lows)
        self.means.extend(means)
        self.highs.extend(highs)

    def numbers(self) -> list[float]:
        """Return the means that are known."""
        return [value for value in self.means if isinstance(value, int | float)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """How much of a while something was up.

    known: of how much of it that is known at all. ratio: the share of that in which it was up, None of nothing.
    cells: the same in parts of equal length, None where nothing is known.
    """

    since: datetime
    until: datetime
    known: timedelta
    away: timedelta
    ratio: float | None
    cells: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some columns of a table over a while, row by row, in equal steps.

    times: the beginnings of the steps, milliseconds since 1970, rising. step: how long each is, milliseconds.
    means, lows, highs: column -> per row a value per time; int, float, or None where nothing is known.
    """

    keys: tuple[str, ...]
    step: int
    times: Sequence[int]
    means: Mapping[str, Sequence[Sequence[Any]]]
    lows: Mapping[str, Sequence[Sequence[Any]]]
    highs: Mapping[str, Sequence[Sequence[Any]]]


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value that `share` of all are not above (0.95: the 95th percentile); None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, -int(-share * len(values) // 1) - 1)]
