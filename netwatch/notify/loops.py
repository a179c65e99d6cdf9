"""What keeps a loop alive that must not end.

May import: netwatch.notify.metrics. Called by: netwatch.notify.notifier, relays.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import structlog

from netwatch.notify import metrics

log = structlog.get_logger(__name__)


@contextlib.contextmanager
def surviving(what: str) -> Iterator[None]:
    """Let a loop outlive an error, which is counted and logged. The caller pauses before it goes on."""
    try:
        yield
    except Exception as exc:
        metrics.LOOP_ERRORS.labels(what).inc()
        log.error("mail loop", what=what, error=type(exc).__name__, exc_info=exc)
