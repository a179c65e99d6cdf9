"""The last day of alerts as a band: how many stood in each half hour, and how grave the gravest was.

A quiet room. May import: netwatch.model. Called by: last_day, strips.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Final

from netwatch.model import Alert, Grade, Severities

DAY: Final = timedelta(hours=24)
SLOT: Final = timedelta(minutes=30)
SLOTS: Final = DAY // SLOT
HEIGHT: Final = 36
_GRAVEST: Final[dict[Grade, int]] = {"critical": 2, "warning": 1, "info": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Half an hour. count: alerts that stood at any moment of it. grade: that of the gravest, None where none did.

    height: how tall it is drawn, of `HEIGHT`; by the root of the count, so that one alert shows beside a thousand.
    """

    begins: datetime
    count: int = 0
    grade: Grade | None = None
    height: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The slots, the oldest first; `began` how many alerts began in them, `words` what the band shows."""

    slots: tuple[Slot, ...]
    began: int
    words: str


def band_of(alerts: Iterable[Alert], severities: Severities, now: datetime) -> Band:
    """Return the band of the alerts that fired within the last day, those that are over among them."""
    since = now - DAY
    counts = [0] * SLOTS
    grades: list[Grade | None] = [None] * SLOTS
    began = 0
    for alert in alerts:
        if (there := slots_of(alert, now)) is None:
            continue
        began += alert.firing_at is not None and alert.firing_at > since
        grade = severities.grade(alert.severity)
        for place in there:
            counts[place] += 1
            grades[place] = graver(grades[place], grade)
    most = max(counts)
    slots = tuple(
        Slot(
            begins=since + place * SLOT, count=count, grade=grades[place],
            height=round(max(4.0, HEIGHT * (count / most) ** 0.5), 1) if count else 0.0,
        )
        for place, count in enumerate(counts)
    )  # fmt: skip
    return Band(slots=slots, began=began, words=_words(slots, began))


def slots_of(alert: Alert, now: datetime) -> range | None:
    """Return in which slots of the last day an alert fired; None where it did not."""
    since = now - DAY
    if alert.firing_at is None or alert.firing_at > now:
        return None
    ended = alert.resolved_at or now
    if ended <= since:
        return None
    first = max(0, floor((alert.firing_at - since) / SLOT))
    return range(first, min(SLOTS - 1, floor((ended - since) / SLOT)) + 1)


def graver(one: Grade | None, other: Grade) -> Grade:
    """Return the graver of two; None is nothing."""
    return other if one is None or _GRAVEST[other] > _GRAVEST[one] else one


def _words(slots: tuple[Slot, ...], began: int) -> str:
    worst = max(slots, key=lambda slot: slot.count)
    if not worst.count:
        return "no alert fired in the last 24 hours"
    quiet = sum(not slot.count for slot in slots)
    told = f"{began:,} began in the last 24 hours; at most {worst.count:,} stood, from {worst.begins:%H:%M} UTC on"
    return f"{told}; {quiet * SLOT / timedelta(hours=1):g} h without any" if quiet else told
