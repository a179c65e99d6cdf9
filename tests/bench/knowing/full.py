"""Whether a device is known in full: vendor and model, a processor, memory, and a sensor or the state of a part."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.knowing.polled import Polled
from tests.bench.knowing.verdicts import RIGHT, Verdict

NEEDED: Sequence[tuple[str, ...]] = (("model",), ("processors",), ("memory",), ("sensors", "states"))
"""Figures, of each group of which one row is enough."""
CONCEPTS: Sequence[tuple[str, ...]] = (("cpu",), ("memory",), ("sensor", "hardware"))


def is_expected(verdicts: Sequence[Verdict]) -> bool:
    """Return whether somebody knows enough of the device that it could be known in full."""
    return _has_each({verdict.figure for verdict in verdicts})


def is_full(verdicts: Sequence[Verdict], polled: Polled) -> bool:
    """Return whether what is said of the device is right in each of the groups, and its vendor is said."""
    return _has_each({verdict.figure for verdict in verdicts if verdict.outcome == RIGHT}) and _says(polled, "vendor")


def looks_full(polled: Polled) -> bool:
    """Return whether something is said in each of the groups, be it right or not."""
    rows = all(any(polled.of(name) for name in names) for names in CONCEPTS)
    return rows and _says(polled, "vendor") and _says(polled, "model")


def _has_each(figures: set[str]) -> bool:
    return all(figures.intersection(group) for group in NEEDED)


def _says(polled: Polled, label: str) -> bool:
    return any(row.text(label) for row in polled.of("identity"))
