"""Takes out of a post what its receiver has heard newer words about; programs believe what comes last.

A quiet room. May import: netwatch.model, netwatch.notify.http.alert. Called by: netwatch.notify.http.sender.
"""

from __future__ import annotations

import json
from typing import Any

from netwatch.model import OutboxEntry, OutboxKind
from netwatch.notify.http.alert import common


def without_overtaken(entry: OutboxEntry) -> bytes:
    """Return the body to post; the whole of it where all of it has been overtaken, for somebody wants it sent."""
    old = {alert_id for one in entry.overtaken for alert_id in one.alert_ids}
    if not old or old.issuperset(entry.alert_ids):
        return entry.message
    whole = json.loads(entry.message)
    if entry.kind is OutboxKind.ALERTMANAGER:
        kept = [alert for alert, its_id in zip(whole, entry.alert_ids, strict=False) if its_id not in old]
        return _written(kept)
    return _written(_left(whole, old))


def _left(whole: dict[str, Any], old: set[str]) -> dict[str, Any]:
    alerts = [alert for alert in whole["alerts"] if alert["id"] not in old]
    if not alerts:  # what is left of it was beyond the bound of one post
        return whole
    return {
        **whole,
        "status": "firing" if any(alert["status"] == "firing" for alert in alerts) else "resolved",
        "commonLabels": common([alert["labels"] for alert in alerts]),
        "commonAnnotations": common([alert["annotations"] for alert in alerts]),
        "alerts": alerts,
        "overtakenAlerts": len(whole["alerts"]) - len(alerts),
    }


def _written(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
