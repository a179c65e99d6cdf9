"""Takes limits from sensors that cannot be meant, so that neither rules nor gauges believe them.

A quiet room: values in, values out. May import: netwatch.model. Called by: concept_reader.
"""

from __future__ import annotations

from typing import Any, Final

from netwatch.model import Column

LIMIT_PAIRS: Final = (
    ("sensor_low_critical", "sensor_high_critical"),
    ("sensor_low_warning", "sensor_high_warning"),
)


def with_sane_limits(columns: dict[str, Column]) -> dict[str, Column]:
    """Return the columns of sensors without limits that cannot be meant: a pair with low not below high.

    Nor is a limit of 0 that has no counterpart: agents fill in 0 for what they do not know. Columns
    without limits are the same object.
    """
    found = columns
    for low, high in LIMIT_PAIRS:
        lows, highs = columns.get(low), columns.get(high)
        known = lows if lows is not None else highs
        if known is None:
            continue
        nothing = (None,) * len(known)
        pairs = [_sane(*pair) for pair in zip(lows or nothing, highs or nothing, strict=True)]
        if lows is not None:
            found = {**found, low: [pair[0] for pair in pairs]}
        if highs is not None:
            found = {**found, high: [pair[1] for pair in pairs]}
    return found


def _sane(low: Any, high: Any) -> tuple[Any, Any]:
    if low is None or high is None:
        return low or None, high or None
    return (low, high) if low < high else (None, None)
