"""Wakes up for what is due, with one timer however much waits: deadlines lie in buckets of a fiftieth of a second.

A timer per request would cost as much as the request's own system call.
May import: nothing. Called by: endpoint.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

TICKS_PER_SECOND = 50


class Deadlines:
    """Calls `due` with each key some time within a tick after its deadline; nothing is ever taken out before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, due: Callable[[bytes], None]) -> None:
        self._loop = loop
        self._due = due
        self._buckets: dict[int, list[bytes]] = {}
        self._ticks: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, deadline: float, key: bytes) -> None:
        """Call back for `key` at `deadline`, in the loop's time."""
        tick = int(deadline * TICKS_PER_SECOND) + 1
        bucket = self._buckets.get(tick)
        if bucket is not None:
            bucket.append(key)
            return
        self._buckets[tick] = [key]
        heapq.heappush(self._ticks, tick)
        if self._ticks[0] == tick:
            self._arm()

    def close(self) -> None:
        """Forget everything."""
        self._buckets.clear()
        self._ticks.clear()
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._ticks[0] / TICKS_PER_SECOND, self._expire) if self._ticks else None

    def _expire(self) -> None:
        now = int(self._loop.time() * TICKS_PER_SECOND + 0.001)
        self._timer = None
        while self._ticks and self._ticks[0] <= now:
            for key in self._buckets.pop(heapq.heappop(self._ticks)):
                self._due(key)
        self._arm()
