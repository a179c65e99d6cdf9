"""Polls one device once, for people at a terminal.

May import: netwatch.model, netwatch.snmp, netwatch.profiles. Called by: netwatch.cli, through the door.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, DeviceStatus, Memory, ReadingGap, TableReading
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
