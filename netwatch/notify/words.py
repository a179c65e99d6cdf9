"""How mails write instants, durations, numbers and counts.

A quiet room.
May import: netwatch.model, netwatch.notify.guard. Called by: netwatch.notify, where something is written for people.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo

from netwatch.model import symbol_of
from netwatch.notify.guard import clean_line

_UTC_INSTANT = re.compile(r"(?:\b(\d{4}-\d\d-\d\d) )?\b(\d\d:\d\d(?::\d\d)?) UTC\b")


def clock(at: datetime, zone: tzinfo | None = UTC) -> str:
    """Write an instant: `2026-11-23 03:00:05 CET`; None is the zone of this machine."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone_name(local)}"


def time_of_day(at: datetime, zone: tzinfo | None = UTC) -> str:
    """Write an instant of today: `03:00:05 CET`."""
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S} {zone_name(local)}"


def when_lately(at: datetime, now: datetime, zone: tzinfo | None = UTC) -> str:
    """Write an instant of today by its time, one of another day with its date too."""
    same_day = at.astimezone(zone).date() == now.astimezone(zone).date()
    return time_of_day(at, zone) if same_day else clock(at, zone)


def in_zone(text: str, now: datetime, zone: tzinfo | None) -> str:
    """Write the instants of a sentence that stand there in UTC as the receiver's; what has no date is about now."""
    return _UTC_INSTANT.sub(lambda found: _rewritten(found, now.astimezone(UTC), zone), text)


def _rewritten(found: re.Match[str], now: datetime, zone: tzinfo | None) -> str:
    date, time = found[1], found[2]
    try:
        at = datetime.fromisoformat(f"{date or now.date()}T{time}+00:00")
    except ValueError:
        return found[0]
    if not date and abs(at - now) > timedelta(hours=12):
        at += timedelta(days=1 if at < now else -1)
    local = at.astimezone(zone)
    shown = f"{local:%H:%M:%S}" if time.count(":") > 1 else f"{local:%H:%M}"
    return f"{f'{local:%Y-%m-%d} ' if date else ''}{shown} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """Return what a zone is called, `UTC-03` where it has only a number."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name


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


def measure(value: float | str | None, unit: str = "", digits: int = 4) -> str:
    """Write a value with its unit as people do: `98 %` of a ratio, `9.21 Gb/s`, `3 min 40 s`; text as it is.

    `ratio` is written in percent, `s` as a duration, B in powers of 1024, b/s, B/s and the like with prefixes, what
    sensors are in (`celsius`) by its sign; any other unit stands behind the number.
    """
    unit = symbol_of(unit) if unit not in _RATIOS else unit
    if not isinstance(value, float | int) or not unit or not math.isfinite(value):
        return number(float(value) if isinstance(value, int) else value)
    if unit in _RATIOS:
        return f"{number(float(f'{value * 100:.{min(digits, 3)}g}'))} %"
    if unit == "s":
        return _seconds(value)
    if unit in _SCALED:
        step, prefixes = _SCALED[unit]
        return _scaled(value, digits, step, prefixes, unit)
    return f"{number(float(value))} {clean_line(unit, MAX_UNIT)}"


_RATIOS = frozenset({"ratio", "percent"})
MAX_UNIT = 16
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
    return _scaled(value, digits, 1000, _PREFIXES, "")


_DECIMAL = (1000, _PREFIXES)
_SCALED = {
    **dict.fromkeys(("b/s", "B/s", "b", "Hz", "W", "V", "A", "J", "/s", "packets/s"), _DECIMAL),
    "B": (1024, ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")),
}


def _scaled(value: float, digits: int, step: int, prefixes: tuple[str, ...], unit: str) -> str:
    power = 0
    while abs(value) >= step and power < len(prefixes) - 1:
        value, power = value / step, power + 1
    text = f"{value:.{digits}g}" if abs(value) < step else f"{value:.0e}"
    if "e" in text and abs(value) < step:  # 1,023 KiB in three digits
        text = f"{value:.0f}"
    return f"{text} {prefixes[power]}{unit}".rstrip()


def _seconds(value: float) -> str:
    sign = "-" if value < 0 else ""
    if 0 < abs(value) < 1:
        return f"{sign}{abs(value) * 1000:.3g} ms"
    if 1 <= abs(value) < 60:
        return f"{sign}{abs(value):.3g} s"
    return sign + in_words(timedelta(seconds=min(abs(value), 1e9)))


def glued(text: str) -> str:
    """Return the text with blanks that no line is broken at before units: `4 min` stays together."""
    return _BEFORE_UNIT.sub("\u00a0", text)


_BEFORE_UNIT = re.compile(
    r"(?<=\d) (?=%|(?:[A-Z]{3,4}|UTC[+-]\d+|min|m?s|[dh]|[kMGTPE]i?(?:[bB](?:/s)?)?|[bB](?:/s)?)\b)"
)


def counted(count: int, noun: str) -> str:
    """Write how many there are: `1 device`, `9,999 devices`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def sentence(text: str) -> str:
    """Write words as a sentence: a capital first, a full stop last."""
    return (text[:1].upper() + text[1:]).rstrip(". ") + "." if text else ""


def shortened(text: str, limit: int) -> str:
    """Return a text in at most so many letters; the middle goes, since device and trouble stand at the ends."""
    if len(text) <= limit:
        return text
    end = limit * 2 // 5
    return f"{text[: limit - 1 - end].rstrip()}…{text[-end:].lstrip()}"
