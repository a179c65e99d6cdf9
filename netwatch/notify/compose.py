"""Turns a notification into finished mails, one per recipient, and proves each one before it is kept.

A quiet room but for one counter. The mail's bytes are made once and sent unchanged by every retry.
May import: netwatch.model, netwatch.notify.*. Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from netwatch.model import Notification, OutboxEntry
from netwatch.notify import metrics
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.facts import Story, story_of
from netwatch.notify.guard import clean_line, faults_of, plain_ascii
from netwatch.notify.mime import (
    Header,
    Mail,
    alternative,
    ascii_header,
    date_header,
    mailbox_header,
    plain,
    text_header,
)
from netwatch.notify.thread import message_id, thread_index

MAX_LIST_NAME = 60


def _new_id() -> str:
    return str(uuid.uuid4())


def compose(
    notification: Notification,
    *,
    recipients: Sequence[str],
    sender: str,
    external_url: str = "",
    now: datetime | None = None,
    new_id: Callable[[], str] = _new_id,
) -> list[OutboxEntry]:
    """Return one outbox entry per recipient, its message finished: CRLF, 7-bit, text before HTML.

    `external_url` is where people find the page; `now` is the notification's instant where it is not given.

    Raises:
        ValueError: sender or a recipient is no mail address; configuration checks them before.
    """
    at = now or notification.at
    story = story_of(notification, now=at, link=external_url)
    bodies = render(story)
    origin = parse_mailbox(sender)
    mailboxes = {mailbox.address: mailbox for mailbox in map(parse_mailbox, recipients)}
    return [_entry(notification, story, bodies, origin, mailbox, at, new_id()) for mailbox in mailboxes.values()]


def render(story: Story) -> tuple[str, str]:
    """Return the text and the HTML of a story."""
    environment = _templates()
    text = environment.get_template("mail.txt.j2").render(story=story)
    return text, environment.get_template("mail.html.j2").render(story=story)


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("netwatch.notify"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _entry(
    notification: Notification,
    story: Story,
    bodies: tuple[str, str],
    origin: Mailbox,
    recipient: Mailbox,
    at: datetime,
    entry_id: str,
) -> OutboxEntry:
    subject = f"[{story.headline}] {story.subject}"
    own_id = message_id(entry_id, origin.domain)
    marks = _thread_headers(notification, story, origin, own_id)
    mail = proven(
        _mail(subject, origin, recipient, at, marks, bodies),
        instead=lambda: _plain_mail(plain_ascii(subject), origin, recipient, at, marks, bodies[0]),
    )
    return OutboxEntry(
        id=entry_id,
        message_id=own_id,
        envelope_sender=origin.address,
        recipient=recipient.address,
        subject=next(header.value for header in mail.headers if header.name == "Subject"),
        message=mail.message,
        created_at=at,
        not_before=at,
        receiver=notification.group.receiver,
        group_key=notification.group.key,
        alert_ids=tuple(alert.id for alert in (*notification.firing, *notification.resolved)),
    )


def proven(mail: Mail, *, instead: Callable[[], Mail]) -> Mail:
    """Return the mail if a parser reads from it what was meant, else the safer one, and count that."""
    if not faults_of(mail.message, [(header.name, header.value) for header in mail.headers]):
        return mail
    metrics.GUARDED.inc()
    return instead()


def _mail(
    subject: str, origin: Mailbox, recipient: Mailbox, at: datetime, marks: Sequence[Header], bodies: tuple[str, str]
) -> Mail:
    headers = [
        date_header(at),
        mailbox_header("From", clean_line(origin.name, 80), origin.address),
        mailbox_header("To", clean_line(recipient.name, 80), recipient.address),
        text_header("Subject", subject),
        *marks,
    ]
    text, html = bodies
    return alternative(
        headers, text=text, html=html, boundary=f"=_netwatch_{uuid.uuid5(uuid.NAMESPACE_OID, html).hex}"
    )


def _plain_mail(
    subject: str, origin: Mailbox, recipient: Mailbox, at: datetime, marks: Sequence[Header], text: str
) -> Mail:
    """Return the mail with nothing in it but plain ASCII: what is sent when the rich one is not what was meant."""
    headers = [
        date_header(at),
        ascii_header("From", origin.address),
        ascii_header("To", recipient.address),
        text_header("Subject", subject),
        *(header for header in marks if header.name != "Thread-Topic"),
    ]
    return plain(headers, text="\n".join(plain_ascii(line) for line in text.split("\n")))


def _thread_headers(notification: Notification, story: Story, origin: Mailbox, own_id: str) -> list[Header]:
    group = notification.group
    root = message_id(group.thread_id, origin.domain)
    index = thread_index(
        group.thread_id, opened_at=group.opened_at, at=notification.at, sequence=notification.sequence
    )
    receiver = re.sub(r"[^A-Za-z0-9-]+", "-", group.receiver).strip("-")[:MAX_LIST_NAME] or "alerts"
    urgent = [ascii_header("Importance", "high")] if story.word == "DOWN" else []
    return [
        ascii_header("Message-ID", own_id),
        ascii_header("In-Reply-To", root),
        ascii_header("References", root),
        text_header("Thread-Topic", story.subject),
        ascii_header("Thread-Index", index),
        ascii_header("List-Id", f"<{receiver}.netwatch.{origin.domain}>"),
        ascii_header("Auto-Submitted", "auto-generated"),
        ascii_header("X-Auto-Response-Suppress", "All"),
        *urgent,
        ascii_header("MIME-Version", "1.0"),
    ]
