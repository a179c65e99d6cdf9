"""Gathers values over time into equal steps, so few that a chart can show them: lowest, mean and highest of each.

What is missing stays missing: where nothing was read for a while there is a place without values, and no line goes
across it.

A quiet room. May import: netwatch.model. Called by: netwatch.web.api, device.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from netwatch.model import Past

GAP: Final = 4
"""A pause so many times the usual distance of two readings is drawn as one."""
MOST_POINTS: Final = 2000
_HUGE: Final = 1e300
_MINUTE: Final = 60
STEPS: Final = (
    1, 2, 5, 10, 15, 30,
    *(minutes * _MINUTE for minutes in (1, 2, 5, 8, 10, 15, 20, 30)),
    *(hours * 60 * _MINUTE for hours in (1, 2, 3, 4, 6, 12, 24, 48, 120, 240)),
)  # fmt: skip
"""Steps that people know, seconds."""

Cell = tuple[float, float, float]
"""Lowest, mean, highest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Columns of a row in steps. begin: of step 0, seconds since 1970, a multiple of `step`, which is in seconds too.

    at: the numbers of the steps, rising; where one has no values in any line the chart has a gap.
    lines: by column, a cell for each of them, None where nothing is known.
    every: how far apart readings mostly are, seconds, 0 where that is not known. is_folded: of some only
    steps are left.
    """

    begin: int
    step: int
    every: float
    is_folded: bool
    at: tuple[int, ...]
    lines: Mapping[str, tuple[Cell | None, ...]]


def step_for(span_seconds: float, points: int, every: float = 0) -> int:
    """Return the step in which a span has no more than so many points, and readings are not wider apart than it."""
    least = max(span_seconds / max(points, 1), every)
    return next((step for step in STEPS if step >= least * 0.99), math.ceil(least / STEPS[-1]) * STEPS[-1])


def usual_distance(past: Past) -> int:
    """Return how far two readings mostly are from each other, milliseconds; 0 of fewer than two."""
    distances = sorted(later - earlier for earlier, later in pairwise(past.times))
    return distances[len(distances) // 2] if distances else 0


def first_known(lines: Iterable[Past]) -> int | None:
    """Return when the first reading was that has a value, milliseconds since 1970; None where there is none."""
    firsts = (
        next((at for at, value in zip(line.times, line.means, strict=True) if value is not None), None)
        for line in lines
    )
    return min((at for at in firsts if at is not None), default=None)


def gridded(lines: Mapping[str, Past], begin: float, end: float, points: int, step: int = 0) -> Grid:
    """Return lines in steps from `begin` to `end`, seconds since 1970.

    points: at most so many steps, 1 to `MOST_POINTS`. step: wider ones than needed, seconds.
    """
    every = max((max(usual_distance(past), past.step) for past in lines.values()), default=0) / 1000
    step = max(step_for(end - begin, min(points, MOST_POINTS), every), step)
    first = math.floor(begin / step) * step
    found = {name: dict(_cells(past, first * 1000, round(end * 1000), step * 1000)) for name, past in lines.items()}
    known = sorted({place for cells in found.values() for place in cells})
    at = _with_breaks(known, max(every * GAP, step * 2.5) / step)
    return Grid(
        begin=first, step=step, every=every, at=at, is_folded=any(past.step for past in lines.values()),
        lines={name: tuple(map(cells.get, at)) for name, cells in found.items()},
    )  # fmt: skip


def _cells(past: Past, begin: int, end: int, step: int) -> Iterable[tuple[int, Cell]]:
    """Yield the steps that have a value, with lowest, mean and highest; begin, end and step in milliseconds."""
    place, low, total, high, count = -1, 0.0, 0.0, 0.0, 0
    for at, least, mean, most in zip(past.times, past.lows, past.means, past.highs, strict=True):
        if not begin <= at < end or not (_is_number(mean) and _is_number(least) and _is_number(most)):
            continue
        here = (at - begin) // step
        if here != place:
            if count:
                yield place, (low, total / count, high)
            place, low, total, high, count = here, least, mean, most, 1
            continue
        low, high = (least if least < low else low), (most if most > high else high)
        total += mean
        count += 1
    if count:
        yield place, (low, total / count, high)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and -_HUGE < value < _HUGE  # neither is true of NaN


def _with_breaks(known: list[int], most: float) -> tuple[int, ...]:
    """Add a place without values wherever two are further apart than `most` steps."""
    breaks = [earlier + 1 for earlier, later in pairwise(known) if later - earlier > most]
    return tuple(sorted((*known, *breaks))) if breaks else tuple(known)
