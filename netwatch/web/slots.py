"""Answers that take long, bounded in number: event streams, scrapes.

Whether there is room is decided in the same step in which the room is taken, so that a hundred who come at once are
no more than one after the other. One address never has all of it, and who does not read its answer makes room for
who will.

May import: netwatch.web.sockets.
Called by: netwatch.web.app, netwatch.web.live, netwatch.web.prometheus.metrics_route.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from fastapi.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from netwatch.web.sockets.seats import PEER

STALLED_SECONDS = 2.0
"""Who has not read for so long makes room where room is wanted."""


class Peer(Protocol):
    """Who is answered: a connection."""

    def stalled_seconds(self) -> float:
        """Return for how long it has kept the agent waiting by not reading."""

    def leave(self) -> None:
        """Close it."""


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """One answer under way."""

    address: str
    peer: Peer | None = None

    def stalled_seconds(self) -> float:
        """Return for how long nothing of it was read."""
        return self.peer.stalled_seconds() if self.peer is not None else 0.0


class Slots:
    """Room for `most` answers at a time, of which a quarter is kept from any one address."""

    def __init__(self, most: int) -> None:
        self.most, self.most_of_one = most, most - max(1, most // 4)
        self._held: set[Slot] = set()

    @property
    def taken(self) -> int:
        """Return how many answers are under way."""
        return len(self._held)

    def take(self, address: str, peer: Peer | None = None) -> Slot | None:
        """Take a slot; None where there is none, not even one of somebody who does not read."""
        of_one = [slot for slot in self._held if slot.address == address]
        if len(of_one) >= self.most_of_one:
            free = self._free_of_stalled(of_one)
        else:
            free = self.taken < self.most or self._free_of_stalled(self._held)
        if not free:
            return None
        slot = Slot(address, peer)
        self._held.add(slot)
        return slot

    def give_back(self, slot: Slot) -> None:
        """Free a slot; one that was taken away is free already."""
        self._held.discard(slot)

    def _free_of_stalled(self, slots: Iterable[Slot]) -> bool:
        """Take the slot from whoever has not read for the longest, and return whether there was such a one."""
        longest = max(slots, key=Slot.stalled_seconds, default=None)
        if longest is None or longest.peer is None or longest.stalled_seconds() < STALLED_SECONDS:
            return False
        self.give_back(longest)
        longest.peer.leave()
        return True


class Slotted(Response):
    """An answer that is made when a slot is had, and held till it is sent; 503 where there is none."""

    def __init__(self, slots: Slots, make: Callable[[], Response], too_many: str) -> None:
        super().__init__()
        self._slots, self._make, self._too_many = slots, make, too_many

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one of the two."""
        address = (scope.get("client") or ("",))[0]
        slot = self._slots.take(address, scope.get("state", {}).get(PEER))
        if slot is None:
            refused = PlainTextResponse(f"{self._too_many}\n", 503, headers={"Retry-After": "5"})
            await refused(scope, receive, send)
            return
        try:
            await self._make()(scope, receive, send)
        finally:
            self._slots.give_back(slot)
