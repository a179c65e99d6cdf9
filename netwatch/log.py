"""The log of what a command may need that is over in a moment: structlog, loaded when there is something to log.

structlog draws rich in, and together they take longer to load than `netwatch get` takes to answer. Rooms that only
the agent needs use structlog itself; the lines are the same.
May import: nothing. Called by: the rooms that commands load, and netwatch.cli, which says how lines shall look.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def when_loaded(set_up: Callable[[], None]) -> None:
    """Have structlog set up as soon as anything loads it, so that no line is ever written as it would by itself."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Awaited)]
    if "structlog" in sys.modules:
        set_up()
    else:
        sys.meta_path.insert(0, _Awaited(set_up))


class _Awaited(MetaPathFinder):
    """Finds structlog as everybody does, once, and has it set up when it is there."""

    def __init__(self, set_up: Callable[[], None]) -> None:
        self._set_up = set_up

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how structlog is loaded; of everything else nothing is known here."""
        if fullname != "structlog":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_set_up(module: ModuleType) -> None:
                load(module)
                self._set_up()

            spec.loader.exec_module = load_and_set_up  # type: ignore[method-assign] # of this one loader
        return spec


def get_logger(name: str) -> Any:
    """Return what `structlog.get_logger` returns, without loading it yet."""
    return _LaterLogger(name)


class _LaterLogger:
    """Becomes structlog's logger with its first line."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        import structlog

        return getattr(structlog.get_logger(self._name), method)
