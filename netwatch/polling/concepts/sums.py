"""Sums over the rows of another table that stand below a row: the prefixes of a peer, one row per address family.

A row of the same index is one of them: a number that stands beside, as a value's digits, is known by its own name.

A quiet room. May import: netwatch.model. Called by: source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from netwatch.model import TableReading
from netwatch.polling.concepts.joined import Readings

PARTS_BELOW: Final = 4
"""So many parts an index may have behind that of the row above."""


def with_sums(reading: TableReading, sums: Mapping[str, str], readings: Readings) -> TableReading:
    """Return a reading with the sums as columns, unknown where no row is below; `sums` is column -> its table."""
    columns = {name: _summed(reading.rows.index, name, readings.get(table)) for name, table in sums.items()}
    return replace(reading, columns={**reading.columns, **columns})


def _summed(above: Sequence[str], name: str, below: TableReading | None) -> Sequence[float | None]:
    values = below.columns.get(name) if below is not None else None
    if below is None or values is None:
        return (None,) * len(above)
    found: dict[str, float | None] = dict.fromkeys(above)
    for index, value in zip(below.rows.index, values, strict=True):
        if not isinstance(value, int | float):
            continue
        for _ in range(PARTS_BELOW + 1):
            if index in found:
                found[index] = (found[index] or 0) + value
                break
            index = index.rpartition(".")[0]
    return [found[index] for index in above]
