"""One HTTP connection, with an end to patience: nobody may hold the agent's sockets without asking for something.

uvicorn waits for ever for a request that was begun and is never finished and for a peer that does not read its
answer, and takes connections until the process has no file left to open, which mail and database need too.

A request has REQUEST_SECONDS from its first byte to its last, however its bytes come in. When every place is taken,
somebody who asks for nothing leaves (see netwatch.web.seats). Where all do ask, the newcomer gets a reserved place:
there netwatch.web.guard answers only the paths by which NetWatch itself is watched.

May import: netwatch.web.metrics, netwatch.web.seats. Called by: netwatch.web.server, which hands it to uvicorn.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from enum import StrEnum
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from netwatch.web.metrics import CONNECTIONS, DROPPED_CONNECTIONS
from netwatch.web.seats import PEER, RESERVED, Seat, who_must_go

MAX_CONNECTIONS = 512
RESERVED_CONNECTIONS = 32
"""More than those, for who asks for /metrics, /-/healthy or /-/ready."""
MAX_WATCHERS = 64
REQUEST_SECONDS = 20.0
RESERVED_SECONDS = 5.0
"""A reserved place is for who asks at once."""
LINGER_SECONDS = 5.0
STALLS = 3
"""How many times REQUEST_SECONDS a peer may keep one answer waiting altogether by not reading it."""
GRACE_SECONDS = 1.0
"""So long nobody counts as idle: what was just connected is about to ask."""
_WORDS = {
    400: "this is no request of HTTP/1.1",
    431: "the head of the request, or of a piece of its body, is longer than NetWatch reads",
    501: "a body may be sent in chunks or with its length, in no other way",
}

_quiet = logging.getLogger("netwatch.web.uvicorn")
_quiet.setLevel(logging.ERROR)  # uvicorn warns of every request that is none: anybody could fill the log


class Phase(StrEnum):
    """What a connection is in the midst of."""

    IDLE = "idle"
    REQUEST = "unfinished"
    ANSWER = "answer"
    STALLED = "stalled"
    CLOSING = "lingering"


class Connection(H11Protocol):
    """uvicorn's own, but bounded in number and in waiting."""

    listener = "page"
    request_seconds = REQUEST_SECONDS
    max_connections = MAX_CONNECTIONS
    max_reserved = RESERVED_CONNECTIONS
    is_reserved = False
    """Whether only what NetWatch is watched by is answered here."""
    _phase = Phase.CLOSING  # before its beginning as after its end
    _since = 0.0
    _stalled_seconds = 0.0
    _timer: asyncio.TimerHandle | None = None
    _is_deaf = False
    _is_over = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; somebody else may have to leave, and where nobody can, it may have to itself."""
        super().connection_made(transport)
        self.logger = _quiet
        self.app_state = {**self.app_state, PEER: self}
        CONNECTIONS.labels(self.listener).set(len(self.connections))
        if not self._take_seat():
            self._drop("too_many")
            return
        self._note()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._is_over = True
        self._stop_timer()
        self.app_state = {}
        super().connection_lost(exc)
        CONNECTIONS.labels(self.listener).set(len(self.connections))

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request."""
        if self._is_deaf:
            return
        if self.is_reserved and self._phase is Phase.IDLE:
            self._leave_reserve()
        super().data_received(data)
        self._note()

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        super().on_response_complete()
        self._stalled_seconds = 0.0
        self._note()

    def pause_writing(self) -> None:
        """Begin to wait for a peer that does not read."""
        super().pause_writing()
        self._note()

    def resume_writing(self) -> None:
        """Go on: the peer has read."""
        super().resume_writing()
        self._note()

    def timeout_keep_alive_handler(self) -> None:
        """Close what asked for nothing more."""
        super().timeout_keep_alive_handler()
        self._note()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, with the status h11 has for it, and close."""
        DROPPED_CONNECTIONS.labels("no_request").inc()
        wrong = sys.exc_info()[1]
        status = wrong.error_status_hint if isinstance(wrong, h11.RemoteProtocolError) else 400
        self._refuse(status, _WORDS.get(status, _WORDS[400]))

    def seat(self) -> Seat:
        """Return how the connection stands."""
        idle_for = self.loop.time() - self._since
        return Seat(
            address=self.client[0] if self.client else "",
            idle=self._phase is Phase.IDLE and idle_for >= GRACE_SECONDS,
            answering=self._phase in (Phase.ANSWER, Phase.STALLED),
            since=self._since,
        )

    def stalled_seconds(self) -> float:
        """Return for how long the peer has kept the agent waiting by not reading."""
        return self.loop.time() - self._since if self._phase is Phase.STALLED else 0.0

    def leave(self) -> None:
        """Give the place to somebody else."""
        self._drop("evicted")

    def _take_seat(self) -> bool:
        """Find a place, and return whether there is one."""
        others = self._others()
        if self._has_room([one for one in others if not one.is_reserved], self.max_connections):
            return True
        self._reserve(reserved=True)
        return self._has_room([one for one in others if one.is_reserved], self.max_reserved, hurry=True)

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

    def _note(self) -> None:
        """Begin to wait anew where what is waited for has changed."""
        phase = self._phase_now()
        if phase is self._phase or self._is_over:
            return
        now = self.loop.time()
        if self._phase is Phase.STALLED:
            self._stalled_seconds += now - self._since
        self._phase, self._since = phase, now
        self._wait()

    def _phase_now(self) -> Phase:
        if self.transport.is_closing() or self._is_deaf:
            return Phase.CLOSING
        if self.flow.write_paused:
            return Phase.STALLED
        if self.conn.their_state is h11.SEND_BODY:
            return Phase.REQUEST
        if self.cycle is not None and not self.cycle.response_complete:
            return Phase.ANSWER
        return Phase.REQUEST if self.conn.trailing_data[0] else Phase.IDLE

    def _wait(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(max(self._patience_seconds(), 0.0), self._run_out)

    def _patience_seconds(self) -> float:
        if self._phase is Phase.CLOSING:
            return LINGER_SECONDS
        if self._phase is Phase.STALLED:
            return min(self.request_seconds, STALLS * self.request_seconds - self._stalled_seconds)
        if self.is_reserved and self._phase in (Phase.IDLE, Phase.REQUEST):
            return min(self.request_seconds, RESERVED_SECONDS)
        return self.request_seconds

    def _run_out(self) -> None:
        """Close the connection, unless it is the agent's turn."""
        self._note()
        if self._phase is Phase.ANSWER:
            self._wait()
        elif self._phase is Phase.REQUEST:
            DROPPED_CONNECTIONS.labels(self._phase.value).inc()
            self._give_up_on_body()
            self._refuse(408, f"the request was not whole within {self._patience_seconds():g} s")
        elif self._phase is Phase.CLOSING:
            self.transport.abort()
        else:
            self._drop(self._phase.value)

    def _give_up_on_body(self) -> None:
        """Tell whoever waits for the rest of a body that it will not come."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _refuse(self, status: int, words: str) -> None:
        """Answer in words where no answer has begun, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._give_up_on_body()
            without_body = self.conn.our_state is h11.SEND_RESPONSE and self.scope["method"] == "HEAD"
            self._write_answer(status, "" if without_body else f"{words}\n")
        elif self.conn.our_state is h11.SEND_BODY:
            self.transport.abort()
            return
        self._say_goodbye()

    def _say_goodbye(self) -> None:
        """Close after the peer, or after a while.

        Who still sends to a socket that was closed at once is reset, and may lose the answer it was just given.
        """
        self._is_deaf = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()
        self.flow.resume_reading()
        self._note()

    def _write_answer(self, status: int, text: str) -> None:
        headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        if text:
            headers.append(("content-length", str(len(text))))
        start = h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase.encode())
        for event in (start, h11.Data(data=text.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")

    def _drop(self, why: str) -> None:
        DROPPED_CONNECTIONS.labels(why).inc()
        self.connections.discard(self)  # at once: who comes next in the same turn of the loop counts those who stay
        self.transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class WatchersConnection(Connection):
    """One of the listener that is for /metrics, /-/healthy and /-/ready alone: every place is a reserved one."""

    listener = "health"
    max_connections = MAX_WATCHERS

    def _take_seat(self) -> bool:
        self._reserve(reserved=True)
        return self._has_room(self._others(), self.max_connections, hurry=True)

    def _leave_reserve(self) -> None:
        """Stay."""
