"""What the values of rules were in the last hour: for the chart in a mail, and for those who ask why.

One array of 4-byte floats per table of a device: of each reading the values of every rule, row by row. What the
budget does not hold in full is kept less often: with some hundred switches every reading, with ten thousand one in
some minutes. The newest reading is always there. A table takes its whole room with the second reading that is kept,
not bit by bit in its first hour: what an agent takes in memory after minutes is what it takes.

A quiet room: no clock, no socket, no database. Nothing survives a restart: it fills again.
May import: netwatch.rules, netwatch.model. Called by: netwatch.engine.engine, intake, explain.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from netwatch.model import ClockStep, Curve, ReadingGap, RowSet, TableReading
from netwatch.rules import Rule, TableMemory, has_curve, threshold_in, values_in

MEBIBYTE = 1024 * 1024
MOST_SLOTS = 120
MOST_VALUES = 3000
"""Of one table of a device, whatever room there is: working values out costs more time than keeping them does."""
FEWEST_SLOTS = 4
FEWEST_POINTS = 3
MOST_GAPS = 20
SLACK = 0.95
"""A reading this much of a step after the one before is kept: polls do not come to the millisecond."""
EMPTY = -math.inf
"""When the values of a slot were read that holds none yet."""
OVERHEAD_BYTES = 500
"""What a kept table costs beside its arrays' items: the objects themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGap:
    """A while in which a table could not be read, from the first poll that failed to the last."""

    since: datetime
    until: datetime
    reason: str


class History:
    """What the values were lately, within a budget."""

    def __init__(
        self,
        rules: Iterable[Rule] = (),
        *,
        budget_bytes: int = 64 * MEBIBYTE,
        span: timedelta = timedelta(hours=1),
    ) -> None:
        """Keep the values of these rules, as far as they are numbers."""
        self._rules = {rule.name: rule for rule in rules if has_curve(rule)}
        self._of_table = _by_table(self._rules.values())
        self._budget_bytes, self._span_seconds = budget_bytes, span.total_seconds()
        self._series: dict[tuple[str, str], _Series] = {}
        self._gaps: dict[tuple[str, str], list[KeptGap]] = {}
        self._bytes_per_slot = 0
        self._slots = MOST_SLOTS

    @property
    def size_bytes(self) -> int:
        """Return about how much memory this takes."""
        return sum(series.size_bytes for series in self._series.values())

    @property
    def slots(self) -> int:
        """Return how many readings of each table there is room for."""
        return self._slots

    def note(self, reading: TableReading, memory: TableMemory | None = None) -> None:
        """Keep the values of a reading; `memory` is that of its rules, which were just held against it."""
        rules = self._of_table.get(reading.table)
        if rules is None:
            return
        place = (reading.device, reading.table)
        series = self._series.get(place)
        if series is None:
            series = self._series[place] = _Series(rules, reading)
            self._share_out(series.bytes_per_slot)
        elif reading.rows is not series.rows:
            before = series.bytes_per_slot
            series.settle(reading.rows)
            self._share_out(series.bytes_per_slot - before)
        series.note(reading, memory, self._span_seconds, self._slots)

    def note_gap(self, gap: ReadingGap) -> None:
        """Keep that a table could not be read; polls that fail one after the other are one gap."""
        gaps = self._gaps.setdefault((gap.device, gap.table), [])
        series = self._series.get((gap.device, gap.table))
        if gaps and (series is None or series.newest.at <= gaps[-1].until):
            gaps[-1] = replace(gaps[-1], until=gap.at, reason=gap.reason)
            return
        gaps.append(KeptGap(since=gap.at, until=gap.at, reason=gap.reason))
        del gaps[:-MOST_GAPS]

    def move(self, step: ClockStep) -> None:
        """Move with a wall clock that was set: what is kept is as old as before."""
        for series in self._series.values():
            series.move(step)
        for gaps in self._gaps.values():
            gaps[:] = [replace(gap, since=step.moved(gap.since), until=step.moved(gap.until)) for gap in gaps]

    def forget(self, device: str) -> None:
        """Let go of a device that is no longer there."""
        for place in [place for place in self._series if place[0] == device]:
            self._share_out(-self._series.pop(place).bytes_per_slot)
        for place in [place for place in self._gaps if place[0] == device]:
            del self._gaps[place]

    def curve(self, rule: str, device: str, instance: str, now: datetime) -> Curve | None:
        """Return a rule's value over the last while; None where it is no number, or hardly ever known."""
        known = self._rules.get(rule)
        series = self._series.get((device, known.table)) if known is not None else None
        if known is None or series is None:
            return None
        points = series.points(known, instance, now.timestamp() - self._span_seconds)
        if len(points) < FEWEST_POINTS:
            return None
        return Curve(points=tuple(points), threshold=series.threshold(known, instance))

    def gaps_of(self, device: str, table: str) -> Sequence[KeptGap]:
        """Return when the table could not be read lately, the oldest first."""
        return tuple(self._gaps.get((device, table), ()))

    def _share_out(self, more_bytes_per_slot: int) -> None:
        """Divide the budget anew: every table has room for as many readings as every other."""
        self._bytes_per_slot += more_bytes_per_slot
        left = self._budget_bytes - OVERHEAD_BYTES * len(self._series)
        room = left // self._bytes_per_slot if self._bytes_per_slot else MOST_SLOTS
        self._slots = max(FEWEST_SLOTS, min(MOST_SLOTS, room))


