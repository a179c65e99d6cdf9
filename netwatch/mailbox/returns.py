"""What a report says of our own mails: which rows of the outbox it is about, and how they stand from now on.

A quiet room. Anybody can write a report, so it counts only for a mail that it names by what only its recipients and
the servers on its way have seen; and then for its recipient alone.
May import: netwatch.model, netwatch.mailbox.reading.outcome. Called by: netwatch.app.returns, through the door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from netwatch.mailbox.reading.outcome import Bounce, Fate, Reported
from netwatch.model import OutboxEntry, OutboxState

CAME_BACK = "came back: "
"""How `last_reply` begins of a dead row that a server had taken and could not deliver."""
LATE = "on its way, late: "
ARRIVED = "arrived: "
PASSED_ON = "passed on: "
OPENED = "opened: "
"""How `last_reply` begins of a sent row once more is known than that a relay took it."""
MOST_IDS = 20
"""Rows that one report may name."""
_WORDS = {
    Fate.BOUNCED: "came back", Fate.DELAYED: "is late", Fate.DELIVERED: "was delivered",
    Fate.RELAYED: "went on to a server that reports no more", Fate.READ: "was opened",
}  # fmt: skip
_EVIDENCE = {Fate.DELAYED: LATE, Fate.RELAYED: PASSED_ON, Fate.DELIVERED: ARRIVED, Fate.READ: OPENED}
"""What is known of a mail that is not lost, each more than the one before."""
_XTEXT = re.compile(r"\+([0-9A-F]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a report comes to for one row.

    entry: the row as it stands from now on. report: what was said of its recipient. words: both, for people.
    is_dead: it will never arrive. elsewhere: the report is about another address, to which it was passed on.
    is_new: whether the row stands otherwise than before.
    """

    entry: OutboxEntry
    report: Reported
    words: str
    is_dead: bool = False
    elsewhere: bool = False
    is_new: bool = False


def rows_named(bounce: Bounce) -> tuple[str, ...]:
    """Return the ids of rows that a report may be about, the best first: they need not exist."""
    ids = [bounce.envelope_id, *bounce.verp, *(one.strip("<>").partition("@")[0] for one in bounce.message_ids)]
    return tuple(dict.fromkeys(one for one in ids if one))[:MOST_IDS]


def returned(bounce: Bounce, rows: Mapping[str, OutboxEntry], now: datetime) -> Returned | None:
    """Return what a report comes to, None where it is about none of these rows.

    rows: those of `rows_named` that exist, by id. The first one that is truly named counts: a mail has one recipient.
    """
    named = (rows[one] for one in rows_named(bounce) if one in rows)
    entry = next((row for row in named if _names(bounce, row)), None)
    if entry is None or not bounce.reports:
        return None
    of_recipient = [one for one in bounce.reports if not one.recipient or _is_to(one, entry.recipient)]
    report = (of_recipient or bounce.reports)[0]
    return _returned(entry, report, now, elsewhere=not of_recipient)


def _names(bounce: Bounce, row: OutboxEntry) -> bool:
    """Return whether a report names a row by its Message-ID, or by what we gave its envelope."""
    return row.message_id in bounce.message_ids or row.id in (bounce.envelope_id, *bounce.verp)


def _is_to(report: Reported, recipient: str) -> bool:
    """Return whether a report is about our recipient; some servers give xtext (RFC 3461, section 4) as it came."""
    wanted = recipient.lower()
    return any(wanted in (one, _plain(one)) for one in (report.recipient, report.final) if one)


def _plain(text: str) -> str:
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), text.upper()).lower() if "+" in text else text


def _returned(entry: OutboxEntry, report: Reported, now: datetime, *, elsewhere: bool) -> Returned:
    said = " ".join(
        filter(None, (report.status if report.status not in report.diagnostic else "", report.diagnostic))
    )
    said = said or ("no reason was given" if report.fate in (Fate.BOUNCED, Fate.DELAYED) else "its server says so")
    before = entry
    whom = f" for {report.recipient}" if elsewhere else ""
    words = f"mail to {entry.recipient} {_WORDS[report.fate]}{whom}: {said}"
    is_dead = report.fate is Fate.BOUNCED and not elsewhere and entry.state is OutboxState.SENT
    if is_dead:
        entry = replace(entry, state=OutboxState.DEAD, last_reply=f"{CAME_BACK}{said}", last_tried_at=now)
    elif not elsewhere and entry.state is OutboxState.SENT and _known_of(entry) < _ranks(report.fate):
        entry = replace(entry, last_reply=f"{_EVIDENCE[report.fate]}{said}")
    is_new = entry is not before
    return Returned(entry=entry, report=report, words=words, is_dead=is_dead, elsewhere=elsewhere, is_new=is_new)


def _known_of(entry: OutboxEntry) -> int:
    """Return how much is known of a sent row; 0 where that is only that a relay took it."""
    return next((_ranks(fate) for fate, words in _EVIDENCE.items() if entry.last_reply.startswith(words)), 0)


def _ranks(fate: Fate) -> int:
    return 1 + [*_EVIDENCE].index(fate) if fate in _EVIDENCE else 0
