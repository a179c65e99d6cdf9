"""Writes the one mail that tells what was too much to be told one by one.

A quiet room.
May import: netwatch.model, netwatch.notify.{address, facts, guard, links, words, mail.{digest, letter, thread}}.
Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from netwatch.model import OutboxEntry
from netwatch.notify.address import parse_mailbox
from netwatch.notify.facts import OVER, RANK, WORDS, whole_link
from netwatch.notify.guard import clean_line
from netwatch.notify.links import device_page
from netwatch.notify.mail.digest import CHANGES, Digest, Line, changes_in_words, digest_subject
from netwatch.notify.mail.letter import Letter, Letterhead, Thread, subject_of, templates
from netwatch.notify.mail.thread import message_id
from netwatch.notify.words import clock, counted, in_words, time_of_day

MOST_NAMED = 20
MOST_SHARED = 3
_WHAT = {"began": "began", "changed": "went on or changed", "ended": "ended", "repeated": "were still the same"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a digest says, for its templates.

    rows: what happened -> how often, in all and by severity. shared: what most of the devices have in common.
    devices: name and link. at: how an instant is written.
    """

    word: str
    total: str
    summary: str
    why: str
    shared: str
    devices: tuple[tuple[str, str], ...]
    more_devices: int
    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    lines: tuple[tuple[Line, str], ...]
    more: int
    link: str
    receiver: str


def digest_entry(digest: Digest, *, letterhead: Letterhead, now: datetime) -> OutboxEntry:
    """Return the outbox row of a digest, its mail finished; the row's id was given when the digest opened."""
    origin, recipient = parse_mailbox(letterhead.sender), parse_mailbox(digest.mailbox)
    page, own_id = (
        page_of(digest, now=now, link=letterhead.page, zone=letterhead.manner.zone),
        message_id(digest.entry_id, origin.domain),
    )
    mail = Letter(
        origin=origin,
        recipient=recipient,
        subject=digest_subject(digest),
        thread=Thread(
            id=digest.thread_id, topic="Digest", receiver=digest.receiver, opened_at=digest.opened_at, at=now,
            urgent=page.word == WORDS["critical"],
        ),
        message_id=own_id,
        text=templates().get_template("digest.txt.j2").render(page=page),
        html=templates().get_template("digest.html.j2").render(page=page, words=WORDS),
        read_to=letterhead.read_to,
    ).finished()  # fmt: skip
    return OutboxEntry(
        id=digest.entry_id,
        message_id=own_id,
        envelope_sender=origin.address,
        recipient=recipient.address,
        subject=subject_of(mail),
        message=mail.message,
        created_at=now,
        not_before=now,
        receiver=digest.receiver,
        thread_id=digest.thread_id,
    )


def page_of(digest: Digest, *, now: datetime, link: str, zone: tzinfo | None = UTC) -> Page:
    """Return what a digest says; what began comes first, and of its lines the worst."""
    severities = [severity for severity in RANK if any(digest.counts[(change, severity)] for change in CHANGES)]
    lines = sorted(digest.lines, key=lambda line: (line.headline == OVER, RANK[line.severity]))
    return Page(
        word=_word(digest),
        total=f"{counted(digest.total, 'more change')} on {counted(len(digest.devices), 'device')}",
        summary=changes_in_words(digest),
        why=f"So many mails came at once that these, from {clock(digest.opened_at, zone)} on, are told in one, "
        f"{in_words(now - digest.opened_at)} later.",
        shared=shared_in_words(digest),
        devices=tuple(
            (clean_line(name, 60), whole_link(device_page(link, name))) for name in digest.devices[:MOST_NAMED]
        ),
        more_devices=max(0, len(digest.devices) - MOST_NAMED),
        rows=tuple(_row(digest, change, severities) for change in CHANGES if _of(digest, change, severities)),
        lines=tuple((line, time_of_day(line.at, zone)) for line in lines),
        more=digest.total - len(lines),
        link=link,
        receiver=clean_line(digest.receiver, 80),
    )


def shared_in_words(digest: Digest) -> str:
    """Return what most of the devices have in common: `40 of 45 of site s05, 38 behind edge-r5`."""
    every = len(digest.devices)
    most = [(share, count) for share, count in digest.shares.most_common() if count > 1 and 2 * count > every]
    if every < 3 or not most:
        return ""
    (share, count), *others = most[:MOST_SHARED]
    first = f"{count:,} of {every:,} {share}" if count < every else f"all {every:,} {share}"
    return clean_line(", ".join((first, *(f"{count:,} {share}" for share, count in others))), 200)


def _word(digest: Digest) -> str:
    """Return the colour: how bad the worst is that is not over."""
    left = [severity for change, severity in digest.counts if change != "ended"]
    return WORDS[min(left, key=RANK.__getitem__)] if left else OVER


def _row(digest: Digest, change: str, severities: Sequence[str]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    counts = ((severity, digest.counts[(change, severity)]) for severity in severities)
    told = tuple((severity, f"{count:,}") for severity, count in counts if count)
    return _WHAT[change], f"{_of(digest, change, severities):,}", told


def _of(digest: Digest, change: str, severities: Sequence[str]) -> int:
    return sum(digest.counts[(change, severity)] for severity in severities)
