"""Writes the mail that tells somebody else what could not be delivered: to whom, why, and what it said.

A quiet room. What it quotes came from devices and from mail servers, and is cleaned once more.
May import: netwatch.model, netwatch.notify.{address, guard, mail.{letter, own_words, thread}}.
Called by: netwatch.notify.dead_letters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern

from netwatch.model import OutboxEntry, OutboxKind
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.guard import clean_block, clean_line
from netwatch.notify.mail.letter import subject_of
from netwatch.notify.mail.own_words import own_mail
from netwatch.notify.mail.story import MAX_SUBJECT
from netwatch.notify.mail.thread import message_id
from netwatch.notify.words import shortened

FALLBACK = "netwatch: undelivered"
"""Group key and thread of these mails, by which they are known for what they are; no route makes such a key."""
MOST_IN_FULL = 10
MOST_LINES = 30
MOST_RECIPIENTS = 50
MOST_ALERTS = 500
MOST_OF_WHO = 20
"""Letters of a recipient in a subject that would be too long."""


def tells_of_dead_letters(entry: OutboxEntry) -> bool:
    """Return whether a row is itself such a mail."""
    return entry.group_key == FALLBACK


def concerns(row: OutboxEntry, address: str) -> bool:
    """Return whether an address is told of a dead row: not where it was what could not be reached."""
    return row.kind is not OutboxKind.MAIL or row.recipient.lower() != parse_mailbox(address).address.lower()


def compose_fallback(
    dead: Sequence[tuple[OutboxEntry, Sequence[str]]], *, sender: str, now: datetime, new_id: Callable[[], str]
) -> list[OutboxEntry]:
    """Return one mail per fallback address about the rows that died, oldest first; each counts its own exactly.

    dead: each row, and who is told of it. An address is not told of what was not delivered to itself.
    """
    mailboxes: dict[str, Mailbox] = {}
    told: dict[str, list[OutboxEntry]] = {}
    for row, addresses in dead:
        for mailbox in map(parse_mailbox, addresses):
            if concerns(row, mailbox.address):
                mailboxes.setdefault(mailbox.address.lower(), mailbox)
                told.setdefault(mailbox.address.lower(), []).append(row)
    origin = parse_mailbox(sender)
    return [_entry(about, origin, mailboxes[address], now, new_id()) for address, about in told.items()]


def _entry(about: Sequence[OutboxEntry], origin: Mailbox, to: Mailbox, now: datetime, entry_id: str) -> OutboxEntry:
    own_id = message_id(entry_id, origin.domain)
    mail = own_mail(
        _subject(about), _text(about), origin=origin, to=to, now=now, own_id=own_id, thread=FALLBACK
    )  # fmt: skip
    alert_ids = dict.fromkeys(alert_id for row in about for alert_id in row.alert_ids)
    return OutboxEntry(
        id=entry_id,
        message_id=own_id,
        envelope_sender=origin.address,
        recipient=to.address,
        subject=subject_of(mail),
        message=mail.message,
        created_at=now,
        not_before=now,
        group_key=FALLBACK,
        thread_id=FALLBACK,
        alert_ids=tuple(alert_ids)[:MOST_ALERTS],
    )


def _subject(about: Sequence[OutboxEntry]) -> str:
    recipients = list(dict.fromkeys(row.recipient for row in about))
    who = clean_line(recipients[0], 80) if len(recipients) == 1 else f"{len(recipients)} recipients"
    what = clean_line(about[0].subject, 120) if len(about) == 1 else f"{len(about)} messages"
    whole = f"[UNDELIVERED] {what} did not reach {who}"
    if len(whole) <= MAX_SUBJECT:
        return whole
    end = f" not to {shortened(who, MOST_OF_WHO)}"
    return f"[UNDELIVERED] {shortened(what, MAX_SUBJECT - len('[UNDELIVERED] ') - len(end))}{end}"


def _text(about: Sequence[OutboxEntry]) -> str:
    count = "this message" if len(about) == 1 else f"these {len(about)} messages"
    lines = [
        f"NetWatch could not deliver {count}, and has given up on it.",
        "Those it was for do not know what it says, unless they learned it another way.",
        "",
    ]
    for row in about[:MOST_IN_FULL]:
        lines += _in_full(row)
    if more := about[MOST_IN_FULL:]:
        lines += _counted(more)
    lines.append("To see and to send again what was given up: netwatch outbox list, netwatch outbox retry ID.")
    return "\n".join(lines) + "\n"


def _in_full(row: OutboxEntry) -> list[str]:
    told = f", for receiver {clean_line(row.receiver, 80)}" if row.receiver else ""
    text = _said_by(row)
    quote = [f"  > {line}".rstrip() for line in text.split("\n")] if text else []
    return [
        f"* {row.kind} to {clean_line(row.recipient)}{told}",
        f"  Written:  {row.created_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC; tried {row.attempts} times",
        f"  Subject:  {clean_line(row.subject)}",
        f"  Why not:  {clean_line(row.last_reply, 600)}",
        f"  Outbox:   {row.id}",
        *quote,
        "",
    ]


def _counted(rows: Sequence[OutboxEntry]) -> list[str]:
    by_recipient = Counter(row.recipient for row in rows)
    last_reply = {row.recipient: row.last_reply for row in rows}
    lines = [f"{len(rows)} more:"]
    for recipient, count in by_recipient.most_common(MOST_RECIPIENTS):
        lines.append(f"  {count} to {clean_line(recipient)}: {clean_line(last_reply[recipient], 200)}")
    if (left := len(by_recipient) - MOST_RECIPIENTS) > 0:
        rest = sum(count for _, count in by_recipient.most_common()[MOST_RECIPIENTS:])
        lines.append(f"  {rest} to {left} further recipients")
    return [*lines, ""]


def _said_by(row: OutboxEntry) -> str:
    """Return the text part of a mail; of traps and posts the subject says enough."""
    if row.kind is not OutboxKind.MAIL or not row.message:
        return ""
    try:
        message = BytesParser(_class=EmailMessage, policy=modern).parsebytes(row.message)
        part = message.get_body(("plain",))
        text = str(part.get_content()) if part is not None else ""
    except (MessageError, LookupError, ValueError):
        return ""
    return clean_block(text, limit=4_000, lines=MOST_LINES)
