"""Turns a notification into finished mails, one per recipient, and proves each one before it is kept.

A quiet room but for one counter. The mail's bytes are made once and sent unchanged by every retry.
May import: netwatch.model, netwatch.notify.*. Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from netwatch.model import Composition, Notification, OutboxEntry, Supersession
from netwatch.notify import metrics
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.chart import SHOWN_HEIGHT, SHOWN_WIDTH, curve_words, draw_chart
from netwatch.notify.facts import Problem
from netwatch.notify.guard import clean_line, faults_of, plain_ascii
from netwatch.notify.links import LinkMaker, Links
from netwatch.notify.mime import (
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
from netwatch.notify.story import Story, story_of
from netwatch.notify.thread import message_id, thread_index

MAX_LIST_NAME = 60


def _new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What all mails of this NetWatch have in common.

    page: where people find it, empty where that has no address. links: who signs what a reader may do.
    """

    sender: str
    page: str = ""
    links: LinkMaker | None = None


def compose(
    notification: Notification,
    *,
    recipients: Sequence[str],
    letterhead: Letterhead,
    now: datetime | None = None,
    new_id: Callable[[], str] = _new_id,
) -> Composition:
    """Return one outbox entry per recipient, its message finished: CRLF, 7-bit, text before HTML.

    From the incident's second mail on each entry has a Supersession: what it says where earlier ones never left.
    `now` is the notification's instant where it is not given.

    Raises:
        ValueError: sender or a recipient is no mail address; configuration checks them before.
    """
    at = now or notification.at
    desk = _Desk.of(notification, letterhead, at)
    mailboxes = {mailbox.address: mailbox for mailbox in map(parse_mailbox, recipients)}
    entries, supersessions = [], []
    for mailbox in mailboxes.values():
        entry = desk.entry(mailbox, new_id())
        entries.append(entry)
        if notification.sequence > 1:
            supersessions.append(desk.supersession(mailbox, entry))
    return Composition(entries=tuple(entries), supersessions=tuple(supersessions))


def render(story: Story, pictures: Sequence[Picture | None] = ()) -> tuple[str, str]:
    """Return the text and the HTML of a story; pictures belong to its problems in full, in their order."""
    environment = _templates()
    text = environment.get_template("mail.txt.j2").render(story=story)
    html = environment.get_template("mail.html.j2").render(
        story=story, pictures=[*pictures, *[None] * len(in_full(story))], width=SHOWN_WIDTH, height=SHOWN_HEIGHT
    )
    return text, html


