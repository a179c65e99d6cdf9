"""Turns two readings of a counter column into rates.

A quiet room: values in, values out. Each column is tried in one go first (`quick_rates` of netwatch.compiled); where
a value is missing, went down or is too fast, the plain twin (`careful_rate`) decides value by value. Both agree
wherever the first one gives an answer. Whether the device lived through the interval is asked before (uptime.py).

May import: nothing. Called by: netwatch.polling.readings.
"""

from __future__ import annotations

from enum import StrEnum

COUNTER32 = 2**32
SLOWEST_REFRESH_SECONDS = 10.0
"""Agents bring their counters up to date every few seconds only: one interval may hold more than its share."""
SPEED_TOLERANCE = 1.1
SMALL_STEP = 2**24
"""A counter that went back by no more than this was set back; one that came round lands anywhere."""
SMALLEST_PACKET_OCTETS = 64
FASTEST_OCTETS = 12.5e12
"""No port carries more in a second (100 Tbit/s); what seems to is a counter that jumped."""


class Cause(StrEnum):
    """Why a rate was not given although there were two values; `words` say it to people."""

    RESTART = "restart"
    UPTIME_JUMP = "uptime_jump"
    DISCONTINUITY = "discontinuity"
    WENT_DOWN = "went_down"
    IMPLAUSIBLE = "implausible"

    @property
    def words(self) -> str:
        """Return the cause as a sentence."""
        return _WORDS[self]


_WORDS = {
    Cause.RESTART: "the device restarted since the reading before",
    Cause.UPTIME_JUMP: "the device's uptime jumped since the reading before: another unit seems to answer",
    Cause.DISCONTINUITY: "the device began to count anew (ifCounterDiscontinuityTime moved)",
    Cause.WENT_DOWN: "the counter went back, and not as one that came round",
    Cause.IMPLAUSIBLE: "the counter moved faster than the port can; believed if it goes on",
}


def careful_rate(
    now: int | None,
    before: int | None,
    seconds: float,
    *,
    wraps_at: int | None,
    limit: float | None,
    wrap_limit: float | None = None,
) -> float | Cause | None:
    """Return one value's increase per second, None where a value is missing, or why there is none.

    `wraps_at` is None for a Counter64, which never comes round in a lifetime (RFC 2578, section 7.1.10), and for
    a Counter32 of a device whose uptime is not known: a drop may then be a restart as well as a wrap.
    `wrap_limit` is the rate up to which a drop is taken for a wrap, `limit` where it is None.
    """
    if now is None or before is None:
        return None
    increase = now - before
    if increase < 0:
        if wraps_at is None or before >= wraps_at:
            return Cause.WENT_DOWN
        increase += wraps_at
        if not _wrap_fits(before - now, increase, wraps_at, seconds, limit if wrap_limit is None else wrap_limit):
            return Cause.WENT_DOWN
    rate = increase / seconds
    return Cause.IMPLAUSIBLE if limit is not None and rate > limit else rate


def _wrap_fits(back: int, increase: int, wraps_at: int, seconds: float, limit: float | None) -> bool:
    """Return whether a drop by `back` can be a counter that came round: the speed allows it.

    Where no speed is known, the shorter way round the circle is the likely one.
    """
    if back <= SMALL_STEP:
        return False
    return 2 * increase < wraps_at if limit is None or limit >= FASTEST_OCTETS else increase / seconds <= limit


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
