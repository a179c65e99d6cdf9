"""Instants and durations in the words of the event log and of an answer.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: netwatch.engine.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from netwatch.model import format_duration


def clock(at: datetime, day: datetime | None = None) -> str:
    """Write an instant in UTC; without its date where that is `day`'s."""
    same = day is not None and at.date() == day.date()
    return f"{at:%H:%M:%S}" if same else f"{at:%Y-%m-%d %H:%M:%S}"


def lasting(duration: timedelta) -> str:
    """Write how long something took, to the second."""
    return format_duration(timedelta(seconds=round(duration.total_seconds())))
