"""Reads an instant as people type one: `2026-03-01T10:02:00Z`, `10:02`, `-15m`.

May import: netwatch.model. Called by: the commands that ask about a time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netwatch.model import parse_duration

_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def instant_of(text: str, now: datetime) -> datetime:
    """Return the instant; what has no offset is UTC, as all times that are shown, and a time of day is the last such.

    Raises:
        ValueError: it is none; says what one looks like.
    """
    try:
        return _instant_of(text, now)
    except OverflowError:
        raise ValueError(f"{text!r} is outside of all time that can be written") from None


def _instant_of(text: str, now: datetime) -> datetime:
    bare = text.strip()
    if bare.startswith("-"):
        return now - parse_duration(bare[1:])
    if (match := _TIME_OF_DAY.fullmatch(bare)) is not None:
        hour, minute, second = (int(part or 0) for part in match.groups())
        at = now.astimezone(UTC).replace(hour=hour, minute=minute, second=second, microsecond=0)
        return at - timedelta(days=1) if at > now else at
    try:
        at = datetime.fromisoformat(bare)
    except ValueError:
        raise ValueError(
            f"{text!r} is not a time such as 2026-03-01T10:02:00Z, 10:02, or -15m for fifteen minutes ago"
        ) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
