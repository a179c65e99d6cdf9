"""An alert, what happened to it, and the group it is mailed in.

May import: nothing. Called by: alerts and engine, which make them; store, notify, web, which keep and show them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AlertState(StrEnum):
    """The life of an alert; `inactive` is the state of what has no row."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    GONE = "gone"
    RESOLVED = "resolved"


ENDED = "ended"
"""The annotation that says how an alert ended of which nobody saw that it is well."""
STANDING = frozenset((AlertState.FIRING, AlertState.GONE))
"""People are to know of it. What is gone vanished while it fired: nobody saw it well."""
ALIVE = frozenset((AlertState.PENDING, *STANDING))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertKey:
    """What makes an alert the same alert: the rule, the device and the row it is about.

    `rule` is the rule's name; where several have one name, with the labels that tell them apart behind it
    (`CpuHigh{severity="critical"}`). `instance` is the row's key (`ifName=Gi1/0/7`), empty for what concerns the
    whole device.
    """

    rule: str
    device: str
    instance: str = ""

    @property
    def alertname(self) -> str:
        """Return the name people gave the rule; rules that share one are told apart by labels behind it."""
        return self.rule.partition("{")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One problem from its first sign to its end; a new outbreak is a new alert with a new `id`.

    labels:      row labels and the rule's own labels, `severity` among them.
    annotations: the rule's annotations, rendered when the alert last changed state.
    value:       the rule's value at the last change; `threshold` what it was held against, where there is one.
    healthy_since: set while a firing alert's expression is no longer true but keep_firing_for still runs.
    gone_at:     since when what it is about is no longer there, None where it is or nobody knows; an alert that ended
                 keeps it where nobody saw it well.
    seen_at, trap_count: when the last trap said so, and how many traps did; None and 0 where a reading did.
    acked_at, acked_by, ack_comment: who took it in hand; an acknowledged alert is not repeated and not escalated.
    flapping: it came and went so often that its end is held back until it has been calm (see alerts/flapping.py).
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
    gone_at: datetime | None = None
    resolved_at: datetime | None = None
    seen_at: datetime | None = None
    trap_count: int = 0
    acked_at: datetime | None = None
    acked_by: str = ""
    ack_comment: str = ""
    flapping: bool = False

    @property
    def severity(self) -> str:
        """Return the label `severity`, or `warning` where the rule sets none."""
        return self.labels.get("severity", "warning")

    @property
    def stands(self) -> bool:
        """Return whether it fires, or what it is about vanished while it did."""
        return self.state in STANDING


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """Alerts mailed together to one receiver: one incident, one thread of mails.

    key:         receiver and group_by labels as one text; `labels` the group_by labels themselves.
    thread_id:   message-id every mail of the incident refers to.
    subject:     what it is called: the text of its mails' subjects outside the brackets. about: what that speaks of,
                 so that it is known when it speaks of something else (see alerts/naming.py).
    members:     the ids of alerts in the group; told: alert id -> when its beginning was first told.
    told_gone:   alert id -> when it was first told that what it is about is no longer there, of its last loss.
    opened_at:   when its first alert fired; flushed_at: when a mail was last put in the outbox.
    sent:        how many notifications the incident has had. ended: how many of its alerts people know to be over.
    escalation:  why a receiver is told who is not the first: `nobody acknowledged it for 30m`; empty for the first.
    """

    key: str
    receiver: str
    labels: Mapping[str, str]
    thread_id: str
    opened_at: datetime
    subject: str = ""
    members: tuple[str, ...] = ()
    told: Mapping[str, datetime] = field(default_factory=dict)
    told_gone: Mapping[str, datetime] = field(default_factory=dict)
    flushed_at: datetime | None = None
    sent: int = 0
    escalation: str = ""
    about: str = ""
    ended: int = 0


class MuteKind(StrEnum):
    """Which stage holds a notification back."""

    PARENT = "parent"
    INHIBITED = "inhibited"
    MAINTENANCE = "maintenance"
    SILENCED = "silenced"
    INTERVAL = "interval"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Muting:
    """Why people are not told of an alert at the moment.

    reason: a sentence for people. until: when that ends by itself, None where it hangs on something else.
    by:     the silence's id, the inhibiting alert's id or the window's name, so that mails can count by it.
    """

    kind: MuteKind
    reason: str
    until: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Alerts that a mail does not tell of, counted by why: `40 alerts on 12 devices, which stand behind r1`."""

    muting: Muting
    alerts: int
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A rule's value over the last while, oldest first, for a chart; `threshold` is the line it is held against."""

    points: tuple[tuple[datetime, float], ...]
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an alert's row stands at the newest reading, which may be better or worse than when the alert began.

    value: the rule's value there. at: when that was read. broken: whether the rule says so, None for unknown.
    """

    value: float | str | None
    at: datetime
    broken: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What one mail has to say: the alerts of a group that stand and those that ended since it was last told.

    `repeat` is true when nothing changed and repeat_interval is over. `sequence` counts from 1 in the incident.
    marks:     alert id -> a remark the mail makes on it (`in maintenance: core upgrade`).
    other_ends: alert id -> the other end of the link it is about, and how that is.
    held_back: what is not told because of something, here and behind the alerts told of.
    also:      what else fires on the same devices and is not in this group.
    curves:    alert id -> its value over the last hour or day, where there is one to show.
    standings: alert id -> how it stands at the newest reading, where there is one.
    """

    group: AlertGroup
    at: datetime
    firing: tuple[Alert, ...]
    resolved: tuple[Alert, ...]
    sequence: int
    repeat: bool = False
    marks: Mapping[str, str] = field(default_factory=dict)
    other_ends: Mapping[str, str] = field(default_factory=dict)
    held_back: Sequence[HeldBack] = ()
    also: Sequence[Alert] = ()
    curves: Mapping[str, Curve] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the event log: what was decided, and why, in words.

    kind is from a small known set: `alert`, `notify`, `mute`, `silence`, `ack`, `answer` (to a mail), `delivery`,
    `device`, `set`, `sign_in`, `netwatch`.
    entry_id: the outbox row it is about. group_key: the incident it is about.
    number:   its place in the log, None before it was written.
    details:  what the decision rested on, name -> text: the expression with its values, the matcher, the reply.
    """

    at: datetime
    kind: str
    text: str
    device: str = ""
    rule: str = ""
    instance: str = ""
    alert_id: str = ""
    entry_id: str = ""
    group_key: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    number: int | None = field(default=None, compare=False)
