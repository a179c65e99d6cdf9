"""Finds out who of a block of addresses is there, by what gives nothing away: a ping and the engine question.

Blocks are sent one after another and waited for together. Each question is asked once more where nothing came: soon
of a host that answered the other one, so it is there, and after the whole time-out of one that is silent.
May import: netwatch.ping. Called by: netwatch.discovery.sweep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from netwatch.discovery.found import Host
from netwatch.discovery.knocking import Knock, Knocker
from netwatch.discovery.pace import Pace
from netwatch.ping import Echo, Pinger

SOON = 0.2
"""This share of the time-out is enough for most answers: after it a host that is there is asked once more."""
_BEAT_SECONDS = 0.05


class Prober:
    """Asks between `start()` and `stop()`."""

    def __init__(self, port: int, timeout_seconds: float, pace: Pace) -> None:
        """Take how long to wait for an answer, and what says when a packet may go."""
        self._seconds, self._pace = timeout_seconds, pace
        self._pinger, self._knocker = Pinger(timeout_seconds), Knocker(port)
        self._line = asyncio.Lock()

    @property
    def ping_trouble(self) -> str:
        """Return why there is no ping, and what to type; hosts are found by SNMP alone then."""
        return self._pinger.trouble

    async def start(self) -> None:
        """Get ready."""
        await self._pinger.start()
        self._knocker.start()

    async def stop(self) -> None:
        """Close the sockets."""
        self._knocker.stop()
        await self._pinger.stop()

    async def hosts(self, addresses: Sequence[str]) -> list[Host]:
        """Return who of some addresses is there."""
        pings: dict[str, float] = {}
        heard, loop = self._knocker.heard, asyncio.get_running_loop()
        async with self._line:
            await self._ask(addresses, addresses, pings)
        sent_at = loop.time()
        await self._wait(addresses, pings, sent_at + self._seconds * SOON)
        again = [one for one in addresses if (one in pings) != (one in heard)]
        await self._ask([one for one in again if one not in pings], [one for one in again if one in pings], pings)
        await self._wait(addresses, pings, sent_at + self._seconds)
        rest = set(addresses).difference(again)
        silent = [one for one in addresses if one in rest and one not in pings]
        unheard = [one for one in addresses if one in rest and one not in heard]
        if silent or unheard:
            await self._ask(silent, unheard, pings)
        ends_at = max(sent_at + self._seconds, loop.time()) + self._seconds  # as long for who was asked again sooner
        await self._wait(addresses, pings, ends_at)
        hosts = [_host(address, pings, heard) for address in addresses if address in pings or address in heard]
        self._knocker.forget(addresses)
        return hosts

    async def _ask(self, pinged: Iterable[str], knocked: Iterable[str], pings: dict[str, float]) -> None:
        """Send an echo request to some addresses and the engine question to some, as fast as the pace lets."""
        knock, may_go = self._knocker.knock, self._pace.may_go
        questions = iter(knocked)
        for address in pinged:
            if not may_go():
                await self._pace.wait()
            self._ping(address, pings)
            for other in questions:
                if not may_go():
                    await self._pace.wait()
                knock(other)
                break
        for other in questions:
            if not may_go():
                await self._pace.wait()
            knock(other)

    def _ping(self, address: str, pings: dict[str, float]) -> None:
        def told(echo: Echo) -> None:
            trip = echo.round_trip_seconds
            if trip is not None:
                pings[address] = trip

        self._pinger.ping(address, told)

    async def _wait(self, addresses: Sequence[str], pings: dict[str, float], ends_at: float) -> None:
        """Wait for answers: until everybody has said something to both questions, until a time at most."""
        loop, heard = asyncio.get_running_loop(), self._knocker.heard
        while (left := ends_at - loop.time()) > 0:
            if all(address in heard and address in pings for address in addresses):
                return
            await asyncio.sleep(min(left, _BEAT_SECONDS))


def _host(address: str, pings: dict[str, float], heard: dict[str, Knock]) -> Host:
    knock = heard.get(address, Knock())
    return Host(
        address=address, pinged=address in pings, engine_id=knock.engine_id.hex(), closed=knock.closed,
        round_trip_seconds=pings.get(address),
    )  # fmt: skip
