"""Counters that move with time, at a rate that may change and never makes them run backwards.

A quiet room: time comes in as `now`, in seconds of any clock that only goes forward.
May import: nothing. Called by: interfaces.
"""

from __future__ import annotations

import math


class MovingCounter:
    """Counts events; between two changes of its rate it is a function of time alone.

    wobble: how much the rate swings around its mean (0.3 is 30 %), once in `period` seconds, so that a chart of
    it looks alive. Below 1 the count still never decreases.
    """

    def __init__(self, now: float, *, rate: float = 0.0, wobble: float = 0.0, phase: float = 0.0) -> None:
        self.rate, self._wobble, self._phase = rate, wobble, phase
        self._period = 40.0
        self._base, self._since = 0.0, now

    def at(self, now: float) -> int:
        """Return the count."""
        return int(self._base + self._gained(now))

    def change_rate(self, rate: float, now: float, *, wobble: float | None = None) -> None:
        """Go on from the count of now with another rate (events per second)."""
        self._base, self._since = self._base + self._gained(now), now
        self.rate = rate
        self._wobble = self._wobble if wobble is None else wobble

    def restart(self, now: float, start: int = 0) -> None:
        """Begin again, as a device does that was switched off."""
        self._base, self._since = float(start), now

    def _gained(self, now: float) -> float:
        return self.rate * (now - self._since + self._wobble * (self._swing(self._since) - self._swing(now)))

    def _swing(self, now: float) -> float:
        """Return the integral of the wobble: the mean rate is what was asked for."""
        turn = 2 * math.pi / self._period
        return math.cos(turn * now + self._phase) / turn
