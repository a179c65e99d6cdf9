"""The door of a room: a name's module is loaded when the name is first used, not when somebody passes the door.

Importing `netwatch.notify.settings` runs the door of notify, and would otherwise load the whole room for a few
settings. A door lists its exports once, as imports under `if TYPE_CHECKING`, where type checkers and import-linter
read them; at run time those same lines are read here (PEP 562).

May import: netwatch.syntax. Called by: the door of every room.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from netwatch.syntax import parsed


class Home(NamedTuple):
    """Where a name of a door stands, and what it is called there."""

    module: str
    name: str


def lazy_door(room: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` for the door of a room."""

    @cache
    def homes() -> Mapping[str, Home]:
        return homes_in(_source_of(sys.modules[room]))

    def get(name: str) -> Any:
        door = sys.modules[room]
        home = homes().get(name)
        if home is None:
            # With name and obj Python itself asks whether another name was meant.
            raise AttributeError(f"module {room!r} has no attribute {name!r}", name=name, obj=door)
        value = getattr(import_module(home.module), home.name)
        setattr(door, name, value)  # from now on it is found without us; two threads find the same
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[room]), *homes()})

    return get, names


def homes_in(source: str) -> Mapping[str, Home]:
    """Return what a door's `if TYPE_CHECKING` imports, by the names it gives them."""
    return {
        alias.asname or alias.name: Home(line.module or "", alias.name)
        for block in parsed(source).body
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for line in block.body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }


def _source_of(door: ModuleType) -> str:
    source = door.__spec__.loader.get_source(door.__name__) if door.__spec__ else None  # type: ignore[union-attr] # every importer of files has it
    if source is None:
        raise ImportError(f"the source of {door.__name__} is not here, and it says what the room exports")
    return str(source)
