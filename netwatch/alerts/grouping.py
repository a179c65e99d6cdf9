"""When the mails of an incident go out, and what each says.

Timing as in Alertmanager: a group is looked at group_wait after it opened and then every group_interval. At such a
tick it is told if an alert fires that was not told, or one ended that was told; if nothing changed, it is told again
once repeat_interval is over since the last mail. Two things are stricter than in Alertmanager: an alert that ended
before anybody was told of it is never mailed, and a recovery goes only to a group that was told of the problem.
And an incident ends when all that was told of has ended: what begins at that moment is the next incident, with a
thread and a subject of its own, so that "it is over" never hides in a mail about something else.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.alerts.routing import GroupTiming, RouteMatch
from netwatch.model import Alert, AlertGroup, AlertState, Notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """The outcome of a tick: a mail or none, and the group after it, None where the incident is over."""

    notification: Notification | None
    group: AlertGroup | None
    reason: str


def join(
    group: AlertGroup | None, alert: Alert, match: RouteMatch, now: datetime, new_id: Callable[[], str]
) -> AlertGroup:
    """Return the group with a firing alert in it; opens one, with a new thread, where there is none."""
    if group is None:
        return AlertGroup(
            key=match.group_key, receiver=match.receiver, labels=match.group_labels, thread_id=new_id(),
            opened_at=now, subject=_subject_of(alert), members=(alert.id,),
        )  # fmt: skip
    if alert.id in group.members:
        return group
    return replace(group, members=(*group.members, alert.id))


def rebased(group: AlertGroup, now: datetime) -> AlertGroup:
    """Return the group as if nothing of it had happened after `now`: the wall clock was set back.

    Otherwise its next tick would come only when the clock has caught up with the last mail, hours later.
    """
    flushed_at = None if group.flushed_at is None else min(group.flushed_at, now)
    if (group.opened_at, group.flushed_at) == (min(group.opened_at, now), flushed_at):
        return group
    return replace(group, opened_at=min(group.opened_at, now), flushed_at=flushed_at)


def next_flush_at(
    group: AlertGroup, alerts: Mapping[str, Alert], timing: GroupTiming, *, send_resolved: bool = True
) -> datetime | None:
    """Return the tick at which `flush` will have something to do, None where nothing is foreseen.

    It may lie in the past (NetWatch was down); then it is due at once.
    """
    view = _View.of(group, alerts, send_resolved=send_resolved)
    dues = [alert.firing_at or alert.pending_at for alert in view.new]
    dues += [alert.resolved_at or group.opened_at for alert in (*view.ended, *view.untold)]
    if view.firing and not view.new and group.flushed_at is not None:
        dues.append(group.flushed_at + timing.repeat_interval)
    if not view.firing:
        dues.append(group.opened_at)
    return _tick_at_or_after(min(dues), group, timing) if dues else None


def flush(
    group: AlertGroup,
    alerts: Mapping[str, Alert],
    timing: GroupTiming,
    now: datetime,
    *,
    new_id: Callable[[], str],
    send_resolved: bool = True,
) -> Flush:
    """Return what to mail at a tick; `alerts` holds at least the group's members, by id.

    With `send_resolved` false a recovery is no news: it closes the incident without a mail.
    """
    view = _View.of(group, alerts, send_resolved=send_resolved)
    if group.sent and view.new and len(view.new) == len(view.firing):
        return _hand_over(group, view, now, new_id)
    repeat = not view.new and not view.ended
    if repeat and not (view.firing and _repeat_is_due(group, timing, now)):
        return _silent(group, view)
    told = replace(
        group,
        members=tuple(alert.id for alert in view.firing),
        told={alert.id: "firing" for alert in view.firing},
        flushed_at=now,
        sent=group.sent + 1,
    )
    notification = Notification(
        group=told, at=now, firing=view.firing, resolved=view.ended, sequence=told.sent, repeat=repeat
    )
    return Flush(notification=notification, group=told if view.firing else None, reason=_reason(view, repeat=repeat))


def _hand_over(group: AlertGroup, view: _View, now: datetime, new_id: Callable[[], str]) -> Flush:
    """End an incident of which nothing fires any more; what is new opens the next one, due after its group_wait."""
    following = AlertGroup(
        key=group.key, receiver=group.receiver, labels=group.labels, thread_id=new_id(),
        opened_at=min(alert.firing_at or now for alert in view.new), subject=_subject_of(view.new[0]),
        members=tuple(alert.id for alert in view.new),
    )  # fmt: skip
    if not view.ended:
        return Flush(notification=None, group=following, reason="it ended; recoveries are not sent")
    told = replace(group, members=(), told={}, flushed_at=now, sent=group.sent + 1)
    over = Notification(group=told, at=now, firing=(), resolved=view.ended, sequence=told.sent)
    reason = f"{len(view.ended)} ended; {len(view.new)} new begin another incident"
    return Flush(notification=over, group=following, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The members of a group, sorted by what there is to say about them.

    firing: all that fire; new: those of them not told yet. ended: told as firing and over now. untold: over, and
    either never told or not to be told.
    """

    firing: tuple[Alert, ...]
    new: tuple[Alert, ...]
    ended: tuple[Alert, ...]
    untold: tuple[Alert, ...]

    @classmethod
    def of(cls, group: AlertGroup, alerts: Mapping[str, Alert], *, send_resolved: bool) -> _View:
        members = [alerts[member] for member in group.members if member in alerts]
        firing = tuple(alert for alert in members if alert.state is AlertState.FIRING)
        over = [alert for alert in members if alert.state is not AlertState.FIRING]
        tell = {alert.id for alert in over if send_resolved and alert.id in group.told}
        return cls(
            firing=firing,
            new=tuple(alert for alert in firing if alert.id not in group.told),
            ended=tuple(alert for alert in over if alert.id in tell),
            untold=tuple(alert for alert in over if alert.id not in tell),
        )


