"""The readings of the last minutes or hours, kept for avg_over, min_over, max_over and forecast.

A window keeps at most MAX_SLOTS columns. Over a longer span neighbouring readings share a slot: a minimum stays
the minimum, a mean stays the mean, so only the window's old edge becomes coarse. Windows are not kept over a restart:
they fill again.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model. Called by: memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from netwatch.formulas import MAX_SPAN, moved_rows
from netwatch.model import ClockStep, RowSet

MAX_SLOTS = 120
LEAST_COVERAGE = 4
"""A forecast needs readings over at least a quarter of the span it looks back."""


@dataclass(slots=True)
class _Slot:
    """One column: when its first and last reading were, how many share it, and their values folded."""

    first_at: datetime
    last_at: datetime
    weight: int
    values: Sequence[Any]


class Window:
    """One function over one span, for all rows of a table."""

    def __init__(self, function: str, span: timedelta) -> None:
        """Keep `span` (at most MAX_SPAN); a forecast looks back as far as it looks ahead, within that limit."""
        self._function = function
        self._horizon_seconds = span.total_seconds()
        self._span = min(span, MAX_SPAN)
        self._slots: deque[_Slot] = deque()
        self._rows: RowSet | None = None

    def add(self, at: datetime, rows: RowSet, values: Sequence[Any]) -> None:
        """Take in a reading and let go of what is older than the span."""
        self._settle(at, rows)
        newest = self._slots[-1] if self._slots else None
        if newest is not None and at - newest.first_at < self._span / MAX_SLOTS:
            newest.values = _FOLDS[self._function](newest.values, values, newest.weight)
            newest.weight += 1
            newest.last_at = at
        else:
            self._slots.append(_Slot(at, at, 1, values))
        while self._slots[0].last_at <= at - self._span:
            self._slots.popleft()

    def move(self, step: ClockStep) -> None:
        """Move with a wall clock that was set: what is kept is as old as before."""
        for slot in self._slots:
            slot.first_at, slot.last_at = step.moved(slot.first_at), step.moved(slot.last_at)

    def values(self) -> list[Any]:
        """Return the function's result for each row; None where the window holds nothing of it."""
        if self._function == "forecast":
            return self._forecasts()
        if self._function == "avg_over":
            weights = [slot.weight for slot in self._slots]
            return [_weighted_mean(row, weights) for row in self._by_row()]
        pick: Callable[..., Any] = min if self._function == "min_over" else max
        return [pick((value for value in row if value is not None), default=None) for row in self._by_row()]

    def _by_row(self) -> list[tuple[Any, ...]]:
        return list(zip(*(slot.values for slot in self._slots), strict=True))

    def _forecasts(self) -> list[Any]:
        newest = self._slots[-1].last_at
        times = [(slot.last_at - newest).total_seconds() for slot in self._slots]
        least = self._span.total_seconds() / LEAST_COVERAGE
        return [_extrapolated(times, row, self._horizon_seconds, least) for row in self._by_row()]

    def _settle(self, at: datetime, rows: RowSet) -> None:
        if self._slots and at < self._slots[-1].last_at:  # the wall clock was set back: begin again
            self._slots.clear()
        if self._rows is not None and rows is not self._rows:
            for slot in self._slots:
                slot.values = moved_rows(slot.values, self._rows, rows)
        self._rows = rows


def _folded(pick: Callable[[Any, Any], Any]) -> Callable[[Sequence[Any], Sequence[Any], int], list[Any]]:
    def fold(old: Sequence[Any], new: Sequence[Any], _weight: int) -> list[Any]:
        return [b if a is None else a if b is None else pick(a, b) for a, b in zip(old, new, strict=True)]

    return fold


def _mean_fold(old: Sequence[Any], new: Sequence[Any], weight: int) -> list[Any]:
    return [
        b if a is None else a if b is None else (a * weight + b) / (weight + 1) for a, b in zip(old, new, strict=True)
    ]


_FOLDS: Mapping[str, Callable[[Sequence[Any], Sequence[Any], int], list[Any]]] = {
    "min_over": _folded(min),
    "max_over": _folded(max),
    "avg_over": _mean_fold,
    "forecast": _folded(lambda _old, new: new),
}


def _weighted_mean(row: Sequence[Any], weights: Sequence[int]) -> Any:
    known = [(value, weight) for value, weight in zip(row, weights, strict=True) if value is not None]
    if not known:
        return None
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known)


def _extrapolated(times: Sequence[float], row: Sequence[Any], ahead: float, least: float) -> float | None:
    """Return where the least-squares line through the readings stands `ahead` seconds after the newest."""
    points = [(time, value) for time, value in zip(times, row, strict=True) if value is not None]
    if len(points) < 3 or points[-1][0] - points[0][0] < least:
        return None
    mean_time = sum(time for time, _ in points) / len(points)
    mean_value = sum(value for _, value in points) / len(points)
    spread = sum((time - mean_time) ** 2 for time, _ in points)
    slope = sum((time - mean_time) * (value - mean_value) for time, value in points) / spread
    result: float = mean_value + slope * (ahead - mean_time)
    return result
