"""Durations as Prometheus writes them: `30s`, `5m`, `1h30m`, `250ms`.

May import: nothing. Called by: the settings of every room, rules.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_UNITS = {
    "y": timedelta(days=365), "w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1),
    "m": timedelta(minutes=1), "s": timedelta(seconds=1), "ms": timedelta(milliseconds=1),
}  # fmt: skip
_SHAPE = re.compile(
    r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", re.ASCII
)


LONGEST = timedelta(days=36525)
"""A hundred years: no instant that is so far from now is beyond what a date can be, nor are ten of them together."""


def parse_duration(text: str) -> timedelta:
    """Read `1h30m`, `10s`, `0`; units from large to small, as Prometheus wants them.

    Raises:
        ValueError: the text is no duration, or one longer than anything can last here.
    """
    match = _SHAPE.fullmatch(text.strip())
    if text.strip() == "0":
        return timedelta(0)
    if not text.strip() or match is None:
        raise ValueError(f"{text!r} is not a duration such as 30s, 5m or 1h30m")
    parts = zip(match.groups(), _UNITS.values(), strict=True)
    try:
        duration = sum((float(number) * unit for number, unit in parts if number), timedelta())
    except OverflowError:
        duration = timedelta.max
    if duration > LONGEST:
        raise ValueError(f"{text!r} is longer than {LONGEST.days // 365} years, and nothing lasts that long here")
    return duration


def format_duration(duration: timedelta) -> str:
    """Write a duration in the shortest exact form of `parse_duration`."""
    left, text = abs(duration), ""
    for name, unit in _UNITS.items():
        if name in "yw":
            continue
        count, left = divmod(left, unit)
        text += f"{count}{name}" if count else ""
    return ("-" if duration < timedelta(0) else "") + (text or "0s")


def _from_yaml(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a duration such as 30s, 5m or 1h30m")
    if value == 0:
        return timedelta(0)
    raise ValueError(f"{value!r} needs a unit, such as {value}s or {value}m")


Duration = Annotated[
    timedelta,
    BeforeValidator(_from_yaml),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["30s", "5m", "1h30m"]}),
]
"""A settings field that reads `30s` and refuses a bare number."""
