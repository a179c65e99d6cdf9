"""Who is told what and when: groups of alerts from their first mail to their last.

Group and outbox rows are one transaction: a crash leaves an incident either told, with its mails written, or not.

May import: netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

import structlog

from netwatch.alerts import Route, flush, join, next_flush_at, rebased, routing_labels
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.metrics import COMPOSE_ERRORS, INCIDENTS, NOTIFICATIONS
from netwatch.model import Alert, AlertGroup, Composition, Event, Memory, Notification, OutboxEntry, OutboxKind

log = structlog.get_logger(__name__)

RETRY_AFTER = timedelta(seconds=5)
AT_ONCE = 20


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

    def __init__(self, route: Route, mailer: Mailer, known: Mapping[str, Alert], new_id: Callable[[], str]) -> None:
        self._route, self._mailer, self._known, self._new_id = route, mailer, known, new_id
        self._groups: dict[str, AlertGroup] = {}
        self._due: dict[str, datetime] = {}
        self._telling: dict[str, set[str]] = {}
        self._looked_at: datetime | None = None

    def restore(self, groups: Iterable[AlertGroup]) -> None:
        """Take back the groups that were open."""
        for group in groups:
            self._put(group)

    def resume(self, draft: Draft, firing: Iterable[Alert], now: datetime) -> None:
        """Begin again after a restart; who is told by now only, since the route has changed, joins."""
        for alert in firing:
            self.join(draft, alert, now)
        self._begin_at(now)

    def join(self, draft: Draft, alert: Alert, now: datetime) -> None:
        """Put a firing alert into the group of every receiver that is to be told."""
        for match in self._route.receivers_for(routing_labels(alert)):
            before = self._groups.get(match.group_key)
            group = join(before, alert, match, now, self._new_id)
            if group is not before:
                draft.groups[group.key] = group
                self._put(group)
                self._schedule(group)

    def note_end(self, alert: Alert) -> None:
        """See to it that the end of an alert is told in time."""
        for key in self._telling.get(alert.id, ()):
            self._schedule(self._groups[key])

    def tell_of(self, alert_id: str) -> bool:
        """Return whether an open group has this alert among its members."""
        return alert_id in self._telling

    def flush_due(self, now: datetime, write: Callable[[Draft, AlertGroup], None]) -> datetime | None:
        """Write what is due, group by group, and return when to look again, None when nothing is foreseen.

        That is at once where more is due than is done in one round: a mail takes a millisecond, and a whole network
        that falls silent must not keep the loop from polling.
        `write` is given the draft and the group as it was before.
        """
        if self._looked_at is not None and now < self._looked_at:
            self._begin_at(now)
        self._looked_at = now
        due_now = (key for key, due in self._due.items() if due <= now)
        for key in list(islice(due_now, AT_ONCE)):
            group = self._groups[key]
            try:
                draft = self._flush(group, now)
            except Exception:  # one message that cannot be written must not keep the others back
                log.exception("a mail could not be written; trying again", group=key)
                COMPOSE_ERRORS.inc()
                self._due[key] = now + RETRY_AFTER
            else:
                write(draft, group)
        INCIDENTS.set(len(self._groups))
        return min(self._due.values(), default=None)

    def _begin_at(self, now: datetime) -> None:
        """Plan all groups anew; whatever the clock said before, news waits no longer than a round from now."""
        for group in list(self._groups.values()):
            self._put(rebased(group, now))
            self._schedule(self._groups[group.key])
            timing = self._route.timing_of(group, self._known)
            latest = now + max(timing.group_wait, timing.group_interval)
            if (due := self._due.get(group.key)) is not None:
                self._due[group.key] = min(due, latest)

    def _put(self, group: AlertGroup) -> None:
        """Keep a group, and by alert who tells of it: to look through ten thousand groups at every end takes long."""
        before = self._groups.get(group.key)
        told_before = set(before.members) if before is not None else set()
        self._groups[group.key] = group
        for member in told_before.difference(group.members):
            self._tell_no_more(member, group.key)
        for member in set(group.members) - told_before:
            self._telling.setdefault(member, set()).add(group.key)

    def _remove(self, key: str) -> None:
        for member in set(self._groups[key].members):
            self._tell_no_more(member, key)
        del self._groups[key], self._due[key]

    def _tell_no_more(self, alert_id: str, key: str) -> None:
        keys = self._telling[alert_id]
        keys.discard(key)
        if not keys:
            del self._telling[alert_id]

    def _schedule(self, group: AlertGroup) -> None:
        timing = self._route.timing_of(group, self._known)
        wants_resolved = self._mailer.send_resolved(group.receiver)
        due = next_flush_at(group, self._known, timing, send_resolved=wants_resolved)
        if due is None:
            self._due.pop(group.key, None)
        else:
            self._due[group.key] = due

    def _flush(self, group: AlertGroup, now: datetime) -> Draft:
        """Decide one group's mail."""
        timing = self._route.timing_of(group, self._known)
        wants_resolved = self._mailer.send_resolved(group.receiver)
        outcome = flush(group, self._known, timing, now, new_id=self._new_id, send_resolved=wants_resolved)
        draft = Draft()
        if outcome.notification is not None:
            draft.add(self._mailer.compose(outcome.notification))
            draft.events.extend(_told(outcome.notification, draft.entries, outcome.reason, now))
        if outcome.group is None:
            self._remove(group.key)
            draft.closed_groups.append(group.key)
        else:
            draft.groups[group.key] = outcome.group
            self._put(outcome.group)
            self._schedule(outcome.group)
        return draft


def _told(notification: Notification, entries: Sequence[OutboxEntry], reason: str, now: datetime) -> Iterable[Event]:
    """Yield a line of the event log for every alert the mail is about."""
    NOTIFICATIONS.labels("repeat" if notification.repeat else "problem" if notification.firing else "recovery").inc()
    text = f"{_recipients(entries)} for receiver {notification.group.receiver}: {reason}"
    for alert in (*notification.firing, *notification.resolved):
        yield event_of(alert, text, now, "notify")


def _recipients(entries: Sequence[OutboxEntry]) -> str:
    """Return who is told which way, each once, whatever the number of their entries."""
    told = {kind: dict.fromkeys(entry.recipient for entry in entries if entry.kind is kind) for kind in OutboxKind}
    ways = [f"{kind} to {', '.join(recipients)}" for kind, recipients in told.items() if recipients]
    return " and ".join(ways) or "mail to nobody"
