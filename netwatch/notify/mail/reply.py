"""Writes the reply to an answer: plain text, in the thread, to the person who asked and nobody else.

A quiet room. What it quotes was written by strangers, and is cleaned once more.
May import: netwatch.model, netwatch.notify.{address, guard, links, mail.{letter, mime, thread}}.
Called by: app, through the door.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from netwatch.model import OutboxEntry, OutboxState, new_uuid
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.guard import clean_line, plain_ascii
from netwatch.notify.links import Answering
from netwatch.notify.mail.letter import proven, subject_of
from netwatch.notify.mail.mime import SUPPRESSED, Mail, ascii_header, date_header, mailbox_header, plain, text_header
from netwatch.notify.mail.story import MAX_SUBJECT
from netwatch.notify.mail.thread import message_id
from netwatch.notify.words import shortened

REPLY_THREAD = "re:"
"""What the thread of a reply's row begins with: it is no news of the incident, which newer ones would take back."""
_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>")
MOST_LETTERS, MOST_LINES = 1000, 1000
"""Letters of a line, and lines, of a reply."""


def compose_reply(
    told: OutboxEntry,
    *,
    to: str,
    answer_id: str,
    text: str,
    sender: str,
    answering: Answering | None,
    now: datetime,
    entry_id: str = "",
) -> OutboxEntry:
    """Return the outbox row of a reply to an answer to the row `told`; answer_id is the answer's Message-ID.

    Raises:
        ValueError: `to` is no mail address.
    """
    origin, recipient = parse_mailbox(sender), parse_mailbox(to)
    entry_id = entry_id or new_uuid()
    row = OutboxEntry(
        id=entry_id, message_id=message_id(entry_id, origin.domain), envelope_sender=origin.address,
        recipient=recipient.address, subject="", message=b"", created_at=now, not_before=now, receiver=told.receiver,
        group_key=told.group_key, thread_id=REPLY_THREAD + told.thread_id, state=OutboxState.QUEUED,
    )  # fmt: skip
    # Who answers the reply answers the mail: its alerts are counted there.
    tag = answering.tags.tag(told.id) if answering is not None else ""
    reply_to = answering.reply_to(tag) if answering is not None else ""
    mail = _mail(row, told, origin, recipient, answer_id, f"{text.rstrip()}\n", reply_to)
    return replace(row, subject=subject_of(mail), message=mail.message)


def _mail(
    row: OutboxEntry, told: OutboxEntry, origin: Mailbox, to: Mailbox, answer_id: str, text: str, reply_to: str
) -> Mail:
    topic = told.subject if told.subject.lower().startswith("re:") else f"Re: {told.subject}"
    subject = shortened(clean_line(topic, 4 * MAX_SUBJECT), MAX_SUBJECT + 4)
    body = "\n".join(clean_line(line, MOST_LETTERS) for line in text.split("\n")[:MOST_LINES])
    root = message_id(told.thread_id, origin.domain)
    ids = [root, told.message_id, *([answer_id] if _ID.fullmatch(answer_id) and "=?" not in answer_id else [])]

    def written(subject: str, text: str, from_: str) -> Mail:
        headers = [
            date_header(row.created_at),
            mailbox_header("From", from_, origin.address),
            ascii_header("To", to.address),
            text_header("Subject", subject),
            *([ascii_header("Reply-To", reply_to)] if reply_to else []),
            ascii_header("Message-ID", row.message_id),
            ascii_header("In-Reply-To", ids[-1]),
            ascii_header("References", " ".join(dict.fromkeys(ids))),
            ascii_header("Auto-Submitted", "auto-replied"),
            ascii_header("X-Auto-Response-Suppress", SUPPRESSED),
            ascii_header("MIME-Version", "1.0"),
        ]
        return plain(headers, text=text)

    def bare() -> Mail:
        return written(plain_ascii(subject), "\n".join(plain_ascii(line) for line in body.split("\n")), "")

    return proven(written(subject, body, clean_line(origin.name, 80)), instead=bare)
