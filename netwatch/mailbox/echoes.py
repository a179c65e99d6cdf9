"""Knows mails that come back for every reply of ours, though nothing in them says that a machine wrote them.

A quiet room. Whether a person wrote is never guessed: what was understood is done in any case, and only the reply is
left out, where the one before was of no use, or came in the same breath.
May import: netwatch.mailbox.{book, deciding, reading}. Called by: netwatch.app.answers, through the door.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from netwatch.mailbox.book import Record
from netwatch.mailbox.deciding import Decision, Outcome
from netwatch.mailbox.reading.outcome import Verb

TOLD_TWICE = 2
"""Replies in a row that say what is understood here, to an address that then wrote nothing of it."""
FOR_SO_LONG = timedelta(days=1)
IN_A_BREATH = timedelta(minutes=1)
"""Between mails with the same words; people take longer to read a reply and to write again."""


def is_echo(sender: str, verb: Verb, decision: Decision, before: Sequence[Record], now: datetime) -> bool:
    """Return whether a reply would be answered as the last ones were; `before`: known mails, the newest first."""
    own = [record for record in before if record.sender.lower() == sender.lower()]
    if verb is Verb.UNKNOWN and decision.outcome is Outcome.REFUSED:
        vain = takewhile(_is_vain, (one for one in own if timedelta(0) <= now - one.at <= FOR_SO_LONG))
        return len(list(vain)) >= TOLD_TWICE
    quick, at = 0, now
    for record in own:
        if (record.verb, record.words) != (verb, decision.words) or not timedelta(0) <= at - record.at <= IN_A_BREATH:
            break
        quick, at = quick + 1, record.at
    return quick >= TOLD_TWICE


def _is_vain(record: Record) -> bool:
    return record.verb == Verb.UNKNOWN and record.outcome is Outcome.REFUSED
