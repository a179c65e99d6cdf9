"""One address that is pinged again and again: whether it answers, confirmed by quick repeats, and how well.

A packet that is lost is followed by another at once, until one is answered or so many in a row were lost that the
address counts as silent; of one that is silent only a packet a turn is sent.
May import: the files of this room. Called by: netwatch.polling, through the door.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

from netwatch.ping.pinger import Echo, Pinger
from netwatch.ping.tally import Tally

NAME_LIVES_FOR_SECONDS = 300.0
LOOK_UP_AGAIN_SECONDS = 10.0
"""After a look-up that failed, or while what it gave does not answer."""


class Pulse:
    """The echo of one device; `up` is None until a packet was answered or enough of them were lost."""

    __slots__ = (
        "_address", "_beaten", "_began_at", "_disbelieves", "_host", "_is_name", "_looked_up_at", "_lost", "_pinger",
        "_resolving", "_tries", "_under_way", "_waiting", "tally", "took_seconds", "up", "words",
    )  # fmt: skip

    def __init__(
        self,
        address: str,
        pinger: Pinger,
        retries: int,
        beaten: Callable[[bool], None],
        disbelieves: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take what to ping; `beaten` is called after each turn, with whether `up` is another than before.

        `disbelieves` says of a lost packet whether it means nothing, as after a sleep of this machine.
        """
        self._address, self._pinger, self._tries, self._beaten = address, pinger, retries + 1, beaten
        self._disbelieves = disbelieves
        self._host = literal(address)
        self._is_name = self._host is None
        self._looked_up_at = float("-inf")
        self._resolving: asyncio.Task[None] | None = None
        self._under_way = False
        self._lost = 0
        self._waiting: list[asyncio.Future[None]] = []
        self.up: bool | None = None
        self.words = ""
        self._began_at = self.took_seconds = 0.0
        self.tally = Tally()

    def beat(self) -> None:
        """Send a packet, unless one is on its way."""
        if self._under_way or self._resolving is not None:
            return
        self._began_at = time.monotonic()
        if self._needs_look_up():
            self._resolving = asyncio.get_running_loop().create_task(self._look_up(), name=f"resolve {self._address}")
            return
        self._send()

    async def ask(self) -> None:
        """Send a packet out of turn and wait until it says something: an answer, or a confirmed silence."""
        self.beat()
        if self._resolving is not None:
            await asyncio.shield(self._resolving)
        if self._under_way:
            waits = asyncio.get_running_loop().create_future()
            self._waiting.append(waits)
            await waits

    def stop(self) -> None:
        """Give up a look-up under way, and let go of who waits."""
        if self._resolving is not None:
            self._resolving.cancel()
        self._let_go()

    def _needs_look_up(self) -> bool:
        if not self._is_name:
            return False
        is_well = self._host is not None and self.up is not False
        age = time.monotonic() - self._looked_up_at
        return age >= (NAME_LIVES_FOR_SECONDS if is_well else LOOK_UP_AGAIN_SECONDS)

    async def _look_up(self) -> None:
        self._looked_up_at = time.monotonic()
        try:
            found = await asyncio.get_running_loop().getaddrinfo(self._address, None, type=socket.SOCK_DGRAM)
            self._host = str(found[0][4][0])
            self.words = ""
        except (OSError, UnicodeError) as exc:  # the address from before is as good as any
            self.words = f"cannot look up the address {self._address!r}: {exc}" if self._host is None else self.words
        finally:
            self._resolving = None
        self._send()

    def _send(self) -> None:
        host = self._host
        if host is None or not self._pinger.can_ping(host):
            return
        self._under_way = True
        self._pinger.ping(host, self._heard)

    def _heard(self, echo: Echo) -> None:
        self._under_way = False
        if not echo.sent or (echo.round_trip_seconds is None and self._disbelieves()):
            self._settle(up=self.up)
            return
        self.tally.note(echo.round_trip_seconds)
        self.words = echo.words
        if echo.round_trip_seconds is not None:
            self._lost = 0
            self._settle(up=True)
        elif self.up is False or self._lost + 1 >= self._tries:
            self._settle(up=False)
        else:
            self._lost += 1
            self._send()

    def _settle(self, *, up: bool | None) -> None:
        before, self.up = self.up, up
        self.took_seconds = time.monotonic() - self._began_at
        self._let_go()
        self._beaten(before is not up)

    def _let_go(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waits in waiting:
            if not waits.done():
                waits.set_result(None)


def literal(address: str) -> str | None:
    """Return a numeric address in the system's spelling, with the interface it is behind; None for a name."""
    try:
        found = socket.getaddrinfo(address, None, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    host = str(found[0][4][0])
    return host if "%" in host or "%" not in address else f"{host}%{address.partition('%')[2]}"
