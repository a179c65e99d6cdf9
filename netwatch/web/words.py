"""Writes values as people read them: durations, ages, bit rates, counts.

A quiet room: the moment "now" is an argument.
May import: netwatch.model. Called by: pages and their templates, api, alertmanager.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from itertools import pairwise

from netwatch.model import Availability, Oid, measured

NOTHING = "\N{EN DASH}"
"""What stands where nothing is known; missing is not zero."""

_LONGEST_TEXT = 400
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def duration(length: timedelta | None) -> str:
    """Write the two largest units: `12 d 4 h`, `3 min 20 s`; below a second milliseconds."""
    if length is None:
        return NOTHING
    seconds = abs(length.total_seconds())
    if seconds < 1:
        return milliseconds(length)
    for (large, size), (small, part) in pairwise(_UNITS):
        if seconds >= size:
            count, rest = divmod(int(seconds), size)
            return f"{count} {large} {rest // part} {small}" if rest // part else f"{count} {large}"
    return f"{int(seconds)} s"


def milliseconds(length: timedelta | None) -> str:
    """Write a round trip: `0.4 ms`, `38 ms`, `1,200 ms`."""
    if length is None:
        return NOTHING
    value = length.total_seconds() * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"


def age(at: datetime | None, now: datetime) -> str:
    """Write how long ago an instant was, in its largest unit: `4 min ago`, `in 30 s`, `just now`."""
    if at is None:
        return NOTHING
    seconds = (now - at).total_seconds()
    name, size = next(((name, size) for name, size in _UNITS if abs(seconds) >= size), ("s", 1))
    count = int(abs(seconds) // size)
    if count < 2 and name == "s":
        return "just now"
    return f"{count} {name} ago" if seconds > 0 else f"in {count} {name}"


def instant(at: datetime | None) -> str:
    """Write an instant for people: `2026-03-01 04:05:06 UTC`."""
    return NOTHING if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def rfc3339(at: datetime | None) -> str | None:
    """Write an instant for programs: `2026-03-01T04:05:06.789Z`."""
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def bit_rate(bits_per_second: float | None) -> str:
    """Write `940 Mb/s`, `1.2 Gb/s`, `0 b/s`."""
    if bits_per_second is None or not math.isfinite(bits_per_second):
        return NOTHING
    value, unit = bits_per_second, "b/s"
    for larger in ("kb/s", "Mb/s", "Gb/s", "Tb/s"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    digits = f"{value:.0f}" if value >= 99.5 else f"{value:.1f}".removesuffix(".0")
    return f"{digits} {unit}"


def event_rate(per_second: float | None) -> str:
    """Write events per second; what happens less than 100 times an hour per hour."""
    if per_second is None or not math.isfinite(per_second):
        return NOTHING
    if per_second == 0:
        return "0/h"
    if per_second * 3600 < 100:
        return f"{per_second * 3600:.0f}/h"
    return f"{per_second:.1f}/s" if per_second < 100 else f"{per_second:,.0f}/s"


def percent(ratio: float | None) -> str:
    """Write `4 %`; a little is `<1 %`, not nothing."""
    if ratio is None or not math.isfinite(ratio):
        return NOTHING
    return "<1 %" if 0 < ratio < 0.01 else f"{ratio * 100:.0f} %"


def availability_words(one: Availability) -> str:
    """Write `99.95 %, away for 43m`; what was away for a second was not up all the time."""
    if one.ratio is None or not one.away:
        return NOTHING if one.ratio is None else "100 %"
    share = min(math.floor(one.ratio * 1e5) / 1e3, 99.999)
    return f"{share:g} %, away for {duration(one.away)}"


def number(value: float | str | None, unit: str = "") -> str:
    """Write an alert's value or threshold with four digits that count: `0.04`, `97.25`, `9,410`, `942 M`.

    unit: what the rule says it is in (its annotation `unit`), a sign or the word of a quantity: `88 °C`.
    """
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return shortened(value)
    if unit:
        return measured(value, unit)
    if not math.isfinite(value):
        return str(value)
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.4g} {letter}"
    return f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.4g}"


def counted(count: int, one: str, many: str = "") -> str:
    """Write `1 alert`, `1,204 alerts`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def value_text(value: object, names: Mapping[int, str] | None = None) -> str:
    """Write what a device answered: an enumeration's name, text as text, other bytes in hexadecimal."""
    if isinstance(value, int) and not isinstance(value, bool) and names and value in names:
        return names[value]
    plain = plain_value(value)
    if plain is None:
        return NOTHING
    return f"{plain:,}" if isinstance(plain, int) else number(plain) if isinstance(plain, float) else shortened(plain)


def plain_value(value: object) -> int | float | str | None:
    """Return a value as JSON can hold it; None for what is missing or no number at all."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int | str):
        return value
    if isinstance(value, bytes):
        return _bytes_text(value)
    return str(value) if isinstance(value, Oid | IPv4Address) else None


def shortened(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Cut what is too long to show, and say so with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def _bytes_text(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"
    return text if all(letter.isprintable() or letter in "\r\n\t" for letter in text) else f"0x{value.hex()}"
