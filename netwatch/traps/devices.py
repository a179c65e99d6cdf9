"""Which configured device an address belongs to.

May import: netwatch.model. Called by: netwatch.traps.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable, Iterator, Sequence

from netwatch.model import Device

LOOK_UP_EVERY_SECONDS = 300.0
LOOK_UPS_AT_ONCE = 8


def plain_address(host: str) -> str:
    """Return an address as it is compared here: no scope, and IPv4 as IPv4 though an IPv6 socket heard it."""
    host = host.partition("%")[0]
    return host[7:] if host.startswith("::ffff:") and "." in host else host


class KnownDevices:
    """Devices by address; those configured by name are looked up now and then.

    `changes` counts up whenever an answer may be another. Where several devices share an address the first is meant.
    """

    def __init__(self, devices: Sequence[Device]) -> None:
        self._devices = devices
        self._by_address: dict[str, Device] = {}
        self._names_by_address: dict[str, set[str]] = {}
        self._looked_up: dict[str, tuple[str, ...]] = {}
        self.changes = 0
        self._arrange()

    def at(self, address: str) -> Device | None:
        """Return the device that has an address."""
        return self._by_address.get(address)

    def is_at(self, device: str, address: str) -> bool:
        """Return whether an address is one of a device's; also where another that shares it comes first."""
        return device in self._names_by_address.get(address, ())

    async def keep_looking_up(self) -> None:
        """Look names up for as long as this is awaited."""
        names = [name for name in dict.fromkeys(_hosts(self._devices)) if _literal(name) is None]
        while names:
            limit = asyncio.Semaphore(LOOK_UPS_AT_ONCE)
            await asyncio.gather(*(self._look_up(name, limit) for name in names))
            self._arrange()
            await asyncio.sleep(LOOK_UP_EVERY_SECONDS)

    async def _look_up(self, name: str, limit: asyncio.Semaphore) -> None:
        """Keep what was known where the name server does not answer."""
        async with limit:
            try:
                found = await asyncio.get_running_loop().getaddrinfo(name, None)
            except (OSError, UnicodeError):
                return
        self._looked_up[name] = tuple(dict.fromkeys(plain_address(str(entry[4][0])) for entry in found))

    def _arrange(self) -> None:
        by_address: dict[str, Device] = {}
        names: dict[str, set[str]] = {}
        for device in self._devices:
            for address in self._addresses(device):
                by_address.setdefault(address, device)
                names.setdefault(address, set()).add(device.name)
        if names != self._names_by_address:
            self._by_address, self._names_by_address = by_address, names
            self.changes += 1

    def _addresses(self, device: Device) -> Iterator[str]:
        for host in _hosts([device]):
            literal = _literal(host)
            yield from (literal,) if literal else self._looked_up.get(host, ())


def _hosts(devices: Iterable[Device]) -> Iterable[str]:
    return (host for device in devices for host in (device.address, *device.accept_from))


def _literal(host: str) -> str | None:
    try:
        return plain_address(str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))))
    except ValueError:
        return None
