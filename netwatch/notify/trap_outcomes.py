"""What a try to notify a manager makes of an outbox row, and the line it leaves in the event log.

A quiet room: row and answer in, row and events out.
May import: netwatch.model, netwatch.notify.{attempts, guard, timetable}. Called by: netwatch.notify.trap_sender.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.model import Event, OutboxEntry, OutboxState
from netwatch.notify.attempts import given_back, tried
from netwatch.notify.guard import clean_line
from netwatch.notify.timetable import jittered, next_attempt_at

SPREAD = timedelta(seconds=2)
"""Over how long rows that waited for a manager's rest to end come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapOutcome:
    """The row as it is to be recorded, the events beside it, and the label it is counted under."""

    entry: OutboxEntry
    events: tuple[Event, ...]
    outcome: str


def taken(entry: OutboxEntry, words: str, *, now: datetime) -> TrapOutcome:
    """It is the manager's business from now on, or for a trap the network's."""
    row = tried(entry, now, state=OutboxState.SENT, attempts=entry.attempts + 1, sent_at=now, last_reply=words)
    return _outcome(row, words, "sent", now)


def not_taken(entry: OutboxEntry, why: str, *, now: datetime, dice: float) -> TrapOutcome:
    """It was refused, or nobody answered: again by the timetable, until that ends."""
    attempts, why = entry.attempts + 1, clean_line(why)
    next_at = next_attempt_at(attempts, created_at=entry.created_at, now=now, dice=dice)
    if next_at is None:
        row = tried(entry, now, state=OutboxState.DEAD, attempts=attempts, last_reply=why)
        return _outcome(row, f"given up after {attempts} tries: {why}", "dead", now)
    row = tried(
        entry, now, state=OutboxState.DEFERRED, attempts=attempts, not_before=next_at, last_reply=why
    )  # fmt: skip
    return _outcome(row, f"deferred, try {attempts + 1} at {next_at:%H:%M:%S} UTC: {why}", "deferred", now)


def hopeless(entry: OutboxEntry, why: str, *, now: datetime) -> TrapOutcome:
    """Nothing would be different next time."""
    why = clean_line(why)
    row = tried(entry, now, state=OutboxState.DEAD, attempts=entry.attempts + 1, last_reply=why)
    return _outcome(row, f"not sent: {why}", "dead", now)


def late(entry: OutboxEntry, *, now: datetime) -> TrapOutcome:
    """The manager knows already that the alert is over; to say now that it fires would be wrong."""
    words = "the manager was told since that it is over"
    return _outcome(tried(entry, now, state=OutboxState.SUPERSEDED, last_reply=words), words, "superseded", now)


def rested(entry: OutboxEntry, *, until: datetime, dice: float) -> TrapOutcome:
    """Its manager was silent, or hears of the same alert right now: it waits, untried, and that is no news."""
    row = replace(given_back(entry), not_before=until + jittered(SPREAD, dice))
    return TrapOutcome(entry=row, events=(), outcome="held")


def _outcome(entry: OutboxEntry, words: str, outcome: str, now: datetime) -> TrapOutcome:
    alert_id = entry.alert_ids[0] if len(entry.alert_ids) == 1 else ""
    text = f'trap to {entry.recipient} "{entry.subject}" {words}'
    return TrapOutcome(
        entry=entry, events=(Event(at=now, kind="delivery", text=text, alert_id=alert_id),), outcome=outcome
    )
