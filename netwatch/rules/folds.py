"""How each window function takes readings in, joins those that share a slot, and tells its result.

A quiet room: no clock, no socket, no database.
May import: nothing. Called by: windows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Column = Sequence[Any]


def _as_it_is(_before: Column, values: Column) -> Column:
    return values


def _nothing_carried(_before: Column, values: Column) -> Column:
    return ()


def _last_known(before: Column, values: Column) -> Column:
    return [old if new is None else new for old, new in zip(before, values, strict=True)]


def _changes(before: Column, values: Column) -> Column:
    """Return 1 where a value differs from the last that was known, 0 where it does not, None where it is missing."""
    return [
        None if new is None else 0 if old is None or old == new else 1
        for old, new in zip(before, values, strict=True)
    ]


def _as_spread(_before: Column, values: Column) -> Column:
    """Return count, mean and sum of squared distances of one value each."""
    return [None if value is None else (1, value, 0.0) for value in values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """One function: `entered` makes a slot's values of a reading, `folded` joins two, `told` gives a row's result.

    carried: what must be known of the newest reading when the next one comes.
    """

    folded: Callable[[Column, Column, int], Column]
    told: Callable[[Sequence[Any], Sequence[int], float], Any]
    entered: Callable[[Column, Column], Column] = _as_it_is
    carried: Callable[[Column, Column], Column] = _nothing_carried


def _joined(pick: Callable[[Any, Any], Any]) -> Callable[[Column, Column, int], Column]:
    def fold(old: Column, new: Column, _weight: int) -> list[Any]:
        return [b if a is None else a if b is None else pick(a, b) for a, b in zip(old, new, strict=True)]

    return fold


def _mean_fold(old: Column, new: Column, weight: int) -> list[Any]:
    return [
        b if a is None else a if b is None else (a * weight + b) / (weight + 1) for a, b in zip(old, new, strict=True)
    ]


def _added(a: tuple[int, float, float], b: tuple[int, float, float]) -> tuple[int, float, float]:
    """Return the spread of two samples together (Chan, Golub, LeVeque)."""
    count, distance = a[0] + b[0], b[1] - a[1]
    share = b[0] / count
    return count, a[1] + distance * share, a[2] + b[2] + distance * distance * a[0] * share


def _picked(pick: Callable[..., Any]) -> Callable[[Sequence[Any], Sequence[int], float], Any]:
    def told(row: Sequence[Any], _weights: Sequence[int], _parameter: float) -> Any:
        return pick((value for value in row if value is not None), default=None)

    return told


def _sum(row: Sequence[Any], _weights: Sequence[int], _parameter: float) -> Any:
    known = [value for value in row if value is not None]
    return sum(known) if known else None


def _weighted_mean(row: Sequence[Any], weights: Sequence[int], _parameter: float) -> Any:
    known = [(value, weight) for value, weight in zip(row, weights, strict=True) if value is not None]
    if not known:
        return None
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known)


def _deviation(row: Sequence[Any], _weights: Sequence[int], _parameter: float) -> float | None:
    whole: tuple[int, float, float] | None = None
    for part in row:
        if part is not None:
            whole = part if whole is None else _added(whole, part)
    return None if whole is None else math.sqrt(max(whole[2], 0.0) / whole[0])


def _newest(row: Sequence[Any], _weights: Sequence[int], _parameter: float) -> Any:
    return next((value for value in reversed(row) if value is not None), None)


def _difference(row: Sequence[Any], _weights: Sequence[int], _parameter: float) -> Any:
    known = [value for value in row if value is not None]
    return known[-1][1] - known[0][0] if known else None


def _quantile(row: Sequence[Any], weights: Sequence[int], share: float) -> float | None:
    """Return the value that this share of all readings is at or below, between two of them as Prometheus does."""
    return quantile_of(
        sorted(value for value, weight in zip(row, weights, strict=True) if value is not None for _ in range(weight)),
        share,
    )


def quantile_of(known: Sequence[Any], share: float) -> float | None:
    """Return the value that this share of sorted ones is at or below, None of none."""
    if not known:
        return None
    place = share * (len(known) - 1)
    low = math.floor(place)
    high = min(low + 1, len(known) - 1)
    found: float = known[low] + (known[high] - known[low]) * (place - low)
    return found


def _ends(_before: Column, values: Column) -> Column:
    return [None if value is None else (value, value) for value in values]


FOLDS: Mapping[str, Fold] = {
    "min_over": Fold(folded=_joined(min), told=_picked(min)),
    "max_over": Fold(folded=_joined(max), told=_picked(max)),
    "avg_over": Fold(folded=_mean_fold, told=_weighted_mean),
    "sum_over": Fold(folded=_joined(lambda a, b: a + b), told=_sum),
    "count_over": Fold(folded=_joined(lambda a, b: a + b), told=_sum),
    "changes_over": Fold(folded=_joined(lambda a, b: a + b), told=_sum, entered=_changes, carried=_last_known),
    "stddev_over": Fold(folded=_joined(_added), told=_deviation, entered=_as_spread),
    "last_over": Fold(folded=_joined(lambda _old, new: new), told=_newest),
    "delta_over": Fold(folded=_joined(lambda old, new: (old[0], new[1])), told=_difference, entered=_ends),
    "quantile_over": Fold(folded=_mean_fold, told=_quantile),
    "offset": Fold(folded=_joined(lambda _old, new: new), told=_newest),
    "forecast": Fold(folded=_joined(lambda _old, new: new), told=_newest),
}


def extrapolated(times: Sequence[float], row: Sequence[Any], ahead: float, least: float) -> float | None:
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
