"""Takes out shares that cannot be: less than nothing, or many times the whole, as agents say when they do not know.

4294967295 % busy, a disk of -1 blocks and memory that is used a thousandfold are no news about a device; rules would
raise alerts of them. Rounding may bring a share a little above the whole, which is then the whole.
A quiet room: values in, values out. May import: netwatch.model. Called by: concept_reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from netwatch.model import Column

MOST: Final[Mapping[str, float]] = {
    "cpu_busy_ratio": 1.1,
    "memory_used_ratio": 1.1,
    "storage_used_ratio": 1.1,
    "supply_level_ratio": 1.1,
    "pool_used_ratio": 1000.0,
}
"""What a share may be; pools may be oversubscribed, the others not."""
AMOUNTS: Final = frozenset(
    {"memory_used_bytes", "memory_size_bytes", "storage_used_bytes", "storage_size_bytes", "pool_used", "pool_size"}
)
ROUNDED_TO: Final = 1.1
"""A share that may not be above this is at most 1."""


def with_believed_shares(columns: Mapping[str, Column]) -> tuple[dict[str, Column], dict[str, dict[int, str]]]:
    """Return columns without amounts below 0 and shares that cannot be, and by column and row why they miss."""
    found: dict[str, Column] = dict(columns)
    doubts: dict[str, dict[int, str]] = {}
    for name, column in columns.items():
        most = MOST.get(name)
        if most is None and name not in AMOUNTS:
            continue
        odd = {row: why for row, value in enumerate(column) if value is not None and (why := _doubt(value, most))}
        if odd:
            doubts[name] = odd
        if odd or most == ROUNDED_TO:
            found[name] = [None if row in odd else _cut(value, most) for row, value in enumerate(column)]
    return found, doubts


def _doubt(value: Any, most: float | None) -> str:
    if value < 0:
        return f"{value:g} is less than nothing"
    if most is not None and value > most:
        return f"{value:.0%} is more than there can be"
    return ""


def _cut(value: Any, most: float | None) -> Any:
    return 1.0 if most == ROUNDED_TO and value is not None and value > 1 else value
