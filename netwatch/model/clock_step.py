"""That the wall clock was set, and what becomes of instants written down by it as it stood before.

Whatever is open moves with the clock: nothing is due sooner or later for it, and what people read (`since 14:02`) is
right by the clock as it stands now.

May import: netwatch.model. Called by: app, which notices; engine and store, which move what is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.model.alert import Alert, AlertGroup
from netwatch.model.outbox import OutboxEntry

FORESEEN = timedelta(hours=1)
"""Nothing is planned further ahead than this: what lies beyond was written by yet another clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """The clock showed `at` and now shows `at + by`.

    since: when this machine started, by the clock as it stood. What is older was written by a clock nobody knows
    any more, and stays as it is.
    """

    since: datetime
    at: datetime
    by: timedelta

    def moved(self, instant: datetime) -> datetime:
        """Return an instant that has passed as the clock shows it now: as long ago as before."""
        return instant + self.by if self.since <= instant <= self.at else instant

    def moved_due(self, instant: datetime) -> datetime:
        """Return an instant that is planned as the clock shows it now: as far ahead as before."""
        return instant + self.by if self.since <= instant <= self.at + FORESEEN else instant

    def restated(self, instant: datetime, now: datetime) -> datetime:
        """Return when something was that is only told after the step, as the clock shows it at `now`.

        What was noted by the clock as it stood before is what could not be by the clock as it stands now: before it
        was set forward, or later than now.
        """
        stale = instant <= self.at if self.by > timedelta(0) else instant > now
        return instant + self.by if stale else instant


def moved_alert(alert: Alert, step: ClockStep) -> Alert:
    """Return the alert with its times as the clock shows them now."""
    return replace(
        alert,
        pending_at=step.moved(alert.pending_at),
        firing_at=_if_set(alert.firing_at, step.moved),
        healthy_since=_if_set(alert.healthy_since, step.moved),
        gone_at=_if_set(alert.gone_at, step.moved),
        resolved_at=_if_set(alert.resolved_at, step.moved),
        seen_at=_if_set(alert.seen_at, step.moved),
        acked_at=_if_set(alert.acked_at, step.moved),
    )


def moved_group(group: AlertGroup, step: ClockStep) -> AlertGroup:
    """Return the incident with its times as the clock shows them now."""
    return replace(
        group,
        opened_at=step.moved(group.opened_at),
        flushed_at=_if_set(group.flushed_at, step.moved),
        told={alert_id: step.moved(at) for alert_id, at in group.told.items()},
        told_gone={alert_id: step.moved(at) for alert_id, at in group.told_gone.items()},
    )


def moved_entry(entry: OutboxEntry, step: ClockStep) -> OutboxEntry:
    """Return the outbox row with its times as the clock shows them now; what it says stays as it was written."""
    return replace(
        entry,
        created_at=step.moved(entry.created_at),
        last_tried_at=_if_set(entry.last_tried_at, step.moved),
        not_before=step.moved_due(entry.not_before),
        lease_until=_if_set(entry.lease_until, step.moved_due),
    )


def _if_set(instant: datetime | None, change: Callable[[datetime], datetime]) -> datetime | None:
    return None if instant is None else change(instant)