def _silent(group: AlertGroup, view: _View) -> Flush:
    if not view.firing:
        reason = (
            "everything in it ended before it was told" if not group.sent else "it ended; recoveries are not sent"
        )
        return Flush(notification=None, group=None, reason=reason)
    firing = {alert.id for alert in view.firing}
    left = replace(
        group,
        members=tuple(member for member in group.members if member in firing),
        told={member: state for member, state in group.told.items() if member in firing},
    )
    return Flush(notification=None, group=left, reason="nothing changed since the last mail")


def _repeat_is_due(group: AlertGroup, timing: GroupTiming, now: datetime) -> bool:
    return group.flushed_at is None or now - group.flushed_at >= timing.repeat_interval


def _tick_at_or_after(instant: datetime, group: AlertGroup, timing: GroupTiming) -> datetime:
    """Return the group's first tick not before `instant` and after the last mail.

    Ticks are opened_at + group_wait + k * group_interval.
    """
    first = group.opened_at + timing.group_wait
    ticks = max(0, -((first - instant) // timing.group_interval))
    if group.flushed_at is not None:
        ticks = max(ticks, (group.flushed_at - first) // timing.group_interval + 1)
    return first + ticks * timing.group_interval


def _reason(view: _View, *, repeat: bool) -> str:
    if repeat:
        return f"repeat_interval is over and {len(view.firing)} still fire"
    news = [f"{len(view.new)} new"] * bool(view.new) + [f"{len(view.ended)} ended"] * bool(view.ended)
    return f"{', '.join(news)}; {len(view.firing)} fire now"


def _subject_of(alert: Alert) -> str:
    """Return the text that stays the same in all mails of the incident: device, row, rule; no value, no state."""
    row = ", ".join(part.partition("=")[2] or part for part in alert.key.instance.split(",") if part)
    return " ".join(part for part in (alert.key.device, row, alert.key.rule) if part)
