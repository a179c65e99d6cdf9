"""What keeps a loop alive that must not end.

May import: netwatch.notify.metrics. Called by: netwatch.notify.notifier, relays.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import structlog

from netwatch.notify import metrics

log = structlog.get_logger(__name__)

LOG_EVERY_SECONDS = 60
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
