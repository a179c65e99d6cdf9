"""The trap thread: empties the sockets first, decodes in between, hands over what is to be told.

One thread for both, so that a socket never waits longer than one piece of decoding, and nothing needs a lock.
May import: netwatch.model. Called by: netwatch.traps.receiver.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from netwatch.model import Memory
from netwatch.traps.informs import Inform
from netwatch.traps.pipeline import Pipeline
from netwatch.traps.sayings import Told
from netwatch.traps.sockets import TrapSocket

PER_SOCKET = 256
"""Datagrams read from a socket before some are decoded."""
PIECE = 32
"""Datagrams decoded before the sockets are looked at again: about a millisecond."""
LONGEST_WAIT_SECONDS = 1.0
HELD_BACK_SECONDS = 0.01
ALIVE_WITHIN_SECONDS = 10.0

Tell = Callable[[list[Told[Inform]], list[Memory]], None]
"""Takes what is to be told, and what is to be kept over a restart."""

log = structlog.get_logger(__name__)


class Listener:
    """The thread. `tell` is called from it with what is to be told; `is_ready` says whether more can be taken."""

    def __init__(
        self,
        sockets: Sequence[TrapSocket],
        pipeline: Pipeline,
        tell: Tell,
        is_ready: Callable[[], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._sockets = {one.udp.fileno(): one for one in sockets}
        self._pipeline = pipeline
        self._tell = tell
        self._is_ready = is_ready
        self._clock = clock
        self._joining: deque[TrapSocket] = deque()
        self._not_kept: deque[Told[Inform]] = deque()
        self._stopping = False
        self._beat = time.monotonic()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll = select.poll()
        for descriptor in (*self._sockets, self._bell):
            self._poll.register(descriptor, select.POLLIN)
        self._thread = threading.Thread(target=self._run, name="netwatch-traps", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Read what has arrived, tell everything, and end; waits for that, so call it from another thread."""
        self._stopping = True
        self.ring()
        if self._thread.ident is not None:
            self._thread.join()
        os.close(self._bell)

    def is_alive(self) -> bool:
        """Return whether the thread lives and comes round."""
        return self._thread.is_alive() and time.monotonic() - self._beat < ALIVE_WITHIN_SECONDS

    def ring(self) -> None:
        """Wake the thread; callable from anywhere."""
        with contextlib.suppress(OSError):
            os.eventfd_write(self._bell, 1)

    def join(self, socket: TrapSocket) -> None:
        """Listen on one more socket; callable from anywhere."""
        self._joining.append(socket)
        self.ring()

    def could_not_keep(self, told: Told[Inform]) -> None:
        """Take the news that an event was not written; callable from anywhere."""
        self._not_kept.append(told)
        self.ring()

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._turn()
            except Exception:
                log.exception("the trap thread met a mistake of ours and goes on")
                time.sleep(HELD_BACK_SECONDS)
        self._read_all()
        self._hand_over(self._pipeline.rest(time.monotonic()))

    def _turn(self) -> None:
        ready = self._poll.poll(self._wait_seconds() * 1000)
        now = self._beat = time.monotonic()
        at = self._clock()
        for descriptor, _ in ready:
            socket = self._sockets.get(descriptor)
            if socket is None:
                os.eventfd_read(self._bell)
            else:
                self._pipeline.admit(socket, socket.read(PER_SOCKET), at)
        while self._joining:
            one = self._joining.popleft()
            self._sockets[one.udp.fileno()] = one
            self._poll.register(one.udp.fileno(), select.POLLIN)
        while self._not_kept:
            self._pipeline.forget(self._not_kept.popleft())
        told = self._pipeline.advance(PIECE, now) if self._is_ready() else []
        self._hand_over(told + self._pipeline.due(now))

    def _read_all(self) -> None:
        for socket in self._sockets.values():
            self._pipeline.admit(socket, socket.read(PER_SOCKET), self._clock())

    def _hand_over(self, told: list[Told[Inform]]) -> None:
        self._pipeline.hand_over_counts(self._clock())
        memories = self._pipeline.take_memories()
        if told or memories:
            self._tell(told, memories)

    def _wait_seconds(self) -> float:
        if self._pipeline.waiting:
            return 0.0 if self._is_ready() else HELD_BACK_SECONDS
        due = self._pipeline.next_due()
        return LONGEST_WAIT_SECONDS if due is None else min(max(due - time.monotonic(), 0.0), LONGEST_WAIT_SECONDS)
