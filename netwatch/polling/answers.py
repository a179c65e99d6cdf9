"""Looks at the answers to a plan once, before anything is made of them.

A quiet room: no clock, no socket. May import: netwatch.model, netwatch.frozen. Called by: netwatch.polling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite
from typing import Any

from netwatch.compiled import is_usable
from netwatch.compiled.column_twins import first_odd, packed
from netwatch.frozen import quick
from netwatch.model import ColumnKind, Missing, Value, what_was_given
from netwatch.polling.layout import Layout

IS_COMPILED = is_usable()
"""Whether one look in C tells that all are integers; in Python a set of their types is quicker."""
_INTEGERS: AbstractSet[type] = {int}
_NUMBERS = {int, float}
_DECIMAL = re.compile(rb"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?")


NOTHING_GIVEN = "the device gave no value (NULL), or an answer that cannot be read"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The values of one plan, in its order; a block of numbers (`packed`) where all are numbers.

    counters_clean: every counter is an integer, so that whole columns may be computed at once.
    gaps: an instance that should be there is not, or holds something else than the profile says.
    refused: positions of instances the device did not have although discovery saw them.
    oddities: position -> why there is no value, where the device did answer something.
    names: the labels of the rows as they came, in the layout's order.
    """

    values: Sequence[Any]
    at: datetime
    arrived: float
    ticks: int | None
    counters_clean: bool = True
    gaps: bool = False
    refused: Sequence[int] = ()
    oddities: Mapping[int, str] = field(default_factory=dict)
    names: Sequence[Any] = ()


def examine(layout: Layout, values: list[Value], at: datetime, arrived: float) -> Answer:
    """Look at the answers of a plan once; what cannot be what the profile says becomes None.

    Takes the list over.
    """
    ticks = values[0] if isinstance(values[0], int) else None
    names = values[layout.labels_at :]
    del values[layout.labels_at :]
    kinds = _INTEGERS if IS_COMPILED and first_odd(values) < 0 else set(map(type, values))
    lacks = Missing in kinds or Missing in set(map(type, names))
    refused = _missing([*values, *names], len(layout.heads)) if lacks else ()
    if kinds == _INTEGERS:
        return Answer(values=packed(values), at=at, arrived=arrived, ticks=ticks, refused=refused, names=names)
    oddities: dict[int, str] = {}
    clean = _clean(layout, values, oddities)
    gaps = None in values[layout.numbers_at :]
    if gaps:
        for place in range(layout.numbers_at, len(values)):
            if values[place] is None:
                oddities.setdefault(place, NOTHING_GIVEN)
    return Answer(
        values=values,
        at=at,
        arrived=arrived,
        ticks=ticks,
        counters_clean=clean,
        gaps=gaps,
        refused=refused,
        oddities=oddities,
        names=names,
    )


def _missing(values: list[Any], first: int) -> list[int]:
    return [place for place in range(first, len(values)) if isinstance(values[place], Missing)]


def _clean(layout: Layout, values: list[Any], oddities: dict[int, str]) -> bool:
    """Make values that cannot be used None and note why; return whether every counter could be used."""
    first, middle, last = layout.numbers_at, layout.gauges_at, layout.texts_at
    clean = set(map(type, values[first:middle])) <= _INTEGERS
    if not clean:
        _replace(values, first, middle, _integer, oddities)
    if not set(map(type, values[middle:last])) <= _NUMBERS:
        _replace(values, middle, last, _number, oddities)
    if last < len(values):
        _replace(values, last, len(values), _given, oddities)
    return clean


def _replace(
    values: list[Any], first: int, last: int, used: Callable[[Value], Any], oddities: dict[int, str]
) -> None:
    for place in range(first, last):
        given = values[place]
        value = values[place] = used(given)
        if value is None and given is not None:
            oddities[place] = what_was_given(given, "count" if used is _integer else "number")


def usable(kind: ColumnKind, value: Value) -> Value:
    """Return one value of a column of this kind, None where it cannot be one."""
    return _given(value) if kind is ColumnKind.TEXT else _number(value)


def _given(value: Value) -> Value:
    return None if isinstance(value, Missing) else value


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _number(value: Value) -> int | float | None:
    """Return a number; agents give load averages and the like as text.

    Plain decimal text is a number. What has a unit, a comma or a word beside it is not: nobody said what it means.
    """
    if isinstance(value, int | float):
        return value
    if isinstance(value, bytes) and _DECIMAL.fullmatch(value.strip(b"\0 \t\r\n")):
        number = float(value.strip(b"\0 \t\r\n"))
        return number if isfinite(number) else None
    return None


def carried(base: Answer, old: Layout, new: Layout) -> Answer:
    """Return the old answer in the order of a new layout; a row whose key changed begins anew."""
    kept = dict(zip(old.suffixes, old.rows.keys, strict=True))
    gone = {suffix for suffix, key in zip(new.suffixes, new.rows.keys, strict=True) if kept.get(suffix, key) != key}
    known = dict(zip(old.instances(), base.values, strict=False))
    values: list[Any] = [known.get(oid) for oid in new.heads]
    for strip in new.value_strips():
        rows = strip.row_numbers()
        for row, oid in zip(rows, strip.instances(new.suffixes), strict=True):
            values.append(None if new.suffixes[row] in gone else known.get(oid))
    return replace(base, values=values, counters_clean=False)
