"""What a try to notify a manager makes of an outbox row, and the line it leaves in the event log.

A quiet room: row and answer in, row and events out.
May import: netwatch.model, netwatch.notify.{guard, ledger.{attempts, timetable}}.
Called by: netwatch.notify.snmp.sender.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.model import Event, OutboxEntry, OutboxState
from netwatch.notify.guard import clean_line
from netwatch.notify.ledger.attempts import delivery_event, given_back, tried
from netwatch.notify.ledger.timetable import jittered, next_attempt_at

SPREAD = timedelta(seconds=2)
"""Over how long rows that waited for a manager's rest to end come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapOutcome:
    """The row as it is to be recorded, the events beside it, and the label it is counted under."""

    entry: OutboxEntry
    events: tuple[Event, ...]
    outcome: str


def taken(entry: OutboxEntry, words: str, *, now: datetime, took: float = 0.0) -> TrapOutcome:
    """It is the manager's business from now on, or for a trap the network's."""
    row = tried(entry, now, state=OutboxState.SENT, attempts=entry.attempts + 1, sent_at=now, last_reply=words)
    return _outcome(entry, row, words, "sent", now, took)


def not_taken(entry: OutboxEntry, why: str, *, now: datetime, dice: float, took: float = 0.0) -> TrapOutcome:
    """It was refused, or nobody answered: again by the timetable, until that ends."""
    attempts, why = entry.attempts + 1, clean_line(why)
    next_at = next_attempt_at(attempts, created_at=entry.created_at, now=now, dice=dice)
    if next_at is None:
        row = tried(entry, now, state=OutboxState.DEAD, attempts=attempts, last_reply=why)
        return _outcome(entry, row, f"given up after {attempts} tries: {why}", "dead", now, took)
    row = tried(
        entry, now, state=OutboxState.DEFERRED, attempts=attempts, not_before=next_at, last_reply=why
    )  # fmt: skip
    words = f"deferred, try {attempts + 1} at {next_at:%H:%M:%S} UTC: {why}"
    return _outcome(entry, row, words, "deferred", now, took)


def hopeless(entry: OutboxEntry, why: str, *, now: datetime) -> TrapOutcome:
    """Nothing would be different next time."""
    why = clean_line(why)
    row = tried(entry, now, state=OutboxState.DEAD, attempts=entry.attempts + 1, last_reply=why)
    return _outcome(entry, row, f"not sent: {why}", "dead", now, 0.0)


def rested(entry: OutboxEntry, *, until: datetime, dice: float) -> TrapOutcome:
    """Its manager was silent: it waits, untried, and that is no news."""
    row = replace(given_back(entry), not_before=until + jittered(SPREAD, dice))
    return TrapOutcome(entry=row, events=(), outcome="held")


def _outcome(
    before: OutboxEntry, row: OutboxEntry, words: str, outcome: str, now: datetime, took: float
) -> TrapOutcome:
    event = delivery_event(before, words, now, relay=before.recipient, phase="send", reply=row.last_reply, took=took)
    return TrapOutcome(entry=row, events=(event,), outcome=outcome)
