"""A value over the last hour or day in words, for who cannot see the chart of it, and what of it can be shown at all.

A quiet room.
May import: netwatch.model, netwatch.notify.words. Called by: netwatch.notify.{facts, mail.{chart, compose}}.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo

from netwatch.model import Curve
from netwatch.notify.words import measure, zone_name

Point = tuple[datetime, float]
A_DAY = timedelta(days=1)


def curve_words(curve: Curve, unit: str = "", zone: tzinfo | None = UTC) -> str:
    """Return what a chart of the curve shows, empty where there is too little for one."""
    points = finite_points(curve)
    if len(points) < 2:
        return ""
    values = [value for _, value in points]
    low, high, last = (measure(float(value), unit) for value in (min(values), max(values), values[-1]))
    said = f"always {last}" if low == high else f"between {low} and {high}, at the end {last}"
    limit = f"; threshold {measure(float(at), unit)}" if (at := limit_of(curve)) is not None else ""
    first, final = (points[place][0].astimezone(zone) for place in (0, -1))
    return f"{said}{limit} ({hour_words(first, final)} to {hour_words(final, first)} {zone_name(final)})"


def hour_words(at: datetime, other: datetime) -> str:
    """Return an end of a stretch of time, `12:00`; with its day where the other end is on another one."""
    return f"{at:%H:%M}" if at.date() == other.date() or abs(at - other) < A_DAY / 2 else f"{at:%d %b %H:%M}"


def finite_points(curve: Curve) -> list[Point]:
    """Return the points that have a place in a picture."""
    return [(at, value) for at, value in curve.points if _is_shown(value)]


def limit_of(curve: Curve) -> float | None:
    """Return the threshold, None where there is none to show."""
    return curve.threshold if curve.threshold is not None and _is_shown(curve.threshold) else None


def _is_shown(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 1e300
