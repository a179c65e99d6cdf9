"""Turns two readings of a counter column into rates.

A quiet room: values in, values out. Each column is tried in one go first (`quick_rates`); where a value is missing,
went down or is too fast, the plain twin (`careful_rate`) decides value by value. Both agree wherever the first one
gives an answer. Whether the device lived through the interval is asked before (uptime.py).

May import: nothing. Called by: netwatch.polling.readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import repeat
from operator import gt, sub, truediv

COUNTER32 = 2**32
SLOWEST_REFRESH_SECONDS = 10.0
"""Agents bring their counters up to date every few seconds only: one interval may hold more than its share."""
SPEED_TOLERANCE = 1.1


class Cause(StrEnum):
    """Why a rate was not given although there were two values."""

    RESTART = "restart"
    UPTIME_JUMP = "uptime_jump"
    DISCONTINUITY = "discontinuity"
    WENT_DOWN = "went_down"
    IMPLAUSIBLE = "implausible"


def quick_rates(
    now: Sequence[int], before: Sequence[int], seconds: float, limits: Sequence[float] | None
) -> list[float] | None:
    """Return the increase per second of every value, or None where one of them needs a closer look."""
    rates = list(map(truediv, map(sub, now, before), repeat(seconds)))
    if min(rates, default=0.0) < 0 or (limits is not None and any(map(gt, rates, limits))):
        return None
    return rates


def careful_rate(
    now: int | None, before: int | None, seconds: float, *, wraps_at: int | None, limit: float | None
) -> float | Cause | None:
    """Return one value's increase per second, None where a value is missing, or why there is none.

    `wraps_at` is None for a Counter64, which never comes round in a lifetime (RFC 2578, section 7.1.10), and for
    a Counter32 of a device whose uptime is not known: a drop may then be a restart as well as a wrap.
    """
    if now is None or before is None:
        return None
    increase = now - before
    if increase < 0:
        if wraps_at is None or before >= wraps_at:
            return Cause.WENT_DOWN
        increase += wraps_at
    rate = increase / seconds
    return Cause.IMPLAUSIBLE if limit is not None and rate > limit else rate


def line_rate(megabits: object) -> float:
    """Return the octets per second that an interface of this ifHighSpeed carries, infinity where unknown.

    ifHighSpeed is 0 below 0.5 Mbit/s and on interfaces that have no speed (RFC 2863), so 0 limits nothing.
    """
    if not isinstance(megabits, int | float) or megabits <= 0:
        return float("inf")
    return megabits * 125_000


def tolerance(seconds: float) -> float:
    """Return by what factor a true rate over so many seconds may exceed the line rate."""
    return SPEED_TOLERANCE * (seconds + SLOWEST_REFRESH_SECONDS) / seconds
