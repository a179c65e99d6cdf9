"""The clocks of polling: monotonic seconds to wait by, elapsed ones to divide by, UTC to write down for people.

May import: nothing. Called by: netwatch.polling; netwatch.app, which hands in a steadier one.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

ASLEEP_SECONDS = 0.5
"""The two monotonic clocks go apart by more than this only while the machine sleeps."""
BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine sleeps, where the system has such a clock."""


class Clock(Protocol):
    """Tells the time; tests hand in one that they turn by hand."""

    def monotonic(self) -> float:
        """Return seconds that never jump and never go back; they stand still while the machine sleeps."""

    def elapsed(self) -> float:
        """Return seconds that never go back and go on while the machine sleeps: what passed at the devices."""

    def awake_for(self) -> float:
        """Return for how many seconds the machine has been awake; infinity where it never slept."""

    def now(self) -> datetime:
        """Return the wall clock's time, UTC; it may be set back or forth at any moment."""


class Wakefulness:
    """Knows since when the machine has been awake: two clocks go apart while it sleeps."""

    def __init__(self, monotonic: float, elapsed: float) -> None:
        self._apart = elapsed - monotonic
        self._woke_at = float("-inf")

    def awake_for(self, monotonic: float, elapsed: float) -> float:
        """Return for how many seconds; a sleep is noticed by whoever asks first after it."""
        if elapsed - monotonic - self._apart > ASLEEP_SECONDS:
            self._apart = elapsed - monotonic
            self._woke_at = monotonic
        return monotonic - self._woke_at


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        self._wakefulness = Wakefulness(self.monotonic(), self.elapsed())

    def monotonic(self) -> float:
        """Return seconds that never jump and never go back; they stand still while the machine sleeps."""
        return time.monotonic()

    def elapsed(self) -> float:
        """Return seconds that never go back and go on while the machine sleeps."""
        return time.clock_gettime(BOOTTIME)

    def awake_for(self) -> float:
        """Return for how many seconds the machine has been awake as far as is known."""
        return self._wakefulness.awake_for(self.monotonic(), self.elapsed())

    def now(self) -> datetime:
        """Return the wall clock's time, UTC; it may be set back or forth at any moment."""
        return datetime.now(UTC)