def in_full(story: Story) -> tuple[Problem, ...]:
    """Return the problems that are told with all their facts, and may have a chart."""
    return story.firing or story.ended[:3]


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("netwatch.notify"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One notification being written to its recipients; charts are drawn once for all of them."""

    notification: Notification
    letterhead: Letterhead
    origin: Mailbox
    at: datetime
    story: Story
    pictures: tuple[Picture | None, ...]

    @classmethod
    def of(cls, notification: Notification, letterhead: Letterhead, at: datetime) -> _Desk:
        origin = parse_mailbox(letterhead.sender)
        story = story_of(notification, now=at, links=Links(page=letterhead.page))
        return cls(
            notification=notification, letterhead=letterhead, origin=origin, at=at, story=story,
            pictures=tuple(_picture(notification, problem, place, origin.domain)
                           for place, problem in enumerate(in_full(story), 1)),
        )  # fmt: skip

    def entry(self, recipient: Mailbox, entry_id: str) -> OutboxEntry:
        """Return the outbox row of one recipient."""
        notification, group = self.notification, self.notification.group
        own_id = message_id(entry_id, self.origin.domain)
        mail = self.mail(self.story, recipient, own_id)
        return OutboxEntry(
            id=entry_id,
            message_id=own_id,
            envelope_sender=self.origin.address,
            recipient=recipient.address,
            subject=subject_of(mail),
            message=mail.message,
            created_at=self.at,
            not_before=self.at,
            receiver=group.receiver,
            group_key=group.key,
            alert_ids=tuple(alert.id for alert in (*notification.firing, *notification.resolved)),
            thread_id=group.thread_id,
        )

    def supersession(self, recipient: Mailbox, entry: OutboxEntry) -> Supersession:
        """Return what the mail says instead if earlier ones of the incident never left."""
        story = story_of(self.notification, now=self.at, links=self.story.links, overtakes=True)
        mail = self.mail(story, recipient, entry.message_id)
        return Supersession(entry_id=entry.id, subject=subject_of(mail), message=mail.message)

    def mail(self, story: Story, recipient: Mailbox, own_id: str) -> Mail:
        """Return the finished mail; a plain one where a parser would read from the rich one what was not meant."""
        story = replace(story, links=self._links(recipient))
        subject = f"[{story.headline}] {story.subject}"
        marks = thread_headers(self.notification, story, self.origin, own_id)
        bodies = render(story, self.pictures)
        pictures = [picture for picture in self.pictures if picture is not None]
        return proven(
            rich_mail(subject, self.origin, recipient, self.at, marks, bodies, pictures),
            instead=lambda: plain_mail(plain_ascii(subject), self.origin, recipient, self.at, marks, bodies[0]),
        )

    def _links(self, recipient: Mailbox) -> Links:
        page, notification = self.letterhead.page, self.notification
        if all(alert.acked_at for alert in notification.firing):
            return Links(page=page)
        return Links.for_recipient(
            page, self.letterhead.links, thread_id=notification.group.thread_id, recipient=recipient.address,
            now=self.at,
        )  # fmt: skip


def _picture(notification: Notification, problem: Problem, place: int, domain: str) -> Picture | None:
    png = draw_chart(problem.curve) if problem.curve is not None else b""
    if problem.curve is None or not png:
        return None
    group = notification.group
    own = uuid.uuid5(uuid.NAMESPACE_OID, f"{group.thread_id!a} {notification.sequence}").hex
    return Picture(content_id=f"chart{place}.{own}@{domain}", words=curve_words(problem.curve), png=png)


def subject_of(mail: Mail) -> str:
    """Return the subject as its reader sees it."""
    return next(header.value for header in mail.headers if header.name == "Subject")


def proven(mail: Mail, *, instead: Callable[[], Mail]) -> Mail:
    """Return the mail if a parser reads from it what was meant, else the safer one, and count that."""
    if not faults_of(mail.message, [(header.name, header.value) for header in mail.headers]):
        return mail
    metrics.GUARDED.inc()
    return instead()


def rich_mail(
    subject: str,
    origin: Mailbox,
    recipient: Mailbox,
    at: datetime,
    marks: Sequence[Header],
    bodies: tuple[str, str],
    pictures: Sequence[Picture] = (),
) -> Mail:
    """Return the mail with text, HTML and pictures."""
    headers = [
        date_header(at),
        mailbox_header("From", clean_line(origin.name, 80), origin.address),
        mailbox_header("To", clean_line(recipient.name, 80), recipient.address),
        text_header("Subject", subject),
        *marks,
    ]
    text, html = bodies
    boundary = f"=_netwatch_{uuid.uuid5(uuid.NAMESPACE_OID, html).hex}"
    return alternative(headers, text=text, html=html, boundary=boundary, pictures=pictures)


def plain_mail(
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
    return plain(headers, text="\n".join(plain_ascii(line, 1_200) for line in text.split("\n")))


def thread_headers(notification: Notification, story: Story, origin: Mailbox, own_id: str) -> list[Header]:
    """Return the headers that keep the mails of an incident together, and machines from answering them."""
    group = notification.group
    root = message_id(group.thread_id, origin.domain)
    index = thread_index(
        group.thread_id, opened_at=group.opened_at, at=notification.at, sequence=notification.sequence
    )
    urgent = [ascii_header("Importance", "high")] if story.word == "DOWN" else []
    return [
        ascii_header("Message-ID", own_id),
        ascii_header("In-Reply-To", root),
        ascii_header("References", root),
        text_header("Thread-Topic", story.subject),
        ascii_header("Thread-Index", index),
        *list_headers(group.receiver, origin),
        *urgent,
        ascii_header("MIME-Version", "1.0"),
    ]


def list_headers(receiver: str, origin: Mailbox) -> list[Header]:
    """Return what tells mail programs apart by receiver, and out-of-office notes that nobody wants them."""
    name = re.sub(r"[^A-Za-z0-9-]+", "-", receiver).strip("-")[:MAX_LIST_NAME] or "alerts"
    return [
        ascii_header("List-Id", f"<{name}.netwatch.{origin.domain}>"),
        ascii_header("Auto-Submitted", "auto-generated"),
        ascii_header("X-Auto-Response-Suppress", "All"),
    ]
