"""The tiers of history: how fine each is, how long a block of it is, and how readings become five minutes and hours.

Fresh blocks hold five minutes, as they come. When two hours are over those become one raw block; when six hours are
over those become a block of five-minute lines (lowest, mean and highest), and eight days of those one of hours.

A quiet room: no clock, no socket, no database.
May import: block, settings. Called by: file, recorder, upkeep, reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from itertools import groupby, pairwise
from typing import Any

from netwatch.history.block import Block, Shape
from netwatch.history.cells import Row
from netwatch.history.settings import HistorySettings

MINUTE = 60_000
HOUR = 60 * MINUTE
_ABOUT_EVEN = 1.5
"""Readings whose distances differ by no more than this all count the same."""
LOW, HIGH = "<", ">"
"""What is put behind a column's name for the lowest and the highest of each step; the mean has the name itself."""


class Tier(IntEnum):
    """What a block is part of, the finest first."""

    FRESH = 0
    RAW = 1
    FIVE_MINUTES = 2
    HOURS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """How a tier is cut; milliseconds. Periods begin at multiples of their span since 1970, so that they nest.

    step: what one line stands for, 0 where every reading has its own. span: how much time a block holds.
    spread: making the blocks of all series is spread over so much time after their period.
    """

    step: int
    span: int
    spread: int


GRAINS = {
    Tier.FRESH: Grain(step=0, span=5 * MINUTE, spread=0),
    Tier.RAW: Grain(step=0, span=2 * HOUR, spread=HOUR),
    Tier.FIVE_MINUTES: Grain(step=5 * MINUTE, span=6 * HOUR, spread=3 * HOUR),
    Tier.HOURS: Grain(step=HOUR, span=192 * HOUR, spread=24 * HOUR),
}


def kept_for(settings: HistorySettings, tier: Tier) -> int:
    """Return for how many milliseconds a tier is kept."""
    spans = {Tier.FIVE_MINUTES: settings.five_minutes, Tier.HOURS: settings.hours}
    return spans.get(tier, settings.raw) // timedelta(milliseconds=1)


def period_of(tier: Tier, at: int) -> int:
    """Return the beginning of the block of a tier that an instant falls into."""
    return at - at % GRAINS[tier].span


def folded(block: Block, step: int) -> Block | None:
    """Return lowest, mean and highest of every `step` milliseconds; None where no number is in it.

    Where all three are the same at all times and in all rows, the mean stands alone. Times are the steps' beginnings.
    """
    bins = _bins(block.times, step)
    weights = [_weights(block.times[start:end]) for _, start, end in bins]
    cells: dict[str, Sequence[Row]] = {}
    for name in (one for one in block.shape.columns if one[-1] not in (LOW, HIGH)):
        rows = block.cells[name]
        if _has_text(rows):
            continue
        lows, highs = block.cells.get(name + LOW, rows), block.cells.get(name + HIGH, rows)
        means = [_means(row, bins, weights) for row in rows]
        low = [_extremes(row, mean, bins, min) for row, mean in zip(lows, means, strict=True)]
        high = [_extremes(row, mean, bins, max) for row, mean in zip(highs, means, strict=True)]
        cells[name] = means
        if low != means or high != means:
            cells |= {name + LOW: low, name + HIGH: high}
    if not cells:
        return None
    shape = Shape(keys=block.shape.keys, columns=tuple(cells), labels=block.shape.labels)
    return Block(shape=shape, times=[at for at, _, _ in bins], cells=cells)


def _has_text(rows: Sequence[Row]) -> bool:
    return any(bytes in set(map(type, row)) for row in rows)


def _bins(times: Sequence[int], step: int) -> list[tuple[int, int, int]]:
    """Return for every step that has readings its beginning, and from and to which place they stand."""
    found = []
    place = 0
    for number, same in groupby(at // step for at in times):
        count = len(list(same))
        found.append((number * step, place, place + count))
        place += count
    return found


def _weights(times: Sequence[int]) -> Sequence[int] | None:
    """Return how long each reading of a step stood, None where all stood about as long.

    A device that is away is asked more rarely; were its readings only counted, it would look better than it was.
    """
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if not gaps or max(gaps) <= min(gaps) * _ABOUT_EVEN:
        return None
    return [*gaps, gaps[-1]]


def _means(row: Row, bins: Sequence[tuple[int, int, int]], weights: Sequence[Sequence[int] | None]) -> list[Any]:
    first = row[0]
    if row.count(first) == len(row):
        return [first] * len(bins)
    return [_mean(row[start:end], stood) for (_, start, end), stood in zip(bins, weights, strict=True)]


def _mean(values: Row, stood: Sequence[int] | None) -> Any:
    first = values[0]
    if values.count(first) == len(values):
        return first
    if stood is not None:
        both = [(value, weight) for value, weight in zip(values, stood, strict=True) if value is not None]
        return sum(value * weight for value, weight in both) / sum(weight for _, weight in both)
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _extremes(row: Row, means: Row, bins: Sequence[tuple[int, int, int]], choose: Any) -> list[Any]:
    """Return the lowest or highest of each step; where lows were left out as they equal the means, of those."""
    first = row[0]
    if row.count(first) == len(row):
        return [first if first is not None else mean for mean in means]
    found = []
    for (_, start, end), mean in zip(bins, means, strict=True):
        known = [value for value in row[start:end] if value is not None]
        found.append(choose(known) if known else mean)
    return found
