"""A transaction being filled, and the lines of the event log in it.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from netwatch.model import (
    Alert,
    AlertGroup,
    Composition,
    Event,
    Memory,
    OutboxEntry,
    Silence,
    Supersession,
    Transaction,
    TrapEvent,
)


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is to be written together; of an alert or a group the last version counts."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    groups: dict[str, AlertGroup] = field(default_factory=dict)
    closed_groups: list[str] = field(default_factory=list)
    entries: list[OutboxEntry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    traps: list[TrapEvent] = field(default_factory=list)
    silences: dict[str, Silence] = field(default_factory=dict)
    supersessions: list[Supersession] = field(default_factory=list)
    returned: list[OutboxEntry] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Return whether there is something to write; most readings change nothing, and are asked here first."""
        return bool(
            self.memories or self.events or self.alerts or self.groups or self.closed_groups or self.entries
            or self.traps or self.silences or self.returned
        )  # fmt: skip

    def add(self, composition: Composition) -> None:
        """Take in what the mailer wrote."""
        self.entries.extend(composition.entries)
        self.supersessions.extend(composition.supersessions)
        self.memories.extend(composition.memories)
        self.events.extend(composition.events)
        self.returned.extend(composition.returned)

    def finished(self) -> Transaction:
        """Return the transaction."""
        return Transaction(
            alerts=tuple(self.alerts.values()),
            groups=tuple(self.groups.values()),
            closed_groups=tuple(self.closed_groups),
            entries=tuple(self.entries),
            events=tuple(self.events),
            memories=tuple(self.memories),
            traps=tuple(self.traps),
            silences=tuple(self.silences.values()),
            supersessions=tuple(self.supersessions),
            returned=tuple(self.returned),
        )


def event_of(
    alert: Alert, text: str, at: datetime, kind: str = "alert", details: Mapping[str, str] = MappingProxyType({})
) -> Event:
    """Return a line of the event log about an alert."""
    key = alert.key
    return Event(
        at=at, kind=kind, text=text, device=key.device, rule=key.rule, instance=key.instance, alert_id=alert.id,
        details=details,
    )  # fmt: skip
