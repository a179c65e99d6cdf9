"""One short beat and the slow housekeeping, on APScheduler, kept in time by the monotonic clock.

APScheduler plans by the wall clock: set that back an hour and it runs nothing for an hour, set it forth a year and
an interval trigger counts through every beat it believes to have missed. So the trigger here knows its next beat in
monotonic seconds, and a watch compares both once a second and puts the job's wall time right.

May import: netwatch.polling.clock. Called by: netwatch.polling.poller, netwatch.app for its housekeeping.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from netwatch.polling.clock import Clock, SystemClock
from netwatch.polling.metrics import CLOCK_STEPS

WATCH_SECONDS = 1.0
STEP_SECONDS = 0.5
"""A difference below this is drift or a busy loop, above it somebody set the clock."""


class MonotonicTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 carries no types
    """Fires `interval` seconds after the last time, and remembers when that is in monotonic seconds."""

    __slots__ = ("_clock", "_interval", "due_at")

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval = interval
        self._clock = clock
        self.due_at = 0.0

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return `now` plus the interval, whatever the wall clock said the last time."""
        self.due_at = self._clock.monotonic() + self._interval
        return now + timedelta(seconds=self._interval)


class Ticker:
    """Runs a few coroutine functions again and again; each at most once at a time, none twice for a late beat."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._watch: asyncio.TimerHandle | None = None
        self.steps = 0

    def every(self, interval: timedelta, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` every `interval`, first one interval after the start."""
        self._scheduler.add_job(
            work,
            MonotonicTrigger(interval.total_seconds(), self._clock),
            id=name,
            name=name,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            replace_existing=True,
        )

    def start(self) -> None:
        """Begin to beat on the running loop."""
        # It writes a line per run, ten a second here; what goes wrong in a job it reports as an error.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()
        self._look()

    async def stop(self) -> None:
        """Stop beating; work under way is cancelled."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # the scheduler puts its own end on the loop's queue

    def _look(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(WATCH_SECONDS, self._look)
        self.realign()

    def realign(self) -> None:
        """Put every job whose wall time no longer means its monotonic time back in its place."""
        for job in self._scheduler.get_jobs():
            left, planned = self.due_in(job.id)
            if abs(planned - left) > STEP_SECONDS:
                self.steps += 1
                CLOCK_STEPS.inc()
                job.modify(next_run_time=self._clock.now() + timedelta(seconds=max(left, 0.0)))

    def due_in(self, name: str) -> tuple[float, float]:
        """Return the seconds until a piece of work is due: as it should be, and as the wall clock has it."""
        job = self._scheduler.get_job(name)
        left = job.trigger.due_at - self._clock.monotonic()
        return left, (job.next_run_time - self._clock.now()).total_seconds()
