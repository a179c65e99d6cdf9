"""Lets every room follow when the wall clock was set or the machine slept; see `steady` for what that means.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from prometheus_client import Counter

from netwatch.app.clock.pulse import Pulse
from netwatch.app.clock.steady import SteadyClock
from netwatch.app.clock.watch import CLOCK_MEMORY, ClockWatch, boot_id, mark_of, step_since
from netwatch.model import OWN_NAME, ClockStep, Event, Memory, Transaction, format_duration

UNMOVED = Counter(
    "netwatch_clock_moves_failed_total", "Times what is open in the database could not follow the clock"
)
log = structlog.get_logger(__name__)


class Follower(Protocol):
    """A room that remembers instants."""

    def clock_was_set(self, step: ClockStep) -> None:
        """Move what is open with the wall clock; nothing is sooner or later for it."""

    def slept(self, asleep: timedelta) -> None:
        """Take in that the machine slept: look at everything again, and count that time for no hold time."""


class OpenRows(Protocol):
    """The database, as far as it has to follow."""

    def move_open(self, step: ClockStep, mark: Memory) -> asyncio.Future[bool]:
        """Queue the move of what is open in the database; it happens once per mark."""

    async def memories(self, scope: str) -> Sequence[Memory]:
        """Return what was remembered under a scope."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Queue a transaction; what is queued is written in order."""


class Clockwork:
    """The clock of the house between `start()` and `stop()`."""

    def __init__(
        self,
        clock: SteadyClock,
        rows: OpenRows,
        followers: Callable[[], Iterable[Follower]],
        boot: Callable[[], str] = boot_id,
    ) -> None:
        self.clock, self._rows, self._followers, self._boot = clock, rows, followers, boot
        self.watch = ClockWatch(clock, on_step=self._follow, on_sleep=self._rest)
        self.pulse = Pulse(self.watch.look)
        self._moving: set[asyncio.Future[bool]] = set()
        self._moves = 0

    @property
    def moves(self) -> int | None:
        """Return how often the database has followed the clock; None while it is yet to."""
        return None if self._moving else self._moves

    async def catch_up(self) -> None:
        """Move what was written before somebody set the clock while no agent ran; before any room reads it."""
        marks = await self._rows.memories(CLOCK_MEMORY)
        started_at, boot = self.clock.started_at, self._boot()
        step = step_since(marks, started_at, boot, self.clock.now())
        if step is not None:
            await self._rows.move_open(step, mark_of(started_at, boot))
            log.warning("the wall clock was set while no agent ran", seconds=round(step.by.total_seconds(), 3))
        await self._rows.commit(Transaction(memories=(mark_of(started_at, boot),)))

    def start(self) -> None:
        """Begin to look at the clocks."""
        self.pulse.start()

    async def stop(self) -> None:
        """Look no more."""
        await self.pulse.stop()

    def _follow(self, step: ClockStep) -> None:
        """Move everything in one go: what was handed to the store before was by the old clock and moves with it."""
        moving = self._rows.move_open(step, mark_of(step.since + step.by, self._boot()))
        self._moving.add(moving)
        moving.add_done_callback(self._moved)
        for room in self._followers():
            room.clock_was_set(step)
        self._note(_words(step.by), step.at + step.by)

    def _moved(self, moving: asyncio.Future[bool]) -> None:
        self._moving.discard(moving)
        self._moves += 1
        _tell_failure(moving)

    def _rest(self, asleep: timedelta) -> None:
        for room in self._followers():
            room.slept(asleep)
        self._note(f"the machine was asleep for {format_duration(asleep)}", self.clock.now())

    def _note(self, text: str, at: datetime) -> None:
        event = Event(at=at, kind="netwatch", text=text, device=OWN_NAME)
        self._rows.commit(Transaction(events=(event,))).add_done_callback(_tell_failure)


def _words(by: timedelta) -> str:
    way = "forward" if by > timedelta(0) else "back"
    return f"the wall clock was set {way} by {format_duration(abs(by))}; what is open moved with it"


def _tell_failure(written: asyncio.Future[Any]) -> None:
    if not written.cancelled() and (trouble := written.exception()) is not None:
        UNMOVED.inc()
        log.error("the database could not follow the clock", error=str(trouble))
