"""Reads a mail: octets in, what they say out. Nothing is asked, nothing is kept, nothing is raised.

A quiet room, and the door of this one. Every octet was written by a stranger: lengths, depths and numbers are bounded
(limits), and what the reader itself fails at is caught in one place, here.
May import: netwatch.mailbox.reading.*. Called by: netwatch.mailbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from netwatch.mailbox.reading.addresses import Address, addresses_in, likely_addresses
from netwatch.mailbox.reading.authentication import judged
from netwatch.mailbox.reading.automatic import ignored
from netwatch.mailbox.reading.body import body_lines, is_sealed
from netwatch.mailbox.reading.commands import command_in
from netwatch.mailbox.reading.encodings import header_text
from netwatch.mailbox.reading.head import Head, read_head
from netwatch.mailbox.reading.hops import MOST_HOPS
from netwatch.mailbox.reading.limits import MOST_HEAD_OCTETS, MOST_IDS, MOST_OCTETS, MOST_WORDS
from netwatch.mailbox.reading.outcome import Answer, Command, Ignored, Mail, Unreadable, Verb
from netwatch.mailbox.reading.parts import Part, take_apart
from netwatch.mailbox.reading.reports import report_in
from netwatch.mailbox.reading.tags import broken_text, message_ids, references_of, tags_in
from netwatch.mailbox.reading.words import own_words

_RECIPIENT_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")

_MOST_RECEIVED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Who is believed, and what is known of ourselves.

    authserv_id: the one server whose Authentication-Results count, empty for none. arc_sealers: domains whose ARC
    seal is believed. lists: List-Ids through which people answer. own: addresses we send from.
    """

    authserv_id: str = ""
    arc_sealers: Set[str] = frozenset()
    lists: Set[str] = frozenset()
    own: Set[str] = frozenset()


def read_mail(
    octets: bytes,
    *,
    authserv_id: str = "",
    arc_sealers: Set[str] = frozenset(),
    lists: Set[str] = frozenset(),
    own: Set[str] = frozenset(),
) -> Mail:
    """Return what a mail is and says; of more than MOST_OCTETS, and of one that was cut, as far as it goes."""
    octets = octets[:MOST_OCTETS]
    trust = Trust(authserv_id=authserv_id, arc_sealers=arc_sealers, lists=lists, own=own)
    try:
        return _read(octets, trust)
    except Exception as fault:  # noqa: BLE001 - the one net: a mail that breaks the reader must not stop the mailbox
        said = Unreadable(reason=f"the reader failed at it: {type(fault).__name__}", failed=True)
        return Mail(identity=_identity("", octets), said=said)


def named_in(header: bytes) -> str:
    """Return the identity of a mail by its headers, empty where these do not say it."""
    return next(iter(message_ids(read_head(header[:MOST_HEAD_OCTETS]).first("message-id"))), "")


def _read(octets: bytes, trust: Trust) -> Mail:
    part = take_apart(octets)
    head = part.head
    message_id = next(iter(message_ids(head.first("message-id"))), "")
    sender = _sender(head)
    recipients = _recipients(head)
    references = references_of(head.first("in-reply-to"), head.first("references"))
    said = report_in(part, recipients) or _said(part, sender, recipients, trust)
    return Mail(
        identity=_identity(message_id, octets),
        said=said,
        message_id=message_id,
        sender=sender.address if sender else "",
        sender_text=_one_line(sender.name) if sender else "",
        subject=_one_line(header_text(head.first("subject"))),
        references=references,
        recipients=recipients,
        received=tuple(value[:_MOST_RECEIVED] for value in head.every("received")[:MOST_HOPS]),
        sent_at=_date(head.first("date")),
    )


def _said(
    part: Part, sender: Address | None, recipients: tuple[str, ...], trust: Trust
) -> Answer | Ignored | Unreadable:
    if sender is None:
        count = len(part.head.every("from"))
        return Unreadable(reason="it has no From" if not count else "its From is not one address, without a doubt")
    passed_over = ignored(part, sender.address, lists=trust.lists, own=trust.own)
    if passed_over:
        return passed_over
    lines = body_lines(part)
    judgement = judged(part.head, sender.domain, authserv_id=trust.authserv_id, sealers=trust.arc_sealers)
    subject = header_text(part.head.first("subject"))
    return Answer(
        command=_command(part, own_words(lines)),
        tags=tags_in(recipients, subject, (*lines, broken_text(lines))),
        authentication=judgement.authentication,
        evidence=_one_line(judgement.evidence),
        submitted_by=_one_line(judgement.submitted_by),
    )


def _command(part: Part, words: tuple[str, ...]) -> Command:
    if not words and is_sealed(part):
        return Command(
            verb=Verb.UNKNOWN, trouble="it is encrypted or sealed, and cannot be read here; write plain text"
        )
    return command_in([_one_line(line) for line in words])


def _sender(head: Head) -> Address | None:
    """Return the one address of the one From; None if there is none or there are several (RFC 5322, 3.6.2)."""
    values = head.every("from")
    found = addresses_in(values[0]) if len(values) == 1 else None
    return found[0] if found and len(found) == 1 else None


def _recipients(head: Head) -> tuple[str, ...]:
    values = (value for name in _RECIPIENT_HEADERS for value in head.every(name)[:MOST_IDS])
    return tuple(dict.fromkeys(address for value in values for address in likely_addresses(value)))[:MOST_IDS]


def _date(value: str) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(value[:100])
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _one_line(text: str) -> str:
    """Return text for logs and pages: one line, no control characters, cut."""
    text = text[: 4 * MOST_WORDS]
    shown = text if text.isprintable() else "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:MOST_WORDS]


def _identity(message_id: str, octets: bytes) -> str:
    return message_id or f"<sha256.{hashlib.sha256(octets[:MOST_HEAD_OCTETS]).hexdigest()}@no.message.id>"
