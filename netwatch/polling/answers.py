"""Looks at the answers to a plan once, before anything is made of them.

A quiet room: no clock, no socket. May import: netwatch.model. Called by: netwatch.polling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any

from netwatch.model import Missing, Value
from netwatch.polling.layout import Layout

_INTEGERS = {int}
_NUMBERS = {int, float}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The values of one plan, in its order.

    counters_clean: every counter is an integer, so that whole columns may be computed at once.
    gaps: an instance that should be there is not, or holds something else than the profile says.
    refused: positions of instances the device did not have although discovery saw them.
    """

    values: list[Any]
    at: datetime
    arrived: float
    ticks: int | None
    counters_clean: bool = True
    gaps: bool = False
    refused: Sequence[int] = ()


def examine(layout: Layout, values: list[Value], at: datetime, arrived: float) -> Answer:
    """Look at the answers of a plan once; what cannot be what the profile says becomes None.

    Takes the list over.
    """
    ticks = values[0] if isinstance(values[0], int) else None
    kinds = set(map(type, values))
    values.append(None)  # what a pick of -1 finds
    if kinds == _INTEGERS:
        return Answer(values=values, at=at, arrived=arrived, ticks=ticks)
    refused = _missing(values, len(layout.heads)) if Missing in kinds else ()
    clean = _clean(layout, values)
    gaps = None in values[layout.numbers_at : -1]
    return Answer(
        values=values, at=at, arrived=arrived, ticks=ticks, counters_clean=clean, gaps=gaps, refused=refused
    )


def _missing(values: list[Any], first: int) -> list[int]:
    return [place for place in range(first, len(values)) if isinstance(values[place], Missing)]


def _clean(layout: Layout, values: list[Any]) -> bool:
    """Make values that cannot be used None; return whether every counter could be."""
    first, middle, last = layout.numbers_at, layout.gauges_at, layout.texts_at
    clean = set(map(type, values[first:middle])) <= _INTEGERS
    if not clean:
        values[first:middle] = map(_integer, values[first:middle])
    if not set(map(type, values[middle:last])) <= _NUMBERS:
        values[middle:last] = map(_number, values[middle:last])
    if last < len(values) - 1:
        values[last:] = [None if isinstance(value, Missing) else value for value in values[last:]]
    return clean


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _number(value: Value) -> int | float | None:
    """Return a number; agents give load averages and the like as text."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, bytes):
        try:
            number = float(value.strip(b"\0 "))
        except ValueError:
            return None
        return number if isfinite(number) else None
    return None


def carried(base: Answer, old: Layout, new: Layout) -> Answer:
    """Return the old answer in the order of a new layout; a row whose key changed begins anew."""
    kept = dict(zip(old.suffixes, old.rows.keys, strict=True))
    gone = {suffix for suffix, key in zip(new.suffixes, new.rows.keys, strict=True) if kept.get(suffix, key) != key}
    known = dict(zip(old.instances(), base.values, strict=False))
    values: list[Any] = [known.get(oid) for oid in new.heads]
    for strip in new.strips():
        rows = strip.row_numbers()
        for row, oid in zip(rows, strip.instances(new.suffixes), strict=True):
            values.append(None if new.suffixes[row] in gone else known.get(oid))
    return replace(base, values=[*values, None], counters_clean=False)
