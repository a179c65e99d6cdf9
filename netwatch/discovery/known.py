"""Which addresses the configuration has already, host names looked up: what is watched is not found anew.

May import: netwatch.model, the files of this room. Called by: netwatch.discovery.patrol, netwatch.cli.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Mapping

from netwatch.discovery.looking import address_of
from netwatch.model import Device

LOOK_UPS_AT_ONCE = 8


async def known_addresses(devices: Iterable[Device]) -> Mapping[str, str]:
    """Return the addresses that devices have and answer from, with their names."""
    known: dict[str, str] = {}
    line = asyncio.Semaphore(LOOK_UPS_AT_ONCE)

    async def look_up(device: Device) -> None:
        async with line:
            if found := await address_of(device.address):
                known.setdefault(found, device.name)

    async with asyncio.TaskGroup() as crew:
        for device in devices:
            known[device.address] = device.name
            known |= dict.fromkeys(device.accept_from, device.name)
            if not _is_address(device.address):
                crew.create_task(look_up(device))
    return known


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
