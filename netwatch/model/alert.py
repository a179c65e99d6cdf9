"""An alert, what happened to it, and the group it is mailed in.

May import: nothing. Called by: alerts and engine, which make them; store, notify, web, which keep and show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AlertState(StrEnum):
    """The life of an alert; `inactive` is the state of what has no row."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertKey:
    """What makes an alert the same alert: the rule, the device and the row it is about.

    `instance` is the row's key (`ifName=Gi1/0/7`), empty for what concerns the whole device.
    """

    rule: str
    device: str
    instance: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One problem from its first sign to its end; a new outbreak is a new alert with a new `id`.

    labels:      row labels and the rule's own labels, `severity` among them.
    annotations: the rule's annotations, rendered when the alert last changed state.
    value:       the rule's value at the last change; `threshold` what it was held against, where there is one.
    healthy_since: set while a firing alert's expression is no longer true but keep_firing_for still runs.
    seen_at, trap_count: when the last trap said so, and how many traps did; None and 0 where a reading did.
    """

    id: str
    key: AlertKey
    state: AlertState
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    value: float | str | None = None
    threshold: float | str | None = None
    pending_at: datetime
    firing_at: datetime | None = None
    healthy_since: datetime | None = None
    resolved_at: datetime | None = None
    seen_at: datetime | None = None
    trap_count: int = 0

    @property
    def severity(self) -> str:
        """Return the label `severity`, or `warning` where the rule sets none."""
        return self.labels.get("severity", "warning")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """Alerts mailed together to one receiver: one incident, one thread of mails.

    key:         receiver and group_by labels as one text; `labels` the group_by labels themselves.
    thread_id:   message-id every mail of the incident refers to; `subject` the text that stays the same in it.
    members:     the ids of alerts in the group; told: alert id -> the state last mailed ("firing", "resolved").
    opened_at:   when its first alert fired; flushed_at: when a mail was last put in the outbox.
    sent:        how many notifications the incident has had.
    """

    key: str
    receiver: str
    labels: Mapping[str, str]
    thread_id: str
    opened_at: datetime
    subject: str = ""
    members: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    flushed_at: datetime | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What one mail has to say: the alerts of a group that fire and those that ended since it was last told.

    `repeat` is true when nothing changed and repeat_interval is over. `sequence` counts from 1 in the incident.
    """

    group: AlertGroup
    at: datetime
    firing: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    sequence: int
    repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the event log: what was decided, and why, in words.

    kind is from a small known set: `alert`, `notify`, `delivery`, `device`, `set`, `netwatch`.
    """

    at: datetime
    kind: str
    text: str
    device: str = ""
    rule: str = ""
    instance: str = ""
    alert_id: str = ""
