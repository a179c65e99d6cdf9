"""Goes through ranges block by block: first what gives nothing away, then credentials where something answered.

Every address gets an echo request and the question for its SNMP engine, each once more where nothing came. A block
that is done is told, so that a sweep that is broken off can go on there.
May import: netwatch.model, netwatch.ping, netwatch.snmp. Called by: netwatch.cli, netwatch.app, through the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from netwatch.discovery.asking import asked
from netwatch.discovery.found import Host
from netwatch.discovery.pace import Pace
from netwatch.discovery.probing import Prober
from netwatch.discovery.progress import Progress
from netwatch.discovery.ranges import Ranges, Stretch
from netwatch.log import get_logger
from netwatch.model import Credential
from netwatch.snmp import Snmp

log = get_logger(__name__)

BLOCK = 1024
BLOCKS_AT_ONCE = 64
PACKETS_A_BLOCK = 1000
"""Most of its time a block waits for who does not answer: others are probed meanwhile, as many as the rate feeds."""
HOSTS_AT_ONCE = 2000
"""Hosts that are asked with credentials at the same time; most of that time they are waited for."""
PATIENCE = 2
"""So many times as long a host is waited for that is known to be there: that costs no packet, and finds busy ones."""


class Limits(Protocol):
    """How much the SNMP client may do at once."""

    @property
    def max_in_flight(self) -> int:
        """Return how many requests may wait for an answer at once."""


@dataclass(frozen=True, slots=True)
class _OfAHost:
    """One question and its repeat, of each credential that is waited for."""

    max_in_flight: int
    max_in_flight_per_device: int = 2


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
        self._timeout, self._tell, self._pace = timeout, tell, Pace(rate)
        self._prober = Prober(port, timeout.total_seconds(), self._pace)
        self._probing, self._line = asyncio.Semaphore(probed_at_once(rate)), asyncio.Semaphore(HOSTS_AT_ONCE)

    @property
    def ping_trouble(self) -> str:
        """Return why there is no ping, and what to type; hosts are found by SNMP alone then."""
        return self._prober.ping_trouble

    async def run(self, progress: Progress) -> Progress:
        """Do what is not done yet; return all that was found, also before this one was broken off."""
        self._prober.start()
        blocks = ((n, block) for n, block in enumerate(self._ranges.blocks(BLOCK)) if n not in progress.blocks)
        try:
            async with asyncio.TaskGroup() as crew:
                for _ in range(BLOCKS_AT_ONCE):
                    crew.create_task(self._go_through(blocks, progress))
        except BaseExceptionGroup as exc:
            raise exc.exceptions[0] from None
        finally:
            self._prober.stop()
        return progress

    async def _go_through(self, blocks: Iterator[tuple[int, list[Stretch]]], progress: Progress) -> None:
        for number, block in blocks:
            async with self._probing:
                hosts = [host for stretch in block for host in await self._prober.hosts(stretch)]
            progress.done(number, sum(map(len, block)), await self._asked(hosts))
            self._tell(progress)

    async def _asked(self, hosts: Sequence[Host]) -> list[Host]:
        """Return the hosts with what those say of themselves to whom a credential fits."""
        if not self._credentials:
            return list(hosts)
        worth = [one for one in hosts if one.may_have_agent and one.address in self._ranges]
        client = Snmp(_OfAHost(self._limits.max_in_flight))  # it forgets whom it asked with its end
        await client.start()

        async def ask(host: Host) -> Host:
            try:
                return await ask_in_line(host)
            except Exception:  # whatever one device says, the sweep goes on to the others
                log.exception("a host could not be asked", address=host.address)
                return host

        async def ask_in_line(host: Host) -> Host:
            async with self._line:
                return await asked(client, host, self._credentials, self._port, self._timeout * PATIENCE, self._pace)

        try:
            told = {host.address: host for host in await asyncio.gather(*map(ask, worth))}
        finally:
            await client.stop()
        return [told.get(host.address, host) for host in hosts]


def probed_at_once(rate: int) -> int:
    """Return how many blocks are probed at the same time: few where it is slow, so that little is done twice."""
    return min(BLOCKS_AT_ONCE, 2 + rate // PACKETS_A_BLOCK)
