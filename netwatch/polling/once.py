"""Polls one device once, for people at a terminal, or again and again as a clock is turned.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.cli, netwatch.app, through the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, DeviceStatus, Memory, ReadingGap, TableReading
from netwatch.polling.clock import Clock
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.profiles import ProfileLibrary
from netwatch.snmp import SnmpClient


class _Basket:
    """Keeps the last reading of every table, and why there is none."""

    def __init__(self) -> None:
        self.readings: dict[str, TableReading] = {}
        self.gaps: dict[str, str] = {}

    def take_reading(self, reading: TableReading) -> None:
        if reading.lacking:
            return
        self.readings[reading.table] = reading
        self.gaps.pop(reading.table, None)

    def take_gap(self, gap: ReadingGap) -> None:
        self.gaps[gap.table] = gap.reason

    def remember(self, memory: Memory) -> None:
        """Keep nothing: this is over in a moment."""


async def poll_once(
    device: Device, library: ProfileLibrary, client: SnmpClient, *, rates_after: timedelta | None = None
) -> tuple[DeviceStatus, list[TableReading]]:
    """Return what the device is and one reading of each of its tables, reachability first.

    With `rates_after` it is polled again that much later, so that counters have rates.

    Raises:
        RequestTimedOut: the device does not answer. PollError: it answers with an error, or one of its tables does.
    """
    basket = _Basket()
    poller = DevicePoller(device, Tools(library=library, client=client, sink=basket))
    await poller.check()
    if not poller.is_up:
        raise RequestTimedOut(poller.status().trouble)
    await poller.poll()
    if rates_after is not None:
        await asyncio.sleep(rates_after.total_seconds())
        await poller.poll()
    status = poller.status()
    if len(basket.readings) == 1 and status.trouble:
        raise PollError(status.trouble)
    return status, list(basket.readings.values())


class _Trail:
    """Keeps every reading until it is taken away."""

    def __init__(self) -> None:
        self.readings: list[TableReading] = []

    def take_reading(self, reading: TableReading) -> None:
        self.readings.append(reading)

    def take_gap(self, gap: ReadingGap) -> None:
        """Keep nothing of what could not be read."""

    def remember(self, memory: Memory) -> None:
        """Keep nothing: this is over in a moment."""


async def polls_of(
    device: Device, library: ProfileLibrary, client: SnmpClient, clock: Clock
) -> AsyncIterator[Sequence[TableReading]]:
    """Yield what each of many polls brings; who takes them turns the clock between one and the next.

    Raises:
        PollError: the device does not answer.
    """
    trail = _Trail()
    poller = DevicePoller(device, Tools(library=library, client=client, sink=trail, clock=clock))
    while True:
        await poller.check()
        if not poller.is_up:
            raise RequestTimedOut(poller.status().trouble)
        await poller.poll()
        found, trail.readings = trail.readings, []
        yield found
