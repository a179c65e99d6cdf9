"""What two readings of sysUpTime say about the time between them.

sysUpTime counts 1/100 s and wraps after 497 days, which is no restart. A device that did restart has been up for
less time than passed between the readings; nothing else looks like that.

A quiet room: no clock. May import: nothing. Called by: netwatch.polling.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

TICKS_PER_SECOND = 100
WRAPS_AT = (2**32, 2**31, 2**32 // 10)
"""TimeTicks wrap at 2**32; agents that keep it signed or count milliseconds wrap sooner (248 and 49.7 days)."""
SLACK_SECONDS = 5.0
"""How far an answer may be under way, or an agent's clock off, before it means something."""
CACHE_SECONDS = 30.0
"""No agent is known to serve one and the same answer for longer."""
MISTRUST = 20
"""An agent whose sysUpTime runs this much faster or slower than time itself counts in the wrong unit."""


class Life(StrEnum):
    """How the device lived between two readings."""

    SAME = "same"
    WRAPPED = "wrapped"
    RESTARTED = "restarted"
    JUMPED = "jumped"
    UNKNOWN = "unknown"


class Passage(NamedTuple):
    """How the device lived, and the seconds to divide by; 0 where the agent gave the same answer again."""

    life: Life
    seconds: float

    @property
    def is_same_life(self) -> bool:
        """Return whether the device itself says that it lived through."""
        return self.life in (Life.SAME, Life.WRAPPED)

    @property
    def unbroken(self) -> bool:
        """Return whether counters of both readings may be compared."""
        return self.life in (Life.SAME, Life.WRAPPED, Life.UNKNOWN)


def passage_between(before: int | None, now: int | None, arrival_seconds: float) -> Passage:
    """Compare two sysUpTime values (TimeTicks); `arrival_seconds` is what our own clock says passed between them."""
    if before is None or now is None:
        return Passage(Life.UNKNOWN, arrival_seconds)
    life, ticks = _life(before, now, arrival_seconds)
    return Passage(life, _believable(ticks / TICKS_PER_SECOND, arrival_seconds))


def _life(before: int, now: int, arrival_seconds: float) -> tuple[Life, int]:
    slack = SLACK_SECONDS + arrival_seconds / 20
    expected = before + arrival_seconds * TICKS_PER_SECOND
    if now < before:
        for wrap in WRAPS_AT:
            if before < wrap and abs(expected - wrap - now) <= slack * TICKS_PER_SECOND:
                return Life.WRAPPED, now + wrap - before
    started_in_between = now <= (arrival_seconds + SLACK_SECONDS) * TICKS_PER_SECOND
    if started_in_between and now != before and (now < before or expected - now > slack * TICKS_PER_SECOND):
        return Life.RESTARTED, now - before
    # Further back than any delay explains, yet up for longer: another unit of a stack speaks now.
    went_back = before - now > SLACK_SECONDS * TICKS_PER_SECOND
    return Life.JUMPED if went_back else Life.SAME, now - before


def _believable(seconds: float, arrival_seconds: float) -> float:
    if seconds == 0 and arrival_seconds <= CACHE_SECONDS:
        return 0.0
    if arrival_seconds / MISTRUST <= seconds <= arrival_seconds * MISTRUST + 60:
        return seconds
    return arrival_seconds
