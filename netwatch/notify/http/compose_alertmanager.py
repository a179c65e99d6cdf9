"""Writes a notification as another Alertmanager takes it: the body of POST /api/v2/alerts.

That Alertmanager forgets an alert at its `endsAt`, and says then that it is over. Prometheus therefore sends what
fires again every minute; NetWatch says each thing once, and sees to it that it arrives. So `endsAt` of what fires
lies far ahead (`expires_after`, a week unless configured otherwise): acknowledged and silenced alerts are not
repeated, and must not end there because of that. What is over is sent with the end it had, and ends there at once.
Should NetWatch itself go away for good, what it last said ends after that week.

A quiet room.
May import: netwatch.model, netwatch.notify.{links, http.{alert, urls}}.
Called by: netwatch.notify.http.{compose, sender}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from netwatch.model import Alert, AlertState, Notification, OutboxEntry, OutboxKind, news_of
from netwatch.notify.http.alert import annotations_of, labels_of, rfc3339
from netwatch.notify.http.urls import shown_urls
from netwatch.notify.links import explanation

ALERTS_PATH = "/api/v2/alerts"
AT_ONCE = 500
"""Alerts in one post; more become several rows."""


def compose_alertmanager(
    notification: Notification,
    *,
    urls: Sequence[str],
    subject: str,
    page: str,
    expires_after: timedelta,
    new_id: Callable[[], str],
) -> list[OutboxEntry]:
    """Return the outbox entries for every Alertmanager, each of which is told on its own."""
    places = shown_urls(urls)
    every = (*notification.firing, *notification.resolved)
    return [
        _entry(notification, alerts, place, subject, page, expires_after, new_id())
        for start in range(0, len(every), AT_ONCE)
        for alerts in (every[start : start + AT_ONCE],)
        for place in places
    ]


def _entry(
    notification: Notification,
    alerts: Sequence[Alert],
    place: str,
    subject: str,
    page: str,
    expires_after: timedelta,
    entry_id: str,
) -> OutboxEntry:
    at, group = notification.at, notification.group
    body = [_alert(alert, at, at + expires_after, page) for alert in alerts]
    return OutboxEntry(
        id=entry_id,
        message_id=entry_id,
        envelope_sender="",
        recipient=place,
        subject=subject,
        message=json.dumps(body, separators=(",", ":")).encode(),
        kind=OutboxKind.ALERTMANAGER,
        created_at=at,
        not_before=at,
        receiver=group.receiver,
        group_key=group.key,
        alert_ids=tuple(alert.id for alert in alerts),
        thread_id=group.thread_id,
        news=news_of(alerts),
    )


def _alert(alert: Alert, at: datetime, expires_at: datetime, page: str) -> dict[str, Any]:
    starts = alert.firing_at or alert.pending_at
    ends = (alert.resolved_at or at) if alert.state is AlertState.RESOLVED else expires_at
    written: dict[str, Any] = {
        "labels": labels_of(alert),
        "annotations": annotations_of(alert),
        "startsAt": rfc3339(starts),
        "endsAt": rfc3339(max(ends, starts)),
    }
    link = explanation(page, alert)
    return {**written, "generatorURL": link} if link else written
