"""Writes the mail that goes out without the outbox, because that cannot be written: what is wrong, and what fires.

A quiet room. It stands in no database: it may come twice, and nothing knows of it after a restart.
May import: netwatch.model, netwatch.notify.{address, guard, mail.{letter, own_words, thread}}.
Called by: netwatch.app.health.last_resort, through the door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from netwatch.model import OutboxEntry
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.letter import subject_of
from netwatch.notify.mail.own_words import own_mail
from netwatch.notify.mail.thread import message_id

LAST_RESORT = "netwatch: sent directly"
MOST_NAMED = 50
SUBJECT = "[CRITICAL] NetWatch cannot write its database (sent directly, not kept)"


def compose_last_resort(
    trouble: str, firing: Sequence[str], *, to: Sequence[str], sender: str, now: datetime, new_id: Callable[[], str]
) -> list[OutboxEntry]:
    """Return one mail per address; `trouble` is a sentence, `firing` a line for each alert that fires."""
    origin = parse_mailbox(sender)
    mailboxes = {mailbox.address.lower(): mailbox for mailbox in map(parse_mailbox, to)}
    text = _text(trouble, firing, now)
    return [_entry(text, origin, mailbox, now, new_id()) for mailbox in mailboxes.values()]


def _text(trouble: str, firing: Sequence[str], now: datetime) -> str:
    lines = [
        "NetWatch cannot write its database, so this mail was sent directly: no outbox has it.",
        "",
        f"  {clean_line(trouble, 600)}",
        "",
        "Until that is mended alerts and mails are kept in memory, and are sent late.",
        "Do not restart NetWatch before: what was not written is lost by it.",
        "",
    ]
    if firing:
        lines += [f"What fires at {now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC ({len(firing)}):"]
        lines += [f"  * {clean_line(line, 200)}" for line in firing[:MOST_NAMED]]
        if (more := len(firing) - MOST_NAMED) > 0:
            lines.append(f"  and {more} more")
    else:
        lines.append("Nothing else fires.")
    return "\n".join(lines) + "\n"


def _entry(text: str, origin: Mailbox, to: Mailbox, now: datetime, entry_id: str) -> OutboxEntry:
    own_id = message_id(entry_id, origin.domain)
    mail = own_mail(SUBJECT, text, origin=origin, to=to, now=now, own_id=own_id, thread=LAST_RESORT)
    return OutboxEntry(
        id=entry_id, message_id=own_id, envelope_sender=origin.address, recipient=to.address,
        subject=subject_of(mail), message=mail.message, created_at=now, not_before=now,
        group_key=LAST_RESORT, thread_id=LAST_RESORT,
    )  # fmt: skip
