"""Asks for a poll of what a trap was about: at once, but one device not more often than every few seconds.

What a trap told is often over or different a moment later, so that a second trap within the pause asks again at
its end.

May import: netwatch.engine.metrics. Called by: netwatch.engine.engine, traps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from netwatch.engine.metrics import CONFIRMING_POLLS

PAUSE_SECONDS = 5.0


class Confirmations:
    """Who was asked for lately, and who is to be asked for again."""

    def __init__(self, poll_now: Callable[[str], object], pause_seconds: float = PAUSE_SECONDS) -> None:
        self._poll_now = poll_now
        self._pause_seconds = pause_seconds
        self._pausing: dict[str, asyncio.TimerHandle] = {}
        self._again: set[str] = set()

    def ask(self, device: str) -> None:
        """Have a device polled now, or when its pause is over."""
        if device in self._pausing:
            self._again.add(device)
            return
        loop = asyncio.get_running_loop()
        self._pausing[device] = loop.call_later(self._pause_seconds, self._pause_over, device)
        CONFIRMING_POLLS.inc()
        self._poll_now(device)

    def stop(self) -> None:
        """Ask for nothing more."""
        for handle in self._pausing.values():
            handle.cancel()
        self._pausing.clear()
        self._again.clear()

    def _pause_over(self, device: str) -> None:
        del self._pausing[device]
        if device in self._again:
            self._again.discard(device)
            self.ask(device)
