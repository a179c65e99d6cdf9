"""How mails write instants, durations, numbers and counts.

A quiet room.
May import: netwatch.notify.guard. Called by: netwatch.notify, where something is written for people.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netwatch.notify.guard import clean_line


def clock(at: datetime) -> str:
    """Write an instant: `2026-11-23 03:00:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def in_words(duration: timedelta) -> str:
    """Write a duration for people, in its two largest units: `45 s`, `3 min 40 s`, `3 h 5 min`, `2 d 4 h`."""
    left, said = max(0, round(duration.total_seconds())), []
    for unit, seconds in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            said.append(f"{count} {unit}")
        elif said:
            break
    return " ".join(said[:2]) or "0 s"


_PREFIXES = ("", "k", "M", "G", "T", "P", "E")
LARGE = 1e7


def number(value: float | str | None) -> str:
    """Write a value in four digits, what is large with a prefix: `9.21 G`; text as it is."""
    if isinstance(value, float):
        if LARGE <= abs(value) < 1e21:
            return prefixed(value, 4)
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.4g}"
    return clean_line(str(value), 80)


def prefixed(value: float, digits: int) -> str:
    """Write a number in few letters: `1.2 G`."""
    power = 0
    while abs(value) >= 1000 and power < len(_PREFIXES) - 1:
        value, power = value / 1000, power + 1
    text = f"{value:.{digits}g}" if abs(value) < 1000 else f"{value:.0e}"
    return f"{text} {_PREFIXES[power]}".rstrip()


def glued(text: str) -> str:
    """Return the text with blanks that no line is broken at before units: `4 min` stays together."""
    return _BEFORE_UNIT.sub("\u00a0", text)


_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:UTC|min|[dhskMGTPE])\b)")


def counted(count: int, noun: str) -> str:
    """Write how many there are: `1 device`, `9,999 devices`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def sentence(text: str) -> str:
    """Write words as a sentence: a capital first, a full stop last."""
    return (text[:1].upper() + text[1:]).rstrip(". ") + "." if text else ""
