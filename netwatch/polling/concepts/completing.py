"""What follows of what a concept's tables say: shares, the device's own processor load, who the device is.

A quiet room: values in, values out. May import: netwatch.model. Called by: concept_reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from netwatch.model import Column, RowSet

DEVICE, MODULE, CORE = "device", "module", "core"
Columns = dict[str, Column]


def with_shares(columns: Columns, used: str, size: str, ratio: str) -> Columns:
    """Fill in of used, size and share what two of them say; a share is not above 1 by more than rounding does."""
    present = [name for name in (used, size, ratio) if name in columns]
    if len(present) < 2:
        return columns
    count = len(columns[present[0]])
    rows = [
        _share(*row)
        for row in zip(*(columns.get(name, (None,) * count) for name in (used, size, ratio)), strict=True)
    ]
    filled = zip(*rows, strict=True) if rows else ((), (), ())
    return {**columns, **dict(zip((used, size, ratio), map(tuple, filled), strict=True))}


def _share(used: Any, size: Any, ratio: Any) -> tuple[Any, Any, Any]:
    if ratio is None and used is not None and size:
        ratio = used / size
    elif used is None and ratio is not None and size is not None:
        used = ratio * size
    elif size is None and used is not None and ratio:
        size = used / ratio
    return used, size, ratio


def taken_off(
    used: Sequence[Any], sizes: Sequence[Any], caches: Sequence[Any], cache_sizes: Sequence[Any] = ()
) -> list[Any]:
    """Return used bytes per pool, less what is cache in one of them; never less than nothing.

    The caches are in the pool that a cache is told to be as large as, since swap may be larger; else in the largest.
    """
    found = list(used)
    known = [row for row, size in enumerate(sizes) if isinstance(size, int | float)]
    numbers = [cache for cache in caches if isinstance(cache, int | float)]
    if known and numbers:
        alike = [row for row in known if sizes[row] in cache_sizes]
        holder = max(alike or known, key=lambda row: sizes[row])
        total = sum(numbers)
        if found[holder] is not None and total <= found[holder]:
            found[holder] -= total
    return found


def with_device_row(rows: RowSet) -> RowSet:
    """Return the rows of `cpu` with exactly one of scope `device`: the first that says so, or one more."""
    scopes = list(rows.labels["scope"])
    first = next((row for row, scope in enumerate(scopes) if scope == DEVICE), None)
    if first is None:
        labels = {**rows.labels, "cpu": ("all", *rows.labels["cpu"]), "scope": (DEVICE, *scopes)}
        return replace(rows, index=("all", *rows.index), keys=("cpu=all", *rows.keys), labels=labels)
    if scopes.count(DEVICE) == 1:
        return rows
    others = tuple(MODULE if scope == DEVICE and row != first else scope for row, scope in enumerate(scopes))
    return replace(rows, labels={**rows.labels, "scope": others})


def device_load(scopes: Sequence[str], loads: Sequence[Any]) -> float | None:
    """Return the load of the device: the mean of its cores, else that of its busiest module, None where none is."""
    known = [(scope, load) for scope, load in zip(scopes, loads, strict=True) if load is not None]
    cores = [load for scope, load in known if scope == CORE]
    if cores:
        return float(sum(cores) / len(cores))
    return max((float(load) for _, load in known), default=None)


def one_identity(labels: Mapping[str, Sequence[str]], ranks: Sequence[int]) -> dict[str, str]:
    """Return for each label the text that is not empty of the row with the highest rank, of equals the first."""
    order = sorted(range(len(ranks)), key=lambda row: -ranks[row])
    return {name: next((texts[row] for row in order if texts[row]), "") for name, texts in labels.items()}


SHARES: Final[Mapping[str, tuple[str, str, str]]] = {
    "memory": ("memory_used_bytes", "memory_size_bytes", "memory_used_ratio"),
    "storage": ("storage_used_bytes", "storage_size_bytes", "storage_used_ratio"),
    "pool": ("pool_used", "pool_size", "pool_used_ratio"),
}
"""By concept: used, size, share."""
