"""Reads the dates that devices print: in licenses, certificates, tests of batteries.

Makers agree on the words of a date and not on their order: `Wed Jan 14 00:00:00 2026` is C's, `2026-01-14T00:00:00Z`
ISO 8601's, `Wed, 14 Jan 2026 00:00:00 +0100` RFC 5322's, `Jan 14 00:00:00 2026 GMT` OpenSSL's, `00:00:00 UTC Wed Jan
14 2026` Cisco's, `14Jan2026` Check Point's, `2026-1-14,0:0:0.0,+1:0` RFC 2579's. So a text is cut into words, each is
what it can only be, and a text with any other word is no date. `01/02/2026` is none either: half the world reads it
otherwise.

Without a time of day it is midnight, without a zone UTC. Where there is no result these raise ArithmeticError, and
the row is unknown.

A quiet room: no clock, no socket, no database.
May import: nothing. Called by: kleene, which lends it to compiled code.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

MAX_CHARACTERS: Final = 64
"""Longer texts are no dates."""

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_OF: Final = {name: number for names in (_MONTHS, _FULL_MONTHS) for number, name in enumerate(names, 1)}
_MONTH_OF["sept"] = 9
_WEEKDAYS: Final = frozenset(
    {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "tues", "thur", "thurs", "monday", "tuesday", "wednesday",
     "thursday", "friday", "saturday", "sunday"}
)  # fmt: skip
_ZONES: Final = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "edt": -4, "est": -5, "cdt": -5,
    "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
}  # fmt: skip
"""Hours east of Greenwich. CST is an American zone and the Chinese one, and so none."""

_WORD: Final = re.compile(
    r"(?P<date>(?P<y>\d{4})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})(?!\d))"
    r"|(?P<compact>(?P<cy>\d{4})(?P<cm>\d\d)(?P<cd>\d\d)(?!\d))"
    r"|(?P<time>(?P<hour>\d{1,2}):(?P<minute>\d\d?)(?::(?P<second>\d\d?)(?:[.,]\d{1,9})?)?(?![\d:]))"
    r"|(?P<short>(?<=T)(?P<sh>\d\d)(?P<sm>\d\d)(?P<ss>\d\d)?(?!\d))"
    r"|(?P<offset>(?:(?<=\d)|(?<=[\s,CT]))(?P<sign>[+-])(?P<oh>\d\d?)(?::?(?P<om>\d\d?))?(?![\d:]))"
    r"|(?P<year>\d{4}(?!\d))"
    r"|(?P<day>\d{1,2}(?:st|nd|rd|th)?(?!\d))"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<gap>[\s,;'\"()*-]|\.(?=\s|$))",
    re.ASCII,
)


class _Said:
    """What the words of a text have said so far; the same said twice is no date."""

    def __init__(self) -> None:
        self._parts: dict[str, int] = {}

    def note(self, **parts: int) -> None:
        if any(part in self._parts for part in parts):
            raise ArithmeticError("a date that says something twice")
        self._parts |= parts

    def knows(self, part: str) -> bool:
        return part in self._parts

    def seconds(self) -> float:
        """Return the seconds since 1970 in UTC; ValueError or KeyError where that is no day or no time."""
        parts = self._parts
        at = datetime(
            parts["year"], parts["month"], parts["day"], self._hour(), parts.get("minute", 0), parts.get("second", 0),
            tzinfo=UTC,
        )  # fmt: skip
        return (at - timedelta(minutes=parts.get("east", 0))).timestamp()

    def _hour(self) -> int:
        hour, afternoon = self._parts.get("hour", 0), self._parts.get("afternoon")
        if afternoon is None:
            return hour
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        return hour % 12 + 12 * afternoon


def date(text: str) -> float:
    """Return the seconds from 1970 in UTC to the moment that a text names."""
    stripped = text.strip(" \0\t\r\n")
    if not 0 < len(stripped) <= MAX_CHARACTERS:
        raise ArithmeticError("no date")
    said = _Said()
    at = 0
    while at < len(stripped):
        found = _WORD.match(stripped, at)
        if found is None:
            raise ArithmeticError("no date")
        _note(said, found)
        at = found.end()
    try:
        return said.seconds()
    except (KeyError, ValueError, OverflowError):
        raise ArithmeticError("no such day or time") from None


def _note(said: _Said, found: re.Match[str]) -> None:
    match found.lastgroup:
        case "date":
            said.note(year=int(found["y"]), month=int(found["m"]), day=int(found["d"]))
        case "compact":
            said.note(year=int(found["cy"]), month=int(found["cm"]), day=int(found["cd"]))
        case "time":
            said.note(hour=int(found["hour"]), minute=int(found["minute"]), second=int(found["second"] or 0))
        case "short":
            said.note(hour=int(found["sh"]), minute=int(found["sm"]), second=int(found["ss"] or 0))
        case "offset":
            _note_offset(said, found)
        case "year":
            said.note(year=int(found[0]))
        case "day":
            said.note(day=int(found[0].rstrip("stndrh")))
        case "word":
            _note_word(said, found[0].lower())


def _note_offset(said: _Said, found: re.Match[str]) -> None:
    """Note how far east of Greenwich: behind a time alone, for `14-Jan-2026` has hyphens too."""
    hours, minutes = int(found["oh"]), int(found["om"] or 0)
    if not said.knows("hour") or hours > 14 or minutes > 59:
        raise ArithmeticError("no date")
    said.note(east=(60 * hours + minutes) * (-1 if found["sign"] == "-" else 1))


def _note_word(said: _Said, word: str) -> None:
    if word in _MONTH_OF:
        said.note(month=_MONTH_OF[word])
    elif word in ("am", "pm"):
        said.note(afternoon=int(word == "pm"))
    elif word in _ZONES:
        said.note(zone=1)
        if _ZONES[word]:
            said.note(east=60 * _ZONES[word])
    elif word in _WEEKDAYS:
        said.note(weekday=1)
    elif word != "t":
        raise ArithmeticError("no date")
