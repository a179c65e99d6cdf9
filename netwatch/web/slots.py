"""Answers that take long, bounded in number: event streams, scrapes.

Whether there is room is decided in the same step in which the room is taken, so that a hundred who come at once are
no more than one after the other. One address never has all of it.

May import: nothing. Called by: netwatch.web.live, netwatch.web.metrics_route.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from fastapi.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send


class Slots:
    """Room for `most` answers at a time, of which a quarter is kept from any one address."""

    def __init__(self, most: int) -> None:
        self.most, self.most_of_one = most, most - max(1, most // 4)
        self._held: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Return how many answers are under way."""
        return self._held.total()

    def take(self, address: str) -> bool:
        """Take a slot, and return whether there was one."""
        if self.taken >= self.most or self._held[address] >= self.most_of_one:
            return False
        self._held[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """Free a slot."""
        self._held[address] -= 1
        if self._held[address] <= 0:
            del self._held[address]


class Slotted(Response):
    """An answer that is made when a slot is had, and held till it is sent; 503 where there is none."""

    def __init__(self, slots: Slots, make: Callable[[], Response], too_many: str) -> None:
        super().__init__()
        self._slots, self._make, self._too_many = slots, make, too_many

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one of the two."""
        address = (scope.get("client") or ("",))[0]
        if not self._slots.take(address):
            refused = PlainTextResponse(f"{self._too_many}\n", 503, headers={"Retry-After": "5"})
            await refused(scope, receive, send)
            return
        try:
            await self._make()(scope, receive, send)
        finally:
            self._slots.give_back(address)
