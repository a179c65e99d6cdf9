"""Turns a notification into finished mails, one per recipient.

A quiet room. The mail's bytes are made once and sent unchanged by every retry.
May import: netwatch.errors, netwatch.model, netwatch.notify.{address, facts, guard, links, metrics, mail.*}.
Called by: netwatch.notify.{mailer, mail.daily}.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from netwatch.errors import TemplateFailed
from netwatch.model import Composition, Event, Notification, OutboxEntry, OutboxState, Supersession, new_uuid
from netwatch.notify import metrics
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.facts import USUAL, Manner, Problem
from netwatch.notify.guard import clean_line
from netwatch.notify.links import Links
from netwatch.notify.mail.chart import SHOWN_HEIGHT, SHOWN_WIDTH, draw_chart
from netwatch.notify.mail.letter import Letter, Letterhead, Thread, subject_of, templates
from netwatch.notify.mail.mime import Mail, Picture
from netwatch.notify.mail.row import row_of
from netwatch.notify.mail.story import Story, headline_of, incident_subject, story_of, subject_line
from netwatch.notify.mail.wordings import UserTemplate, Wording, given_of

SHIPPED = Wording()
"""The templates that come with NetWatch."""


def compose(
    notification: Notification,
    *,
    recipients: Sequence[str],
    letterhead: Letterhead,
    wording: Wording = SHIPPED,
    earlier: Sequence[str] = (),
    now: datetime | None = None,
    new_id: Callable[[], str] = new_uuid,
) -> Composition:
    """Return one outbox entry per recipient, its message finished: CRLF, 7-bit, text before HTML.

    From the incident's second mail on each entry has a Supersession: what it says where earlier ones never left.
    `wording` are the receiver's own templates; one that fails is replaced by the shipped one, counted and said.
    `earlier` is what mails of the incident before this one said had ended.
    `now` is the notification's instant where it is not given.

    Raises:
        ValueError: sender or a recipient is no mail address; configuration checks them before.
    """
    if not recipients:
        return Composition()
    desk = _Desk.of(notification, letterhead, wording, now or notification.at)
    entries, supersessions = [], []
    for mailbox in mailboxes(recipients):
        entry = desk.entry(mailbox, new_id())
        entries.append(entry)
        if notification.sequence > 1:
            supersessions.append(desk.supersession(mailbox, entry, earlier))
    events = tuple({event.text: event for event in desk.failures}.values())
    return Composition(entries=tuple(entries), supersessions=tuple(supersessions), events=events)


def mailboxes(recipients: Sequence[str]) -> dict[Mailbox, str]:
    """Return each address once, by the last name it is given, and how that is written."""
    parsed = {mailbox.address: (mailbox, text) for text in recipients for mailbox in (parse_mailbox(text),)}
    return dict(parsed.values())


def digested(
    notification: Notification, *, recipient: str, sender: str, told_by: str, entry_id: str, manner: Manner = USUAL
) -> OutboxEntry:
    """Return the outbox row of a mail that a digest tells instead: it has a subject and no message."""
    origin = parse_mailbox(sender)
    subject = subject_line(headline_of(notification, manner), incident_subject(notification))
    row = row_of(notification, origin, recipient, entry_id, notification.at)
    return replace(row, subject=subject, state=OutboxState.DIGESTED, told_by=told_by)


def render(story: Story, pictures: Sequence[Picture | None] = ()) -> tuple[str, str]:
    """Return the text and the HTML of a story; pictures belong to its problems in full, in their order."""
    text = templates().get_template("mail.txt.j2").render(story=story)
    html = (
        templates()
        .get_template("mail.html.j2")
        .render(
            story=story, pictures=[*pictures, *[None] * len(in_full(story))], width=SHOWN_WIDTH, height=SHOWN_HEIGHT
        )
    )
    return text, html


def in_full(story: Story) -> tuple[Problem, ...]:
    """Return the problems that are told with all their facts, and may have a chart."""
    return story.firing or story.ended[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One notification being written to its recipients; charts are drawn once for all of them."""

    notification: Notification
    letterhead: Letterhead
    origin: Mailbox
    at: datetime
    story: Story
    pictures: tuple[Picture | None, ...]
    wording: Wording
    failures: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, notification: Notification, letterhead: Letterhead, wording: Wording, at: datetime) -> _Desk:
        origin = parse_mailbox(letterhead.sender)
        story = story_of(
            notification, now=at, links=Links(page=letterhead.page), manner=letterhead.manner,
            acts=bool(letterhead.page and letterhead.links),
        )  # fmt: skip
        return cls(
            notification=notification, letterhead=letterhead, origin=origin, at=at, story=story, wording=wording,
            pictures=tuple(_picture(notification, problem, place, origin.domain)
                           for place, problem in enumerate(in_full(story), 1)),
        )  # fmt: skip

    def entry(self, recipient: Mailbox, entry_id: str) -> OutboxEntry:
        """Return the outbox row of one recipient."""
        row = row_of(self.notification, self.origin, recipient.address, entry_id, self.at)
        mail = self.mail(self.story, recipient, row)
        return replace(row, subject=subject_of(mail), message=mail.message)

    def supersession(self, recipient: Mailbox, entry: OutboxEntry, earlier: Sequence[str]) -> Supersession:
        """Return what the mail says instead if earlier ones of the incident never left."""
        links = self.story.links
        story = story_of(
            self.notification, now=self.at, links=links, overtakes=True, earlier=earlier,
            manner=self.letterhead.manner, acts=not self.story.how_to,
        )  # fmt: skip
        mail = self.mail(story, recipient, entry)
        return Supersession(entry_id=entry.id, subject=subject_of(mail), message=mail.message)

    def mail(self, story: Story, recipient: Mailbox, row: OutboxEntry) -> Mail:
        """Return the finished mail of an outbox row."""
        answering = self.letterhead.answering if self.notification.firing else None
        tag = answering.tags.tag(row.id) if answering is not None else ""
        story = replace(story, links=replace(self._links(recipient), answer=tag))
        text, html = render(story, self.pictures)
        given = given_of(story, self.pictures) if self.wording != SHIPPED else {}
        subject = self._worded(self.wording.subject, given, subject_line(story.headline, story.subject))
        text, html = self._worded(self.wording.text, given, text), self._worded(self.wording.html, given, html)
        return Letter(
            origin=self.origin, recipient=recipient, subject=subject,
            thread=self._thread(story), message_id=row.message_id, text=text, html=html,
            reply_to=answering.reply_to(tag) if answering is not None else "",
            read_to=self.letterhead.read_to,
            pictures=tuple(picture for picture in self.pictures if picture is not None),
        ).finished()  # fmt: skip

    def _worded(self, template: UserTemplate | None, given: Mapping[str, Any], shipped: str) -> str:
        """Return what the receiver's template says, or what ours does: no wording keeps an alert back."""
        if template is None:
            return shipped
        try:
            return template.render(given)
        except TemplateFailed as exc:
            metrics.TEMPLATE_FAILURES.labels(template.part).inc()
            place = f"{template.file}:{exc.line}" if exc.line else template.file
            text = clean_line(f"{place}: {exc}; the mail is worded as NetWatch does", 500)
            self.failures.append(Event(at=self.at, kind="notify", text=text, group_key=self.notification.group.key))
            return shipped

    def _thread(self, story: Story) -> Thread:
        group = self.notification.group
        return Thread(
            id=group.thread_id, topic=story.subject, receiver=group.receiver, opened_at=group.opened_at, at=self.at,
            sequence=self.notification.sequence, urgent=story.word == "DOWN",
        )  # fmt: skip

    def _links(self, recipient: Mailbox) -> Links:
        page, notification = self.letterhead.page, self.notification
        if all(alert.acked_at for alert in notification.firing):
            return Links(page=page)
        return Links.for_recipient(
            page, self.letterhead.links, thread_id=notification.group.thread_id, recipient=recipient.address,
            now=self.at,
        )  # fmt: skip


def _picture(notification: Notification, problem: Problem, place: int, domain: str) -> Picture | None:
    png = draw_chart(problem.curve, problem.unit, problem.zone) if problem.curve is not None else b""
    if problem.curve is None or not png:
        return None
    group = notification.group
    own = uuid.uuid5(uuid.NAMESPACE_OID, f"{group.thread_id!a} {notification.sequence}").hex
    return Picture(content_id=f"chart{place}.{own}@{domain}", words=problem.chart_words, png=png)
