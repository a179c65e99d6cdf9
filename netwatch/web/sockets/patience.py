"""One HTTP connection, with an end to patience: nobody may hold the agent's sockets without asking for something.

uvicorn waits for ever for a request that was begun and is never finished, and for a peer that does not read its
answer. Here a request has REQUEST_SECONDS from its first byte to its last, however its bytes come in.

May import: netwatch.web.metrics. Called by: connections.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from enum import StrEnum
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from netwatch.web.metrics import DROPPED_CONNECTIONS

REQUEST_SECONDS = 20.0
LINGER_SECONDS = 5.0
ARRIVING_SECONDS = 0.25
"""Who connected so short a time before the end is about to ask, and is still answered."""
STALLS = 3
"""How many times REQUEST_SECONDS a peer may keep one answer waiting altogether by not reading it."""
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


class PatientConnection(H11Protocol):
    """uvicorn's own, but bounded in waiting."""

    request_seconds = REQUEST_SECONDS
    _phase = Phase.CLOSING  # before its beginning as after its end
    _since = 0.0
    _stalled_seconds = 0.0
    _timer: asyncio.TimerHandle | None = None
    _is_deaf = False
    _is_over = False
    _is_leaving = False
    """Whether the next answer is the last one."""
    _came_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.logger = _quiet
        self._came_at = self.loop.time()
        self._note()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._is_over = True
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request."""
        if not self._is_deaf:
            super().data_received(data)
            if self._is_leaving and self.cycle is not None:
                self.cycle.keep_alive = False
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

    def shutdown(self) -> None:
        """Let who is being answered have the rest; who has not finished asking, or does not read, goes now."""
        if self._phase is Phase.STALLED:
            self._drop("stopping")
        elif self._phase is Phase.REQUEST:
            self._give_up_on_body()
            if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                self._write_answer(503, "NetWatch is stopping, or starting anew: ask again\n")
            self.transport.close()
        elif self._phase is Phase.IDLE and self.cycle is None and self._arriving_seconds() > 0:
            self._is_leaving = True
            self.loop.call_later(self._arriving_seconds(), self._leave_unasked)
        else:
            super().shutdown()

    def _arriving_seconds(self) -> float:
        return self._came_at + ARRIVING_SECONDS - self.loop.time()

    def _leave_unasked(self) -> None:
        """Close what has asked for nothing after all."""
        if self._phase is Phase.IDLE and not self._is_over:
            self.transport.close()

    def cut_off(self) -> None:
        """End the connection now, in whatever it is; who answers on it finds that nobody listens any more."""
        self._drop("stopping")

    def stalled_seconds(self) -> float:
        """Return for how long the peer has kept the agent waiting by not reading."""
        return self.loop.time() - self._since if self._phase is Phase.STALLED else 0.0

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
        self.transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
