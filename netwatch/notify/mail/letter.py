"""The form every mail of ours has: headers, text and HTML, proven before it is kept.

A quiet room but for one counter.
May import: netwatch.notify.{address, facts, guard, links, metrics, words, mail.{mime, thread}}.
Called by: netwatch.notify.{mailer, mail.*}, app.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from netwatch.notify import metrics
from netwatch.notify.address import Mailbox
from netwatch.notify.facts import USUAL, Manner
from netwatch.notify.guard import clean_line, faults_of, plain_ascii
from netwatch.notify.links import Answering, LinkMaker
from netwatch.notify.mail.mime import (
    SUPPRESSED,
    Header,
    Mail,
    Picture,
    alternative,
    ascii_header,
    date_header,
    mailbox_header,
    plain,
    text_header,
)
from netwatch.notify.mail.thread import message_id, thread_index
from netwatch.notify.words import glued

MAX_LIST_NAME = 60
BOUNDARY = "=_netwatch"
"""The same in all mails: no body can hold it, and a parser makes a regular expression of every new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What all mails of this NetWatch have in common.

    page: where people find it, empty where that has no address. links: who signs what a reader may do.
    manner: how they are worded, but for the receiver's own time zone.
    answering: where they are answered to, None where nobody reads answers. read_to: where a reader's program is to
    report that it showed the mail (RFC 8098), empty where it is not asked to.
    """

    sender: str
    page: str = ""
    links: LinkMaker | None = None
    manner: Manner = USUAL
    answering: Answering | None = None
    read_to: str = ""

    def in_zone(self, zone: tzinfo | None) -> Letterhead:
        """Return it for a receiver in this time zone; None is that of this machine."""
        return replace(self, manner=replace(self.manner, zone=zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a mail belongs: the incident, its number in it, and the text all its subjects share."""

    id: str
    topic: str
    receiver: str
    opened_at: datetime
    at: datetime
    sequence: int = 1
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it is written: who writes to whom, under which subject, what it says.

    reply_to: the address answers go to, empty for the sender's. read_to: see Letterhead.
    """

    origin: Mailbox
    recipient: Mailbox
    subject: str
    thread: Thread
    message_id: str
    text: str
    html: str
    pictures: tuple[Picture, ...] = ()
    reply_to: str = ""
    read_to: str = ""

    def finished(self) -> Mail:
        """Return the mail; a plain one where a parser would read from the rich one what was not meant."""
        return proven(self._rich(), instead=self._plain)

    def _rich(self) -> Mail:
        headers = [
            date_header(self.thread.at),
            mailbox_header("From", clean_line(self.origin.name, 80), self.origin.address),
            mailbox_header("To", clean_line(self.recipient.name, 80), self.recipient.address),
            text_header("Subject", self.subject),
            *self._marks(),
        ]
        return alternative(headers, text=self.text, html=self.html, boundary=BOUNDARY, pictures=self.pictures)

    def _plain(self) -> Mail:
        """Return the mail with nothing in it but plain ASCII, for when the rich one is not what was meant."""
        headers = [
            date_header(self.thread.at),
            ascii_header("From", self.origin.address),
            ascii_header("To", self.recipient.address),
            text_header("Subject", plain_ascii(self.subject)),
            *(header for header in self._marks() if header.name != "Thread-Topic"),
        ]
        return plain(headers, text="\n".join(plain_ascii(line, 1_200) for line in self.text.split("\n")))

    def _marks(self) -> list[Header]:
        """Return the headers that keep the mails of an incident together, and machines from answering them."""
        thread = self.thread
        root = message_id(thread.id, self.origin.domain)
        index = thread_index(thread.id, opened_at=thread.opened_at, at=thread.at, sequence=thread.sequence)
        name = re.sub(r"[^A-Za-z0-9-]+", "-", thread.receiver).strip("-")[:MAX_LIST_NAME] or "alerts"
        return [
            *([ascii_header("Reply-To", self.reply_to)] if self.reply_to else []),
            ascii_header("Message-ID", self.message_id),
            ascii_header("In-Reply-To", root),
            ascii_header("References", root),
            text_header("Thread-Topic", thread.topic),
            ascii_header("Thread-Index", index),
            ascii_header("List-Id", f"<{name}.netwatch.{self.origin.domain}>"),
            ascii_header("Auto-Submitted", "auto-generated"),
            ascii_header("X-Auto-Response-Suppress", SUPPRESSED),
            *([ascii_header("Disposition-Notification-To", self.read_to)] if self.read_to else []),
            *([ascii_header("Importance", "high")] if thread.urgent else []),
            ascii_header("MIME-Version", "1.0"),
        ]


def proven(mail: Mail, *, instead: Callable[[], Mail]) -> Mail:
    """Return the mail if a parser reads from it what was meant, else the safer one, and count that."""
    if not faults_of(mail.message, [(header.name, header.value) for header in mail.headers]):
        return mail
    metrics.GUARDED.inc()
    return instead()


def subject_of(mail: Mail) -> str:
    """Return the subject as its reader sees it."""
    return next(header.value for header in mail.headers if header.name == "Subject")


@functools.cache
def templates() -> Environment:
    """Return the shipped templates; HTML is escaped."""
    environment = Environment(
        loader=PackageLoader("netwatch.notify.mail"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        auto_reload=False,  # they come with NetWatch; to look for newer files costs more than many a template
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["glued"] = glued
    return environment


@functools.cache
def read_templates() -> None:
    """Compile every shipped template: that takes longer than a hundred mails."""
    for name in templates().list_templates(extensions=["j2"]):
        templates().get_template(name)
