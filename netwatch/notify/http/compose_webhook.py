"""Writes a notification as the JSON that webhooks are sent.

The document has the fields of Alertmanager's webhook, `version` "4", so that what reads those reads ours; what
NetWatch knows beyond that stands beside them, described by `schema` "netwatch/1", and readers ignore what they do
not know:

    receiver, status (firing, resolved), groupKey, groupLabels, commonLabels, commonAnnotations, externalURL,
    truncatedAlerts (how many alerts are left out), alerts: a list of
        status, labels, annotations, startsAt, endsAt (0001-01-01T00:00:00Z while it fires), generatorURL, fingerprint
        and ours: id, rule, device, instance, severity, value, threshold, acknowledgedBy, flapping, goneAt, remark
    and ours: overtakenAlerts (only where alerts were left out, because newer news of them was posted before this),
        schema, id (the same on every retry), at, incident (the same for all of one), sequence, repeat, subject,
        escalation, heldBack: a list of kind, reason, alerts, devices.

A quiet room.
May import: netwatch.model, netwatch.notify.{guard, links, http.{alert, urls}}.
Called by: netwatch.notify.http.compose.
"""

from __future__ import annotations

import json
from typing import Any

from netwatch.model import Alert, AlertState, Notification, OutboxEntry, OutboxKind, news_of
from netwatch.notify.guard import clean_line
from netwatch.notify.http.alert import annotations_of, common, fingerprint_of, labels_of, rfc3339
from netwatch.notify.http.urls import shown_url
from netwatch.notify.links import explanation

VERSION = "4"
SCHEMA = "netwatch/1"
MOST_ALERTS = 1_000
NO_END = "0001-01-01T00:00:00Z"


def compose_webhook(
    notification: Notification, *, url: str, subject: str, page: str, entry_id: str
) -> OutboxEntry:  # fmt: skip
    """Return the outbox entry that posts the notification to `url`."""
    group = notification.group
    return OutboxEntry(
        id=entry_id,
        message_id=entry_id,
        envelope_sender="",
        recipient=shown_url(url),
        subject=subject,
        message=json.dumps(_document(notification, subject, page, entry_id), separators=(",", ":")).encode(),
        kind=OutboxKind.WEBHOOK,
        created_at=notification.at,
        not_before=notification.at,
        receiver=group.receiver,
        group_key=group.key,
        alert_ids=tuple(alert.id for alert in (*notification.firing, *notification.resolved)),
        thread_id=group.thread_id,
        news=news_of((*notification.firing, *notification.resolved)),
    )


def _document(notification: Notification, subject: str, page: str, entry_id: str) -> dict[str, Any]:
    group = notification.group
    every = (*notification.firing, *notification.resolved)
    alerts = [_alert(notification, alert, page) for alert in every[:MOST_ALERTS]]
    return {
        "version": VERSION,
        "schema": SCHEMA,
        "receiver": clean_line(group.receiver),
        "status": "firing" if notification.firing else "resolved",
        "groupKey": group.key,
        "groupLabels": {name: clean_line(text) for name, text in group.labels.items()},
        "commonLabels": common([alert["labels"] for alert in alerts]),
        "commonAnnotations": common([alert["annotations"] for alert in alerts]),
        "externalURL": page,
        "truncatedAlerts": len(every) - len(alerts),
        "alerts": alerts,
        "id": entry_id,
        "at": rfc3339(notification.at),
        "incident": group.thread_id,
        "sequence": notification.sequence,
        "repeat": notification.repeat,
        "subject": subject,
        "escalation": clean_line(group.escalation),
        "heldBack": [
            {"kind": str(held.muting.kind), "reason": clean_line(held.muting.reason),
             "alerts": held.alerts, "devices": held.devices}
            for held in notification.held_back
        ],
    }  # fmt: skip


def _alert(notification: Notification, alert: Alert, page: str) -> dict[str, Any]:
    labels, over = labels_of(alert), alert.state is AlertState.RESOLVED
    ended = alert.resolved_at or notification.at
    return {
        "status": "resolved" if over else "firing",
        "labels": labels,
        "annotations": annotations_of(alert),
        "startsAt": rfc3339(alert.firing_at or alert.pending_at),
        "endsAt": rfc3339(ended) if over else NO_END,
        "generatorURL": explanation(page, alert),
        "fingerprint": fingerprint_of(labels),
        "id": alert.id,
        "rule": clean_line(alert.key.alertname),
        "device": clean_line(alert.key.device),
        "instance": clean_line(alert.key.instance),
        "severity": clean_line(alert.severity),
        "value": _value(alert.value),
        "threshold": _value(alert.threshold),
        "acknowledgedBy": clean_line(alert.acked_by),
        "flapping": alert.flapping,
        "goneAt": rfc3339(alert.gone_at) if alert.gone_at is not None else None,
        "remark": clean_line(notification.marks.get(alert.id, "")),
    }


def _value(value: float | str | None) -> float | str | None:
    """Return a value as JSON has it, which knows no NaN and no infinity."""
    if isinstance(value, str):
        return clean_line(value)
    return value if value is None or abs(value) < float("inf") else str(value)
