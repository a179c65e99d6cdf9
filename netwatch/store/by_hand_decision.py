"""What a person may do to an outbox row by hand, and why not where not.

Pure: the row comes in, what it becomes goes out, in words.
May import: netwatch.model. Called by: by_hand, store, memory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from netwatch.model import DROPPED_BY_HAND, UNSENT, Event, OutboxEntry, OutboxState

_WAITING = (OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.UNKNOWN)


class Act(StrEnum):
    """What is to be done with a row."""

    RETRY = "retry"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What came of it: `refused` where it makes no sense, `entry` where the row changed; `words` for people."""

    entry_id: str
    words: str
    refused: bool = False
    entry: OutboxEntry | None = None
    event: Event | None = None


def handle(act: Act, entry: OutboxEntry | None, teller: OutboxEntry | None, by: str, now: datetime) -> Handled:
    """Return what an act makes of a row; `teller` is the row that tells it instead, where there is one and is kept.

    An agent's own work is left alone: what it sends at the moment is refused. Doing it twice does nothing more.
    """
    if entry is None:
        return Handled(entry_id="", words="there is no such row in the outbox (any more)", refused=True)
    if entry.state is OutboxState.SENDING:
        if entry.lease_until is not None and entry.lease_until > now:
            return _refused(entry, "the agent is sending it at this moment; wait for what comes of it")
        entry = replace(entry, state=OutboxState.UNKNOWN, lease_until=None)  # whoever sent it went away
    return _retry(entry, teller, by, now) if act is Act.RETRY else _drop(entry, by, now)


def _retry(entry: OutboxEntry, teller: OutboxEntry | None, by: str, now: datetime) -> Handled:
    match entry.state:
        case OutboxState.SENT:
            return _refused(entry, f"it was sent at {_time(entry.sent_at)}: {entry.last_reply}")
        case OutboxState.DIGESTED:
            standing = f", {teller.id}, which {_standing(teller)}" if teller is not None else ""
            return _refused(entry, f"only its subject was kept; a digest tells it{standing}")
        case OutboxState.SUPERSEDED if teller is not None:
            return _refused(entry, f"{teller.id} says it too, and {_standing(teller)}")
        case OutboxState.QUEUED | OutboxState.DEFERRED | OutboxState.UNKNOWN:
            if entry.not_before <= now and entry.lease_until is None:
                return Handled(entry_id=entry.id, words="it is due already and will be sent as soon as it can be")
            tried_anew = replace(entry, not_before=now)
        case _:
            # With no attempts, an old row gets every short step of the timetable again before it is given up.
            fresh = OutboxState.DEFERRED if entry.last_tried_at else OutboxState.QUEUED
            tried_anew = replace(entry, state=fresh, attempts=0, not_before=now, lease_until=None)
    words = f"to be sent again now, by {by}"
    if entry.state is OutboxState.UNKNOWN:
        words += "; it may have arrived before, and then comes twice with the same Message-ID"
    return _changed(entry, tried_anew, Act.RETRY, words, by, now)


def _drop(entry: OutboxEntry, by: str, now: datetime) -> Handled:
    if entry.state is OutboxState.DEAD and entry.dropped_by_hand:
        return Handled(entry_id=entry.id, words=f"it is {entry.last_reply}")
    if entry.state not in (*_WAITING, OutboxState.DEAD):
        return _refused(entry, f"nothing of it is left to send: it is {entry.state}")
    words = f"{DROPPED_BY_HAND} by {by}"
    before = f"; before: {entry.last_reply}" if entry.last_reply else ""
    dropped = replace(entry, state=OutboxState.DEAD, last_reply=words + before, lease_until=None)
    return _changed(entry, dropped, Act.DROP, words, by, now)


def _changed(old: OutboxEntry, new: OutboxEntry, act: Act, words: str, by: str, now: datetime) -> Handled:
    event = Event(
        at=now,
        kind="delivery",
        text=f"{old.kind} to {old.recipient}: {words}",
        entry_id=old.id,
        group_key=old.group_key,
        details={"phase": act.value, "by": by, "before": old.state.value},
    )
    return Handled(entry_id=old.id, words=words, entry=new, event=event)


def _refused(entry: OutboxEntry, words: str) -> Handled:
    return Handled(entry_id=entry.id, words=words, refused=True)


def _standing(teller: OutboxEntry) -> str:
    if teller.state is OutboxState.SENT:
        return f"was sent at {_time(teller.sent_at)}"
    if teller.state in UNSENT:
        return "waits to be sent; retry that one"
    return f"is {teller.state}; retry that one"


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "an unknown time"
