"""When the mails of an incident go out, and what each says.

Timing as in Alertmanager: a group is looked at group_wait after it opened and then every group_interval. At such a
tick it is told if an alert fires that was not told, if what a told one is about is no longer there, or one ended
that was told; if nothing changed, it is told again once repeat_interval is over since the last mail. What is muted at
a tick is not told then. When its muting ends it is told at once (but not sooner than group_interval after the last
mail); what an inhibition held back waits for the next tick, as in Alertmanager, so that the poll after the bigger
trouble can show that it is well.
Quicker than in Alertmanager: graver news never waits behind what was told before. An alert of `urgent_from` or graver
that nobody was told of is told group_wait after it fired, whatever was told a moment ago; news of the group gather
until then, so that this is one mail more per group_wait at the most.
Stricter than in Alertmanager: an alert that ended before anybody was told of it is never mailed, a recovery goes only
to a group that was told of the problem, and while it is muted it waits instead of being lost. What somebody has
acknowledged is not repeated.
What gets graver while it fires is news again, to whom it was told and to whom the route now leads.
And an incident ends when all that was told of has ended: what begins at that moment is the next incident, with a
thread and a subject of its own, so that "it is over" never hides in a mail about something else.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.alerts.{naming, routing}. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from netwatch.alerts.naming import Name, named, still_fits
from netwatch.alerts.routing import GroupTiming, RouteMatch
from netwatch.model import Alert, AlertGroup, Muting, Notification, Severities

LATE_AT_MOST = 0.9
"""What has to be left of group_interval until the next tick for a mail to count as one of the tick before."""
A_BREATH = timedelta(seconds=1)
"""Graver news are this far apart where group_wait is shorter: a burst must not be as many mails."""
ANEW = timedelta(seconds=1)
"""An alert that is noted as told this long before it began is to be told anew."""
NOTHING_MUTED: Mapping[str, Muting] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """When a member stopped being muted, and whether it is told at once or at the next tick."""

    at: datetime
    at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flush:
    """The outcome of a tick: a mail or none, and the group after it, None where the incident is over."""

    notification: Notification | None
    group: AlertGroup | None
    reason: str


def opened(alert: Alert, match: RouteMatch, now: datetime, thread_id: str, escalation: str = "") -> AlertGroup:
    """Return a new incident of one firing alert, with a thread of its own."""
    name = named([alert], match.group_labels, match.timing.severities)
    return AlertGroup(
        key=match.group_key, receiver=match.receiver, labels=match.group_labels, thread_id=thread_id,
        opened_at=now, subject=name.subject, about=name.about, members=(alert.id,), escalation=escalation,
    )  # fmt: skip


def to_tell_anew(group: AlertGroup, alert: Alert) -> AlertGroup:
    """Return the group with an alert as news again, as it is graver now; its end stays to be told in any case."""
    return replace(group, told={**group.told, alert.id: alert.pending_at - ANEW})


def rebased(group: AlertGroup, now: datetime) -> AlertGroup:
    """Return the group as if nothing of it had happened after `now`: the wall clock was set back.

    Otherwise its next tick would come only when the clock has caught up with the last mail, hours later.
    """
    flushed_at = None if group.flushed_at is None else min(group.flushed_at, now)
    if (group.opened_at, group.flushed_at) == (min(group.opened_at, now), flushed_at):
        return group
    return replace(group, opened_at=min(group.opened_at, now), flushed_at=flushed_at)


def tick_at_or_after(instant: datetime, group: AlertGroup, timing: GroupTiming) -> datetime:
    """Return the group's first tick not before `instant` and after the last mail.

    Ticks are opened_at + group_wait + k * group_interval. After a mail between two of them, since a muting ended,
    group_interval is waited instead; one that was only a little late puts off no tick.
    """
    first = group.opened_at + timing.group_wait
    ticks = max(0, -((first - instant) // timing.group_interval))
    if group.flushed_at is not None:
        ticks = max(ticks, (group.flushed_at - first) // timing.group_interval + 1)
    tick = first + ticks * timing.group_interval
    if group.flushed_at is not None and tick - group.flushed_at < timing.group_interval * LATE_AT_MOST:
        return max(instant, group.flushed_at + timing.group_interval)
    return tick


def next_flush_at(
    group: AlertGroup,
    alerts: Mapping[str, Alert],
    timing: GroupTiming,
    *,
    send_resolved: bool = True,
    mutings: Mapping[str, Muting] = NOTHING_MUTED,
    releases: Mapping[str, Release] = MappingProxyType({}),
) -> datetime | None:
    """Return when `flush` will have something to do, None where nothing is foreseen.

    It may lie in the past (NetWatch was down); then it is due at once. `releases` says of members that were muted
    when that ended; of what is still muted nothing is foreseen but the end of its muting, where that is known.
    """
    view = _View.of(group, alerts, mutings, send_resolved=send_resolved)
    dues = [urgent_at(alert, group, timing, releases.get(alert.id)) for alert in view.new if timing.is_urgent(alert)]
    ticks = [alert.firing_at or alert.pending_at for alert in view.new if alert.id not in releases]
    ticks += [_end_of(alert, group) for alert in view.ended if alert.id not in releases]
    ticks += [_end_of(alert, group) for alert in view.untold]
    ticks += [alert.gone_at or group.opened_at for alert in view.lost if alert.id not in releases]
    freed = [releases[alert.id] for alert in (*view.new, *view.lost, *view.ended) if alert.id in releases]
    ticks += [release.at for release in freed if not release.at_once]
    if view.repeatable and not view.new and group.flushed_at is not None:
        ticks.append(group.flushed_at + timing.repeat_interval)
    at_once = [release.at for release in freed if release.at_once]
    at_once += [muting.until for alert in view.held if (muting := mutings[alert.id]).until is not None]
    if not view.members and not freed and not ticks:  # nobody knows its members any more: it is to be closed
        ticks.append(group.opened_at)
    dues += [tick_at_or_after(min(ticks), group, timing)] if ticks else []
    dues += [_soonest(min(at_once), group, timing)] if at_once else []
    return min(dues, default=None)


def urgent_at(alert: Alert, group: AlertGroup, timing: GroupTiming, release: Release | None = None) -> datetime:
    """Return when an urgent alert that nobody was told of is told at the latest.

    That is group_wait after it fired; after a muting that ended at once, but not sooner than group_wait after the
    last mail. What an inhibition held back waits group_wait from its end, so that the next poll may show that it is
    well.
    """
    if release is None:
        instant = (alert.firing_at or alert.pending_at) + timing.group_wait
    else:
        instant = release.at if release.at_once else release.at + timing.group_wait
    if group.flushed_at is None:
        return max(instant, group.opened_at + timing.group_wait)
    return max(instant, group.flushed_at + max(timing.group_wait, A_BREATH))


def _end_of(alert: Alert, group: AlertGroup) -> datetime:
    return alert.resolved_at or group.opened_at


def _soonest(instant: datetime, group: AlertGroup, timing: GroupTiming) -> datetime:
    """Return an instant, put off until people may be told something of this group again."""
    if group.flushed_at is not None:
        return max(instant, group.flushed_at + timing.group_interval)
    return max(instant, group.opened_at + timing.group_wait)


def flush(
    group: AlertGroup,
    alerts: Mapping[str, Alert],
    timing: GroupTiming,
    now: datetime,
    *,
    new_id: Callable[[], str],
    send_resolved: bool = True,
    mutings: Mapping[str, Muting] = NOTHING_MUTED,
) -> Flush:
    """Return what to mail at a tick; `alerts` holds at least the group's members, by id.

    With `send_resolved` false a recovery is no news: it closes the incident without a mail.
    """
    view = _View.of(group, alerts, mutings, send_resolved=send_resolved)
    if group.sent and view.new and not view.told:
        return _hand_over(group, view, timing, now, new_id)
    repeat = not view.new and not view.lost and not view.ended
    if repeat and not (view.repeatable and _repeat_is_due(group, timing, now)):
        return _silent(group, view)
    name = _name_now(group, view.open, timing.severities)
    open_now = {alert.id for alert in view.open}
    after = replace(
        group,
        members=tuple(alert.id for alert in view.members),
        told={
            alert.id: now if alert.id in open_now and _is_anew(alert, group) else group.told.get(alert.id, now)
            for alert in (*view.open, *view.told)
        },
        told_gone=_kept(group.told_gone, view) | {alert.id: now for alert in view.open if _is_untold(alert, group)},
        subject=name.subject,
        about=name.about,
        flushed_at=now,
        sent=group.sent + 1,
        ended=group.ended + len(view.ended),
    )
    notification = Notification(
        group=after, at=now, firing=view.open, resolved=view.ended, sequence=after.sent, repeat=repeat
    )
    reason = _reason(view, repeat=repeat)
    return Flush(notification=notification, group=after if view.members else None, reason=reason)


def _hand_over(
    group: AlertGroup, view: _View, timing: GroupTiming, now: datetime, new_id: Callable[[], str]
) -> Flush:
    """End an incident of which nothing fires any more; what is new opens the next one, due after its group_wait."""
    name = named(view.new, group.labels, timing.severities)
    following = AlertGroup(
        key=group.key, receiver=group.receiver, labels=group.labels, thread_id=new_id(),
        subject=name.subject, about=name.about,
        opened_at=min(alert.firing_at or now for alert in view.new),
        members=tuple(alert.id for alert in view.members), escalation=group.escalation,
    )  # fmt: skip
    if not view.ended:
        return Flush(notification=None, group=following, reason="it ended; recoveries are not sent")
    ended = group.ended + len(view.ended)
    told = replace(group, members=(), told={}, told_gone={}, flushed_at=now, sent=group.sent + 1, ended=ended)
    over = Notification(group=told, at=now, firing=(), resolved=view.ended, sequence=told.sent)
    reason = f"{len(view.ended)} ended; {len(view.new)} new begin another incident"
    return Flush(notification=over, group=following, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """The members of a group, sorted by what there is to say about them.

    open: what stands and is not muted; new: those of them not told yet; lost: told as firing, and gone since, which
    is not told yet (of one that comes and goes all the time it is no news). told: told, and either firing (muted or
    not) or over with the end still to be told. ended: told as firing, over now, and to be said. held: muted, firing
    or over. untold: over, and either never told or not to be told. members: who stays in the group after the tick.
    """

    open: tuple[Alert, ...]
    new: tuple[Alert, ...]
    lost: tuple[Alert, ...]
    told: tuple[Alert, ...]
    ended: tuple[Alert, ...]
    held: tuple[Alert, ...]
    untold: tuple[Alert, ...]
    members: tuple[Alert, ...]

    @property
    def repeatable(self) -> bool:
        """Return whether something is open that nobody has taken in hand."""
        return any(alert.acked_at is None for alert in self.open)

    @classmethod
    def of(
        cls,
        group: AlertGroup,
        alerts: Mapping[str, Alert],
        mutings: Mapping[str, Muting],
        *,
        send_resolved: bool,
    ) -> _View:
        known = [alerts[member] for member in group.members if member in alerts]
        firing = [alert for alert in known if alert.stands]
        over = [alert for alert in known if not alert.stands]
        open_ = tuple(alert for alert in firing if alert.id not in mutings)
        tell = [alert for alert in over if send_resolved and alert.id in group.told]
        waiting = [alert for alert in tell if alert.id in mutings]
        said = {alert.id for alert in tell}
        return cls(
            open=open_,
            new=tuple(alert for alert in open_ if alert.id not in group.told or _is_anew(alert, group)),
            lost=tuple(alert for alert in open_ if alert.id in group.told and _is_lost(alert, group)),
            told=(*(alert for alert in firing if alert.id in group.told), *waiting),
            ended=tuple(alert for alert in tell if alert.id not in mutings),
            held=(*(alert for alert in firing if alert.id in mutings), *waiting),
            untold=tuple(alert for alert in over if alert.id not in said),
            members=(*firing, *waiting),
        )


def _silent(group: AlertGroup, view: _View) -> Flush:
    if not view.members:
        reason = (
            "everything in it ended before it was told" if not group.sent else "it ended; recoveries are not sent"
        )
        return Flush(notification=None, group=None, reason=reason)
    left = {alert.id for alert in view.members}
    after = replace(
        group,
        members=tuple(member for member in group.members if member in left),
        told={member: at for member, at in group.told.items() if member in left},
        told_gone=_kept(group.told_gone, view),
    )
    reason = f"{len(view.held)} are held back" if view.held else "nothing changed since the last mail"
    return Flush(notification=None, group=after, reason=reason)


def _is_anew(alert: Alert, group: AlertGroup) -> bool:
    """Return whether an alert that was told is to be told anew."""
    return group.told.get(alert.id) == alert.pending_at - ANEW


def _is_lost(alert: Alert, group: AlertGroup) -> bool:
    """Return whether it is news that an alert is gone: once per loss."""
    return not alert.flapping and _is_untold(alert, group)


def _is_untold(alert: Alert, group: AlertGroup) -> bool:
    """Return whether an alert is gone, and no mail has said so since."""
    if alert.gone_at is None:
        return False
    told_at = group.told_gone.get(alert.id)
    return told_at is None or told_at < alert.gone_at


def _kept(told_gone: Mapping[str, datetime], view: _View) -> dict[str, datetime]:
    left = {alert.id for alert in view.members}
    return {member: at for member, at in told_gone.items() if member in left}


def _repeat_is_due(group: AlertGroup, timing: GroupTiming, now: datetime) -> bool:
    return group.flushed_at is None or now - group.flushed_at >= timing.repeat_interval


def _reason(view: _View, *, repeat: bool) -> str:
    if repeat:
        return f"repeat_interval is over and {len(view.open)} still fire"
    told = (("new", view.new), ("gone", view.lost), ("ended", view.ended))
    news = [f"{len(alerts)} {word}" for word, alerts in told if alerts]
    held = f", {len(view.held)} held back" if view.held else ""
    return f"{', '.join(news)}; {len(view.open)} fire now{held}"


def _name_now(group: AlertGroup, firing: Sequence[Alert], severities: Severities) -> Name:
    """Return what the incident is called from now on: as before while that is true, and when nothing fires."""
    if firing and (not group.sent or not still_fits(group, firing, severities)):
        return named(firing, group.labels, severities)
    return Name(subject=group.subject, about=group.about)
