"""How annotations write numbers: `{{ value | percent }}` is 93 %, `{{ value | si }}` 1.2 G.

None becomes `unknown` and a text stays as it is, so that a missing value never spoils a message.

A quiet room: no clock, no socket, no database.
May import: netwatch.model. Called by: templates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from netwatch.model import measured

_SI = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_TIMES = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def shown(value: Any) -> Any:
    """Write what a template prints without a filter: floats with 4 digits, None as `unknown`."""
    if value is None:
        return "unknown"
    return _digits(value, 4) if isinstance(value, float) else value


def _number_filter(write: Callable[..., str]) -> Callable[..., Any]:
    def applied(value: Any, *arguments: Any) -> Any:
        if value is None:
            return "unknown"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return write(float(value), *arguments) if math.isfinite(value) else str(value)

    return applied


def _digits(value: float, count: int) -> str:
    """Write a number with about `count` digits, never in powers of ten and never losing whole ones."""
    if not math.isfinite(value):
        return str(value)
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{value:.{max(count - whole, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _scaled(value: float, step: float, prefixes: tuple[str, ...], unit: str) -> str:
    power = 0
    while abs(value) >= step and power < len(prefixes) - 1:
        value, power = value / step, power + 1
    return f"{_digits(value, 2 if abs(value) < 10 else 3)} {prefixes[power]}{unit}".rstrip()


def _percent(value: float) -> str:
    return f"{_digits(value * 100, 2 if abs(value) < 1 else 3)} %"


def _duration(seconds: float) -> str:
    """Write seconds as people say them, in the two largest units: 1d 4h."""
    left, parts = round(abs(seconds)), []
    for name, size in _TIMES:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{name}")
    return ("-" if seconds < 0 and parts else "") + (" ".join(parts[:2]) or "0s")


def _round(value: float, digits: int = 0) -> str:
    return f"{value:.{min(max(int(digits), 0), 15)}f}"


def _text_filter(change: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: change(str(value))


def _default(value: Any, instead: str = "") -> Any:
    """Return `instead` for what is missing or empty."""
    return value or instead if not isinstance(value, int | float) else value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "percent": _number_filter(_percent),
    "si": _number_filter(lambda value: _scaled(value, 1000, _SI, "")),
    "bits": _number_filter(lambda value: _scaled(value, 1000, _SI, "bit")),
    "bytes": _number_filter(lambda value: _scaled(value, 1024, _BINARY, "B")),
    "duration": _number_filter(_duration),
    "reading": _number_filter(lambda value, quantity="count": measured(value, str(quantity))),
    "round": _number_filter(_round),
    "abs": _number_filter(lambda value: _digits(abs(value), 4)),
    "upper": _text_filter(str.upper),
    "lower": _text_filter(str.lower),
    "trim": _text_filter(str.strip),
    "default": _default,
}
