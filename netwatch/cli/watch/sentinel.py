"""Ends an agent that is only half alive, so that it is started again: without memory, or where a part stands still.

Most of what fails is survived by the loop it fails in. Where memory is out everything fails, again and again, and the
process looks alive: to end, and to begin anew with what the database holds, is better. A thread looks, for the loop
may be what stands still; it needs nothing new to find out, and if the agent cannot even end, it ends it.
May import: netwatch.cli.output. Called by: netwatch run.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import NoReturn

import structlog

from netwatch.cli.output import WRONG

LOOK_SECONDS = 0.5
PROBE_BYTES = 4 * 2**20
PROBES = 8
"""Looks in a row without memory: what took it may have been one large answer, and be over."""
STANDS_STILL_SECONDS = 180.0
END_WITHIN_SECONDS = 30.0
NO_MEMORY = "no memory is left (see MemoryMax= of the service, ulimit -v, or the container's limit)"
NOT_ALIVE = "a part of the agent stands still, and does not come to life again"

log = structlog.get_logger(__name__)


class Sentinel:
    """Looks between `start()` and `stop()`; `end` asks the agent to end, from any thread."""

    def __init__(self, is_alive: Callable[[], bool], end: Callable[[], object]) -> None:
        self._is_alive, self._end = is_alive, end
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="netwatch-sentinel", daemon=True)
        self.why = ""
        """Why the agent is to end; empty while it may live."""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more: the agent has ended."""
        self._stopped.set()

    def _run(self) -> None:
        failed, alive_at = 0, time.monotonic()
        while not self.why and not self._stopped.wait(LOOK_SECONDS):
            failed = 0 if _has_memory() else failed + 1
            if self._lives():
                alive_at = time.monotonic()
            if failed >= PROBES:
                self._give_up(NO_MEMORY)
            elif time.monotonic() - alive_at > STANDS_STILL_SECONDS:
                self._give_up(NOT_ALIVE)

    def _lives(self) -> bool:
        try:
            return self._is_alive()
        except Exception:  # noqa: BLE001  # whatever it is, this is no sign of life
            return False

    def _give_up(self, why: str) -> None:
        self.why = why
        with contextlib.suppress(Exception):  # without memory not even this may go
            log.error("the agent ends, to be started again", why=why)
        with contextlib.suppress(Exception):
            self._end()
        if not self._stopped.wait(END_WITHIN_SECONDS):
            leave(why)


def leave(why: str) -> NoReturn:
    """End the process as a failure, once its rooms are closed.

    Not by way of asyncio: that begins a thread at its end, and without memory waits for it for ever.
    """
    with contextlib.suppress(Exception):
        sys.stderr.write(f"netwatch: {why}\n")
        sys.stderr.flush()
    os._exit(WRONG)


def _has_memory() -> bool:
    """Return whether the system gives any: straight from there, for the process keeps what it freed for itself."""
    try:
        mmap.mmap(-1, PROBE_BYTES).close()
    except (OSError, MemoryError):
        return False
    return True
