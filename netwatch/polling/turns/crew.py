"""Runs many pieces of work, only so many at a time; the rest waits in line without a task of its own.

May import: nothing. Called by: netwatch.polling.poller.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None]]


class Crew:
    """At most `size` tasks. Work must not raise: whoever hands it in catches."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: deque[Work] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._tasks)

    def put(self, work: Work) -> None:
        """Start the work, or put it in line."""
        self._waiting.append(work)
        self._fill()

    async def stop(self) -> None:
        """Drop what waits, cancel what runs, and wait until it has ended."""
        self._waiting.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fill(self) -> None:
        while self._waiting and len(self._tasks) < self._size:
            task = asyncio.get_running_loop().create_task(self._waiting.popleft()())
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._fill()
