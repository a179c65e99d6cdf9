"""Limits that stand in a table of their own, one row per limit: brought beside the rows they are the limits of.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from netwatch.model import TableReading, Value
from netwatch.polling.concepts.joined import PLACEHOLDERS, Enums, texts_of
from netwatch.profiles import THRESHOLDS, Named, Thresholds, WordMap


def with_thresholds(
    reading: TableReading, thresholds: Thresholds, limits: TableReading | None, enums: Enums
) -> TableReading:
    """Return a reading with the columns `threshold_high_critical` and so on, unknown where a row has no such limit.

    Of several limits of one kind the one that is reached first counts.
    """
    found = _found(thresholds, limits, enums) if limits is not None else {}
    columns = {name: tuple(found.get((index, name)) for index in reading.rows.index) for name in THRESHOLDS}
    return replace(reading, columns={**reading.columns, **columns})


def _words(limits: TableReading, words: WordMap, enums: Enums) -> Sequence[str]:
    if not isinstance(words.source, Named):
        return ()
    return texts_of(limits, words.source.name, enums.get(words.source.name))


def _found(thresholds: Thresholds, limits: TableReading, enums: Enums) -> Mapping[tuple[str, str], Value]:
    level, side = thresholds.level, thresholds.side
    levels, sides = _words(limits, level, enums), _words(limits, side, enums)
    values = limits.columns.get(thresholds.value, ())
    found: dict[tuple[str, str], Value] = {}
    for index, a_level, a_side, value in zip(limits.rows.index, levels, sides, values, strict=False):
        weight, direction = level.words.get(a_level), side.words.get(a_side)
        if weight is None or direction is None or not isinstance(value, int | float) or value in PLACEHOLDERS:
            continue
        key = index.rpartition(".")[0], f"threshold_{direction}_{weight}"
        known = found.get(key)
        nearer = max if direction == "low" else min
        found[key] = nearer(known, value) if isinstance(known, int | float) else value
    return found
