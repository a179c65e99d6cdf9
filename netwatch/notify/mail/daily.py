"""Writes the mail that says once a day how all is.

A quiet room.
May import: netwatch.model, netwatch.notify.{address, guard, words, mail.{compose, letter, story, thread}}.
Called by: netwatch.app.health.daily.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwatch.model import OutboxEntry, new_uuid
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.compose import mailboxes
from netwatch.notify.mail.letter import Letter, Letterhead, Thread, subject_of, templates
from netwatch.notify.mail.story import MAX_SUBJECT
from netwatch.notify.mail.thread import message_id
from netwatch.notify.words import clock, counted, shortened

MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """How all is at an instant.

    down, unseen: names of devices that do not answer, and of those not asked yet. firing: what fires, a line each.
    sent: mails of the last day. waiting, dead: mails not sent yet, and refused for good in the last day. unaccounted:
    mails of which nobody knows what became of them. problems: what is wrong with NetWatch itself, a sentence each.
    """

    at: datetime
    up: int
    down: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    firing: tuple[str, ...] = ()
    sent: int = 0
    waiting: int = 0
    dead: int = 0
    unaccounted: int = 0
    problems: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Return whether there is nothing to do."""
        return not (self.down or self.firing or self.dead or self.unaccounted or self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the templates are given: facts are a name and words each, lists a heading and lines each.

    kind: `daily` or `weekly`. hint: what it means that there is none.
    """

    kind: str = "daily"
    hint: str = " If it does not come, NetWatch is in trouble."
    word: str
    subject: str
    title: str
    facts: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, tuple[str, ...], int], ...]
    link: str
    receiver: str


def compose_daily(
    daily: Daily, *, receiver: str, recipients: Sequence[str], letterhead: Letterhead
) -> list[OutboxEntry]:
    """Return one outbox entry per recipient, its mail finished."""
    return entries_of(_page_of(daily, receiver=receiver, letterhead=letterhead), daily.at, recipients, letterhead)


def entries_of(page: Page, at: datetime, recipients: Sequence[str], letterhead: Letterhead) -> list[OutboxEntry]:
    """Return one outbox entry per recipient of a page, its mail finished."""
    origin = parse_mailbox(letterhead.sender)
    return [_entry(page, at, origin, recipient) for recipient in mailboxes(recipients)]


def _entry(page: Page, at: datetime, origin: Mailbox, recipient: Mailbox) -> OutboxEntry:
    entry_id = new_uuid()
    own_id, thread_id = message_id(entry_id, origin.domain), f"{page.kind}-{at:%Y-%m-%d}"
    mail = Letter(
        origin=origin,
        recipient=recipient,
        subject=page.subject,
        thread=Thread(id=thread_id, topic=f"NetWatch {page.kind}", receiver=page.receiver, opened_at=at, at=at),
        message_id=own_id,
        text=templates().get_template("daily.txt.j2").render(page=page),
        html=templates().get_template("daily.html.j2").render(page=page),
    ).finished()
    return OutboxEntry(
        id=entry_id, message_id=own_id, envelope_sender=origin.address, recipient=recipient.address,
        subject=subject_of(mail), message=mail.message, created_at=at, not_before=at, receiver=page.receiver,
        thread_id=thread_id,
    )  # fmt: skip


def _page_of(daily: Daily, *, receiver: str, letterhead: Letterhead) -> Page:
    lists = (
        ("Wrong with NetWatch itself", daily.problems),
        ("Devices that do not answer", daily.down),
        ("What fires", daily.firing),
        ("Devices not asked yet", daily.unseen),
    )
    return Page(
        word="OK" if daily.is_well else "WARN",
        subject=_subject(daily),
        title=_title(daily),
        facts=(
            ("Devices", f"{daily.up:,} up, {len(daily.down):,} down"),
            ("Alerts", f"{len(daily.firing):,} firing"),
            ("Mails", f"{daily.sent:,} sent in 24 h, {daily.waiting:,} waiting, {daily.dead:,} refused for good"),
            ("Ledger", _ledger(daily.unaccounted)),
            ("As of", clock(daily.at, letterhead.manner.zone)),
        ),
        lists=listed(lists),
        link=letterhead.page,
        receiver=clean_line(receiver, 80),
    )


def listed(lists: Iterable[tuple[str, Sequence[str]]]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    """Return the first lines under each heading that has any, cleaned, and how many more there are."""
    return tuple(
        (heading, tuple(clean_line(line, 200) for line in lines[:MOST_NAMED]), max(0, len(lines) - MOST_NAMED))
        for heading, lines in lists
        if lines
    )


def _title(daily: Daily) -> str:
    if daily.is_well:
        return f"all is well, {counted(daily.up, 'device')} up"
    said = [
        counted(len(daily.down), "device") + " down" if daily.down else "",
        counted(len(daily.firing), "alert") + " firing" if daily.firing else "",
        counted(daily.dead, "mail") + " refused" if daily.dead else "",
        "NetWatch itself is in trouble" if daily.problems or daily.unaccounted else "",
    ]
    return ", ".join(filter(None, said))


def _subject(daily: Daily) -> str:
    """Return the title as a subject; in fewer words where those are too many for a telephone."""
    whole = f"[{'OK' if daily.is_well else 'WARN'}] NetWatch: {_title(daily)}"
    if len(whole) <= MAX_SUBJECT:
        return whole
    counts = ((len(daily.down), "down"), (len(daily.firing), "firing"), (daily.dead, "refused"))
    trouble = " in trouble" if daily.problems or daily.unaccounted else ""
    said = ", ".join(f"{count:,} {what}" for count, what in counts if count)
    return shortened(f"[WARN] NetWatch{trouble}: {said}", MAX_SUBJECT)


def _ledger(unaccounted: int) -> str:
    return f"{unaccounted:,} mails unaccounted for" if unaccounted else "balanced: every mail is accounted for"
