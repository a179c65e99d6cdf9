"""The beat by which NetWatch feels itself: how long its loop is held up, and a chance to look at the clocks.

Whatever holds the loop delays the beat, and everything else as well: polls, mails, pages.

May import: nothing of ours. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import structlog
from prometheus_client import Counter, Histogram

BEAT_SECONDS = 0.1
KEPT = 600
"""Beats of a minute."""
UNLUCKIEST_SHARE = 0.99

LAG_SECONDS = Histogram(
    "netwatch_loop_lag_seconds",
    "How much later than planned the event loop came round, ten times a second",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ERRORS = Counter("netwatch_pulse_errors_total", "Times what the beat does failed; each is in the log")
log = structlog.get_logger(__name__)


class LagMeter:
    """How late the beats of the last minute were."""

    def __init__(self) -> None:
        self._lags: deque[float] = deque(maxlen=KEPT)

    def note(self, lag_seconds: float) -> None:
        """Take in a beat; those that could not be because of its lag would have been late too."""
        LAG_SECONDS.observe(lag_seconds)
        for missed in range(min(KEPT - 1, int(lag_seconds / BEAT_SECONDS)), -1, -1):
            self._lags.append(lag_seconds - missed * BEAT_SECONDS)

    @property
    def worst_seconds(self) -> float:
        """Return the longest lag."""
        return max(self._lags, default=0.0)

    @property
    def p99_seconds(self) -> float:
        """Return what 99 of 100 moments waited at most."""
        if not self._lags:
            return 0.0
        return sorted(self._lags)[min(len(self._lags) - 1, int(len(self._lags) * UNLUCKIEST_SHARE))]


class Pulse:
    """Beats between `start()` and `stop()`."""

    def __init__(self, look: Callable[[], None] = lambda: None) -> None:
        """`look` is called at every beat and must not take long."""
        self._look = look
        self._timer: asyncio.TimerHandle | None = None
        self.lag = LagMeter()

    def start(self) -> None:
        """Begin to beat on the running loop."""
        self._plan()

    async def stop(self) -> None:
        """Stop beating."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + BEAT_SECONDS
        self._timer = loop.call_at(due, self._beat, due)

    def _beat(self, due: float) -> None:
        self.lag.note(max(0.0, asyncio.get_running_loop().time() - due))
        self._plan()
        try:
            self._look()
        except Exception:  # the next beat looks again
            ERRORS.inc()
            log.exception("a beat could not do its work")
