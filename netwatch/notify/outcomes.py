"""What a try to send makes of an outbox row, and the line it leaves in the event log.

A quiet room: row and answer in, row and event out.
May import: netwatch.model, netwatch.notify.{attempts, failures, replies, timetable}.
Called by: netwatch.notify.notifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.model import Event, OutboxEntry, OutboxState
from netwatch.notify.attempts import given_back, tried
from netwatch.notify.failures import SmtpFailure
from netwatch.notify.replies import Phase, Verdict, meaning_of
from netwatch.notify.timetable import jittered, next_attempt_at

HOLD_FOR = timedelta(seconds=2)
"""How long a row that met relay trouble lets others go first, so that it cannot be what every probe trips over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One relay that did not take the mail."""

    relay: str
    failure: SmtpFailure

    def __str__(self) -> str:
        return f"{self.relay} {self.failure.phase.replace('_', ' ')}: {self.failure.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The row as it is to be recorded, the event beside it, and the labels it is counted under."""

    entry: OutboxEntry
    event: Event
    outcome: str
    phase: Phase


def accepted(entry: OutboxEntry, *, relay: str, reply: str, before: Sequence[Trouble], now: datetime) -> Outcome:
    """The relay took it: its business from now on."""
    row = tried(
        entry, now, state=OutboxState.SENT, attempts=entry.attempts + 1, sent_at=now, last_reply=f"{relay}: {reply}"
    )
    after = f" (after {'; '.join(map(str, before))})" if before else ""
    return _outcome(row, f"accepted by {relay}: {reply}{after}", "sent", Phase.END_OF_DATA, now)


def failed(entry: OutboxEntry, troubles: Sequence[Trouble], *, now: datetime, dice: float) -> Outcome:
    """No relay took it; the last one's answer decides."""
    last = troubles[-1]
    words, phase = "; ".join(map(str, troubles)), last.failure.phase
    verdict = meaning_of(phase, last.failure.code).verdict
    if verdict is Verdict.HOLD:
        due = now + jittered(HOLD_FOR, dice)
        row = replace(given_back(entry), last_tried_at=now, not_before=due, last_reply=words)
        return _outcome(row, f"held, no attempt spent: {words}", "held", phase, now)
    attempts = entry.attempts + 1
    next_at = next_attempt_at(attempts, created_at=entry.created_at, now=now, dice=dice)
    if verdict is Verdict.DEAD or next_at is None:
        why = "refused for good" if verdict is Verdict.DEAD else f"given up after {attempts} tries"
        row = tried(entry, now, state=OutboxState.DEAD, attempts=attempts, last_reply=words)
        return _outcome(row, f"{why}: {words}", "dead", phase, now)
    unknown = verdict is Verdict.UNKNOWN
    state = OutboxState.UNKNOWN if unknown else OutboxState.DEFERRED
    row = tried(entry, now, state=state, attempts=attempts, not_before=next_at, last_reply=words)
    what = "perhaps accepted, to be sent again with the same Message-ID" if unknown else "deferred"
    return _outcome(row, f"{what}, try {attempts + 1} at {next_at:%H:%M:%S} UTC: {words}", str(state), phase, now)


def _outcome(entry: OutboxEntry, words: str, outcome: str, phase: Phase, now: datetime) -> Outcome:
    alert_id = entry.alert_ids[0] if len(entry.alert_ids) == 1 else ""
    text = f'mail to {entry.recipient} "{entry.subject}" {words}'
    event = Event(at=now, kind="delivery", text=text, alert_id=alert_id)
    return Outcome(entry=entry, event=event, outcome=outcome, phase=phase)
