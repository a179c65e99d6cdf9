"""Keeps the history's file as it should be: fine blocks become coarse ones, what is too old or too much goes.

Every step is one transaction, so that a crash leaves nothing half done.
May import: block, cells, file, metrics, settings, tiers. Called by: recorder.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from netwatch.history.block import Block, Packed, joined, pack_block
from netwatch.history.cells import Damaged
from netwatch.history.file import HistoryFile, Kept
from netwatch.history.metrics import CUT_SHORT, LOST, SIZE_BYTES, TIER_SECONDS, WRITTEN_BYTES
from netwatch.history.settings import HistorySettings
from netwatch.history.tiers import GRAINS, Tier, folded, kept_for, period_of

NEXT: Final = {Tier.FRESH: Tier.RAW, Tier.RAW: Tier.FIVE_MINUTES, Tier.FIVE_MINUTES: Tier.HOURS}
_LOOK_MILLISECONDS = 30_000
_DUE_AT_ONCE = 500
_DELETED_AT_ONCE = 500
_SHARE = 0.95
"""Of `max_size`: from here on the oldest is deleted, so that the file never gets there."""
_SWEEP_MILLISECONDS = 3_600_000
_GIVEN_BACK_PAGES = 2048
_FREE_SHARE = 0.1
"""Of the file may be free for what comes next; more is given back to the disk, little by little."""

log = structlog.get_logger(__name__)


class Upkeep:
    """What is to be done next; `step` does some of it."""

    def __init__(self, settings: HistorySettings) -> None:
        self._settings = settings
        self._due: list[tuple[Tier, int, int]] = []
        self._looked_at = self._swept_at = 0
        self.cut_short = False

    def step(self, file: HistoryFile, now: int, *, seconds: float, may_delete: bool) -> None:
        """Work for about so many seconds; `now` is in milliseconds since 1970. `may_delete`: the clock is believed.

        Raises:
            sqlite3.Error: the file cannot be written.
        """
        until = time.monotonic() + seconds
        self.bound(file, now, until)
        if not self._due and not 0 <= now - self._looked_at < _LOOK_MILLISECONDS:
            self._looked_at = now
            self._due = _due_in(file, now)
            if not self._due and may_delete:
                self._delete_old(file, now)
            self._sweep(file, now)
            if file.free_pages() > max(_GIVEN_BACK_PAGES, file.pages() * _FREE_SHARE):
                file.give_back(_GIVEN_BACK_PAGES)
            _show(file, now)
        while self._due and time.monotonic() < until:
            tier, series, start = self._due.pop()
            fold(file, series, tier, start)

    def bound(self, file: HistoryFile, now: int, until: float) -> None:
        """Delete the oldest while the file is about to get too large, up to an instant of the monotonic clock."""
        most = self._settings.max_size * _SHARE
        while file.size_bytes() > most and time.monotonic() < until:
            tier = self._fullest(file, now)
            span = file.span(tier) if tier is not None else None
            if tier is None or span is None:
                return
            with file.transaction():
                gone = file.delete_before(tier, span[1] + 1, _DELETED_AT_ONCE)  # whatever the clock says
            CUT_SHORT.inc(gone)
            self.cut_short = True

    def _fullest(self, file: HistoryFile, now: int) -> Tier | None:
        """Return the tier that reaches back furthest, measured by how far it should."""
        spans = {tier: span for tier in Tier if (span := file.span(tier)) is not None}
        return max(spans, key=lambda tier: (now - spans[tier][0]) / kept_for(self._settings, tier), default=None)

    def _delete_old(self, file: HistoryFile, now: int) -> None:
        for tier in Tier:
            with file.transaction():
                file.delete_before(tier, now - kept_for(self._settings, tier), _DELETED_AT_ONCE)

    def _sweep(self, file: HistoryFile, now: int) -> None:
        if 0 <= now - self._swept_at < _SWEEP_MILLISECONDS:
            return
        self._swept_at, self.cut_short = now, False
        with file.transaction():
            file.sweep()


def fold(file: HistoryFile, series: int, tier: Tier, start: int) -> None:
    """Make the coarser block of the period that a block of a series begins in, of all the finer ones in it.

    Raises:
        sqlite3.Error: the file cannot be written.
    """
    above = NEXT[tier]
    begin = period_of(above, start)
    end = begin + GRAINS[above].span
    finer = [one for one in file.blocks(series, tier, begin, end) if begin <= one.start < end]
    already = [one for one in file.blocks(series, above, begin, end) if begin <= one.start < end]
    try:
        made = _made(series, above, finer, already)
    except Damaged:
        made = _made(series, above, _whole(finer), _whole(already))
    with file.transaction():
        file.delete_blocks(already)
        if made is not None:
            WRITTEN_BYTES.inc(len(made.body))
            file.put(made)
        file.mark_folded(finer)
        if tier is Tier.FRESH:
            file.delete_blocks(finer)


def _made(series: int, above: Tier, finer: Sequence[Kept], already: Sequence[Kept]) -> Kept | None:
    """Return the coarser block, column after column, so that only one is in memory unpacked.

    Raises:
        Damaged: one of the blocks cannot be read.
    """
    grain = GRAINS[above]
    blocks = [Packed(one.body, one.shape).passing() for one in already]
    if finer:
        block: Block | None = joined([Packed(one.body, one.shape).passing() for one in finer])
        if block is not None and grain.step:
            block = folded(block, grain.step)
        blocks += [block] if block is not None else []
    if not blocks:
        return None
    block = joined(blocks) if already else blocks[0]
    body = pack_block(block, coarse=grain.step > 0)
    start, until = block.times[0], block.times[-1]
    return Kept(series=series, tier=above, start=start, until=until, shape=block.shape, body=body)


def _whole(kept: Iterable[Kept]) -> list[Kept]:
    """Return the blocks that can be read; one that cannot is counted and left out."""
    found = []
    for one in kept:
        try:
            Packed(one.body, one.shape).block()
        except Damaged as exc:
            LOST.labels("damaged").inc()
            log.warning(
                "a block of the history cannot be read", series=one.series, tier=one.tier.name, error=str(exc)
            )
        else:
            found.append(one)
    return found


def _due_in(file: HistoryFile, now: int) -> list[tuple[Tier, int, int]]:
    """Return one block of each period that is over and was not folded; the last are to be done first."""
    due: list[tuple[Tier, int, int]] = []
    for tier, above in reversed(NEXT.items()):
        grain = GRAINS[above]
        due += [(tier, *one) for one in file.unfolded(tier, grain.span, grain.spread, now, _DUE_AT_ONCE)]
    return due


def _show(file: HistoryFile, now: int) -> None:
    SIZE_BYTES.set(file.size_bytes())
    for tier in Tier:
        span = file.span(tier)
        TIER_SECONDS.labels(tier.name.lower()).set(max(0.0, (now - span[0]) / 1000) if span else 0.0)
