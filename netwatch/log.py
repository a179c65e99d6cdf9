"""The log of what a command may need that is over in a moment: structlog, loaded when there is something to log.

structlog draws rich in, and together they take longer to load than `netwatch get` takes to answer. Rooms that only
the agent needs use structlog itself; the lines are the same.
May import: nothing. Called by: the rooms that commands load, and netwatch.cli, which says how lines shall look.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_set_up: list[Callable[[], None]] = []


def before_first_line(set_up: Callable[[], None]) -> None:
    """Have something done when structlog is loaded from here, before it writes its first line."""
    _set_up[:] = [set_up]


def get_logger(name: str) -> Any:
    """Return what `structlog.get_logger` returns, without loading it yet."""
    return _LaterLogger(name)


class _LaterLogger:
    """Becomes structlog's logger with its first line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        import structlog

        while _set_up:
            _set_up.pop()()
        return getattr(structlog.get_logger(self._name), method)
