"""The role of a port over time: it rises at once and sinks slowly, and what is learned stands still while it is down.

    seen up, more hangs on it than was known  -> that, from now on
    seen up, less hangs on it                 -> as it was, until that was so for seven days of being up
    seen up, nobody knows                     -> as it was
    not up                                    -> as it was: a fault takes the evidence with it

A port that was never up is unused after a day. When it comes up it stays so until facts were read again, which say
what it is now; where they do not, nobody knows.

A quiet room: time comes in. Called by: roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from netwatch.model.concepts import UNUSED
from netwatch.rules.roles.opinion import MOST_ALIKE, NOBODY_KNOWS, Opinion, on_first_day, opinion

FIRST_DAY: Final = timedelta(days=1)
SINKS_AFTER: Final = timedelta(days=7)
UNUSED_FOR: Final = timedelta(hours=2)
"""Facts are read about every hour; by then they say what came up."""
LONGEST_STEP: Final = timedelta(hours=1)
"""Of a longer time between two looks nobody knows how the port was."""


class Port(NamedTuple):
    """What is in force for a port that was seen up; first_day: whether it was so last on the first day."""

    learned: Opinion
    first_day: bool

    @property
    def in_force(self) -> Opinion:
        """Return what counts now."""
        return on_first_day(self.learned) if self.first_day else self.learned


@lru_cache(maxsize=MOST_ALIKE)
def port(learned: Opinion, first_day: bool) -> Port:  # a pair, and cached by it
    """Return a port's standing, equal ones as one object."""
    return Port(learned, first_day)


@dataclass(frozen=True, slots=True)
class Less:
    """The most that a port was lately seen as, though less than is in force, and for how long it was up as that."""

    seen: Opinion
    up_for: timedelta


def unused(since: datetime) -> Opinion:
    """Return what is thought of a port that was never up."""
    return opinion(UNUSED, "never up", f"never up since it is watched ({since:%Y-%m-%d})")


def learned_of(
    known: Port | None, less: Less | None, said: Opinion, up_for: timedelta, *, first_day: bool
) -> tuple[Port, Less | None]:
    """Return what is in force for a port that is up, and what is noted of its being less.

    known: None for one that was never up. less: what was noted. said: what facts say now. up_for: how long it is
    known to have been up since the last look.
    """
    had = known.learned if known is not None else NOBODY_KNOWS
    if said.weight >= had.weight:
        return port(had if known is not None and said.is_like(had) else said, first_day), None
    if not said.role and had.role != UNUSED:
        return port(had, first_day), less
    most = said if less is None or said.weight > less.seen.weight else less.seen
    now = Less(most, up_for + (less.up_for if less is not None else timedelta(0)))
    if now.up_for >= (UNUSED_FOR if had.role == UNUSED else SINKS_AFTER):
        return port(most, first_day), None
    return port(had, first_day), now
