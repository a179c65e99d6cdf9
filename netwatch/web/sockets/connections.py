"""The places for HTTP connections: bounded in number, so that mail and database find a file left to open.

When every place is taken, somebody who asks for nothing leaves (see seats). Where all do ask, who comes gets a
reserved place: there netwatch.web.guard answers only the paths by which NetWatch itself is watched.

May import: netwatch.web.metrics, patience, seats.
Called by: netwatch.web.server, which hands it to uvicorn.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

import structlog

from netwatch.web.metrics import CONNECTIONS
from netwatch.web.sockets.patience import PatientConnection, Phase
from netwatch.web.sockets.seats import PEER, RESERVED, Seat, who_must_go

MAX_CONNECTIONS = 512
RESERVED_CONNECTIONS = 32
"""More than those, for who asks for /metrics, /-/healthy or /-/ready."""
MAX_WATCHERS = 64
RESERVED_SECONDS = 5.0
"""A reserved place is for who asks at once."""
GRACE_SECONDS = 1.0
"""So long nobody counts as idle: what was just connected is about to ask."""
SAID_EVERY_SECONDS = 60.0
_log = structlog.get_logger(__name__)


class Connection(PatientConnection):
    """A connection in one of the places."""

    listener = "page"
    max_connections = MAX_CONNECTIONS
    max_reserved = RESERVED_CONNECTIONS
    is_reserved = False
    """Whether only what NetWatch is watched by is answered here."""
    _said_at: ClassVar[float | None] = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; somebody else may have to leave, and where nobody can, it may have to itself."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, PEER: self}
        CONNECTIONS.labels(self.listener).set(len(self.connections))
        if not self._take_seat():
            self._drop("too_many")

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place."""
        self.app_state = {}
        super().connection_lost(exc)
        CONNECTIONS.labels(self.listener).set(len(self.connections))

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request."""
        if self.is_reserved and self._phase is Phase.IDLE:
            self._leave_reserve()
        super().data_received(data)

    def seat(self) -> Seat:
        """Return how the connection stands."""
        idle_for = self.loop.time() - self._since
        return Seat(
            address=self.client[0] if self.client else "",
            idle=self._phase is Phase.IDLE and idle_for >= GRACE_SECONDS,
            answering=self._phase in (Phase.ANSWER, Phase.STALLED),
            since=self._since,
        )

    def leave(self) -> None:
        """Give the place to somebody else."""
        self._drop("evicted")

    def _take_seat(self) -> bool:
        """Find a place, and return whether there is one."""
        others = self._others()
        if self._has_room([one for one in others if not one.is_reserved], self.max_connections):
            return True
        self._say_full(len(others))
        self._reserve(reserved=True)
        return self._has_room([one for one in others if one.is_reserved], self.max_reserved, hurry=True)

    def _say_full(self, count: int) -> None:
        now = self.loop.time()
        if Connection._said_at is None or now - Connection._said_at >= SAID_EVERY_SECONDS:
            Connection._said_at = now
            hint = (
                f"who hangs goes after {self.request_seconds:g} s; web.health_listen is a second address, for scrapes"
                " and checks alone"
            )
            _log.warning("web_connections_used_up", connections=count, hint=hint)

    def _has_room(self, others: list[Connection], most: int, *, hurry: bool = False) -> bool:
        """Return whether there is a place among `most`, after one of the others left where that was needed.

        hurry: who has begun to ask leaves too, the first who came, however few places its address has.
        """
        if len(others) < most:
            return True
        seats = [one.seat() for one in others]
        place = who_must_go(seats, self.client[0] if self.client else "")
        if place is None and hurry:
            begun = [number for number, seat in enumerate(seats) if not seat.answering]
            place = min(begun, key=lambda number: seats[number].since, default=None)
        if place is None:
            return False
        others[place].leave()
        return True

    def _others(self) -> list[Connection]:
        return [one for one in self.connections if isinstance(one, Connection) and one is not self]

    def _leave_reserve(self) -> None:
        """Move over where a place has become free."""
        if sum(not one.is_reserved for one in self._others()) < self.max_connections:
            self._reserve(reserved=False)

    def _reserve(self, *, reserved: bool) -> None:
        self.is_reserved = reserved
        self.app_state = {**self.app_state, RESERVED: reserved}
        self._wait()

    def _patience_seconds(self) -> float:
        usual = super()._patience_seconds()
        hurries = self.is_reserved and self._phase in (Phase.IDLE, Phase.REQUEST)
        return min(usual, RESERVED_SECONDS) if hurries else usual

    def _drop(self, why: str) -> None:
        self.connections.discard(self)  # at once: who comes next in the same turn of the loop counts those who stay
        super()._drop(why)


class WatchersConnection(Connection):
    """One of the listener that is for /metrics, /-/healthy and /-/ready alone: every place is a reserved one."""

    listener = "health"
    max_connections = MAX_WATCHERS

    def _take_seat(self) -> bool:
        self._reserve(reserved=True)
        return self._has_room(self._others(), self.max_connections, hurry=True)

    def _leave_reserve(self) -> None:
        """Stay."""


class ScrapesConnection(Connection):
    """One of the listener for scrapes."""

    listener = "scrapes"
