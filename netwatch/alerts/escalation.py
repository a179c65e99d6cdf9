"""Whom to tell as well of an alert that people were told of and nobody took in hand.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwatch.alerts.settings import EscalationSettings
from netwatch.model import Alert, AlertGroup

ToldBy = Callable[[str, str], bool]
"""Answers whether a receiver was told of an alert: receiver, alert id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """Tell `receiver` too of what was told and stayed unacknowledged for `after`."""

    after: timedelta
    receiver: str


def build_steps(settings: Sequence[EscalationSettings]) -> tuple[EscalationStep, ...]:
    """Return the steps of the configuration, the soonest first."""
    steps = [EscalationStep(after=part.after, receiver=part.receiver) for part in settings]
    return tuple(sorted(steps, key=lambda step: step.after))


def due_steps(
    group: AlertGroup,
    alerts: Mapping[str, Alert],
    steps: Sequence[EscalationStep],
    told_by: ToldBy,
    muted: Collection[str],
    now: datetime,
) -> list[tuple[EscalationStep, tuple[Alert, ...]]]:
    """Return the steps to take now, each with the alerts it is about.

    Args:
        group: the incident of those who were told first; an incident that is an escalation itself has no steps.
        alerts: at least the members of the group, by id.
        steps: what its route says.
        told_by: whether a receiver was told of an alert already.
        muted: ids of the alerts that are held back.
        now: the time.
    """
    waiting = list(_waiting(group, alerts, steps, told_by, muted))
    found = [(step, tuple(alert for one, alert, due in waiting if one is step and due <= now)) for step in steps]
    return [(step, late) for step, late in found if late]


def next_step_at(
    group: AlertGroup,
    alerts: Mapping[str, Alert],
    steps: Sequence[EscalationStep],
    told_by: ToldBy,
    muted: Collection[str],
    now: datetime,
) -> datetime | None:
    """Return when `due_steps` will have something, `now` where it has, None where nothing is foreseen."""
    soonest = min((due for _, _, due in _waiting(group, alerts, steps, told_by, muted)), default=None)
    return None if soonest is None else max(soonest, now)


def _waiting(
    group: AlertGroup,
    alerts: Mapping[str, Alert],
    steps: Sequence[EscalationStep],
    told_by: ToldBy,
    muted: Collection[str],
) -> Iterator[tuple[EscalationStep, Alert, datetime]]:
    """Yield every step that is still to be taken for an alert, and when."""
    if group.escalation or not steps:
        return
    for alert_id in group.members:
        alert = alerts.get(alert_id)
        if alert is None or alert_id in muted or alert_id not in group.told or not _open(alert):
            continue
        for step in steps:
            if not told_by(step.receiver, alert_id):
                yield step, alert, group.told[alert_id] + step.after


def _open(alert: Alert) -> bool:
    return alert.stands and alert.acked_at is None
