"""The one clock of the house: wall time that only moves when it is told to.

    now() = what the wall clock showed when it was last looked at + what has passed since (sleep included)

So a wall clock that is set, to or fro, changes nothing by itself: hold times, retries, leases, ticks of incidents all
go on. Within a fraction of a second ClockWatch notices, and in one go on the loop moves this clock and everything
that is open: alerts, incidents and unsent mails keep their distance to now, in memory and in the database. Nothing is
due sooner or later for it, and the times people read are right by the clock as it stands now. What people said in
wall time stays: silences, maintenance windows, time intervals, the hour of the daily mail. What is over stays as it
was written: the event log, resolved alerts, mails sent.

Why not leave this clock as it was: most steps are corrections (a machine that started with a wrong clock, before NTP
had its say), and nobody wants mails an hour off for ever. Why not follow slowly: a retry in 5 s would still be wrong,
only by less. Sleep (suspend) moves nothing, for that time did pass; what becomes of hold times then says
engine/clock_steps.py, and polling believes no silence until the network had time to come back. Summer time does not
exist here: everything is UTC but for what people write with a location.

A machine whose own clocks stand still together (a paused virtual machine) only sees its wall clock set afterwards.
May import: netwatch.model, netwatch.polling. Called by: netwatch.app; handed to every room that asks for the time.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from netwatch.model import ClockStep
from netwatch.polling.clock import BOOTTIME, Wakefulness

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(milliseconds=500)
"""A smaller difference is nobody's step; it is followed once it has grown to this."""
SECOND_NS = 1_000_000_000


class Machine(Protocol):
    """The clocks of the machine, in nanoseconds; tests hand in one that they turn by hand."""

    def wall(self) -> int:
        """Return what passed since 1970, as far as the machine knows."""

    def elapsed(self) -> int:
        """Return what passed since it started, time asleep included."""

    def awake(self) -> int:
        """Return what passed while it was not asleep: `time.monotonic()`."""


class ThisMachine:
    """The real clocks."""

    def wall(self) -> int:
        """Return what passed since 1970, as far as the machine knows."""
        return time.time_ns()

    def elapsed(self) -> int:
        """Return what passed since it started, time asleep included."""
        return time.clock_gettime_ns(BOOTTIME)

    def awake(self) -> int:
        """Return what passed while it was not asleep."""
        return time.monotonic_ns()


class SteadyClock:
    """Satisfies polling's `Clock`; `now` is what every other room is given."""

    def __init__(self, machine: Machine | None = None) -> None:
        self._machine = machine or ThisMachine()
        if machine is None:
            # asked some ten times with each answer of a device: straight to the system, without a call
            setattr(self, "monotonic", time.monotonic)  # noqa: B010  # types say that a method is never assigned to
            setattr(self, "elapsed", partial(time.clock_gettime, BOOTTIME))  # noqa: B010  # as above
        self._started = self._measured()
        self._wakefulness = Wakefulness(self.monotonic(), self.elapsed())

    @property
    def started_at(self) -> datetime:
        """Return when the machine started, by this clock: what tells one setting of the wall clock from another."""
        return _instant(self._started)

    def monotonic(self) -> float:
        """Return seconds that stand still while the machine sleeps."""
        return self._machine.awake() / SECOND_NS

    def elapsed(self) -> float:
        """Return seconds that go on while it sleeps."""
        return self._machine.elapsed() / SECOND_NS

    def awake_for(self) -> float:
        """Return for how many seconds the machine has been awake as far as is known."""
        return self._wakefulness.awake_for(self.monotonic(), self.elapsed())

    def now(self) -> datetime:
        """Return the time, UTC."""
        return _instant(self._started + self._machine.elapsed())

    def step(self) -> ClockStep | None:
        """Return how the wall clock was set since this clock last followed it, None where it was not."""
        by = timedelta(microseconds=(self._measured() - self._started) // 1000)
        return ClockStep(since=self.started_at, at=self.now(), by=by) if abs(by) >= STEP else None

    def follow(self, step: ClockStep) -> None:
        """Move by a step."""
        self._started += step.by // timedelta(microseconds=1) * 1000

    def _measured(self) -> int:
        return self._machine.wall() - self._machine.elapsed()


def _instant(nanoseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=nanoseconds // 1000)
