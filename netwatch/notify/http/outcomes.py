"""What a try to post makes of an outbox row, and the line it leaves in the event log.

A quiet room: row and answer in, row and events out. 2xx is taken; 4xx is refused for good, but for 408, 425 and 429,
which say "later"; every other answer is no answer to the question, and it is asked again. Where the request had left
and no answer came, it may have been taken: unknown, and posted again with the same Idempotency-Key.
May import: netwatch.model, netwatch.notify.{guard, ledger.{attempts, timetable}}.
Called by: netwatch.notify.http.{client, sender}.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from netwatch.model import Event, OutboxEntry, OutboxState
from netwatch.notify.guard import clean_line
from netwatch.notify.ledger.attempts import delivery_event, given_back, tried
from netwatch.notify.ledger.timetable import jittered, next_attempt_at

LATER = frozenset({408, 425, 429})
LONGEST_WAIT = timedelta(hours=1)
"""As long as a Retry-After is honoured."""
SPREAD = timedelta(milliseconds=500)
MAX_WORDS = 300


class WebPhase(StrEnum):
    """How far a post came."""

    CONNECT = "connect"
    SEND = "send"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: `status` is None where nothing did; `words` says in either case what happened."""

    words: str
    phase: WebPhase = WebPhase.ANSWER
    status: int | None = None
    retry_after: timedelta | None = None
    took: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOutcome:
    """The row as it is to be recorded, the events beside it, and the label it is counted under."""

    entry: OutboxEntry
    events: tuple[Event, ...]
    outcome: str


def answered(entry: OutboxEntry, answer: Answer, *, now: datetime, dice: float) -> WebOutcome:
    """Return what becomes of a row that was posted."""
    attempts, words = entry.attempts + 1, clean_line(answer.words, MAX_WORDS)
    if answer.status is not None and 200 <= answer.status <= 299:
        row = tried(entry, now, state=OutboxState.SENT, attempts=attempts, sent_at=now, last_reply=words)
        return _outcome(entry, row, f"accepted: {words}", "sent", answer, now)
    if answer.status is not None and 400 <= answer.status <= 499 and answer.status not in LATER:
        return _dead(entry, words, "refused for good", answer, now)
    due = next_attempt_at(attempts, created_at=entry.created_at, now=now, dice=dice)
    if due is None:
        return _dead(entry, words, f"given up after {attempts} tries", answer, now)
    due = max(due, now + min(answer.retry_after or timedelta(0), LONGEST_WAIT))
    unknown = answer.status is None and answer.phase is WebPhase.ANSWER
    state = OutboxState.UNKNOWN if unknown else OutboxState.DEFERRED
    what = "perhaps accepted, to be posted again with the same Idempotency-Key" if unknown else "deferred"
    row = tried(entry, now, state=state, attempts=attempts, not_before=due, last_reply=words)
    text = f"{what}, try {attempts + 1} at {due:%H:%M:%S} UTC: {words}"
    return _outcome(entry, row, text, str(state), answer, now)


def hopeless(entry: OutboxEntry, why: str, *, now: datetime) -> WebOutcome:
    """Nothing would be different next time."""
    return _dead(entry, clean_line(why), "not sent", Answer(words=why, phase=WebPhase.CONNECT), now)


def rested(entry: OutboxEntry, *, until: datetime, dice: float) -> WebOutcome:
    """The place was silent, or is yet to hear what came before: the row waits, untried, and that is no news."""
    row = replace(given_back(entry), not_before=until + jittered(SPREAD, dice))
    return WebOutcome(entry=row, events=(), outcome="held")


def retry_after(header: str, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header asks to wait, in seconds or until a date (RFC 9110, section 10.2.3)."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(at - now, timedelta(0))


def _dead(entry: OutboxEntry, words: str, why: str, answer: Answer, now: datetime) -> WebOutcome:
    row = tried(entry, now, state=OutboxState.DEAD, attempts=entry.attempts + 1, last_reply=words)
    return _outcome(entry, row, f"{why}: {words}", "dead", answer, now)


def _outcome(
    before: OutboxEntry, row: OutboxEntry, words: str, outcome: str, answer: Answer, now: datetime
) -> WebOutcome:
    event = delivery_event(
        before, words, now, relay=before.recipient, phase=answer.phase, reply=row.last_reply, took=answer.took
    )
    return WebOutcome(entry=row, events=(event,), outcome=outcome)
