"""What two witnesses say of one alert, in words: a line of the trap's and one of the poll's.

They stand in the alert's annotations, where a restart leaves them, and at the end of its description, which mails,
pages and webhooks show.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.engine.times. Called by: readings, traps, witnesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from netwatch.engine.times import clock
from netwatch.model import Alert, TableReading, cleaned

SAID_BY_TRAP, SAID_BY_POLL = "said_by_trap", "said_by_poll"
_LINES = (SAID_BY_TRAP, SAID_BY_POLL)
_DESCRIPTION = "description"


def is_witnessed(alert: Alert) -> bool:
    """Return whether a trap spoke for the alert of a rule about readings."""
    return SAID_BY_TRAP in alert.annotations


def is_confirmed(alert: Alert) -> bool:
    """Return whether a poll has seen what a trap said, or saw it first."""
    return SAID_BY_POLL in alert.annotations


def knows_nothing_of(reading: TableReading, alert: Alert) -> bool:
    """Return whether a reading was asked for before the last trap spoke, so that it cannot contradict it."""
    if not is_witnessed(alert) or alert.seen_at is None:
        return False
    return (reading.asked_at or reading.at) <= alert.seen_at


def trap_line(trap: str, source: str, at: datetime, count: int, since: datetime, sentences: str = "") -> str:
    """Return what a trap said, when, and how often; without a date on the day the alert began.

    sentences: what its sender says in words of its own.
    """
    often = f", {count:,} times, the last at" if count > 1 else ", at"
    said = f': "{sentences}"' if sentences else "."
    return f"Trap: {cleaned(trap)}{f' from {source}' if source else ''}{often} {clock(at, since)} UTC{said}"


def began_line(alert: Alert) -> str:
    """Return that polling saw it first."""
    return f"Poll: seen since {clock(alert.pending_at)} UTC."


def read_words(value: float | str | None, shown: str, at: datetime, since: datetime) -> str:
    """Return what a poll read: `read up at 17:10:36`, with the whole condition where the value is but a number."""
    what = cleaned(value) if isinstance(value, str) and value else shown
    return f"read {what} at {clock(at, since)}"


def poll_line(words: str, *, over: bool) -> str:
    """Return what a poll read, and what that means for what the trap said."""
    return f"Poll: {words} UTC{', so it is over' if over else ''}."


def described(rendered: Mapping[str, str], lines: Mapping[str, str]) -> dict[str, str]:
    """Return annotations just rendered, with the lines of the witnesses (of `lines` no more is taken)."""
    said = {name: lines[name] for name in _LINES if lines.get(name)}
    told = "\n".join(filter(None, (rendered.get(_DESCRIPTION, ""), *said.values())))
    return {**rendered, **({_DESCRIPTION: told} if told else {}), **said}


def with_poll_line(alert: Alert, line: str) -> Alert:
    """Return an alert that was described before, with another line of the poll's."""
    before = alert.annotations.get(SAID_BY_POLL)
    said = [text for text in alert.annotations.get(_DESCRIPTION, "").split("\n") if text and text != before]
    annotations = {**alert.annotations, SAID_BY_POLL: line, _DESCRIPTION: "\n".join([*said, line])}
    return replace(alert, annotations=annotations)
