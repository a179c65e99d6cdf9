"""Reads for how long, or until when, as people write it: `2h`, `90 minutes`, `until 8:30 pm`.

A quiet room. May import: nothing. Called by: netwatch.mailbox.reading.commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNIT = r"d(?:ays?)?|tage?n?|h(?:ours?|rs?|r)?|std|stunden?|m(?:in(?:utes?|uten|s)?)?|s(?:ec(?:onds?|s)?)?"
_ONE = rf"(\d{{1,4}}(?:[.,]\d{{1,2}})?)\s?({_UNIT})(?![a-z])"
_FIRST = re.compile(rf"\s*(?:for|the next|für|it)?\s*(?:for\s*)?{_ONE}", re.IGNORECASE)
_NEXT = re.compile(rf"(?:\s|,|and|und)*{_ONE}", re.IGNORECASE)
_AN_HOUR = re.compile(r"\s*(?:for\s+)?(?:(an?|one)\s+hour|(half an hour))\b", re.IGNORECASE)
_UNTIL = re.compile(r"\s*(?:it\s+)?(?:un)?til(?:l)?\b\s*(tomorrow|tmrw)?\s*(?:at\s+)?", re.IGNORECASE)
_MONTHS = r"(?:jan|feb|m[aä]r|apr|may|mai|ju[nl]|aug|sep|o[ck]t|nov|de[cz])[a-zä]*\b"
_NO_DATE = rf"(?![\d:]|[-/.]\d|\s?(?:st|nd|rd|th)\b|\.?\s?{_MONTHS})"
"""What follows a time of day is not the rest of a date."""
_CLOCK = re.compile(
    r"(\d{1,2})(?:\s?[:.h]\s?(\d{2})(?::(\d{2}))?)?(?:\s?([ap])\.?m\b\.?)?\s?(?:h\b|o'?clock\b|uhr\b|hrs?\b)?"
    + _NO_DATE,
    re.IGNORECASE,
)
_MILITARY = re.compile(r"([01]\d|2[0-3])([0-5]\d)\b" + _NO_DATE, re.IGNORECASE)
_NAMED = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_TOMORROW_AFTER = re.compile(r"\s*(tomorrow|tmrw)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class End:
    """When something is to end, one of both: `lasts` from now, or `until` a time of day. `rest` is what follows."""

    lasts: timedelta | None
    until: time | None
    tomorrow: bool
    rest: str


def read_end(text: str) -> End | None:
    """Return the time at the beginning of a text; None if there is none, or none that can be."""
    if until := _UNTIL.match(text):
        return _at_clock(text[until.end() :], tomorrow=bool(until[1]))
    if hour := _AN_HOUR.match(text):
        return End(timedelta(minutes=60 if hour[1] else 30), None, False, text[hour.end() :])
    return _lasting(text)


def _lasting(text: str) -> End | None:
    seconds, position = 0.0, 0
    found = _FIRST.match(text)
    while found:
        unit = found[2][0].lower()
        # German: Stunden begin as seconds do, Tage as nothing else.
        unit = "h" if found[2].lower().startswith("st") else {"t": "d"}.get(unit, unit)
        seconds += float(found[1].replace(",", ".")) * _SECONDS[unit]
        position = found.end()
        found = _NEXT.match(text, position)
    return End(timedelta(seconds=seconds), None, False, text[position:]) if seconds else None


def _at_clock(text: str, *, tomorrow: bool) -> End | None:
    if word := re.match(r"noon|midday|midnight", text, re.IGNORECASE):
        return _ended(_NAMED[word[0].lower()], text[word.end() :], tomorrow=tomorrow)
    if clock := _MILITARY.match(text):
        return _ended(time(int(clock[1]), int(clock[2])), text[clock.end() :], tomorrow=tomorrow)
    clock = _CLOCK.match(text)
    if clock is None:
        return None
    hour, minute, half = int(clock[1]), int(clock[2] or 0), (clock[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    return _ended(time(hour, minute), text[clock.end() :], tomorrow=tomorrow)


def _ended(at: time, rest: str, *, tomorrow: bool) -> End:
    after = _TOMORROW_AFTER.match(rest)
    return End(None, at, tomorrow or after is not None, rest[after.end() :] if after else rest)
