"""Functions over ranges, as Prometheus works them out: rate and increase with their extrapolation, and others.

May import: nothing. Called by: evaluate.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

_NEAR = 1.1
"""A range is gone on with to its end where the next reading would come within so many usual distances."""


def over(
    function: str, times: Sequence[int], values: Sequence[float], range_ms: float, at: Sequence[float]
) -> list[float | None]:
    """Return a function of the readings of `range_ms` up to each instant; milliseconds throughout."""
    work = _FUNCTIONS[function]
    found: list[float | None] = []
    for now in at:
        first, last = bisect_left(times, now - range_ms), bisect_right(times, now)
        found.append(work(times[first:last], values[first:last], now - range_ms, now) if first < last else None)
    return found


def _increase(times: Sequence[int], values: Sequence[float], begin: float, end: float) -> float | None:
    """Return by how much a counter rose; a value below the one before it is a counter that began anew."""
    if len(values) < 2:
        return None
    rise = values[-1] - values[0] + sum(one for one, later in pairwise(values) if later < one)
    sampled = times[-1] - times[0]
    usual = sampled / (len(values) - 1)
    before, behind = times[0] - begin, end - times[-1]
    if rise > 0 and values[0] >= 0:
        before = min(before, sampled * (values[0] / rise))  # before that it would have been less than nothing
    reach = sampled + sum(gap if gap < usual * _NEAR else usual / 2 for gap in (before, behind))
    return rise * (reach / sampled)


def _rate(times: Sequence[int], values: Sequence[float], begin: float, end: float) -> float | None:
    rise = _increase(times, values, begin, end)
    return None if rise is None else rise / ((end - begin) / 1000)


_FUNCTIONS: Final[Mapping[str, Callable[[Sequence[int], Sequence[float], float, float], float | None]]] = {
    "rate": _rate,
    "increase": _increase,
    "avg_over_time": lambda times, values, begin, end: sum(values) / len(values),
    "min_over_time": lambda times, values, begin, end: min(values),
    "max_over_time": lambda times, values, begin, end: max(values),
}
