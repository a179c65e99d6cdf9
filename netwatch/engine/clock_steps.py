"""What becomes of alerts when the machine has slept.

That time did pass, so nothing moves; but nobody looked meanwhile, so it counts for no hold time, and no trap could
have come. What becomes of them when the clock was set stands in model/clock_step.py.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from netwatch.model import Alert, AlertState


def rested_alert(alert: Alert, asleep: timedelta) -> Alert:
    """Return the alert after a sleep: `for`, keep_firing_for and a trap's ttl go on where they were."""
    return replace(
        alert,
        pending_at=alert.pending_at + asleep if alert.state is AlertState.PENDING else alert.pending_at,
        healthy_since=_later(alert.healthy_since, asleep),
        seen_at=_later(alert.seen_at, asleep),
    )


def _later(instant: datetime | None, by: timedelta) -> datetime | None:
    return None if instant is None else instant + by
