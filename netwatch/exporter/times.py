"""Reads instants as devices write them: DateAndTime, NTP, and texts by a pattern; seconds since 1970.

A quiet room. May import: netwatch.model. Called by: samples.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from netwatch.exporter.texts import text_of_value
from netwatch.model import Value

_NTP_TO_UNIX = 2_208_988_800
_MONTHS = 12
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_MOST_HOURS = 24


def date_and_time(value: Value) -> int | None:
    """Read RFC 2579's DateAndTime of 8 or 11 octets, in UTC where it names no zone; None where it is none.

    A month 13 is January of the next year, as in Go's `time.Date`: devices with an empty clock send zeros.
    """
    if not isinstance(value, bytes) or len(value) not in (8, 11):
        return None
    seconds = _days(int.from_bytes(value[:2]), value[2], value[3]) * _DAY
    seconds += value[4] * _HOUR + value[5] * _MINUTE + value[6] + value[7] // 10
    if len(value) == 8:
        return seconds
    sign, hours, minutes = value[8:]
    if sign not in b"+-" or hours > _MOST_HOURS or minutes >= _MINUTE:
        return None
    offset = hours * _HOUR + minutes * _MINUTE
    return seconds - offset if sign == ord("+") else seconds + offset


def _days(year: int, month: int, day: int) -> int:
    """Count days from 1970-01-01 in the Gregorian calendar, whatever month and day are."""
    year += (month - 1) // _MONTHS
    month = (month - 1) % _MONTHS + 1
    year -= month <= 2
    of_year = (153 * ((month + 9) % _MONTHS) + 2) // 5 + day - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + of_year - 719_468


def ntp_time(value: Value) -> int | None:
    """Read the seconds of an NTP time stamp of 8 octets."""
    if not isinstance(value, bytes) or len(value) < 8:
        return None
    return int.from_bytes(value[:4]) - _NTP_TO_UNIX


def parsed_time(value: Value, pattern: str) -> int | None:
    """Read a text by a pattern of strptime, in UTC where it names no zone; None where it does not fit."""
    said = text_of_value(value, "DisplayString")
    try:
        found = datetime.strptime(said, _ZONES.sub("%z", pattern))  # noqa: DTZ007  # which zone is looked at below
    except (ValueError, re.error, OverflowError):
        return None
    return int((found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp() // 1)


_ZONES = re.compile("%:z")
