"""The two clocks of polling: monotonic seconds to wait by, UTC to write down for people.

May import: nothing. Called by: netwatch.polling.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests hand in one that they turn by hand."""

    def monotonic(self) -> float:
        """Return seconds that never jump and never go back."""

    def now(self) -> datetime:
        """Return the wall clock's time, UTC; it may be set back or forth at any moment."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        """Return seconds that never jump and never go back."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the wall clock's time, UTC; it may be set back or forth at any moment."""
        return datetime.now(UTC)
