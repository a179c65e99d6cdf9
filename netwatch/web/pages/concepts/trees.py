"""Puts the rows of an inventory below what they stand in: chassis, module, transceiver.

A quiet room. May import: netwatch.web.pages.concepts. Called by: sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netwatch.web.pages.concepts.cells import Line

DEEPEST = 6
"""What stands deeper is drawn no further in."""


def as_tree(lines: Sequence[Line], names: Sequence[tuple[str, str]]) -> tuple[Line, ...]:
    """Return the lines with each behind what it stands in, its first cell as deep as that.

    Args:
        lines: in the order that those of one place have among each other.
        names: the name of each, and the name of what it stands in; whatever names nothing there stands for itself.
    """
    places: dict[str, int] = {}
    for number, (name, _) in enumerate(names):
        places.setdefault(name, number)
    inside: dict[int, list[int]] = {}
    tops = []
    for number, (_, parent) in enumerate(names):
        home = places.get(parent) if parent else None
        if home is None or home == number:
            tops.append(number)
        else:
            inside.setdefault(home, []).append(number)
    found: list[Line] = []
    seen: set[int] = set()
    _walk(tops, inside, lines, found, seen)
    _walk([number for number in range(len(lines)) if number not in seen], inside, lines, found, seen)  # in a circle
    return tuple(found)


def _walk(
    tops: Sequence[int], inside: dict[int, list[int]], lines: Sequence[Line], found: list[Line], seen: set[int]
) -> None:
    waiting = [(number, 0) for number in reversed(tops)]
    while waiting:
        number, depth = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        line = lines[number]
        found.append(replace(line, cells=(replace(line.cells[0], depth=min(depth, DEEPEST)), *line.cells[1:])))
        waiting += [(one, depth + 1) for one in reversed(inside.get(number, ()))]
