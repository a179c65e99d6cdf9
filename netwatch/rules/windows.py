"""The readings of the last minutes, hours or days, kept for the functions that end in `_over`, offset and forecast.

A window keeps at most MAX_SLOTS columns. Over a longer span neighbouring readings share a slot: a minimum stays the
minimum, a sum the sum, a mean the mean, so only the window's old edge becomes coarse. What a long window holds can be
written down and taken back (`kept`, `restore`); a short one fills again by itself.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the folds beside. Called by: memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.formulas import MAX_SPAN, moved_rows
from netwatch.model import ClockStep, RowSet
from netwatch.rules.folds import FOLDS, Fold, extrapolated

MAX_SLOTS = 120
LEAST_COVERAGE = 4
"""A forecast needs readings over at least a quarter of the span it looks back."""
KEPT_FROM = timedelta(minutes=30)
"""Windows from this length on survive a restart."""
KEPT_EVERY = 24
"""They are written down once in a 24th of their span, and a quarter of an hour at least lies between two times."""
LEAST_BETWEEN = timedelta(minutes=15)
_NEAR = 10
"""What was a span ago is told from a reading that is at most a tenth of the span older, or this old:"""
_NEAR_AT_LEAST = timedelta(minutes=5)


@dataclass(slots=True)
class _Slot:
    """One column: when its first and last reading were, how many share it, and their values folded."""

    first_at: datetime
    last_at: datetime
    weight: int
    values: Sequence[Any]


class Window:
    """One function over one span, for all rows of a table."""

    def __init__(self, function: str, span: timedelta, parameter: float = 0.0) -> None:
        """Keep `span` (at most MAX_SPAN); a forecast looks back as far as it looks ahead, within that limit."""
        self._function = function
        self._parameter = parameter
        self._horizon_seconds = span.total_seconds()
        self._span = min(span, FORECAST_LOOKS_BACK) if function == "forecast" else min(span, MAX_SPAN)
        near = max(self._span / _NEAR, _NEAR_AT_LEAST) if function == "offset" else timedelta(0)
        self._keeps = self._span + near
        self._fold: Fold = FOLDS[function]
        self._slots: deque[_Slot] = deque()
        self._rows: RowSet | None = None
        self._newest: Sequence[Any] = ()
        self._written_at: datetime | None = None

    def add(self, at: datetime, rows: RowSet, values: Sequence[Any]) -> None:
        """Take in a reading and let go of what is older than the span."""
        self._settle(at, rows)
        before = self._newest or [None] * len(values)
        self._newest = self._fold.carried(before, values)
        values = self._fold.entered(before, values)
        newest = self._slots[-1] if self._slots else None
        if newest is not None and at - newest.first_at < self._span / MAX_SLOTS:
            newest.values = self._fold.folded(newest.values, values, newest.weight)
            newest.weight += 1
            newest.last_at = at
        else:
            self._slots.append(_Slot(at, at, 1, values))
        self._forget(at)

    def move(self, step: ClockStep) -> None:
        """Move with a wall clock that was set: what is kept is as old as before."""
        for slot in self._slots:
            slot.first_at, slot.last_at = step.moved(slot.first_at), step.moved(slot.last_at)
        self._written_at = None

    def values(self) -> list[Any]:
        """Return the function's result for each row; None where the window holds nothing of it."""
        if self._function == "forecast":
            return self._forecasts()
        if self._function == "offset":
            return self._long_ago()
        weights = [slot.weight for slot in self._slots]
        told, parameter = self._fold.told, self._parameter
        return [told(row, weights, parameter) for row in self._by_row()]

    def due(self, at: datetime) -> bool:
        """Return whether it is long enough and long enough ago that it should be written down."""
        if self._span < KEPT_FROM or not self._slots:
            return False
        if self._written_at is None:
            self._written_at = at
            return False
        return at - self._written_at >= max(self._span / KEPT_EVERY, LEAST_BETWEEN)

    def kept(self, at: datetime) -> dict[str, Any]:
        """Return what a restart must not lose, as JSON has it."""
        self._written_at = at
        rows = self._rows.keys if self._rows is not None else ()
        return {
            "rows": list(rows),
            "newest": list(self._newest),
            "slots": [
                [slot.first_at.timestamp(), slot.last_at.timestamp(), slot.weight, list(slot.values)]
                for slot in self._slots
            ],
        }

    def restore(self, kept: Mapping[str, Any], at: datetime) -> None:
        """Take back what `kept` gave.

        Raises:
            ValueError, TypeError, KeyError, OverflowError: it is nothing of the kind; the window is as before.
        """
        keys = tuple(str(key) for key in kept["rows"])
        rows = RowSet(index=keys, keys=keys)
        slots = deque[_Slot]()
        for first, last, weight, values in list(kept["slots"])[-MAX_SLOTS:]:
            if len(values) != len(keys):
                raise ValueError("a column has not as many values as there are rows")
            ends = datetime.fromtimestamp(float(last), UTC)
            column = [tuple(value) if isinstance(value, list) else value for value in values]
            slots.append(_Slot(datetime.fromtimestamp(float(first), UTC), ends, int(weight), column))
        newest = list(kept["newest"])
        if newest and len(newest) != len(keys):
            raise ValueError("not as many newest values as there are rows")
        if slots and slots[-1].last_at > at:
            raise ValueError("it was written later than now")
        self._slots, self._rows, self._newest = slots, rows, newest
        self._forget(at)

    def _forget(self, at: datetime) -> None:
        while self._slots and self._slots[0].last_at <= at - self._keeps:
            if self._function == "offset" and len(self._slots) > 1 and self._slots[1].last_at > at - self._span:
                break  # the newest of what is old enough is what is asked for
            self._slots.popleft()

    def _by_row(self) -> list[tuple[Any, ...]]:
        return list(zip(*(slot.values for slot in self._slots), strict=True))

    def _forecasts(self) -> list[Any]:
        newest = self._slots[-1].last_at
        times = [(slot.last_at - newest).total_seconds() for slot in self._slots]
        least = self._span.total_seconds() / LEAST_COVERAGE
        return [extrapolated(times, row, self._horizon_seconds, least) for row in self._by_row()]

    def _long_ago(self) -> list[Any]:
        """Return the values of the newest slot that is a span old, unless that is much too old."""
        then = self._slots[-1].last_at - self._span
        old = [slot for slot in self._slots if slot.last_at <= then]
        if not old or old[-1].last_at < then - (self._keeps - self._span):
            return [None] * len(self._slots[-1].values)
        return list(old[-1].values)

    def _settle(self, at: datetime, rows: RowSet) -> None:
        if self._slots and at < self._slots[-1].last_at:  # the wall clock was set back: begin again
            self._slots.clear()
        if self._rows is not None and rows is not self._rows:
            for slot in self._slots:
                slot.values = moved_rows(slot.values, self._rows, rows)
            self._newest = moved_rows(self._newest, self._rows, rows) if self._newest else ()
        self._rows = rows


FORECAST_LOOKS_BACK = timedelta(days=1)
"""A line through more than a day of readings says more about the past than about what comes."""
