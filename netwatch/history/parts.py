"""Which blocks answer a question, and from when to when each is the one to be looked at.

May import: file, tiers. Called by: reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netwatch.history.file import HistoryFile, Kept
from netwatch.history.tiers import GRAINS, Tier

_FINER = {Tier.HOURS: Tier.FIVE_MINUTES, Tier.FIVE_MINUTES: Tier.RAW, Tier.RAW: Tier.FRESH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A block, and from when to when it is the one to be looked at."""

    tier: Tier
    kept: Kept
    begin: int
    end: int


def parts_of(file: HistoryFile, series: int, tier: Tier, begin: int, end: int) -> Iterator[Part]:
    """Yield blocks from `begin` to `end`: of this tier; before those of coarser ones, after those of finer ones."""
    oldest = _oldest(file, series, tier)
    edge = min(end if oldest is None else oldest, end)
    if tier is not Tier.HOURS and edge > begin:
        for part in parts_of(file, series, Tier(tier + 1), begin, edge):
            step = GRAINS[part.tier].step
            if part.tier > tier:
                yield replace(part, end=min(part.end, edge - step + 1))  # a step that goes on beyond is told finer
                begin = min(part.kept.until + step, edge)
    for finer in _downwards(tier):
        for kept in file.blocks(series, finer, begin, end):
            if kept.until >= begin:
                yield Part(tier=finer, kept=kept, begin=begin, end=end)
                begin = max(begin, kept.until + max(GRAINS[finer].step, 1))


def _downwards(tier: Tier) -> Iterator[Tier]:
    yield tier
    while tier in _FINER:
        tier = _FINER[tier]
        yield tier


def _oldest(file: HistoryFile, series: int, tier: Tier) -> int | None:
    """Return from when on a tier, or the finer ones that it is made of, have something."""
    starts = [start for one in _downwards(tier) if (start := file.first_start(series, one)) is not None]
    return min(starts, default=None)
