"""Reads the words of a time interval as Alertmanager writes them: `monday:friday`, `-3:-1`, `17:00`, `Europe/Berlin`.

Ranges include both ends; a week runs from Sunday to Saturday. Names may be written in capitals or not.

A quiet room: no clock, no socket, no database.
May import: nothing. Called by: interval_settings, which checks with it; intervals, which builds with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
SHORTEST_MONTH = 28
UTC_ZONE = ZoneInfo("UTC")
LOCAL = "Local"
"""The location that means the time zone of this machine."""

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,4}", re.ASCII)

Range = tuple[int, int]


def minute_of_day(text: str) -> int:
    """Read `HH:MM`; `24:00` is the end of the day.

    Raises:
        ValueError: the text is no such time.
    """
    if not _TIME.fullmatch(text):
        raise ValueError(f'{text!r} is not a time from "00:00" to "24:00"')
    return int(text[:2]) * 60 + int(text[3:])


def weekday_range(text: str) -> Range:
    """Read `monday` or `monday:friday`; Sunday is 0.

    Raises:
        ValueError: the text is no such range, or it goes over the end of the week.
    """
    first, last = _range(text, _weekday)
    if first > last:
        raise ValueError(
            f"{text!r}: a week runs from sunday to saturday; write two ranges, "
            f'"{WEEKDAYS[first]}:saturday" and "sunday:{WEEKDAYS[last]}"'
        )
    return first, last


def day_of_month_range(text: str) -> Range:
    """Read `1`, `1:5` or `-3:-1`; negative days count from the end of the month.

    Raises:
        ValueError: the text is no such range, or one that is empty in every month.
    """
    first, last = _range(text, _number)
    for day in (first, last):
        if day == 0 or abs(day) > 31:
            raise ValueError(f"{text!r}: a day of the month is 1 to 31, or -1 (the last) to -31")
    if first < 0 < last:
        raise ValueError(f"{text!r}: where the first day counts from the end, the last must too")
    # Only what no month could hold is refused; `20:-9` is empty in February and right in the others.
    if _in_shortest_month(first) > _in_shortest_month(last):
        raise ValueError(f"{text!r}: the first day comes after the last")
    return first, last


def month_range(text: str) -> Range:
    """Read `january`, `1`, `may:august` or `1:3`.

    Raises:
        ValueError: the text is no such range.
    """
    first, last = _range(text, _month)
    if first > last:
        raise ValueError(f"{text!r}: the first month comes after the last")
    return first, last


def year_range(text: str) -> Range:
    """Read `2026` or `2026:2027`.

    Raises:
        ValueError: the text is no such range.
    """
    first, last = _range(text, _number)
    if first < 1 or last < 1:
        raise ValueError(f"{text!r} is not a year such as 2026, nor a range such as 2026:2027")
    if first > last:
        raise ValueError(f"{text!r}: the first year comes after the last")
    return first, last


def zone(location: str) -> ZoneInfo | None:
    """Return the time zone of that name, None for that of this machine (`Local`).

    Raises:
        ValueError: there is no such time zone.
    """
    if location == LOCAL:
        return None
    try:
        return ZoneInfo(location)
    except (OSError, ValueError, KeyError) as exc:  # a path, a directory, an odd name, one that is not there
        raise ValueError(
            f"{location!r} is not a time zone such as Europe/Berlin; UTC and Local are known too" + _meant(location)
        ) from exc


def _meant(location: str) -> str:
    """Return `; did you mean "Europe/Berlin"?` where a zone is called nearly so, or its city is."""
    names = {name.lower(): name for name in available_timezones() | {LOCAL}}
    cities = {name.rpartition("/")[2]: name for name in sorted(names, key=_likelihood, reverse=True)}
    wanted = location.lower().replace(" ", "_")
    near = get_close_matches(wanted, names, 1, 0.75) or get_close_matches(wanted, cities, 1, 0.75)
    return f'; did you mean "{names[cities.get(near[0], near[0])]}"?' if near else ""


def _likelihood(name: str) -> tuple[bool, str]:
    """Sort `america/port_of_spain` before `posix/america/port_of_spain`."""
    return name.count("/") != 1 or name.startswith(("posix", "right", "etc")), name


def _range(text: str, member: Callable[[str], int]) -> Range:
    parts = text.lower().split(":")
    if len(parts) > 2:
        raise ValueError(f'{text!r} is neither one value nor a range such as "first:last"')
    return member(parts[0]), member(parts[-1])


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise ValueError(f"{text!r} is not a weekday such as monday")
    return WEEKDAYS.index(text)


def _month(text: str) -> int:
    if text in MONTHS:
        return MONTHS.index(text) + 1
    number = int(text) if _NUMBER.fullmatch(text) else 0
    if not 1 <= number <= len(MONTHS):
        raise ValueError(f"{text!r} is not a month such as january, nor 1 to 12")
    return number


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _in_shortest_month(day: int) -> int:
    return day if day > 0 else SHORTEST_MONTH + day
