"""What the event loop meets and can hand to nobody: counted and logged.

asyncio reports each connection it could not take for want of file descriptors, every second, with a whole traceback:
that is said once a minute, so that it cannot fill a disk. All else is a fault of ours, and stays whole.
May import: nothing of ours. Called by: netwatch.app.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import structlog
from prometheus_client import Counter

SAY_EVERY_SECONDS = 60.0
NO_ROOM = "socket.accept() out of system resource"

MISHAPS = Counter("netwatch_loop_mishaps_total", "What the event loop could hand to nobody, by what it was", ["what"])
for _what in ("accept", "other"):
    MISHAPS.labels(_what)
log = structlog.get_logger(__name__)


class Mishaps:
    """Takes what the loop could hand to nobody."""

    def __init__(self) -> None:
        self._say_again_at = float("-inf")

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Be told from now on."""
        loop.set_exception_handler(self)

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Count, and log what is new."""
        if context.get("message") != NO_ROOM:
            MISHAPS.labels("other").inc()
            loop.default_exception_handler(context)
            return
        MISHAPS.labels("accept").inc()
        if time.monotonic() >= self._say_again_at:
            self._say_again_at = time.monotonic() + SAY_EVERY_SECONDS
            log.error("connections are not taken for a while", why=str(context.get("exception")))
