"""One HTTP connection, with an end to patience: nobody may hold the agent's sockets without asking for something.

uvicorn waits for ever for a request that was begun and is never finished, and takes connections until the process has
no file left to open, which mail and database need too.
May import: netwatch.web.metrics. Called by: netwatch.web.server, which hands it to uvicorn.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from netwatch.web.metrics import DROPPED_CONNECTIONS

MAX_CONNECTIONS = 512
REQUEST_SECONDS = 20.0
"""A connection that is in the midst of a request, or silent, at two looks this far apart is closed."""


class Connection(H11Protocol):
    """uvicorn's own, but bounded in number and in waiting."""

    request_seconds = REQUEST_SECONDS
    max_connections = MAX_CONNECTIONS
    _look: asyncio.TimerHandle | None = None
    _waited_for: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or drop it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            self._drop("too_many")
            return
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        self._look = self.loop.call_later(self.request_seconds, self._see_to_it)

    def _see_to_it(self) -> None:
        """Close the connection if it still waits for the rest of the request it waited for at the last look."""
        waits = self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and not self._is_answering()
        if waits and self._waited_for == (self.cycle,):
            self._drop("unfinished")
            return
        self._waited_for = (self.cycle,) if waits else None
        self._look_later()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _drop(self, why: str) -> None:
        DROPPED_CONNECTIONS.labels(why).inc()
        self.transport.abort()
