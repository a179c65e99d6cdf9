"""The time a poll may spend on reading, so that it is over before the next one.

Discovery does not count: it is bounded by itself, and a slow device would otherwise never be read at all.
May import: nothing. Called by: netwatch.polling.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Budget:
    """Seconds that run only inside `running()`."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the time run.

        Raises:
            TimeoutError: it is used up; what was under way is cancelled.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(max(self._left, 0.0)):
                yield
        finally:
            self._left -= loop.time() - began
