"""What every try to carry a row has in common, however it leaves.

A quiet room: values in, values out.
May import: netwatch.model, netwatch.notify.ledger.timetable.
Called by: netwatch.notify.{ledger.carrier, smtp.outcomes, snmp.outcomes, http.outcomes} and whoever tries rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.model import Event, OutboxEntry, OutboxState
from netwatch.notify.ledger.timetable import next_attempt_at

BROKE_OFF = "NetWatch failed in the middle of it; its log says how"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row as it is to be recorded after a try, the lines this leaves in the event log, and rows it brings forth."""

    entry: OutboxEntry
    events: tuple[Event, ...] = ()
    entries: tuple[OutboxEntry, ...] = ()


def given_back(entry: OutboxEntry) -> OutboxEntry:
    """Return a row as it was before it was claimed: it was not tried, or not by its own fault in vain."""
    state = OutboxState.DEFERRED if entry.attempts else OutboxState.QUEUED
    return replace(entry, state=state, lease_until=None)


def tried(entry: OutboxEntry, now: datetime, **changes: object) -> OutboxEntry:
    """Return a row that was tried, leased no more."""
    return replace(entry, lease_until=None, last_tried_at=now, **changes)  # type: ignore[arg-type]


def broken_off(entry: OutboxEntry, *, now: datetime, dice: float) -> Result:
    """Return what becomes of a row whose try ended by a fault of ours: it may have been taken, and tries end."""
    attempts = entry.attempts + 1
    due = next_attempt_at(attempts, created_at=entry.created_at, now=now, dice=dice, perhaps_taken=True)
    state = OutboxState.DEAD if due is None else OutboxState.UNKNOWN
    row = tried(entry, now, state=state, attempts=attempts, last_reply=BROKE_OFF)
    event = delivery_event(entry, f"{state}: {BROKE_OFF}", now, relay="", phase="fault", reply=BROKE_OFF, took=0.0)
    return Result(entry=row if due is None else replace(row, not_before=due), events=(event,))


def delivery_event(
    entry: OutboxEntry, words: str, now: datetime, *, relay: str, phase: str, reply: str, took: float
) -> Event:
    """Return the line a try leaves in the event log.

    details: `attempt` the try it was, whether or not it was spent; `relay` with whom; `phase` how far it came;
    `reply` the other side's words, or ours where it said nothing; `took` in seconds.
    """
    return Event(
        at=now,
        kind="delivery",
        text=f'{entry.kind} to {entry.recipient} "{entry.subject}" {words}',
        alert_id=entry.alert_ids[0] if len(entry.alert_ids) == 1 else "",
        entry_id=entry.id,
        group_key=entry.group_key,
        details={
            "attempt": str(entry.attempts + 1),
            "relay": relay,
            "phase": phase,
            "reply": reply,
            "took": f"{took:.3f} s",
        },
    )
