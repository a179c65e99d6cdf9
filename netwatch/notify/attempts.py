"""What every try to carry a row has in common, however it leaves.

A quiet room: values in, values out.
May import: netwatch.model. Called by: netwatch.notify.{carrier, outcomes, trap_outcomes} and whoever tries rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.model import Event, OutboxEntry, OutboxState


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row as it is to be recorded after a try, and the lines this leaves in the event log."""

    entry: OutboxEntry
    events: tuple[Event, ...] = ()


def given_back(entry: OutboxEntry) -> OutboxEntry:
    """Return a row as it was before it was claimed: it was not tried, or not by its own fault in vain."""
    state = OutboxState.DEFERRED if entry.attempts else OutboxState.QUEUED
    return replace(entry, state=state, lease_until=None)


def tried(entry: OutboxEntry, now: datetime, **changes: object) -> OutboxEntry:
    """Return a row that was tried, leased no more."""
    return replace(entry, lease_until=None, last_tried_at=now, **changes)  # type: ignore[arg-type]


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
