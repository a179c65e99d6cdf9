"""Reads when somebody wants something to begin or end: `2h`, `until 08:00`, `tomorrow 08:00`, `2026-12-01 08:00`.

Times of day are UTC, as everything on the page is. A quiet room: `now` is an argument.
May import: netwatch.model. Called by: netwatch.web.pages.silence_form, netwatch.web.pages.act.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from netwatch.model import parse_duration

LONGEST = timedelta(days=36_525)

_LEADING = re.compile(r"(?:for|in|until|till|from|at)\b", re.IGNORECASE)
_WORDY = re.compile(r"(\d+)\s*(minutes?|min|m|hours?|h|days?|d|weeks?|w)\b", re.IGNORECASE)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAY_AND_TIME = re.compile(r"(?:(today|tomorrow|[a-z]{3,9}day)\s+(?:at\s+)?)?(\d{1,2}):(\d\d)", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_moment(text: str, now: datetime) -> datetime:
    """Return the instant that is meant; a duration counts from now, a time of day is the next one.

    Raises:
        ValueError: nobody can tell what is meant; says what could be written.
    """
    said = " ".join(text.split()).removesuffix(" UTC").strip()
    said = _LEADING.sub("", said, count=1).strip() if _LEADING.match(said) else said
    try:
        found = _after(said, now) or _time_of_day(said, now) or datetime.fromisoformat(said)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        if abs(found - now) > LONGEST:
            raise OverflowError
    except OverflowError:
        raise ValueError(f"{text!r} is more than a hundred years away") from None
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 2h, 1d12h, until 08:00 or 2026-12-01 08:00 (UTC)") from None
    return found


def _after(said: str, now: datetime) -> datetime | None:
    """Read `90m`, `1d12h`, `2 hours 30 min`."""
    if said.isdigit():
        return None
    try:
        return now + parse_duration(said.replace(" ", ""))
    except ValueError:
        pass
    parts = _WORDY.findall(said)
    if not parts or _WORDY.sub("", said).replace("and", "").strip(" ,"):
        return None
    return now + sum((int(count) * _UNITS[unit[0].lower()] for count, unit in parts), timedelta())


def _time_of_day(said: str, now: datetime) -> datetime | None:
    found = _DAY_AND_TIME.fullmatch(said)
    if found is None:
        return None
    day, wanted = (found[1] or "").lower(), time(int(found[2]), int(found[3]), tzinfo=UTC)
    today = datetime.combine(now.astimezone(UTC).date(), wanted)
    if day == "today":
        return today
    if day == "tomorrow":
        return today + timedelta(days=1)
    if day:
        today += timedelta(days=(_WEEKDAYS.index(day) - today.weekday()) % 7)
        return today if today > now else today + timedelta(weeks=1)
    return today if today > now else today + timedelta(days=1)
