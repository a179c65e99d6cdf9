"""Goes through ranges block by block: first what gives nothing away, then credentials where something answered.

Every address gets an echo request and the question for its SNMP engine, each once more where nothing came. A block
that is done is told, so that a sweep that is broken off can go on there.
May import: netwatch.model, netwatch.ping, netwatch.snmp. Called by: netwatch.cli, netwatch.app, through the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Protocol

from netwatch.discovery.asking import asked
from netwatch.discovery.found import Host
from netwatch.discovery.knocking import Knock, Knocker
from netwatch.discovery.progress import Progress
from netwatch.discovery.ranges import Ranges
from netwatch.model import Credential
from netwatch.ping import Pinger
from netwatch.snmp import Snmp

BLOCK = 1024
BLOCKS_AT_ONCE = 64
PACKETS_A_BLOCK = 1000
"""Most of its time a block waits for who does not answer: others are probed meanwhile, as many as the rate feeds."""
ROUNDS = 2
HOSTS_AT_ONCE = 2000
"""Hosts that are asked with credentials at the same time; most of that time they are waited for."""
PATIENCE = 2
"""So many times as long a host is waited for that is known to be there: that costs no packet, and finds busy ones."""
_BEAT_SECONDS = 0.01
MOST_UNREAD = 256
"""So many packets are sent before answers are read: the sockets hold thousands, and what comes then is lost."""
_CATCH_UP_SECONDS = 0.05
"""So much of what a busy loop left out is sent at once afterwards."""


class Limits(Protocol):
    """The numbers that the SNMP client wants."""

    @property
    def max_in_flight(self) -> int:
        """Return how many requests may wait for an answer at once."""

    @property
    def max_in_flight_per_device(self) -> int:
        """Return how many of them may be to one device."""


class Sweep:
    """One sweep over ranges."""

    def __init__(
        self,
        ranges: Ranges,
        credentials: Sequence[Credential],
        *,
        limits: Limits,
        rate: int,
        timeout: timedelta,
        port: int = 161,
        tell: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Take where to look and what to try; `rate` is in packets a second, `tell` is called after each block."""
        self._ranges, self._credentials, self._limits, self._port = ranges, credentials, limits, port
        self._timeout, self._tell = timeout, tell
        self._seconds = timeout.total_seconds()
        self._pinger = Pinger(self._seconds)
        self._knocker = Knocker(port)
        self._pace = Pace(rate)
        self._probing, self._line = asyncio.Semaphore(probed_at_once(rate)), asyncio.Semaphore(HOSTS_AT_ONCE)

    @property
    def ping_trouble(self) -> str:
        """Return why there is no ping, and what to type; hosts are found by SNMP alone then."""
        return self._pinger.trouble

    async def run(self, progress: Progress) -> Progress:
        """Do what is not done yet; return all that was found, also before this one was broken off."""
        await self._pinger.start()
        self._knocker.start()
        blocks = ((n, block) for n, block in enumerate(_blocks(self._ranges)) if n not in progress.blocks)
        try:
            async with asyncio.TaskGroup() as crew:
                for _ in range(BLOCKS_AT_ONCE):
                    crew.create_task(self._go_through(blocks, progress))
        except BaseExceptionGroup as exc:
            raise exc.exceptions[0] from None
        finally:
            self._knocker.stop()
            await self._pinger.stop()
        return progress

    async def _go_through(self, blocks: Iterator[tuple[int, list[str]]], progress: Progress) -> None:
        for number, addresses in blocks:
            async with self._probing:
                hosts = await self._hosts(addresses)
            progress.done(number, len(addresses), await self._asked(hosts))
            self._tell(progress)

    async def _hosts(self, addresses: Sequence[str]) -> list[Host]:
        """Return who of some addresses is there."""
        pinged: set[str] = set()
        heard = self._knocker.heard
        for _ in range(ROUNDS):
            for address in addresses:
                if address not in pinged:
                    await self._pace.wait()
                    self._ping(address, pinged)
                if address not in heard:
                    await self._pace.wait()
                    self._knocker.knock(address)
            await self._wait(addresses, pinged)
        hosts = [_host(address, pinged, heard.get(address, Knock())) for address in addresses]
        self._knocker.forget(addresses)
        return [host for host in hosts if host.answers]

    def _ping(self, address: str, pinged: set[str]) -> None:
        self._pinger.ping(address, lambda echo: pinged.add(address) if echo.round_trip_seconds is not None else None)

    async def _wait(self, addresses: Sequence[str], pinged: set[str]) -> None:
        """Wait for answers: until everybody has said something to both questions, for the time-out at most."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._seconds
        while loop.time() < ends_at:
            await asyncio.sleep(_BEAT_SECONDS * 5)
            if all(address in self._knocker.heard and address in pinged for address in addresses):
                return

    async def _asked(self, hosts: Sequence[Host]) -> list[Host]:
        """Return the hosts with what those say of themselves to whom a credential fits."""
        if not self._credentials:
            return list(hosts)
        client = Snmp(self._limits)  # it forgets whom it asked with its end
        await client.start()

        async def ask(host: Host) -> Host:
            if not host.may_have_agent or host.address not in self._ranges:
                return host
            async with self._line:
                for _ in self._credentials:
                    await self._pace.wait()
                return await asked(client, host, self._credentials, self._port, self._timeout * PATIENCE)

        try:
            return await asyncio.gather(*map(ask, hosts))
        finally:
            await client.stop()


def probed_at_once(rate: int) -> int:
    """Return how many blocks are probed at the same time: few where it is slow, so that little is done twice."""
    return min(BLOCKS_AT_ONCE, 2 + rate // PACKETS_A_BLOCK)


class Pace:
    """Lets so many packets go a second, in bursts of a hundredth of it at most."""

    def __init__(self, rate: int) -> None:
        self._most = max(1, min(MOST_UNREAD, int(rate * _BEAT_SECONDS)))
        self._seconds = self._most / rate
        self._left = 0
        self._next_at = 0.0

    async def wait(self) -> None:
        """Wait until the next packet may go."""
        while self._left <= 0:
            now = asyncio.get_running_loop().time()
            if now >= self._next_at:
                self._left = self._most
                self._next_at = max(self._next_at, now - _CATCH_UP_SECONDS) + self._seconds
                await asyncio.sleep(0)  # where the rate is beyond this machine answers are read all the same
                break
            await asyncio.sleep(self._next_at - now)
        self._left -= 1


def _host(address: str, pinged: set[str], knock: Knock) -> Host:
    return Host(address=address, pinged=address in pinged, engine_id=knock.engine_id.hex(), closed=knock.closed)


def _blocks(ranges: Ranges) -> Iterator[list[str]]:
    addresses = ranges.addresses()
    while block := list(islice(addresses, BLOCK)):
        yield block
