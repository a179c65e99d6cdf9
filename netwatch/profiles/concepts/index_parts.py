"""Reads the index of a row, number by number.

A quiet room. May import: nothing. Called by: templates.
"""

from __future__ import annotations

Parts = tuple[int, ...]


def part(index: Parts, position: int) -> str:
    """Return one number, counted from 1, or from -1 at the end; empty where there is none."""
    place = position - 1 if position > 0 else position
    return str(index[place]) if position and -len(index) <= place < len(index) else ""


def dotted(index: Parts) -> str:
    """Return the whole index."""
    return ".".join(map(str, index))
