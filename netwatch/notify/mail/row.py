"""The outbox row of a mail about an incident, but for what it says.

May import: netwatch.model, netwatch.notify.{address, mail.{story, thread}}.
Called by: netwatch.notify.mail.{compose, bare}.
"""

from __future__ import annotations

from datetime import datetime

from netwatch.model import Notification, OutboxEntry, news_of
from netwatch.notify.address import Mailbox
from netwatch.notify.mail.story import by_urgency
from netwatch.notify.mail.thread import message_id


def row_of(notification: Notification, origin: Mailbox, recipient: str, entry_id: str, at: datetime) -> OutboxEntry:
    """Return the row, subject and message still empty; its alerts stand in the order in which the mail tells them."""
    group = notification.group
    return OutboxEntry(
        id=entry_id,
        message_id=message_id(entry_id, origin.domain),
        envelope_sender=origin.address,
        recipient=recipient,
        subject="",
        message=b"",
        created_at=at,
        not_before=at,
        receiver=group.receiver,
        group_key=group.key,
        alert_ids=tuple(alert.id for alert in (*by_urgency(notification.firing), *notification.resolved)),
        thread_id=group.thread_id,
        news=news_of((*notification.firing, *notification.resolved)),
    )
