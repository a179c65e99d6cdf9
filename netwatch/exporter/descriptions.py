"""Reads what a MIB module says of an object, of which the index keeps only where it stands.

May import: nothing. Called by: generating.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_DESCRIPTION = re.compile(r'\bDESCRIPTION\s+"([^"]*)"')
_END = re.compile(r"::=")


def first_sentence(file: str, line: int) -> str:
    """Return the first sentence of the DESCRIPTION that begins at a line; empty where there is none."""
    lines = _lines(file)
    text = "\n".join(lines[max(line - 1, 0) : line + MOST_LINES])
    found = _DESCRIPTION.search(text)
    end = _END.search(text)
    if found is None or (end is not None and end.start() < found.start()):
        return ""
    return " ".join(found[1].split()).split(". ")[0]


MOST_LINES = 400
"""Lines of one definition that are looked at."""


@lru_cache(maxsize=64)
def _lines(file: str) -> tuple[str, ...]:
    try:
        return tuple(Path(file).read_text("utf-8", "replace").splitlines())
    except OSError:
        return ()
