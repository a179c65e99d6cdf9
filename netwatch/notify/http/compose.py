"""Turns a notification into the posts of a receiver: webhook and Alertmanagers.

A quiet room.
May import: netwatch.model, netwatch.notify.{facts, wanted, http.{compose_alertmanager, compose_webhook, settings}}.
Called by: netwatch.notify.mailer.
"""

from __future__ import annotations

from collections.abc import Callable

from netwatch.model import Notification, OutboxEntry, new_uuid
from netwatch.notify.facts import alert_subject
from netwatch.notify.http.compose_alertmanager import compose_alertmanager
from netwatch.notify.http.compose_webhook import compose_webhook
from netwatch.notify.http.settings import PostedReceiver
from netwatch.notify.wanted import wanted


def compose_posts(
    notification: Notification,
    receiver: PostedReceiver,
    *,
    page: str = "",
    new_id: Callable[[], str] = new_uuid,
) -> list[OutboxEntry]:
    """Return one outbox entry for the webhook, and those for every Alertmanager of the receiver.

    `page` is where people find NetWatch's own page, empty where that is not known.
    """
    posts: list[OutboxEntry] = []
    if (hook := receiver.webhook) and (told := wanted(notification, send_resolved=hook.send_resolved)):
        posts.append(compose_webhook(told, url=hook.url, subject=_subject(told), page=page, entry_id=new_id()))
    if (peers := receiver.alertmanager) and (told := wanted(notification, send_resolved=peers.send_resolved)):
        posts += compose_alertmanager(
            told, urls=peers.urls, subject=_subject(told), page=page,
            expires_after=peers.expires_after, new_id=new_id,
        )  # fmt: skip
    return posts


def _subject(notification: Notification) -> str:
    """Return a line for people who look at the outbox."""
    first, *others = (*notification.firing, *notification.resolved)
    return alert_subject(first) + (f" and {len(others)} more" if others else "")
