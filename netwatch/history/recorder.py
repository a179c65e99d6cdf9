"""Takes readings and has them written, in a thread of its own: nothing that happens here holds up an alert.

What comes is only put into a queue on the loop. The thread gathers five minutes of each table, packs and writes them.
A crash costs at most the blocks that were open; the next start says from when to when. While the file cannot be
written packed blocks wait, within a bound, and watching goes on.

May import: netwatch.errors, netwatch.model, the rest of this room. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

import structlog

from netwatch.errors import HistoryError
from netwatch.history.block import Block, Packed, Shape, pack_block
from netwatch.history.file import HistoryFile, Kept
from netwatch.history.holder import RUNNING, WRITTEN, Holder
from netwatch.history.metrics import (
    CPU_SECONDS,
    LOST,
    TROUBLE,
    VALUES,
    WRITTEN_BYTES,
)
from netwatch.history.opened import OpenBlock, is_kept, lost_rows
from netwatch.history.settings import HistorySettings
from netwatch.history.tiers import GRAINS, Tier
from netwatch.history.upkeep import Upkeep
from netwatch.model import TableReading

TURN_SECONDS = 1.0
MOST_QUEUED = 50_000
"""Readings that wait for the thread; more are counted and left out."""
MOST_WAITING_BYTES = 32 << 20
"""Packed blocks that wait while the file cannot be written; the oldest go first."""
UPKEEP_SECONDS = 0.15
"""Of each turn, at most, for folding."""
LOOK_SECONDS = 60.0
EARLY_SECONDS = 600.0
EARLY_SPAN = 60_000
"""Just after the start blocks are this short, milliseconds: who has just begun wants to see something."""
FRESH_LEVEL = 1
"""How hard zlib tries with what is packed again in two hours."""
WHOLE = 0xFFFF
"""Rows of a group of a fresh block: all."""

log = structlog.get_logger(__name__)
Place = tuple[str, str]


class Recorder:
    """Keeps the history between `start()` and `stop()`."""

    def __init__(
        self,
        path: Path,
        settings: HistorySettings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        may_delete: Callable[[], bool] = lambda: True,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        """Open nothing yet.

        Args:
            path: the file.
            settings: what is kept for how long.
            clock: the time by which blocks end.
            may_delete: whether the wall clock is believed, so that what it says is old may go.
            turn_seconds: how often the thread looks at what came.
        """
        self.path, self._settings, self._clock, self._may_delete = path, settings, clock, may_delete
        self._turn_seconds = turn_seconds
        self._queue: SimpleQueue[TableReading] = SimpleQueue()
        self._open: dict[Place, OpenBlock] = {}
        self._shapes: dict[Place, Shape] = {}
        self._waiting: deque[tuple[Place, Kept, int]] = deque()
        self._waiting_bytes = 0
        self._holder = Holder(path)
        self._upkeep = Upkeep(settings)
        self._look_at = 0.0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._early_until = 0.0
        self._thread: threading.Thread | None = None

    @property
    def trouble(self) -> str:
        """Return why nothing can be written, a sentence; empty when all is well."""
        return self._holder.trouble

    @property
    def news(self) -> str:
        """Return what people should know though history is written: it does not reach back as far as it should."""
        moved = self._holder.moved_to
        return moved and f"the history was damaged and moved to {moved}; a new one was begun"

    @property
    def has_file(self) -> bool:
        """Return whether there is a file to look into; there is none while the very first is made."""
        return self._holder.was_opened

    @property
    def is_cut_short(self) -> bool:
        """Return whether `max_size` made something go before its time, in the last hour."""
        return self._upkeep.cut_short

    def is_alive(self) -> bool:
        """Return whether the thread turns."""
        return self._thread is not None and self._thread.is_alive()

    def take(self, reading: TableReading) -> None:
        """Take a reading; called on the loop, and quick about it."""
        if self._thread is None or not is_kept(reading):
            return
        if self._queue.qsize() >= MOST_QUEUED:
            LOST.labels("queue").inc()
            return
        self._queue.put(reading)

    def recent(self, device: str, table: str) -> list[Block]:
        """Return what was read of a table and is not written yet, the oldest first."""
        with self._lock:
            packed = [Packed(kept.body, kept.shape) for place, kept, _ in self._waiting if place == (device, table)]
            found = self._open.get((device, table))
            newest = [found.block()] if found is not None else []
        return [*(one.block() for one in packed), *newest]

    async def start(self) -> None:
        """Begin; a file that cannot be opened is trouble, no error."""
        self._early_until = time.monotonic() + EARLY_SECONDS
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what is open, and end."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping.set()
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        while not self._stopping.wait(self._turn_seconds):
            self._guarded(self._turn)
        self._guarded(self._finish)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do some work; whatever it meets, the thread goes on."""
        began = time.thread_time()
        try:
            work()
        except (sqlite3.Error, OSError, HistoryError) as exc:
            self._holder.refused(exc)
        except Exception as exc:  # the thread must survive: without it readings would pile up unseen
            log.exception("the history broke off")
            self._holder.refused(exc)
        CPU_SECONDS.inc(max(0.0, time.thread_time() - began))
        TROUBLE.set(int(bool(self._holder.trouble)))

    def _turn(self) -> None:
        self._gather()
        now = time.monotonic()
        is_due = now >= self._look_at
        if is_due:
            self._look_at = now + LOOK_SECONDS
            self._close_stale()
        if not self._holder.may_try:
            return
        if is_due or self._waiting:
            self._holder.look()  # what goes into a file that was deleted is lost
        file = self._holder.file()
        self._write(file)
        self._upkeep.step(file, self._now(), seconds=UPKEEP_SECONDS, may_delete=self._may_delete())
        self._holder.went_well()

    def _finish(self) -> None:
        self._gather()
        with self._lock:
            for place in list(self._open):
                self._close(place)
        try:
            self._holder.look()
            file = self._holder.file()
            self._write(file)
            file.note(RUNNING, 0)
        finally:
            self._holder.close()

    def _gather(self) -> None:
        """Put what came into the open blocks."""
        for _ in range(self._queue.qsize()):
            with suppress(Empty):
                reading = self._queue.get_nowait()
                with self._lock:
                    self._add(reading)

    def _add(self, reading: TableReading) -> None:
        place = (reading.device, reading.table)
        if too_many := lost_rows(reading):
            LOST.labels("rows").inc(too_many)
        found = self._open.get(place)
        if found is not None and found.takes(reading):
            found.add(reading)
            return
        if found is not None:
            self._close(place)
        span = EARLY_SPAN if time.monotonic() < self._early_until else GRAINS[Tier.FRESH].span
        self._open[place] = fresh = OpenBlock(reading, self._shapes.get(place), span)
        self._shapes[place] = fresh.shape

    def _close(self, place: Place) -> None:
        """Pack an open block; it waits to be written."""
        block = self._open.pop(place).block()
        body = pack_block(block, group=WHOLE, level=FRESH_LEVEL)
        start, until = block.times[0], block.times[-1]
        kept = Kept(series=0, tier=Tier.FRESH, start=start, until=until, shape=block.shape, body=body)
        self._waiting.append((place, kept, block.values))
        self._waiting_bytes += len(body)
        while self._waiting_bytes > MOST_WAITING_BYTES:
            _, gone, _ = self._waiting.popleft()
            self._waiting_bytes -= len(gone.body)
            LOST.labels("unwritten").inc()

    def _close_stale(self) -> None:
        """Close blocks whose time is over and that got no reading since."""
        too_old = self._now() - 2 * GRAINS[Tier.FRESH].span
        with self._lock:
            for place in [place for place, block in self._open.items() if block.began_at < too_old]:
                self._close(place)
                self._shapes.pop(place, None)

    def _write(self, file: HistoryFile) -> None:
        if not self._waiting:
            return
        waiting = list(self._waiting)
        with file.transaction():
            for (device, table), kept, _ in waiting:
                file.put(kept.of(file.series_id(device, table)))
            file.note(WRITTEN, max(kept.until for _, kept, _ in waiting))
        WRITTEN_BYTES.inc(self._waiting_bytes)
        with self._lock:
            self._waiting.clear()
            self._waiting_bytes = 0
        VALUES.inc(sum(values for _, _, values in waiting))

    def _now(self) -> int:
        return round(self._clock().timestamp() * 1000)
