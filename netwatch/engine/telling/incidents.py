"""Who is told what and when: groups of alerts from their first mail to their last.

Group and outbox rows are one transaction: a crash leaves an incident either told, with its mails written, or not.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from netwatch.alerts import (
    Route,
    RouteMatch,
    due_steps,
    flush,
    next_flush_at,
    next_step_at,
    opened,
    rebased,
    routing_labels,
    row_of,
    to_tell_anew,
)
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.faults import Faults
from netwatch.engine.metrics import COMPOSE_ERRORS, ESCALATIONS, INCIDENTS, LINK_ALERTS_JOINED
from netwatch.engine.telling.agenda import Agenda
from netwatch.engine.telling.incident import Incident
from netwatch.engine.telling.suppression import Suppression
from netwatch.engine.telling.surroundings import Surroundings, muting_events, told_events
from netwatch.engine.telling.wires import TOLD_WITH, Wires, are_one
from netwatch.model import (
    Alert,
    AlertGroup,
    ClockStep,
    Composition,
    LinkEnd,
    Memory,
    Muting,
    Notification,
    OutboxKind,
    OutboxState,
    format_duration,
    moved_group,
)

RETRY_AFTER = timedelta(seconds=5)
A_MOMENT = timedelta(seconds=1)
AT_ONCE = 3
MOST_WAYS = 4_096
"""Combinations of labels of which it is remembered who is told; then all are worked out anew."""
MOST_NAMING = 3
"""Alerts of a mail that names the other ends of their links, and so tells of these as well: so many stand in full."""
AROUND = "what stands around its alerts"
LOOKED_AGAIN_AT_ONCE = 500
DIGEST_SCOPE = "digest"
"""What the mailer wants back after a restart."""


class Mailer(Protocol):
    """Turns what is to be said into outbox entries; decides nothing but how much mail a person can bear at once."""

    def restore(self, memories: Sequence[Memory]) -> None:
        """Take back what waited to be told in a digest."""

    def send_resolved(self, receiver: str) -> bool:
        """Return whether this receiver wants to hear of recoveries."""

    def compose(self, notification: Notification) -> Composition:
        """Return one entry per recipient, with the finished message; what is too much becomes part of a digest."""

    def next_digest_at(self) -> datetime | None:
        """Return when `digests_due` will have something, None where nothing waits."""

    def digests_due(self, now: datetime) -> Composition:
        """Return the digests that are due, and the memories of what waited for them as it is afterwards."""


class Incidents:
    """The open groups, and when each is next looked at.

    `known` is the caller's: every alert by id that is alive or that an open group still tells of.
    """

    def __init__(
        self,
        route: Route,
        mailer: Mailer,
        known: Mapping[str, Alert],
        suppression: Suppression,
        surroundings: Surroundings,
        new_id: Callable[[], str],
        faults: Faults,
        wires: Wires,
    ) -> None:
        self._route, self._mailer, self._known, self._new_id = route, mailer, known, new_id
        self._suppression, self._surroundings, self._faults = suppression, surroundings, faults
        self._wires = wires
        self._named: dict[str, list[tuple[str, LinkEnd]]] = {}
        self._open: dict[str, Incident] = {}
        self._agenda = Agenda()
        self._telling: dict[str, set[str]] = {}
        self._matches: dict[str, RouteMatch] = {}
        self._route_looks_at = route.looks_at()
        self._receivers: dict[tuple[str | None, ...], tuple[RouteMatch, ...]] = {}
        self._to_look_at_again: dict[str, None] = {}
        self._looked_at: datetime | None = None

    def restore(self, groups: Iterable[AlertGroup]) -> None:
        """Take back the groups that were open; their alerts come next, and `resume` when all are there."""
        for group in groups:
            self._put(group)

    def groups(self) -> list[AlertGroup]:
        """Return the groups that are open."""
        return [incident.group for incident in self._open.values()]

    def resume(self, draft: Draft, firing: Iterable[Alert], now: datetime) -> None:
        """Begin again after a restart; who is told by now only, since the route has changed, joins."""
        self._matches.clear()  # the way to a group is found through its members, which were not known yet
        for alert in firing:
            self.join(draft, alert, now)
        self._begin_at(now)

    def move(self, step: ClockStep) -> None:
        """Move every group with the wall clock, after the alerts; each is due as soon as it was before."""
        now = step.at + step.by
        for before in list(self._open.values()):
            incident = self._put(moved_group(before.group, step))
            incident.move_releases(step)
            self._schedule(incident, now)
        self._looked_at = None

    def join(self, draft: Draft, alert: Alert, now: datetime) -> None:
        """Put a firing alert into the group of every receiver that is to be told."""
        self._surroundings.expect(alert, now)
        partners = list(self._wires.partners(alert, now))
        matches = self.receivers_of(alert)
        for match, host in [(match, self._host_of(alert, match, matches, partners)) for match in matches]:
            if host is None:
                self._join(draft, alert, match, now)
            else:
                self._join_partner(draft, alert, match, self._open[host], partners, now)

    def _host_of(
        self, alert: Alert, match: RouteMatch, matches: Sequence[RouteMatch], partners: Iterable[Alert]
    ) -> str | None:
        """Return the incident of the other end of a link in which a receiver is told of an alert; None for its own.

        That is the one in which it is already, else one that tells of a partner in the same way: at the same times,
        to the same people when nobody takes it in hand.
        """
        own = {each.group_key for each in matches}
        for alert_id in (alert.id, *(partner.id for partner in partners)):
            for key in sorted(self._telling.get(alert_id, ())):
                group = self._open[key]
                if group.receiver != match.receiver or group.is_escalation or key in own:
                    continue
                if alert_id == alert.id or match.is_as(self._matches.get(key) or self._match_of(group.group)):
                    return key
            if alert_id == alert.id and match.group_key in self._telling.get(alert_id, ()):
                return None
        return None

    def _join_partner(
        self, draft: Draft, alert: Alert, match: RouteMatch, incident: Incident, partners: Sequence[Alert],
        now: datetime,
    ) -> None:  # fmt: skip
        """Put an alert into the incident that tells of the other end of its link."""
        if not incident.join(alert):
            return
        LINK_ALERTS_JOINED.inc()
        self._telling.setdefault(alert.id, set()).add(incident.key)
        told_of = next((one for one in partners if one.id in incident.members), alert)
        details: dict[str, str] = {}
        text = f"is told to {match.receiver} together with {_where(told_of)}, at the other end of its link"
        if self._was_told_with(incident, alert) and self._suppression.muting_of(alert, match, now) is None:
            text += ", whose mail has named this end already"
            details[TOLD_WITH] = _where(told_of)
            incident = self._put(replace(incident.group, told={**incident.group.told, alert.id: now}))
            draft.groups[incident.key] = incident.group
            self._schedule(incident, now)
        self._agenda.put(incident.key, incident.due)
        draft.events.append(replace(event_of(alert, text, now, "notify", details=details), group_key=incident.key))

    def _was_told_with(self, incident: Incident, alert: Alert) -> bool:
        """Return whether the last mail of an incident has named the port that an alert is about, and as gravely.

        That is so for as long as what it named it for stands.
        """
        end, rank = self._wires.end_of(alert), incident.timing.severities.rank
        if end is None:
            return False
        named = [self._known.get(by) for by, far in self._named.get(incident.key, ()) if are_one(end, far)]
        return any(one is not None and one.stands and rank(one.severity) >= rank(alert.severity) for one in named)

    def note_graver(self, draft: Draft, alert: Alert, before: Alert, now: datetime) -> bool:
        """Return whether an alert that fires is graver than before; then whom the route names is told anew."""
        if alert.severity == before.severity or not (before.stands and alert.stands):
            return False
        rank = self._route.timing.severities.rank
        if rank(alert.severity) <= rank(before.severity):
            return False
        matches = self.receivers_of(alert)
        for match in matches:
            incident = self._open.get(self._host_of(alert, match, matches, ()) or match.group_key)
            if incident is None or alert.id not in incident.group.told:
                if incident is None or incident.key == match.group_key:
                    self._join(draft, alert, match, now)
            else:
                draft.groups[incident.key] = group = to_tell_anew(incident.group, alert)
                self._schedule(self._put(group), now)
        return True

    def note_news(self, alert: Alert) -> None:
        """See to it that the end of an alert, or that it is gone, is told in time."""
        for key in self._telling.get(alert.id, ()):
            incident = self._open[key]
            incident.hurry(alert.resolved_at or alert.gone_at or incident.opened_at)
            self._agenda.put(key, incident.due)

    def tell_of(self, alert_id: str) -> bool:
        """Return whether an open group has this alert among its members."""
        return alert_id in self._telling

    def group_of_thread(self, thread_id: str) -> AlertGroup | None:
        """Return the open group of this thread, None where it is over."""
        return next((one.group for one in self._open.values() if one.thread_id == thread_id), None)

    def groups_of(self, alert_id: str) -> list[AlertGroup]:
        """Return the open groups that tell of an alert."""
        return [self._open[key].group for key in sorted(self._telling.get(alert_id, ()))]

    def receivers_of(self, alert: Alert) -> tuple[RouteMatch, ...]:
        """Return who is to be told of an alert, and in which group."""
        looked_at = self._route_looks_at
        if looked_at is None:
            return self._route.receivers_for(routing_labels(alert))
        labels = routing_labels(alert)
        asked = tuple([labels.get(name) for name in looked_at])
        found = self._receivers.get(asked)
        if found is None:
            if len(self._receivers) >= MOST_WAYS:
                self._receivers.clear()
            found = self._receivers[asked] = self._route.receivers_for(labels)
        return found

    def next_due(self, alert_id: str) -> datetime | None:
        """Return when a group that tells of an alert is next looked at."""
        dues = (self._open[key].due for key in self._telling.get(alert_id, ()))
        return min((due for due in dues if due is not None), default=None)

    @property
    def is_to_look_again(self) -> bool:
        """Return whether the next round has more to do than what is due."""
        return bool(self._to_look_at_again)

    def look_again(self, alert_ids: Iterable[str] | None = None) -> None:
        """Look anew at groups that hold something back: those of some alerts, or all."""
        keys = self._open if alert_ids is None else self._groups_telling(alert_ids)
        self._to_look_at_again.update((key, None) for key in keys if self._open[key].muted)

    def look_again_at(self, alert_id: str) -> None:
        """Look anew at the groups of an alert, whether they hold something back or not."""
        self._to_look_at_again.update(dict.fromkeys(self._groups_telling((alert_id,))))

    def look_again_at_all(self) -> None:
        """Look anew at every group."""
        self._to_look_at_again.update(dict.fromkeys(self._open))

    def flush_due(self, now: datetime, write: Callable[[Draft, AlertGroup], None]) -> datetime | None:
        """Write what is due, group by group, and return when to look again, None when nothing is foreseen.

        That is at once where more is due than is done in one round: a mail takes some milliseconds, and a whole
        network that falls silent must neither keep the loop from polling nor the first mails from leaving.
        `write` is given the draft and the group as it was before.
        """
        if self._looked_at is not None and now < self._looked_at:
            self._begin_at(now)
        self._looked_at = now
        self._look_again_at_some(now, write)
        for key in list(self._agenda.taken(now, AT_ONCE)):
            incident = self._open[key]
            group = incident.group
            try:
                draft = self._looked_through(incident, group, now)
            except Exception as exc:  # noqa: BLE001  # one group that cannot be told must not keep the others back
                COMPOSE_ERRORS.inc()
                self._faults.note("mail", key, exc, now)
                incident.flush_at = now + RETRY_AFTER
                self._agenda.put(key, incident.flush_at)  # nothing of it sooner, or it would be tried without a pause
            else:
                self._faults.settle("mail", key)
                write(draft, group)
        INCIDENTS.set(len(self._open))
        return now if self._to_look_at_again else self._agenda.next()

    def _groups_telling(self, alert_ids: Iterable[str]) -> Iterator[str]:
        return (key for alert_id in alert_ids for key in self._telling.get(alert_id, ()))

    def _join(self, draft: Draft, alert: Alert, match: RouteMatch, now: datetime, escalation: str = "") -> None:
        self._matches[match.group_key] = match
        incident = self._open.get(match.group_key)
        if incident is None:
            group = opened(alert, match, now, self._new_id(), escalation)
            draft.groups[group.key] = group
            self._schedule(self._put(group), now)
        elif incident.join(alert):
            self._telling.setdefault(alert.id, set()).add(incident.key)
            self._agenda.put(incident.key, incident.due)

    def _looked_through(self, incident: Incident, group: AlertGroup, now: datetime) -> Draft:
        """Decide one group's mail, and who else is to be told; nothing is changed if that breaks off."""
        draft = Draft()
        mutings = self._mutings_of(incident, now)
        draft.events.extend(muting_events(self._known, group.key, incident.muted, mutings, now))
        if incident.flush_at is not None and incident.flush_at <= now:
            self._flush(draft, incident, group, mutings, now)
        else:
            incident.note_mutings(mutings, now)
        after = self._open.get(group.key)
        if after is not None:
            self._escalate(draft, after, now)
            self._schedule(after, now)
            if after.thread_id == group.thread_id and after.due is not None and after.due <= now:
                self._agenda.put(after.key, now + A_MOMENT)  # a muting that ends now and does not must not spin
        return draft

    def _flush(
        self, draft: Draft, incident: Incident, group: AlertGroup, mutings: Mapping[str, Muting], now: datetime
    ) -> None:
        wants_resolved = self._mailer.send_resolved(group.receiver)
        outcome = flush(
            group, self._known, incident.timing, now,
            new_id=self._new_id, send_resolved=wants_resolved, mutings=mutings,
        )  # fmt: skip
        if outcome.notification is not None:
            composition = self._mailer.compose(self._with_surroundings(outcome.notification, mutings))
            draft.add(composition)
            draft.events.extend(told_events(outcome.notification, composition.entries, outcome.reason, now))
            self._note_named(outcome.notification, composition)
        incident.note_mutings(mutings, now)
        if outcome.group is None:
            self._remove(group.key)
            draft.closed_groups.append(group.key)
        else:
            draft.groups[group.key] = outcome.group
            self._put(outcome.group)

    def _note_named(self, notification: Notification, composition: Composition) -> None:
        """Remember which other ends a mail has named: what begins at these was told with it.

        Only where it is a mail of its own to everybody: a digest says less, and programs are told alert by alert.
        """
        entries = composition.entries
        is_whole = all(one.kind is OutboxKind.MAIL and one.state is not OutboxState.DIGESTED for one in entries)
        if not entries or not is_whole or len(notification.firing) > MOST_NAMING:
            return
        self._named[notification.group.key] = [
            (alert.id, far)
            for alert in notification.firing for far in self._wires.far_ends(alert, notification.at)
        ]  # fmt: skip

    def _with_surroundings(self, notification: Notification, mutings: Mapping[str, Muting]) -> Notification:
        """Return a notification with what stands around it; without, where that cannot be found out."""
        try:
            whole = self._surroundings.of(notification, mutings)
        except Exception as exc:  # noqa: BLE001  # what is to be told is known
            self._faults.note("mail", AROUND, exc, notification.at)
            return notification
        self._faults.settle("mail", AROUND)
        return whole

    def _escalate(self, draft: Draft, incident: Incident, now: datetime) -> None:
        """Let those join whom nobody's acknowledgement has spared."""
        match = self._matches[incident.key]
        if not match.escalate:
            return
        steps = due_steps(incident.group, self._known, match.escalate, self._was_told, incident.muted, now)
        for step, alerts in steps:
            ESCALATIONS.inc()
            why = f"nobody acknowledged it within {format_duration(step.after)}"
            for alert in alerts:
                self._join(draft, alert, match.escalated(step), now, why)
                text = f"{step.receiver} is to be told as well: {why}"
                draft.events.append(replace(event_of(alert, text, now, "notify"), group_key=incident.key))

    def note_unreached(self, draft: Draft, alert_ids: Iterable[str], receiver: str, why: str, now: datetime) -> None:
        """Let those join at once who would be told next of urgent alerts: a receiver was told, and never read it."""
        for alert, key in [(one, key) for one in alert_ids for key in sorted(self._telling.get(one, ()))]:
            incident, known = self._open[key], self._known.get(alert)
            if known is None or incident.receiver != receiver or alert in incident.muted:
                continue
            if not known.stands or known.acked_at is not None or not incident.timing.is_urgent(known):
                continue
            match = self._matches.get(key) or self._match_of(incident.group)
            step = next((one for one in match.escalate if not self._was_told(one.receiver, alert)), None)
            if step is not None and not incident.is_escalation:
                ESCALATIONS.inc()
                self._join(draft, known, match.escalated(step), now, why)
                text = f"{step.receiver} is to be told at once: {why}"
                draft.events.append(replace(event_of(known, text, now, "notify"), group_key=key))

    def _was_told(self, receiver: str, alert_id: str) -> bool:
        return any(self._open[key].receiver == receiver for key in self._telling.get(alert_id, ()))

    def _look_again_at_some(self, now: datetime, write: Callable[[Draft, AlertGroup], None]) -> None:
        """See of some groups whether what held their alerts back has ended or changed."""
        for key in list(islice(self._to_look_at_again, LOOKED_AGAIN_AT_ONCE)):
            del self._to_look_at_again[key]
            incident = self._open.get(key)
            if incident is None:
                continue
            mutings = self._mutings_of(incident, now)
            draft = Draft(events=list(muting_events(self._known, key, incident.muted, mutings, now)))
            incident.note_mutings(mutings, now)
            self._schedule(incident, now)
            if draft.events:
                write(draft, incident.group)

    def _mutings_of(self, incident: Incident, now: datetime) -> dict[str, Muting]:
        match = self._matches.get(incident.key)
        alerts = (self._known[member] for member in incident.members if member in self._known)
        found = ((alert.id, self._suppression.muting_of(alert, match, now)) for alert in alerts)
        return {alert_id: muting for alert_id, muting in found if muting is not None}

    def _begin_at(self, now: datetime) -> None:
        """Plan all groups anew; whatever the clock said before, news waits no longer than a round from now."""
        for before in list(self._open.values()):
            incident = self._put(rebased(before.group, now))
            incident.note_mutings(self._mutings_of(incident, now), now)
            self._schedule(incident, now)
            latest = now + max(incident.timing.group_wait, incident.timing.group_interval)
            if incident.flush_at is not None:
                incident.flush_at = min(incident.flush_at, latest)
                self._agenda.put(incident.key, incident.due)

    def _put(self, group: AlertGroup) -> Incident:
        """Keep a group, and by alert who tells of it: to look through ten thousand groups at every end takes long."""
        before = self._open.get(group.key)
        if before is not None:
            for member in set(before.members).difference(group.members):
                self._tell_no_more(member, group.key)
        incident = self._open[group.key] = Incident(group, self._match_of(group).timing)
        if before is not None:
            incident.take_over(before)
        for member in group.members:
            self._telling.setdefault(member, set()).add(group.key)
        return incident

    def _match_of(self, group: AlertGroup) -> RouteMatch:
        if group.key not in self._matches:
            self._matches[group.key] = self._route.match_of(group, self._known)
        return self._matches[group.key]

    def _remove(self, key: str) -> None:
        for member in self._open[key].members:
            self._tell_no_more(member, key)
        del self._open[key]
        self._named.pop(key, None)
        self._matches.pop(key, None)
        self._agenda.put(key, None)

    def _tell_no_more(self, alert_id: str, key: str) -> None:
        keys = self._telling[alert_id]
        keys.discard(key)
        if not keys:
            del self._telling[alert_id]

    def _schedule(self, incident: Incident, now: datetime) -> None:
        group = incident.group
        incident.flush_at = next_flush_at(
            group, self._known, incident.timing,
            send_resolved=self._mailer.send_resolved(group.receiver),
            mutings=incident.muted, releases=incident.releases,
        )  # fmt: skip
        steps = self._matches[group.key].escalate
        incident.step_at = (
            next_step_at(group, self._known, steps, self._was_told, incident.muted, now) if steps else None
        )
        self._agenda.put(incident.key, incident.due)


def _where(alert: Alert) -> str:
    return " ".join(filter(None, (alert.key.device, row_of(alert))))
