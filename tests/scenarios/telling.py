"""Stories of alerts that can be told to NetWatch's engine, on a virtual clock, and to others, in real time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from netwatch.alerts import Policy, RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import SCALARS, ColumnKind, Composition, Memory, Notification, Silence, TableReading, TableSchema
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
STEP_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One alert that fires from one second to another, None for ever; two of one name are one that came back."""

    name: str
    start: float
    end: float | None = None
    device: str = "d1"
    severity: str = "warning"

    def labels(self, story: str) -> dict[str, str]:
        return {
            "alertname": alertname(story, self.name),
            "device": self.device,
            "severity": self.severity,
            "story": story,
        }

    def fires_at(self, second: float) -> bool:
        return self.start <= second and (self.end is None or second < self.end)


def alertname(story: str, name: str) -> str:
    """Return what a rule is called: each name is there once."""
    return f"{name}_in_{story}"


def short(name: str) -> str:
    """Return what the story calls an alert."""
    return name.partition("_in_")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """A silence of one alert from one second to another."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Troubles that one route tells of; `route` is what differs from the root of the tree."""

    name: str
    troubles: Sequence[Trouble]
    hushes: Sequence[Hush] = ()
    route: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One notification: when, of which group, and the names of what fires and what is over."""

    second: float
    group: str
    firing: frozenset[str]
    resolved: frozenset[str]

    def __str__(self) -> str:
        firing, resolved = ("+".join(sorted(names)) or "-" for names in (self.firing, self.resolved))
        return f"{self.second:5.1f} s {self.group}: firing {firing}, over {resolved}"


class Recorder:
    """A mailer that writes down what it is to tell."""

    def __init__(self) -> None:
        self.told: list[Notification] = []

    def restore(self, memories: Sequence[Memory]) -> None:
        pass

    def send_resolved(self, receiver: str) -> bool:
        return True

    def compose(self, notification: Notification) -> Composition:
        self.told.append(notification)
        return Composition()

    def next_digest_at(self) -> datetime | None:
        return None

    def digests_due(self, now: datetime) -> Composition:
        return Composition()


async def told_by_netwatch(
    stories: Sequence[Story], route: Mapping[str, Any], policy: Policy, seconds: float
) -> dict[str, list[Telling]]:
    """Return what NetWatch tells of each story."""
    now, ids, recorder, store = [BEGIN], count(1), Recorder(), MemoryStore()
    alerts = list(
        {(story.name, trouble.name): (story, trouble) for story in stories for trouble in story.troubles}.values()
    )
    tables = [
        TableSchema(name=f"t{number}", columns={f"c{number}": ColumnKind.GAUGE}) for number in range(len(alerts))
    ]
    rules = "rules:\n" + "".join(
        f"  - {{alert: {alertname(story.name, trouble.name)}, expr: c{number} == 1, "
        f"labels: {{severity: {trouble.severity}, story: {story.name}}}}}\n"
        for number, (story, trouble) in enumerate(alerts)
    )
    engine = Engine(
        rules=parse_rules(rules, "rules.yaml", {table.name: table for table in tables}),
        route=build_route(RouteSettings.model_validate(route)),
        device_labels={trouble.device: {} for _, trouble in alerts},
        ledger=store,
        mailer=recorder,
        policy=policy,
        clock=lambda: now[0],
        new_id=lambda: f"id-{next(ids)}",
    )
    await store.start()
    await engine.start()
    for story in stories:
        for hush in story.hushes:
            engine.put_silence(_silence(story, hush, f"silence-{next(ids)}"))
    for tick in range(round(seconds / STEP_SECONDS)):
        second = tick * STEP_SECONDS
        now[0] = BEGIN + timedelta(seconds=second)
        for number, (story, trouble) in enumerate(alerts):
            same = (one for one in story.troubles if one.name == trouble.name)
            columns = {f"c{number}": [int(any(one.fires_at(second + STEP_SECONDS / 10) for one in same))]}
            engine.take_reading(
                TableReading(device=trouble.device, table=f"t{number}", at=now[0], rows=SCALARS, columns=columns)
            )
        while (due := engine.flush_due(now[0])) is not None and due <= now[0]:
            pass
    await engine.stop()
    return {
        story.name: [_telling(one) for one in recorder.told if one.group.receiver == story.name] for story in stories
    }


def _silence(story: Story, hush: Hush, silence_id: str) -> Silence:
    return Silence(
        id=silence_id, matchers=(f'story="{story.name}"', f'alertname="{alertname(story.name, hush.name)}"'),
        starts_at=BEGIN + timedelta(seconds=hush.start), ends_at=BEGIN + timedelta(seconds=hush.end),
        created_by="test", comment="a test", updated_at=BEGIN,
    )  # fmt: skip


def _telling(notification: Notification) -> Telling:
    return Telling(
        second=(notification.at - BEGIN).total_seconds(),
        group=group_name(notification.group.labels),
        firing=frozenset(short(alert.key.rule) for alert in notification.firing),
        resolved=frozenset(short(alert.key.rule) for alert in notification.resolved),
    )


def group_name(labels: Mapping[str, str]) -> str:
    """Return a group's labels as one text, the same whoever grouped."""
    return ",".join(short(text) for name, text in sorted(labels.items()) if name != "story")


def differences(ours: Sequence[Telling], theirs: Sequence[Telling], tolerance_seconds: float) -> list[str]:
    """Return what two tell differently; times count as equal within the tolerance."""
    ours, theirs = sorted(ours, key=_order), sorted(theirs, key=_order)
    same = len(ours) == len(theirs) and all(
        replace(one, second=0.0) == replace(other, second=0.0) and abs(one.second - other.second) <= tolerance_seconds
        for one, other in zip(ours, theirs, strict=True)
    )
    return [] if same else [*(f"we tell {one}" for one in ours), *(f"they tell {one}" for one in theirs)]


def _order(telling: Telling) -> tuple[str, float]:
    return telling.group, telling.second
