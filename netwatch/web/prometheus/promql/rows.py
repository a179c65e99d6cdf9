"""A series as expressions have it.

May import: nothing. Called by: netwatch.web.prometheus.promql.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Labels = Mapping[str, str]
Values = Sequence[float | None]
Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One series: its labels, and a value per instant, None where it has none."""

    labels: Labels
    values: Values


def key_of(labels: Labels) -> Key:
    """Return labels so that two that are alike are equal; an empty text is as no label at all."""
    return tuple(sorted((name, text) for name, text in labels.items() if text))
