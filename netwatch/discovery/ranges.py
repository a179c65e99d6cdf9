"""Which addresses a sweep may ask, in order; what is not among them is never asked.

A quiet room: no clock, no socket. May import: netwatch.errors. Called by: the files of this room, netwatch.cli.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwatch.errors import ConfigError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_GROUPS = (ipaddress.ip_network("224.0.0.0/4"), ipaddress.ip_network("ff00::/8"))
MOST_ADDRESSES = 2**20
"""So many in one sweep: sixteen networks /16. Of IPv6 that is a /108: nobody finds devices by trying all of a /64."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Addresses of one family, packed one after another; scope: the interface that link-local ones are behind."""

    addresses: bytes
    v6: bool = False
    scope: int = 0

    def __len__(self) -> int:
        return len(self.addresses) // (16 if self.v6 else 4)

    def packed(self, index: int) -> bytes:
        """Return the address at a place."""
        octets = 16 if self.v6 else 4
        return self.addresses[index * octets : (index + 1) * octets]

    def spelled(self, index: int) -> str:
        """Return the address at a place as text."""
        if self.v6:
            return str(ipaddress.IPv6Address(self.packed(index)))
        return socket.inet_ntoa(self.addresses[4 * index : 4 * index + 4])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Networks to look through, without those that are excluded; each address comes once."""

    networks: tuple[Network, ...]
    excluded: tuple[Network, ...] = ()

    def __contains__(self, address: str) -> bool:
        try:
            one = ipaddress.ip_address(address)
        except ValueError:
            return False
        return self._asks(one) and any(one in network for network in self.networks)

    def blocks(self, size: int) -> Iterator[list[Stretch]]:
        """Yield every address that may be asked, so many at a time, in the order of the networks."""
        block, room = {4: bytearray(), 6: bytearray()}, size
        for network in self.networks:
            barred = [(int(one[0]), int(one[-1])) for one in self._never(network.version)]
            for first, last in _left(*_hosts(network), barred):
                while first <= last:
                    ends = min(last, first + room - 1)
                    block[network.version] += (
                        _packed_v4(first, ends) if network.version == 4 else _packed_v6(first, ends)
                    )
                    room -= ends - first + 1
                    first = ends + 1
                    if not room:
                        yield _stretches(block)
                        block, room = {4: bytearray(), 6: bytearray()}, size
        if room < size:
            yield _stretches(block)

    def _never(self, version: int) -> list[Network]:
        """Return what is never asked of one family: what is excluded, and groups, which are no hosts."""
        return [one for one in (*self.excluded, *_GROUPS) if one.version == version]

    @property
    def size(self) -> int:
        """Return how many addresses there are, the excluded ones among them."""
        return sum(network.num_addresses for network in self.networks)

    def _asks(self, one: Address) -> bool:
        return not any(one in network for network in self._never(one.version))


def parse_ranges(texts: Sequence[str], excluded: Iterable[str] = ()) -> Ranges:
    """Return the ranges that texts such as `192.0.2.0/24` name; one address is a range too.

    Raises:
        ConfigError: a text is none, or they are too many addresses; says so.
    """
    networks = _merged([_network(text) for text in texts])
    ranges = Ranges(networks=networks, excluded=tuple(_network(text) for text in excluded))
    if ranges.size > MOST_ADDRESSES:
        raise ConfigError(
            f"{', '.join(texts)}: {ranges.size:,} addresses; a sweep takes {MOST_ADDRESSES:,} at most, such as"
            " sixteen networks /16 or an IPv6 network /108"
        )
    return ranges


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as exc:
        raise ConfigError(f"{text}: {_said(text, exc)}") from None


def _said(text: str, exc: ValueError) -> str:
    if "has host bits set" in str(exc):
        return f"has host bits set; the network is {ipaddress.ip_network(text, strict=False)}"
    return "is no network; write it as 192.0.2.0/24 or 2001:db8::/120"


def _merged(networks: Sequence[Network]) -> tuple[Network, ...]:
    """Return them without those that stand in another one, in the order given."""
    kept: list[Network] = []
    for one in networks:
        if not any(_within(one, other) for other in kept):
            kept = [other for other in kept if not _within(other, one)]
            kept.append(one)
    return tuple(kept)


def _within(one: Network, other: Network) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network):
        return one.subnet_of(other)
    return False


def _hosts(network: Network) -> tuple[int, int]:
    """Return the first and the last address of a host: neither the network's own nor the broadcast address.

    Those are hosts in the smallest networks (RFC 3021, RFC 6164), and IPv6 has no broadcast.
    """
    first, last = int(network[0]), int(network[-1])
    if network.max_prefixlen - network.prefixlen <= 1:
        return first, last
    return first + 1, last - (network.version == 4)


def _left(first: int, last: int, barred: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what is left from `first` to `last`, both asked, without spans that are barred."""
    for begins, ends in sorted(barred):
        if ends < first or begins > last:
            continue
        if begins > first:
            yield first, begins - 1
        first = max(first, ends + 1)
    if first <= last:
        yield first, last


def stretch_of(address: str) -> Stretch:
    """Return one address as a stretch, such as `192.0.2.1` or `fe80::1%eth0`."""
    host, _, interface = address.partition("%")
    scope = int(interface) if interface.isdigit() else socket.if_nametoindex(interface) if interface else 0
    return Stretch(packed(host), ":" in host, scope)


def packed(address: str) -> bytes:
    """Return the octets of an address, without the interface it is behind."""
    host = address.partition("%")[0]
    return socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)


def _stretches(block: Mapping[int, bytearray]) -> list[Stretch]:
    return [Stretch(bytes(addresses), v6=version == 6) for version, addresses in block.items() if addresses]


def _packed_v4(first: int, last: int) -> bytes:
    numbers = array("I", range(first, last + 1))
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tobytes()


def _packed_v6(first: int, last: int) -> bytes:
    return b"".join(number.to_bytes(16) for number in range(first, last + 1))
