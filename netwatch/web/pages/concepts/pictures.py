"""Draws how full something is and where a value stands among its limits, as numbers from 0 to 100.

A quiet room. May import: netwatch.model, netwatch.web.pages.concepts.cells. Called by: writers, columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from netwatch.model import measured
from netwatch.web.pages.concepts.cells import Bar, Scale, Span, Tone

WARM, HOT = 0.75, 0.9
_MARGIN = 0.12
"""Of the stretch between the outermost things that are shown, left free on both sides."""
_FROM_ZERO = frozenset(
    {"celsius", "rpm", "watts", "amperes", "ratio", "hertz", "count", "pascals", "joules", "seconds"}
)
"""Quantities whose scale begins at 0 where there is no lower limit; volts stand close to theirs, dBm has no zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a value, None where there is none."""

    low_critical: float | None = None
    low_warning: float | None = None
    high_warning: float | None = None
    high_critical: float | None = None

    @property
    def known(self) -> list[float]:
        """Return those there are."""
        every = (self.low_critical, self.low_warning, self.high_warning, self.high_critical)
        return [limit for limit in every if limit is not None]

    @property
    def has_low(self) -> bool:
        """Return whether a value can be too low."""
        return self.low_critical is not None or self.low_warning is not None

    def tone_of(self, value: float | None) -> Tone:
        """Return how bad a value is."""
        if value is None:
            return ""
        if _is_beyond(value, self.low_critical, self.high_critical):
            return "hot"
        return "warm" if _is_beyond(value, self.low_warning, self.high_warning) else ""

    def words(self, quantity: str) -> str:
        """Return them in words: `warning above 46 °C, critical above 56 °C`."""
        every = {
            "warning below": self.low_warning, "critical below": self.low_critical,
            "warning above": self.high_warning, "critical above": self.high_critical,
        }  # fmt: skip
        return ", ".join(f"{word} {measured(limit, quantity)}" for word, limit in every.items() if limit is not None)


def bar_of(ratio: float | None, *, is_left: bool = False) -> Bar | None:
    """Return a bar for a share from 0 to 1, None for no share; `is_left`: little is bad, as of toner."""
    if ratio is None or not math.isfinite(ratio):
        return None
    shown = min(max(ratio, 0.0), 1.0)
    bad = 1 - shown if is_left else shown
    tone: Tone = "hot" if bad >= HOT else "warm" if bad >= WARM else ""
    return Bar(percent=round(shown * 100, 1), words=measured(ratio, "ratio"), tone=tone)


def scale_of(value: float | None, limits: Limits, quantity: str) -> Scale | None:
    """Return a scale that holds the value and its limits; None without a value, without limits, or beyond sense."""
    known = limits.known
    if value is None or not known or not all(map(math.isfinite, (value, *known))):
        return None
    first, last = _ends([value, *known], quantity, has_low=limits.has_low)
    if not first < last or not math.isfinite(last - first):
        return None

    def place(at: float | None, nowhere: float) -> float:
        return nowhere if at is None else round((at - first) / (last - first) * 100, 1)

    low_critical = place(limits.low_critical, 0.0)
    low_warning = max(place(limits.low_warning, 0.0), low_critical)
    high_critical = place(limits.high_critical, 100.0)
    high_warning = min(place(limits.high_warning, 100.0), high_critical)
    spans = (
        _span(0.0, low_critical, "hot"), _span(low_critical, low_warning, "warm"),
        _span(high_warning, high_critical, "warm"), _span(high_critical, 100.0, "hot"),
    )  # fmt: skip
    words = f"{measured(value, quantity)}; {limits.words(quantity)}"
    at, tone = place(value, 0.0), limits.tone_of(value)
    return Scale(at=at, tone=tone, words=words, spans=tuple(span for span in spans if span.width > 0))


def _is_beyond(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _ends(shown: list[float], quantity: str, *, has_low: bool) -> tuple[float, float]:
    first, last = min(shown), max(shown)
    begins_at_zero = not has_low and quantity in _FROM_ZERO and first >= 0
    if begins_at_zero:
        first = 0.0
    margin = (last - first) * _MARGIN
    return first if begins_at_zero else first - margin, last + margin


def _span(start: float, end: float, tone: Tone) -> Span:
    return Span(start=start, width=round(max(end - start, 0.0), 1), tone=tone)
