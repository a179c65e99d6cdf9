"""Keeps what a device has just answered, for whoever asks the same again: two Prometheus servers, or a test by hand.

Who asks while the device is being asked waits for that answer; who asks a little later has it from memory, with a
series that says how old it is. Only whole answers are kept, and none for longer than the configuration says.
May import: nothing of this house. Called by: scraping.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

MOST_KEPT = 2_000
MOST_BYTES = 64 << 20
"""Answers kept, and their octets altogether; the oldest go first."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Kept(Generic[Answer]):
    """An answer, when it was had, and how large it is."""

    answer: Answer
    at: float
    size: int


class Sharing(Generic[Answer]):
    """Answers by question; `for_seconds` 0 shares nothing."""

    def __init__(self, for_seconds: float, size_of: Callable[[Answer], int]) -> None:
        """`size_of` says how large an answer is; 0 is one that is not to be kept."""
        self._for_seconds, self._size_of = for_seconds, size_of
        self._kept: OrderedDict[Hashable, Kept[Answer]] = OrderedDict()
        self._asking: dict[Hashable, asyncio.Task[Answer]] = {}
        self._bytes = 0

    async def answer(
        self, question: Hashable, ask: Callable[[], Coroutine[Any, Any, Answer]], patience: float
    ) -> tuple[Answer, float]:
        """Return an answer and its age in seconds, 0 of one that was asked for now.

        Raises:
            TimeoutError: the answer that somebody else waits for does not come in `patience` seconds.
        """
        loop = asyncio.get_running_loop()
        if not self._for_seconds:
            return await ask(), 0.0
        self._forget(loop.time())
        kept = self._kept.get(question)
        if kept is not None:
            return kept.answer, loop.time() - kept.at
        asking = self._asking.get(question)
        if asking is None:
            asking = self._asking[question] = asyncio.create_task(ask())
            asking.add_done_callback(lambda task: self._keep(question, task, loop.time()))
        async with asyncio.timeout(patience):
            return await asyncio.shield(asking), 0.0

    def stop(self) -> None:
        """Ask for nothing more."""
        for task in self._asking.values():
            task.cancel()

    def _keep(self, question: Hashable, task: asyncio.Task[Answer], now: float) -> None:
        self._asking.pop(question, None)
        if task.cancelled() or task.exception() is not None:
            return
        size = self._size_of(task.result())
        if 0 < size <= MOST_BYTES:
            self._kept[question] = Kept(task.result(), now, size)
            self._bytes += size

    def _forget(self, now: float) -> None:
        """Let go of what is too old, or too much; the oldest stand first."""
        while self._kept:
            oldest = next(iter(self._kept.values()))
            if oldest.at + self._for_seconds > now and len(self._kept) <= MOST_KEPT and self._bytes <= MOST_BYTES:
                return
            self._bytes -= self._kept.popitem(last=False)[1].size
