"""The UDP side of the general engine: one socket per address family, names resolved, strangers ignored.

May import: netwatch.model, netwatch.errors, resolver, metrics. Called by: community, user, notify.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from netwatch.errors import PollError
from netwatch.log import get_logger
from netwatch.model import Device
from netwatch.snmp.metrics import general_datagrams_ignored
from netwatch.snmp.resolver import Resolver, literal

Address = tuple[str, int]
"""Numeric address without a scope, and port: who a datagram is from, as this module compares it."""

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A device as this endpoint reaches it."""

    address: Address
    send: Callable[[bytes], None]


class Endpoint:
    """Sends to devices and hands on what comes from those that are being asked.

    `receive(data, address)` gets the address that was asked, even where the device may answer from another.
    """

    def __init__(self, receive: Callable[[bytes, Address], None]) -> None:
        self._receive = receive
        self._transports: dict[int, asyncio.DatagramTransport] = {}
        self._opening = asyncio.Lock()
        self._resolver = Resolver()
        self._asked: dict[Address, list[Address]] = {}

    def close(self) -> None:
        """Close the sockets."""
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    async def peer(self, device: Device) -> Peer:
        """Resolve the device's address and open a socket of its family if need be.

        Raises:
            PollError: the name has no address, or there is no socket of that family here.
        """
        known = literal(device.address, device.port)
        family, sockaddr = known or (await self._resolver.resolve(device.address, device.port))[0]
        async with self._opening:
            transport = self._transports.get(family) or await self._open(family, device)
        return Peer(address=_plain(sockaddr), send=lambda data: transport.sendto(data, sockaddr))

    @contextmanager
    def listening_to(self, peer: Peer, device: Device) -> Iterator[None]:
        """Accept datagrams from the device, and from where else it may answer, as long as this lasts."""
        sources = [peer.address, *((_canonical(other), device.port) for other in device.accept_from)]
        for source in sources:
            self._asked.setdefault(source, []).append(peer.address)
        try:
            yield
        finally:
            for source in sources:
                self._asked[source].remove(peer.address)
                if not self._asked[source]:
                    del self._asked[source]

    def _arrived(self, data: bytes, sockaddr: Any) -> None:
        homes = self._asked.get(_plain(sockaddr))
        if not homes:
            general_datagrams_ignored.labels("stranger").inc()
            return
        try:
            self._receive(data, homes[0])
        except Exception as exc:  # noqa: BLE001 - no datagram may end the loop, whatever pyasn1 makes of it
            general_datagrams_ignored.labels("undecodable").inc()
            _log.debug("datagram ignored", address=homes[0][0], error=repr(exc))

    async def _open(self, family: int, device: Device) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        here = ("::", 0) if family == socket.AF_INET6 else ("0.0.0.0", 0)  # noqa: S104 - answers come to any address
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Protocol(self._arrived), local_addr=here, family=family
            )
        except OSError as exc:
            raise PollError(f"no socket for {device.address}: {exc.strerror}") from exc
        self._transports[family] = transport
        return transport


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, arrived: Callable[[bytes, Any], None]) -> None:
        self._arrived = arrived

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Pass it on."""
        self._arrived(data, addr)

    def error_received(self, exc: Exception) -> None:
        """An ICMP error: the device's silence will be noticed by the time-out."""


def _plain(sockaddr: Any) -> Address:
    return str(sockaddr[0]).partition("%")[0], int(sockaddr[1])


def _canonical(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return text
