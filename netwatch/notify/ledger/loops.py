"""What keeps a loop alive that must not end, and what ends it when it must.

May import: netwatch.notify.metrics. Called by: netwatch.notify.{dead_letters, ledger.carrier, smtp.{relays, sender}}.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from typing import Any

import structlog

from netwatch.notify import metrics

log = structlog.get_logger(__name__)

LOG_EVERY_SECONDS = 60
CANCEL_AGAIN_SECONDS = 0.2
_logged: dict[str, float] = {}


@contextlib.contextmanager
def surviving(what: str) -> Iterator[None]:
    """Let a loop outlive an error, which is counted always and logged once a minute.

    `what` is one of a few words; the caller pauses before it goes on.
    """
    try:
        yield
    except Exception as exc:
        metrics.LOOP_ERRORS.labels(what).inc()
        now = time.monotonic()
        if now - _logged.get(what, -LOG_EVERY_SECONDS) >= LOG_EVERY_SECONDS:
            _logged[what] = now
            log.error("mail loop", what=what, error=type(exc).__name__, exc_info=exc)


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended.

    Once is not enough: Python 3.11's `wait_for`, which aiosmtplib uses, loses a cancellation that comes in the same
    turn of the loop as the answer it waits for. Whatever the task held is lost, so it is for loops, not for work.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_SECONDS)
