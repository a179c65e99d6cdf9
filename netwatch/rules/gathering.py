"""How each function over days gathers the steps of a row that history gives it, and what it tells of them.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: hindsight.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Mapping, Sequence
from operator import mul
from typing import Any

from netwatch.rules.folds import quantile_of

Told = tuple[Any, float | None]
"""A value, and of a forecast its slope per second."""


class Gathering(ABC):
    """The steps of one row so far; `hours` counts those of which something is known."""

    __slots__ = ("_hours",)

    def __init__(self) -> None:
        self._hours = 0  # a bit per hour

    @property
    def hours(self) -> int:
        """Return in how many hours of the span something is known."""
        return self._hours.bit_count()

    def add(
        self, seconds: Sequence[float], hours: Sequence[int], row: Sequence[Any], lows: Sequence[Any],
        highs: Sequence[Any],
    ) -> None:  # fmt: skip
        """Take in steps: when they begin (seconds, the newest moment is 0), in which hour, and their values."""
        if None in row:
            known = [place for place, value in enumerate(row) if value is not None]
            hours = [hours[place] for place in known]
            seconds, row, lows, highs = ([column[place] for place in known] for column in (seconds, row, lows, highs))
        if row:
            for hour in set(hours):
                self._hours |= 1 << max(0, hour)
            self._take(seconds, row, lows, highs)

    @abstractmethod
    def told(self, parameter: float) -> Told:
        """Return what it comes to; only of a row of which something is known."""

    @abstractmethod
    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        """Take in steps of which every value is known."""


class _Mean(Gathering):
    __slots__ = ("_count", "_sum")

    def __init__(self) -> None:
        super().__init__()
        self._count, self._sum = 0, 0.0

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        self._count += len(row)
        self._sum += sum(row)

    def told(self, parameter: float) -> Told:
        return self._sum / self._count, None


class _Chosen(Gathering):
    """One of all values: that which a subclass's `_choice` leaves of the one so far and the new ones."""

    __slots__ = ("_value",)

    def __init__(self) -> None:
        super().__init__()
        self._value: Any = None

    def told(self, parameter: float) -> Told:
        return self._value, None


class _Least(_Chosen):
    __slots__ = ()

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        least = min(lows)
        self._value = least if self._value is None else min(self._value, least)


class _Greatest(_Chosen):
    __slots__ = ()

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        greatest = max(highs)
        self._value = greatest if self._value is None else max(self._value, greatest)


class _Newest(_Chosen):
    __slots__ = ()

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        self._value = row[-1]


class _Oldest(_Chosen):
    __slots__ = ()

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        self._value = row[0] if self._value is None else self._value


class _Share(Gathering):
    __slots__ = ("_values",)

    def __init__(self) -> None:
        super().__init__()
        self._values: array[float] = array("d")

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        self._values.extend(row)

    def told(self, parameter: float) -> Told:
        return quantile_of(sorted(self._values), parameter), None


class _Line(Gathering):
    """The straight line through all steps, by least squares: sums of times, values and their products."""

    __slots__ = ("_count", "_times", "_times_squared", "_values", "_values_times")

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._times = self._times_squared = self._values = self._values_times = 0.0

    def _take(self, seconds: Sequence[float], row: Sequence[Any], lows: Sequence[Any], highs: Sequence[Any]) -> None:
        self._count += len(row)
        self._times += sum(seconds)
        self._times_squared += sum(map(mul, seconds, seconds))
        self._values += sum(row)
        self._values_times += sum(map(mul, seconds, row))

    def told(self, parameter: float) -> Told:
        spread = self._times_squared - self._times * self._times / self._count
        if self._count < 3 or spread <= 0:
            return None, None
        slope = (self._values_times - self._times * self._values / self._count) / spread
        return (self._values - slope * self._times) / self._count, slope


GATHERED: Mapping[str, type[Gathering]] = {
    "avg_over": _Mean, "min_over": _Least, "max_over": _Greatest, "last_over": _Newest, "delta_over": _Oldest,
    "quantile_over": _Share, "forecast": _Line,
}  # fmt: skip
