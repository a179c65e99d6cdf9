"""What the first page answers before anybody scrolls: what is wrong, since when, and who knows of it.

What stands behind a parent that is down is no trouble of its own: it is one line, and the parent stands above it.

A quiet room. May import: netwatch.model, netwatch.web. Called by: first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from netwatch.model import Alert, MuteKind, Muting
from netwatch.web.words import counted

Told = Mapping[str, Sequence[tuple[str, datetime]]]
"""Alert id -> who was told of it and when first."""
Knowing = Literal["in hand", "held back", "told", "nobody yet"]
NAMES: Final = 3
"""So many people or receivers are named, the others counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a parent that is down holds back."""

    parent: str
    alerts: int
    devices: int

    @property
    def words(self) -> str:
        """Return it as a line behind the parent's name."""
        there = "stands" if self.alerts == 1 else "stand"
        return f"{counted(self.alerts, 'alert')} on {counted(self.devices, 'device')} {there} behind it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """own: the alerts that are trouble of their own, the gravest first. behind: what parents hold back.

    since: when the oldest of what fires began, None where nothing does; newest: the youngest.
    knows: how many alerts are in whose hand, told, held back or known to nobody, in words.
    """

    own: tuple[Alert, ...]
    behind: tuple[Behind, ...]
    since: datetime | None
    newest: datetime | None
    knows: tuple[tuple[Knowing, str], ...]


def answers_of(firing: Sequence[Alert], mutings: Mapping[str, Muting], told: Told) -> Answers:
    """Return the answers for the alerts that fire, the gravest first."""
    own = [alert for alert in firing if parent_of(alert, mutings) == ""]
    began = [alert.firing_at or alert.pending_at for alert in firing]
    return Answers(
        own=tuple(own), behind=_behind(firing, mutings), since=min(began, default=None),
        newest=max(began, default=None), knows=tuple(_knows(own, mutings, told)),
    )  # fmt: skip


def parent_of(alert: Alert, mutings: Mapping[str, Muting]) -> str:
    """Return the device that is down and holds an alert back, empty for none."""
    muting = mutings.get(alert.id)
    return muting.by if muting is not None and muting.kind is MuteKind.PARENT else ""


def knowing(alert: Alert, mutings: Mapping[str, Muting], told: Told) -> Knowing:
    """Return who knows of an alert: it is in a hand, held back from people, they were told, or not yet."""
    if alert.acked_at is not None:
        return "in hand"
    if alert.id in mutings:
        return "held back"
    return "told" if told.get(alert.id) else "nobody yet"


def _behind(firing: Iterable[Alert], mutings: Mapping[str, Muting]) -> tuple[Behind, ...]:
    devices: dict[str, Counter[str]] = {}
    for alert in firing:
        if parent := parent_of(alert, mutings):
            devices.setdefault(parent, Counter())[alert.key.device] += 1
    found = [Behind(parent=parent, alerts=those.total(), devices=len(those)) for parent, those in devices.items()]
    return tuple(sorted(found, key=lambda one: (-one.alerts, one.parent)))


def _knows(alerts: Sequence[Alert], mutings: Mapping[str, Muting], told: Told) -> Iterable[tuple[Knowing, str]]:
    ways: dict[Knowing, list[Alert]] = {}
    for alert in alerts:
        ways.setdefault(knowing(alert, mutings, told), []).append(alert)
    order: tuple[Knowing, ...] = ("nobody yet", "in hand", "told", "held back")
    for way in order:
        if way in ways:
            yield way, _named(way, ways[way], mutings, told)


def _named(way: Knowing, alerts: Sequence[Alert], mutings: Mapping[str, Muting], told: Told) -> str:
    names: Counter[str] = Counter()
    for alert in alerts:
        if way == "in hand":
            names[alert.acked_by] += 1
        elif way == "held back":
            names[mutings[alert.id].kind.value] += 1
        elif way == "told":
            names.update(dict(told[alert.id]).keys())
    most = [name for name, _ in names.most_common(NAMES)]
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return f"{counted(len(alerts), 'alert')}{': ' if most else ''}{', '.join(most)}{more}"
