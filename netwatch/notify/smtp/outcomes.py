"""What a try to send makes of an outbox row, and the lines it leaves in the event log: one for every relay tried.

A quiet room: row and answer in, row and events out.
May import: netwatch.model, netwatch.notify.{ledger.{attempts, timetable}, smtp.{failures, replies}}.
Called by: netwatch.notify.smtp.sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.model import Event, OutboxEntry, OutboxState
from netwatch.notify.ledger.attempts import delivery_event, given_back, tried
from netwatch.notify.ledger.timetable import jittered, next_attempt_at
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.replies import Phase, Verdict

HOLD_FOR = timedelta(seconds=2)
"""How long a row that met relay trouble lets others go first, so that it cannot be what every probe trips over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One relay that did not take the mail, and how many seconds it had for it."""

    relay: str
    failure: SmtpFailure
    took: float = 0.0

    @property
    def kind(self) -> tuple[str, str, int | None]:
        """Return what makes two troubles the same, whatever the words."""
        return self.relay, str(self.failure.phase), self.failure.code

    def __str__(self) -> str:
        return f"{self.relay} {self.failure.phase.replace('_', ' ')}: {self.failure.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The row as it is to be recorded, the events beside it, and the labels it is counted under."""

    entry: OutboxEntry
    events: tuple[Event, ...]
    outcome: str
    phase: Phase


def accepted(
    entry: OutboxEntry, *, relay: str, reply: str, before: Sequence[Trouble], now: datetime, took: float = 0.0
) -> Outcome:
    """The relay took it: its business from now on."""
    row = tried(
        entry, now, state=OutboxState.SENT, attempts=entry.attempts + 1, sent_at=now, last_reply=f"{relay}: {reply}"
    )
    after = f" (after {'; '.join(map(str, before))})" if before else ""
    last = delivery_event(
        entry, f"accepted by {relay}: {reply}{after}", now,
        relay=relay, phase=Phase.END_OF_DATA, reply=reply, took=took,
    )  # fmt: skip
    return Outcome(entry=row, events=(*_passed_on(entry, before, now), last), outcome="sent", phase=Phase.END_OF_DATA)


def failed(entry: OutboxEntry, troubles: Sequence[Trouble], *, now: datetime, dice: float) -> Outcome:
    """No relay took it; the last one's answer decides."""
    last = troubles[-1]
    words = "; ".join(map(str, troubles))
    verdict = last.failure.meaning.verdict
    if verdict is Verdict.HOLD:
        due = now + jittered(HOLD_FOR, dice)
        row = replace(given_back(entry), last_tried_at=now, not_before=due, last_reply=words)
        return _failed(entry, row, "held, no attempt spent", "held", troubles, now)
    attempts = entry.attempts + 1
    unknown = verdict is Verdict.UNKNOWN
    next_at = next_attempt_at(attempts, created_at=entry.created_at, now=now, dice=dice, perhaps_taken=unknown)
    if verdict is Verdict.DEAD or next_at is None:
        why = "refused for good" if verdict is Verdict.DEAD else f"given up after {attempts} tries"
        row = tried(entry, now, state=OutboxState.DEAD, attempts=attempts, last_reply=words)
        return _failed(entry, row, why, "dead", troubles, now)
    state = OutboxState.UNKNOWN if unknown else OutboxState.DEFERRED
    row = tried(entry, now, state=state, attempts=attempts, not_before=next_at, last_reply=words)
    what = "perhaps accepted, to be sent again with the same Message-ID" if unknown else "deferred"
    return _failed(entry, row, f"{what}, try {attempts + 1} at {next_at:%H:%M:%S} UTC", str(state), troubles, now)


def told_shorter(entry: OutboxEntry, short: OutboxEntry, troubles: Sequence[Trouble], *, now: datetime) -> Outcome:
    """No relay takes a mail of this size: a short one goes in its place."""
    words = "; ".join(map(str, troubles))
    row = tried(
        entry, now, state=OutboxState.SUPERSEDED, attempts=entry.attempts + 1, last_reply=words, told_by=short.id
    )
    return _failed(entry, row, "too large, a short plain-text one is sent instead", "shortened", troubles, now)


def _failed(
    entry: OutboxEntry, row: OutboxEntry, verdict: str, outcome: str, troubles: Sequence[Trouble], now: datetime
) -> Outcome:
    last = troubles[-1]
    events = (*_passed_on(entry, troubles[:-1], now), _event(entry, last, f"{verdict}: {row.last_reply}", now))
    return Outcome(entry=row, events=events, outcome=outcome, phase=last.failure.phase)


def _passed_on(entry: OutboxEntry, troubles: Sequence[Trouble], now: datetime) -> list[Event]:
    """Return a line for every relay that did not take it while there was another to try."""
    return [_event(entry, trouble, f"passed on to the next relay: {trouble}", now) for trouble in troubles]


def _event(entry: OutboxEntry, trouble: Trouble, words: str, now: datetime) -> Event:
    failure = trouble.failure
    return delivery_event(
        entry, words, now, relay=trouble.relay, phase=failure.phase, reply=failure.words, took=trouble.took
    )
