"""Writes a value as people read it in the unit of its quantity: `23.5 °C`, `-3.2 dBm`, `3.9 GiB`, `97 %`.

Rules, mails, pages and commands write values with this, so that one reading is the same words wherever it is seen.

May import: nothing. Called by: rules, notify, web, cli.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

SYMBOLS: Final[Mapping[str, str]] = {
    "celsius": "°C", "volts": "V", "amperes": "A", "watts": "W", "rpm": "rpm", "ratio": "%", "hertz": "Hz",
    "dbm": "dBm", "seconds": "s", "count": "", "decibels": "dB", "pascals": "Pa", "joules": "J", "bytes": "B",
    "bits_per_second": "b/s", "bytes_per_second": "B/s", "per_second": "/s",
}  # fmt: skip
"""The sign of each quantity; those of `QUANTITIES`, which sensors have, and those that only columns have."""

_PREFIXES: Final = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"))
_BINARY: Final = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_TIMES: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_KILOWATT_HOUR: Final = 3.6e6
_HUGE: Final = 1e15
"""No device measures that; it is written as a power of ten, so that nothing hostile fills a page."""


def measured(value: float, quantity: str = "count") -> str:
    """Return a value with its unit; one of a quantity nobody has named is a number with that word behind it.

    quantity: also its sign (`°C`); `%` is of numbers that are per cent already, a ratio is `ratio`.
    """
    if not math.isfinite(value):
        return str(value)
    write = _WRITERS.get(_BY_SIGN.get(quantity, quantity))
    return write(value) if write is not None else f"{_grouped(value, 4)} {quantity[:_LONGEST_UNIT]}".rstrip()


def symbol_of(quantity: str) -> str:
    """Return the sign of a quantity (`celsius`: `°C`), the word itself where it has none."""
    return SYMBOLS.get(quantity, quantity)


def quantity_of(column: str, labels: Mapping[str, str] | None = None) -> str:
    """Return in what a column is: a sensor's by the row's label `quantity`, else what its name ends in, else `count`.

    labels: those of the row; without them a sensor's column is a `count`.
    """
    if column.startswith("sensor_") and not column.endswith("_state"):
        return (labels or {}).get("quantity", "") or "count"
    return next((quantity for quantity in _ENDINGS if column.endswith(f"_{quantity}")), "count")


_BY_SIGN: Final = {sign: quantity for quantity, sign in SYMBOLS.items() if sign not in ("", "%")}
_LONGEST_UNIT: Final = 16
_ENDINGS: Final = sorted(SYMBOLS, key=len, reverse=True)
"""The longer first: bits_per_second is no per_second."""


def _grouped(value: float, digits: int, most_places: int = 6) -> str:
    """Write a number with about so many digits that count, whole ones never lost: `12.06`, `5,400`, `0.004`."""
    if value == 0:
        return "0"
    if abs(value) >= _HUGE:
        return f"{value:.{digits}g}"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{value:,.{min(max(places, 0), most_places)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _plain(unit: str, digits: int, most_places: int) -> Callable[[float], str]:
    return lambda value: f"{_grouped(value, digits, most_places)} {unit}".rstrip()


def _prefixed(unit: str, digits: int = 4, *, kilo_from: float = 1e4, milli: bool = True) -> Callable[[float], str]:
    """Write with a prefix what would else have many digits: `6.1 mA`, `2.4 GHz`, but `1,250 W`."""

    def write(value: float) -> str:
        value, size, prefix = float(f"{value:.{digits}g}"), 1.0, ""  # 999.7 M is 1 G in three digits
        if abs(value) >= kilo_from or (milli and 0 < abs(value) < 0.1):
            size, prefix = next(one for one in _PREFIXES if abs(value) >= one[0] or one[0] == 1e-6)
        return f"{_grouped(value / size, digits)} {prefix}{unit}"

    return write


def _rate(unit: str) -> Callable[[float], str]:
    return _prefixed(unit, 3, kilo_from=1e3, milli=False)


def _bytes(value: float) -> str:
    size = abs(value)
    power = min(int(math.log2(size) // 10), len(_BINARY) - 1) if size >= 1 else 0
    if round(size / 1024**power) == 1024 and power < len(_BINARY) - 1:
        power += 1
    return f"{_grouped(value / 1024**power, 3)} {_BINARY[power]}B"


def _percent(value: float) -> str:
    return f"{_grouped(value * 100, 3 if abs(value) >= 0.01 else 2)} %"


def _joules(value: float) -> str:
    """Write energy as its meters do: in kWh from a tenth of one."""
    if abs(value) >= _KILOWATT_HOUR / 10:
        return f"{_grouped(value / _KILOWATT_HOUR, 4)} kWh"
    return _prefixed("J")(value)


def _seconds(value: float) -> str:
    """Write the two largest units: `12 d 4 h`; below a minute with fractions, below a second in ms."""
    sign, left = "-" if value < 0 else "", abs(value)
    if left < 1:
        return _prefixed("s")(value) if 0 < left < 0.1 else f"{_grouped(value, 3)} s"
    if left < 60 or left >= _HUGE:
        return f"{_grouped(value, 3)} s"
    left = round(left)
    parts: list[str] = []
    for name, size in _TIMES:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count} {name}" if count else "")
    return sign + " ".join(filter(None, parts[:2]))


_WRITERS: Final[Mapping[str, Callable[[float], str]]] = {
    "celsius": _plain("°C", 4, 1),
    "volts": _prefixed("V"),
    "amperes": _prefixed("A"),
    "watts": _prefixed("W"),
    "rpm": _plain("rpm", 4, 0),
    "ratio": _percent,
    "hertz": _prefixed("Hz", milli=False),
    "dbm": _plain("dBm", 4, 2),
    "seconds": _seconds,
    "count": _plain("", 4, 3),
    "decibels": _plain("dB", 4, 2),
    "pascals": _prefixed("Pa", milli=False),
    "joules": _joules,
    "bytes": _bytes,
    "bits_per_second": _rate("b/s"),
    "bytes_per_second": _rate("B/s"),
    "per_second": lambda value: f"{_grouped(value, 3)}/s",
}
