"""Decides who has to leave when every connection is taken and somebody new comes.

Nobody who is being answered has to go. Of the others the one goes that holds its place for the longest without need:
first whoever has asked for nothing, then, where one address holds more places than the newcomer's, whoever of that
address began a request and has not finished it. So one machine may have all there is while nobody else wants it, and
no longer.

A quiet room. May import: nothing.
Called by: connections; netwatch.web.guard, slots, users and prometheus, for the keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

RESERVED = "netwatch_reserved"
"""The key in an ASGI scope's `state` that says whether the request came in on a reserved place."""
PEER = "netwatch_peer"
"""The key under which the connection itself stands there."""
PASSED = "netwatch_passed"
"""The key that says that the listener for scrapes has asked who it is already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A connection as it stands, `since` a second of the monotonic clock.

    idle: it has asked for nothing for a while. answering: it is the agent's turn. Neither: it has begun to ask.
    """

    address: str
    idle: bool
    answering: bool
    since: float


def who_must_go(seats: Sequence[Seat], newcomer: str) -> int | None:
    """Return the place in `seats` of the connection to close for one from the address `newcomer`; None for nobody."""
    held = Counter(seat.address for seat in seats)
    idle = [place for place, seat in enumerate(seats) if seat.idle]
    if idle:
        return min(idle, key=lambda place: (-held[seats[place].address], seats[place].since))
    begun = [
        place
        for place, seat in enumerate(seats)
        if not seat.answering and held[seat.address] > held[newcomer] + 1  # still not fewer than the newcomer's after
    ]
    return min(begun, key=lambda place: (-held[seats[place].address], seats[place].since), default=None)
