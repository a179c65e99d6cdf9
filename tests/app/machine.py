"""A machine whose clocks a test turns, sets and puts to sleep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class TurnedMachine:
    """Satisfies `Machine`; it stands still until it is turned."""

    def __init__(self, at: datetime = START, up: timedelta = timedelta(days=3)) -> None:
        self.time, self.up, self.slept = at, up, timedelta(0)

    def wall(self) -> int:
        return (self.time - EPOCH) // MICROSECOND * 1000

    def elapsed(self) -> int:
        return self.up // MICROSECOND * 1000

    def awake(self) -> int:
        return (self.up - self.slept) // MICROSECOND * 1000

    def turn(self, **span: float) -> None:
        """Let time pass."""
        self.time += timedelta(**span)
        self.up += timedelta(**span)

    def set(self, **span: float) -> None:
        """Set the wall clock."""
        self.time += timedelta(**span)

    def sleep(self, **span: float) -> None:
        """Suspend: time passes, and nothing runs."""
        self.turn(**span)
        self.slept += timedelta(**span)
