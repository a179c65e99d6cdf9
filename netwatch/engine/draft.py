"""A transaction being filled, and the lines of the event log in it.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from netwatch.model import Alert, AlertGroup, Event, Memory, OutboxEntry, Transaction, TrapEvent


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

    def finished(self) -> Transaction:
        """Return the transaction; false where there is nothing to write."""
        return Transaction(
            alerts=tuple(self.alerts.values()),
            groups=tuple(self.groups.values()),
            closed_groups=tuple(self.closed_groups),
            entries=tuple(self.entries),
            events=tuple(self.events),
            memories=tuple(self.memories),
            traps=tuple(self.traps),
        )


def event_of(alert: Alert, text: str, at: datetime, kind: str = "alert") -> Event:
    """Return a line of the event log about an alert."""
    key = alert.key
    return Event(
        at=at, kind=kind, text=text, device=key.device, rule=key.rule, instance=key.instance, alert_id=alert.id
    )
