"""Finds which files hold some modules, and what those stand on, from the files' bytes alone: nothing is compiled.

May import: netwatch.model and this room. Called by: netwatch.mib.building.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from netwatch.mib.sources import read_raw

_DEFINITIONS = re.compile(rb"\bDEFINITIONS\b")
_NAME_BEFORE = re.compile(rb"([A-Za-z][\w-]*)\s+(?:\{[^{}]*\}\s*)?\Z")
_IMPORTS = re.compile(rb"\bIMPORTS\b([^;]*)")
_FROM = re.compile(rb"\bFROM\s+([A-Za-z][\w-]*)")
MAX_HEADER = 700
"""Bytes looked at in front of DEFINITIONS: a name, and what it may be numbered with."""

MAX_MODULES = 100
"""Modules looked for in one file."""


def needed_for(modules: Iterable[str], files: Sequence[Path]) -> list[Path]:
    """Return the files that hold these modules and those they import from, in no order that matters."""
    wanted = list(dict.fromkeys(modules))
    if not wanted:
        return []
    holders: dict[str, list[Path]] = {}
    for file in files:
        for name in modules_of(_raw(file)):
            holders.setdefault(name, []).append(file)
    needed: dict[Path, None] = {}
    seen = set(wanted)
    for module in wanted:  # grows while it is walked
        for file in holders.get(module, ()):
            if file not in needed:
                needed[file] = None
                more = [name for name in imported_by(_raw(file)) if name not in seen]
                seen.update(more)
                wanted += dict.fromkeys(more)
    return list(needed)


def modules_of(raw: bytes) -> list[str]:
    """Return what the modules in a file are called."""
    places = (found.start() for found in islice(_DEFINITIONS.finditer(raw), MAX_MODULES))
    fronts = (raw[max(0, place - MAX_HEADER) : place] for place in places)
    return [found[1].decode() for front in fronts if (found := _NAME_BEFORE.search(front)) is not None]


def imported_by(raw: bytes) -> list[str]:
    """Return the modules that those in a file import from."""
    return [name.decode() for listed in _IMPORTS.findall(raw) for name in _FROM.findall(listed)]


def _raw(file: Path) -> bytes:
    raw = read_raw(file)
    return raw if isinstance(raw, bytes) else b""
