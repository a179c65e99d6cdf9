"""Goes round and sees to what is due: when the last round said so, or as soon as it is woken.

May import: netwatch.engine.metrics. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from netwatch.engine.metrics import FLUSH_ERRORS

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5.0


class Rounds:
    """One round after the other between `start()` and `stop()`."""

    def __init__(self, go: Callable[[datetime], datetime | None], clock: Callable[[], datetime]) -> None:
        """`go` does what is due and returns when to go again, None where nothing is foreseen."""
        self._go, self._clock = go, clock
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to go round."""
        self._task = asyncio.create_task(self._for_ever(), name="engine: rounds")

    async def stop(self) -> None:
        """Go no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def is_alive(self) -> bool:
        """Return whether there will be another round."""
        return self._task is not None and not self._task.done()

    def wake(self) -> None:
        """Go round now: there is something to do."""
        self._woken.set()

    async def _for_ever(self) -> None:
        while True:
            self._woken.clear()
            try:
                due = self._go(self._clock())
                wait = None if due is None else max(0.0, (due - self._clock()).total_seconds())
            except Exception:  # no mail would ever be written again
                log.exception("what is due could not be looked through; trying again")
                FLUSH_ERRORS.inc()
                wait = RETRY_AFTER_SECONDS
            try:
                async with asyncio.timeout(wait):
                    await self._woken.wait()
            except TimeoutError:
                continue