class _Series:
    """The kept values of one table of one device: slots in a ring, the oldest at `_oldest`, empty ones before it."""

    __slots__ = ("_at", "_oldest", "_rules", "_values", "_width", "newest", "rows")

    def __init__(self, rules: Sequence[Rule], first: TableReading) -> None:
        self._rules, self.newest, self.rows = rules, first, first.rows
        self._width = _width(rules, first.rows)
        self._at = array("d")
        self._values = array("f")
        self._oldest = 0

    @property
    def bytes_per_slot(self) -> int:
        return self._width * self._values.itemsize + self._at.itemsize

    @property
    def size_bytes(self) -> int:
        return OVERHEAD_BYTES + len(self._at) * self.bytes_per_slot

    def note(self, reading: TableReading, memory: TableMemory | None, span_seconds: float, slots: int) -> None:
        """Keep a reading's values if the last ones kept are old enough; the reading itself is the newest anyway."""
        self.newest = reading
        at = reading.at.timestamp()
        slots = max(FEWEST_SLOTS, min(slots, MOST_VALUES // max(self._width, 1)))
        if len(self._at):
            newest = self._at[self._oldest - 1]  # -1 is the last, where a ring that begins at 0 ends
            if at < newest:  # the wall clock was set back
                self._clear()
            elif at - newest < span_seconds / slots * SLACK:
                return
        if len(self._at) > slots:
            self._shrink(slots)
        self._keep(at, values_in(self._rules, reading, memory), at - span_seconds, slots)

    def move(self, step: ClockStep) -> None:
        """Move with a wall clock that was set."""
        by = step.by.total_seconds()
        self._at = array("d", (at + by for at in self._at))
        self.newest = replace(self.newest, at=step.moved(self.newest.at))

    def settle(self, rows: RowSet) -> None:
        """Go on with other rows; what was kept of those that are still there stays."""
        if rows.keys != self.rows.keys:
            width = _width(self._rules, rows)
            places = _places(self._rules, self.rows, rows)
            moved = array("f")
            for slot in range(len(self._at)):
                begin = slot * self._width
                moved.extend(math.nan if place is None else self._values[begin + place] for place in places)
            self._values, self._width = moved, width
        self.rows = rows

    def points(self, rule: Rule, instance: str, since: float) -> list[tuple[datetime, float]]:
        """Return the known values of a row from an instant on, the oldest first."""
        cell = self._cell(rule, instance)
        if cell is None:
            return []
        count, width = len(self._at), self._width
        slots = [(self._oldest + number) % count for number in range(count)]
        found = [(self._at[slot], self._values[slot * width + cell]) for slot in slots]
        tip = self.newest.at.timestamp()
        if not found or tip > found[-1][0]:
            found.append((tip, values_in(self._rules, self.newest)[cell]))
        return [
            (datetime.fromtimestamp(at, UTC), value)
            for at, value in found
            if at >= since and value == value  # NaN is not equal to itself
        ]

    def threshold(self, rule: Rule, instance: str) -> float | None:
        row = 0 if rule.is_aggregate else self.rows.keys.index(instance)
        return threshold_in(rule, self.newest, row)

    def _cell(self, rule: Rule, instance: str) -> int | None:
        """Return where in a slot the value of a row stands."""
        begin = sum(_rows_of(other, self.rows) for other in self._rules[: self._rules.index(rule)])
        if rule.is_aggregate:
            return begin if instance == "" else None
        return begin + self.rows.keys.index(instance) if instance in self.rows.keys else None

    def _keep(self, at: float, values: array[float], too_old: float, slots: int) -> None:
        """Put values in place of the oldest; where those are not too old and there is room, into the first of it."""
        if not len(self._at):
            self._at.append(at)
            self._values.extend(values)
            return
        if self._at[self._oldest] >= too_old and len(self._at) < slots:
            self._unroll()
            more = slots - len(self._at)
            self._at = array("d", [EMPTY]) * more + self._at
            self._values = array("f", [math.nan]) * (more * self._width) + self._values
        start = self._oldest * self._width
        self._values[start : start + self._width] = values
        self._at[self._oldest] = at
        self._oldest = (self._oldest + 1) % len(self._at)

    def _shrink(self, slots: int) -> None:
        """Let go of slots: of empty ones first, and then of every second reading; the newest stays."""
        self._unroll()
        spare = min(self._at.count(EMPTY), len(self._at) - slots)
        self._at, self._values = self._at[spare:], self._values[spare * self._width :]
        while len(self._at) > slots:
            kept = range(1 - len(self._at) % 2, len(self._at), 2)
            values = array("f")
            for slot in kept:
                values.extend(self._values[slot * self._width : (slot + 1) * self._width])
            self._at, self._values = array("d", [self._at[slot] for slot in kept]), values

    def _unroll(self) -> None:
        """Put the ring's beginning to the front."""
        if self._oldest:
            start = self._oldest * self._width
            self._values = self._values[start:] + self._values[:start]
            self._at = self._at[self._oldest :] + self._at[: self._oldest]
            self._oldest = 0

    def _clear(self) -> None:
        self._at, self._values, self._oldest = array("d"), array("f"), 0


def _by_table(rules: Iterable[Rule]) -> Mapping[str, tuple[Rule, ...]]:
    tables: dict[str, list[Rule]] = {}
    for rule in rules:
        tables.setdefault(rule.table, []).append(rule)
    return {table: tuple(of_table) for table, of_table in tables.items()}


def _rows_of(rule: Rule, rows: RowSet) -> int:
    return 1 if rule.is_aggregate else len(rows.keys)


def _width(rules: Sequence[Rule], rows: RowSet) -> int:
    return sum(_rows_of(rule, rows) for rule in rules)


def _places(rules: Sequence[Rule], old: RowSet, new: RowSet) -> list[int | None]:
    """Return for each value of a slot where it stood before, None where its row was not there."""
    known = {key: row for row, key in enumerate(old.keys)}
    places: list[int | None] = []
    begin = 0
    for rule in rules:
        rows = [0] if rule.is_aggregate else [known.get(key) for key in new.keys]
        places += [None if row is None else begin + row for row in rows]
        begin += _rows_of(rule, old)
    return places
