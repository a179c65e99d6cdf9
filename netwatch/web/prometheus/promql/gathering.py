"""Aggregations: sum, avg, min, max, count by labels; topk and bottomk.

A quiet room. May import: nodes, rows. Called by: evaluate.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from heapq import nlargest
from math import isnan
from typing import Final

from netwatch.web.prometheus.promql.nodes import NAME
from netwatch.web.prometheus.promql.rows import Key, Labels, Row, key_of


def gathered(
    rows: Sequence[Row], how: str, labels: Collection[str], *, without: bool = False, count: int = 0
) -> list[Row]:
    """Return one series per group, or of topk and bottomk those that are chosen, instant by instant."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key_of(_kept(row.labels, labels, without=without)), []).append(row)
    if how in ("topk", "bottomk"):
        return [one for some in groups.values() for one in _chosen(some, count, largest=how == "topk")]
    work = _GATHERING[how]
    return [Row(dict(key), _worked(some, work)) for key, some in groups.items()]


def _kept(labels: Labels, named: Collection[str], *, without: bool) -> Labels:
    if without:
        return {name: text for name, text in labels.items() if name not in named and name != NAME}
    return {name: labels[name] for name in named if name in labels}


def _worked(rows: Sequence[Row], work: Callable[[list[float]], float]) -> list[float | None]:
    found: list[float | None] = []
    for values in zip(*(row.values for row in rows), strict=True):
        known = [value for value in values if value is not None]
        found.append(work(known) if known else None)
    return found


def _chosen(rows: Sequence[Row], count: int, *, largest: bool) -> list[Row]:
    kept: list[list[float | None]] = [[None] * len(row.values) for row in rows]
    for place, values in enumerate(zip(*(row.values for row in rows), strict=True)):
        known = [(_rank(value, largest=largest), -number, value) for number, value in enumerate(values)
                 if value is not None]  # fmt: skip
        for _, number, value in nlargest(count, known):
            kept[-number][place] = value
    chosen = [Row(row.labels, values) for row, values in zip(rows, kept, strict=True)]
    return [row for row in chosen if any(value is not None for value in row.values)]


def _rank(value: float, *, largest: bool) -> tuple[bool, float]:
    """Return a rank; what is no number comes last either way."""
    if isnan(value):
        return False, 0.0
    return True, value if largest else -value


_GATHERING: Final[Mapping[str, Callable[[list[float]], float]]] = {
    "sum": sum, "avg": lambda values: sum(values) / len(values), "count": len,
    "min": lambda values: min((one for one in values if not isnan(one)), default=values[0]),
    "max": lambda values: max((one for one in values if not isnan(one)), default=values[0]),
}  # fmt: skip
