"""The time a poll may spend on reading, so that it is over before the next one.

Discovery does not count: it is bounded by itself, and a slow device would otherwise never be read at all.
May import: nothing. Called by: netwatch.polling.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class Budget:
    """Seconds for what is done inside `async with budget`; TimeoutError where they are used up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timeout: asyncio.Timeout | None = None

    async def __aenter__(self) -> Budget:
        self._timeout = asyncio.timeout(self._seconds)
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        timeout, self._timeout = self._timeout, None
        if timeout is not None:
            await timeout.__aexit__(kind, error, traceback)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the time stand still."""
        timeout = self._timeout
        ends_at = None if timeout is None else timeout.when()
        if timeout is None or ends_at is None:
            yield
            return
        clock = asyncio.get_running_loop().time
        left = ends_at - clock()
        timeout.reschedule(None)
        try:
            yield
        finally:
            timeout.reschedule(clock() + left)
