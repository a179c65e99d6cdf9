"""The mail for when the usual one cannot be written: who, what and how bad, and nothing that could fail again.

No chart, no template, no link, no value, nothing about what stands around: the alert's own words alone. An alert that
is told badly is told; one that waits until a fault of NetWatch is mended is lost.

A quiet room.
May import: netwatch.model, netwatch.notify.{address, facts, guard, mail.{letter, row}}.
Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from netwatch.model import Alert, Composition, Notification, OutboxEntry
from netwatch.notify.address import Mailbox, parse_mailbox
from netwatch.notify.facts import word_of_all
from netwatch.notify.guard import clean_line
from netwatch.notify.mail.letter import Letter, Thread, subject_of
from netwatch.notify.mail.row import row_of

MAX_SUBJECT = 60
MOST_LISTED = 200
APOLOGY = (
    "NetWatch could not write this mail as usual, which is a fault of NetWatch: its log and its page say what broke."
)


def compose_bare(
    notification: Notification, *, recipients: Sequence[Mailbox], sender: str, new_id: Callable[[], str]
) -> Composition:
    """Return one outbox entry per recipient; raises nothing on account of what alerts hold."""
    origin = parse_mailbox(sender)
    told = (*notification.firing, *notification.resolved)
    word = word_of_all(notification.firing or notification.resolved)
    subject = clean_line(f"[{word}{f' {len(told)}' if len(told) > 1 else ''}] {_name(told[0])}", MAX_SUBJECT)
    text = "\n".join((*_lines(notification), "", APOLOGY, ""))
    return Composition(
        entries=tuple(
            _entry(notification, origin, recipient, new_id(), subject=subject, text=text) for recipient in recipients
        )
    )


def _entry(
    notification: Notification, origin: Mailbox, recipient: Mailbox, entry_id: str, *, subject: str, text: str
) -> OutboxEntry:
    group = notification.group
    row = row_of(notification, origin, recipient.address, entry_id, notification.at)
    mail = Letter(
        origin=origin, recipient=recipient, subject=subject, message_id=row.message_id, text=text,
        html=f"<pre>{html.escape(text)}</pre>",
        thread=Thread(
            id=group.thread_id, topic=subject, receiver=group.receiver, opened_at=group.opened_at,
            at=notification.at, sequence=notification.sequence,
        ),
    ).finished()  # fmt: skip
    return replace(row, subject=subject_of(mail), message=mail.message)


def _lines(notification: Notification) -> Iterator[str]:
    for title, alerts in (("Wrong now:", notification.firing), ("Over:", notification.resolved)):
        if alerts:
            yield title
            yield from (f"  {_line(alert)}" for alert in alerts[:MOST_LISTED])
            if len(alerts) > MOST_LISTED:
                yield f"  and {len(alerts) - MOST_LISTED:,} more"


def _line(alert: Alert) -> str:
    since = alert.firing_at or alert.pending_at
    return clean_line(f"{alert.severity or 'alert'}: {_name(alert)}, since {since:%Y-%m-%d %H:%M:%S} UTC", 300)


def _name(alert: Alert) -> str:
    key = alert.key
    return clean_line(" ".join(filter(None, (key.device, key.alertname, key.instance))), 200)
