"""What of a notification one way of telling a receiver is for: each may or may not want to hear of recoveries.

A quiet room.
May import: netwatch.model. Called by: netwatch.notify.{mailer, http.compose}.
"""

from __future__ import annotations

from dataclasses import replace

from netwatch.model import Notification


def wanted(notification: Notification, *, send_resolved: bool) -> Notification | None:
    """Return what is to be told this way, None where nothing is."""
    if send_resolved or not notification.resolved:
        return notification
    return replace(notification, resolved=()) if notification.firing else None
