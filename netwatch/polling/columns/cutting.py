"""How columns are cut out of the flat list of answers; like layouts of thousands of devices share one way to do it.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: layout, readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakValueDictionary

from netwatch.compiled.column_twins import packed
from netwatch.model import Column
from netwatch.polling.columns.strips import CounterStrip, Filling, NumberStrip
from netwatch.profiles import edited

_Parts = tuple[tuple[CounterStrip, ...], tuple[NumberStrip, ...], tuple[NumberStrip, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Cutting:
    """The strips of a layout's values, and what follows from them.

    template: every column in order, with what a column has in whose rows the device has nothing.
    slices: name, begin and end of columns that stand in the list as they are. others: those that take more.
    """

    counters: tuple[CounterStrip, ...]
    numbers: tuple[NumberStrip, ...]
    texts: tuple[NumberStrip, ...]
    template: dict[str, Column]
    slices: tuple[tuple[str, int, int], ...]
    others: tuple[tuple[Filling, int, int], ...]

    def columns(self, values: Sequence[Any]) -> dict[str, Column]:
        """Return the columns, packed where they are numbers alone."""
        found = self.template.copy()
        if type(values) is list:
            for name, start, stop in self.slices:
                found[name] = packed(values[start:stop])
        else:
            for name, start, stop in self.slices:
                found[name] = values[start:stop]
        for filling, start, stop in self.others:
            found[filling.name] = _filled(filling, values, start, stop)
        return found


_known: Final[WeakValueDictionary[_Parts, Cutting]] = WeakValueDictionary()
"""What layouts there are use; what none does any more is forgotten."""


def cutting_of(
    counters: tuple[CounterStrip, ...], numbers: tuple[NumberStrip, ...], texts: tuple[NumberStrip, ...]
) -> Cutting:
    """Return how the columns of these strips are cut: the very same for equal strips."""
    known = _known.get((counters, numbers, texts))
    if known is None:
        known = _known[counters, numbers, texts] = _made(counters, numbers, texts)
    return known


def _made(
    counters: tuple[CounterStrip, ...], numbers: tuple[NumberStrip, ...], texts: tuple[NumberStrip, ...]
) -> Cutting:
    template: dict[str, Column] = {}
    slices: list[tuple[str, int, int]] = []
    others: list[tuple[Filling, int, int]] = []
    parts = [(part.strip, part.filling) for part in (*numbers, *texts)]
    parts += [(counter.strip, filling) for counter in counters for filling in counter.fillings]
    for strip, filling in parts:
        template[filling.name] = ()
        if filling.picks is not None and set(filling.picks) == {-1} and filling.edit is None:
            template[filling.name] = [None] * len(filling.picks)
        elif filling.picks is None and filling.edit is None and filling.scale == 1.0:
            slices.append((filling.name, strip.start, strip.stop))
        else:
            others.append((filling, strip.start, strip.stop))
    return Cutting(
        counters=counters, numbers=numbers, texts=texts, template=template, slices=tuple(slices), others=tuple(others)
    )


def _filled(filling: Filling, values: Sequence[Any], start: int, stop: int) -> Column:
    column: Sequence[Any] = values[start:stop]
    if filling.picks is not None:
        column = [values[n] if n >= 0 else None for n in filling.picks]
    if filling.edit is not None:
        column = [edited(filling.edit, value) for value in column]
    return packed(column) if filling.scale == 1.0 else scaled(column, filling.scale)


def scaled(column: Sequence[Any], scale: float) -> Sequence[Any]:
    """Return the numbers of a column times `scale`."""
    return packed([value * scale if isinstance(value, int | float) else value for value in column])
