"""What a word without quotes means: YAML 1.2's core schema, and dates.

`no` is a text and `0777` the number 777. Beyond the schema numbers may have underscores and 0b, and a date, alone or
with a time of day to the second, is a date.
May import: nothing. Called by: parsing.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

MAX_DIGITS: Final = 400
MAX_INTEGER: Final = 2**128
"""An IPv6 address is the largest number there is; what is larger is a text, and no float could hold the largest."""

Scalar = str | int | float | bool | date | None

_CONSTANTS: Final[dict[str, Scalar]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_NUMERIC: Final = frozenset("+-.0123456789")
_INTEGER: Final = re.compile(
    r"([-+]?)(?:0b([01][01_]*)|0o([0-7][0-7_]*)|0x([0-9a-fA-F][0-9a-fA-F_]*)|([0-9][0-9_]*))"
)
_TOO_LARGE: Final = "this number is larger than any value could be; quote it if it is a text"
_BASES: Final = (2, 8, 16, 10)
_FLOAT: Final = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)"
)
_SPECIAL: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE: Final = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?[ \t]*(Z|[-+]\d\d?(?::\d\d)?)?)?",
    re.ASCII,
)
_PLAIN_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def resolved(text: str) -> Scalar:
    """Return the value of a plain scalar.

    Raises:
        ValueError: it is written as a date that does not exist, or as a number beyond all bounds; says which.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC:
        return text
    if (match := _INTEGER.fullmatch(text)) is not None:
        return _integer(match)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    if (match := _DATE.fullmatch(text)) is not None:
        return _date(match) if match[4] or _PLAIN_DATE.fullmatch(text) else text
    return text


def _float(text: str) -> float:
    value = float(text.replace("_", ""))
    if math.isinf(value):  # `.inf` is how YAML writes that; this overflowed
        raise ValueError(_TOO_LARGE)
    return value


def _integer(match: re.Match[str]) -> int:
    if len(match.group()) > MAX_DIGITS:  # Python itself refuses to write very long ones out again
        raise ValueError(_TOO_LARGE)
    sign, *digits = match.groups()
    base, written = next((base, one) for base, one in zip(_BASES, digits, strict=True) if one is not None)
    value = int(written.replace("_", ""), base)
    if value > MAX_INTEGER:
        raise ValueError(_TOO_LARGE)
    return -value if sign == "-" else value


def _date(match: re.Match[str]) -> date:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        microsecond = int((fraction or "")[:6].ljust(6, "0"))
        return datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second), microsecond, tzinfo=_zone(zone)
        )
    except ValueError:
        raise ValueError("this is written as a date, and there is no such day or time") from None


def _zone(text: str | None) -> timezone | None:
    if text is None or text == "Z":
        return None if text is None else UTC
    hours, _, minutes = text[1:].partition(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-offset if text[0] == "-" else offset)
