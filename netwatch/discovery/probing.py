"""Finds out who of a stretch of addresses is there, by what gives nothing away: a ping and the engine question.

Stretches are sent one after another and waited for together. Each question is asked once more where nothing came:
soon of a host that answered the other one, so it is there, and after the whole time-out of one that is silent.
May import: the files of this room. Called by: netwatch.discovery.sweep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from netwatch.discovery.echoing import Echoer
from netwatch.discovery.found import Host
from netwatch.discovery.knocking import Knocker
from netwatch.discovery.pace import Pace
from netwatch.discovery.ranges import Stretch
from netwatch.discovery.volleys import Asked, send_in_turn

SOON = 0.2
"""This share of the time-out is enough for most answers: after it a host that is there is asked once more."""
_BEAT_SECONDS = 0.05


class Prober:
    """Asks between `start()` and `stop()`."""

    def __init__(self, port: int, timeout_seconds: float, pace: Pace) -> None:
        """Take how long to wait for an answer, and what says when a packet may go."""
        self._seconds, self._pace = timeout_seconds, pace
        self._echoer, self._knocker = Echoer(), Knocker(port)
        self._line = asyncio.Lock()

    @property
    def ping_trouble(self) -> str:
        """Return why there is no ping, and what to type; hosts are found by SNMP alone then."""
        return self._echoer.trouble

    def start(self) -> None:
        """Get ready."""
        self._knocker.start()

    def stop(self) -> None:
        """Close the sockets."""
        self._knocker.stop()
        self._echoer.stop()

    async def hosts(self, stretch: Stretch) -> list[Host]:
        """Return who of some addresses is there."""
        pings, knocks = Asked(stretch), Asked(stretch)
        try:
            await self._ask_twice(pings, knocks, list(range(len(stretch))))
        finally:
            self._echoer.forget(pings)
            self._knocker.forget(knocks)
        return list(_hosts(pings, knocks))

    async def _ask_twice(self, pings: Asked, knocks: Asked, everybody: list[int]) -> None:
        loop = asyncio.get_running_loop()
        async with self._line:
            await self._ask(pings, everybody, knocks, everybody)
        sent_at = loop.time()
        await self._wait(pings, knocks, sent_at + self._seconds * SOON)
        unpinged, unheard = pings.silent, knocks.silent
        ping_again = [index for index in unpinged if knocks.came[index] >= 0.0]
        knock_again = [index for index in unheard if pings.came[index] >= 0.0]
        again = {*ping_again, *knock_again}
        await self._ask(pings, ping_again, knocks, knock_again)
        await self._wait(pings, knocks, sent_at + self._seconds)
        silent = [index for index in unpinged if index not in again and pings.came[index] < 0.0]
        await self._ask(
            pings, silent, knocks, [one for one in unheard if one not in again and knocks.came[one] < 0.0]
        )
        ends_at = max(sent_at + self._seconds, loop.time()) + self._seconds  # as long for who was asked again sooner
        await self._wait(pings, knocks, ends_at)

    async def _ask(self, pings: Asked, pinged: Sequence[int], knocks: Asked, knocked: Sequence[int]) -> None:
        """Send an echo request to some addresses and the engine question to some, as fast as the pace lets."""
        volleys = (
            self._echoer.volley(pings, pinged) if pinged else None,
            self._knocker.volley(knocks, knocked) if knocked else None,
        )
        await send_in_turn([one for one in volleys if one is not None], self._pace)

    async def _wait(self, pings: Asked, knocks: Asked, ends_at: float) -> None:
        """Wait for answers: until everybody has said something to both questions, until a time at most."""
        loop = asyncio.get_running_loop()
        while (left := ends_at - loop.time()) > 0:
            if pings.is_complete and knocks.is_complete:
                return
            await asyncio.sleep(min(left, _BEAT_SECONDS))


def _hosts(pings: Asked, knocks: Asked) -> Iterator[Host]:
    """Yield those of a stretch that said anything."""
    for index, (trip, heard) in enumerate(zip(pings.came, knocks.came, strict=True)):
        if trip >= 0.0 or heard >= 0.0:
            engine_id = knocks.engines.get(index, b"").hex()
            closed = heard >= 0.0 and not engine_id
            yield Host(pings.stretch.spelled(index), trip >= 0.0, engine_id, closed, trip if trip >= 0.0 else None)
