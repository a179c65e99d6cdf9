"""Lets packets go as fast as they may, and no faster.

May import: nothing. Called by: netwatch.discovery (sweep, volleys).
"""

from __future__ import annotations

import asyncio

BURST_SECONDS = 0.01
MOST_UNREAD = 256
"""So many packets are sent before answers are read: the sockets hold thousands, and what comes then is lost."""
CATCH_UP_SECONDS = 0.05
"""So much of what a busy loop left out is sent at once afterwards."""


class Pace:
    """Lets so many packets go a second, in bursts of a hundredth of it at most."""

    def __init__(self, rate: int) -> None:
        self._most = max(1, min(MOST_UNREAD, int(rate * BURST_SECONDS)))
        self._seconds = self._most / rate
        self._left = 0
        self._next_at = 0.0

    @property
    def burst(self) -> int:
        """Return how many may go at once at most."""
        return self._most

    async def some(self, most: int) -> int:
        """Wait until packets may go; return how many, at most so many, which are then counted."""
        await self.wait()
        more = min(most - 1, self._left)
        self._left -= more
        return more + 1

    def give_back(self, packets: int) -> None:
        """Take back what may go and did not."""
        self._left += packets

    async def wait(self) -> None:
        """Wait until the next packet may go, which is then counted."""
        while self._left <= 0:
            now = asyncio.get_running_loop().time()
            if now >= self._next_at:
                self._left = self._most
                self._next_at = max(self._next_at, now - CATCH_UP_SECONDS) + self._seconds
                await asyncio.sleep(0)  # where the rate is beyond this machine answers are read all the same
                break
            await asyncio.sleep(self._next_at - now)
        self._left -= 1
