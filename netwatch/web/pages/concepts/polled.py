"""What polling made of a device: what it distrusts and why, what is asked seldom, how old its facts are.

A quiet room. May import: netwatch.model, netwatch.web. Called by: netwatch.web.pages.devices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from netwatch.model import CONCEPTS, TableReading

MOST_REASONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrust:
    """A reason why values are not believed, where they stand, and how many there are."""

    table: str
    columns: tuple[str, ...]
    why: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """facts_at: when the oldest fact was read, None without any. seldom: table, columns few polls ask, when last."""

    distrusts: tuple[Distrust, ...] = ()
    more: int = 0
    facts_at: datetime | None = None
    seldom: tuple[tuple[str, tuple[str, ...], datetime], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to say."""
        return not (self.distrusts or self.facts_at or self.seldom)


def polled_of(readings: Iterable[TableReading]) -> Polled:
    """Return what is to be said of the newest readings; the reason for most values first."""
    found: dict[tuple[str, str], Counter[str]] = {}
    facts, seldom = [], []
    for reading in readings:
        for column, rows in reading.doubts.items():
            for why in rows.values():
                found.setdefault((reading.table, why), Counter())[column] += 1
        if reading.table in CONCEPTS and CONCEPTS[reading.table].is_fact:
            facts.append(reading.at)
        elif reading.aged:
            seldom.append((reading.table, tuple(sorted(reading.aged)), min(reading.aged.values())))
    distrusts = sorted(
        (
            Distrust(table=table, columns=tuple(sorted(columns)), why=why, count=columns.total())
            for (table, why), columns in found.items()
        ),
        key=lambda one: (-one.count, one.table, one.why),
    )
    return Polled(
        distrusts=tuple(distrusts[:MOST_REASONS]), more=max(0, len(distrusts) - MOST_REASONS),
        facts_at=min(facts, default=None), seldom=tuple(sorted(seldom)),
    )  # fmt: skip
