"""Decides whom a scrape may ask: a device of the configuration, or an address that `exporter.allow` has.

Whoever reaches the page could otherwise have NetWatch send communities to any address, and read what answers there.
A network in `allow` does not open what this machine, its link or its cloud keeps to itself: loopback, link-local,
multicast and metadata addresses must be listed as such.
A quiet room but for `Resolve`. May import: netwatch.model. Called by: scraping.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from netwatch.errors import NetWatchError
from netwatch.model import Device

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Looks a name up; raises NetWatchError where that is in vain."""

USUAL_PORT = 161
MOST_PORT = 65_535
LONGEST_TARGET = 300
MOST_REMEMBERED = 10_000
"""Addresses that need not be held against the networks once more."""
OWN: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "100.100.100.200/32",
        "192.0.0.192/32", "168.63.129.16/32",
        "::/128", "::1/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128",
    )
)  # fmt: skip
"""What a network in `allow` opens only where it lies within one of these; the last of each are metadata servers."""


class NotAllowed(NetWatchError):
    """The target is nobody that may be asked; says what would have to be listed."""


class BadTarget(NetWatchError):
    """The target is written in a way that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to ask; `device` is that of the configuration, None for an address that is allowed."""

    address: str
    port: int
    device: Device | None = None


class Targets:
    """The devices and networks of the configuration."""

    def __init__(self, devices: Iterable[Device], allow: Iterable[Network], resolve: Resolve) -> None:
        self._allow = tuple(allow)
        self._resolve = resolve
        self._found_allowed: set[str] = set()
        self._by_name: dict[str, Device] = {}
        self._by_address: dict[tuple[str, int], Device] = {}
        for device in devices:
            self._by_name[device.name] = device
            self._by_address.setdefault((_canonical(device.address), device.port), device)

    async def find(self, text: str) -> Target:
        """Return whom a target means: `name`, `address`, `address:port`, `udp://address:port`.

        Raises:
            BadTarget: it is not written like a target. NotAllowed: it is nobody who may be asked.
        """
        if named := self._by_name.get(text):
            return Target(address=named.address, port=named.port, device=named)
        host, port = parse_target(text)
        if named := (self._by_name.get(host) if port is None else None):
            return Target(address=named.address, port=named.port, device=named)
        number = port or USUAL_PORT
        if device := self._by_address.get((_canonical(host), number)):
            return Target(address=device.address, port=device.port, device=device)
        address = await self._allowed(host)
        if device := self._by_address.get((address, number)):
            return Target(address=device.address, port=device.port, device=device)
        return Target(address=address, port=number)

    async def _allowed(self, host: str) -> str:
        """Return the address of a host, every address of which may be asked."""
        if not self._allow:
            raise NotAllowed(f"{host!r} is no device of this configuration, and exporter.allow lists no network")
        if host in self._found_allowed:
            return host
        literal = _address(host)
        addresses = [literal] if literal else [_address(text) for text in await self._resolve(host)]
        for address in addresses:
            if address is None or not is_allowed(address, self._allow):
                said = host if literal or address is None else f"{host} ({address})"
                raise NotAllowed(f"{said} is no device of this configuration, and in no network of exporter.allow")
        if not addresses or addresses[0] is None:
            raise NotAllowed(f"{host} has no address")
        if literal and str(literal) == host and len(self._found_allowed) < MOST_REMEMBERED:
            self._found_allowed.add(host)
        return str(addresses[0])


def parse_target(text: str) -> tuple[str, int | None]:
    """Return host and port of a target as snmp_exporter takes it; port None where none is written.

    Raises:
        BadTarget: it cannot be read, or asks for another transport than UDP.
    """
    scheme, mark, rest = text.partition("://")
    host = rest if mark else text
    if mark and scheme not in ("udp", "udp4", "udp6"):
        raise BadTarget(f"the transport {scheme!r} is none that NetWatch asks through: udp is")
    port = ""
    if host.startswith("["):
        host, closed, behind = host[1:].partition("]")
        port = behind.removeprefix(":")
        if not closed or (behind and not behind.startswith(":")):
            raise BadTarget("the target has a bracket that is not closed, or something behind it that is no port")
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not host or len(text) > LONGEST_TARGET or not host.isprintable() or any(mark in host for mark in " /?#@"):
        raise BadTarget("the target is no host with or without a port")
    if not port:
        return host, None
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= MOST_PORT):
        raise BadTarget(f"error converting port number to int for target {text!r}: it is none")
    return host, int(port)


def is_allowed(address: Address, allow: Iterable[Network]) -> bool:
    """Return whether a list of networks lets this address be asked."""
    own = [network for network in OWN if address in network]
    for network in allow:
        if address in network and all(network.version == one.version and network.subnet_of(one) for one in own):  # type: ignore[arg-type]
            return True
    return False


def _address(text: str) -> Address | None:
    """Return a numeric address; an IPv4 address inside IPv6 is that IPv4 address, wherever a packet to it goes."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address
    return address


def _canonical(host: str) -> str:
    return str(_address(host) or host.lower().rstrip("."))
