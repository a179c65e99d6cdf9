"""What speaks for which reason, where a device does not answer.

An agent is silent to a wrong community, a closed port and a dead host are silent too. One datagram of version 3,
which needs no credential, and an ear for ICMP tell some of these apart; what stays open is said to be.
May import: netwatch.errors, netwatch.model. Called by: lane.
"""

from __future__ import annotations

import asyncio
import secrets
import socket

from netwatch.errors import FastLaneRefused
from netwatch.model import Version
from netwatch.snmp.codec.hot import OddHeader
from netwatch.snmp.fast.question import Stranger
from netwatch.snmp.resolver import SocketAddress
from netwatch.snmp.v3.hot import msg_id_of

WAIT_SECONDS = 0.5
MOST_AT_ONCE = 32
"""Sockets for this at a time: where a whole site falls silent nobody needs to be told of each device's port."""

CLOSED = "closed"
MOST_HEARD = 16
"""Datagrams that are no answer; whoever sends more than that is not listened to, or nobody else would be served."""


class Evidence:
    """Asks silent devices, a few at a time."""

    def __init__(self) -> None:
        self._asking = 0

    async def is_closed(self, family: int, address: SocketAddress) -> bool:
        """Return whether a host says that nothing listens at a port; not where too much is asked already."""
        return await self._asked(family, address) == CLOSED

    async def of(self, family: int, address: SocketAddress, version: Version) -> str:
        """Return what speaks for which reason, as the end of a sentence; empty where too much is asked already."""
        heard = await self._asked(family, address)
        return "" if heard is None else _words(version, address[1], heard)

    async def _asked(self, family: int, address: SocketAddress) -> str | None:
        """Return what was heard; None where nothing could be asked."""
        if self._asking >= MOST_AT_ONCE:
            return None
        self._asking += 1
        try:
            with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as udp:
                return await _heard(udp, address)
        except OSError:  # no descriptor left: there is no evidence then
            return None
        finally:
            self._asking -= 1


def _words(version: Version, port: int, heard: str) -> str:
    if heard == CLOSED:
        return f"; its host says that nothing listens on UDP port {port} (ICMP port unreachable)"
    if heard == "agent" and version == "3":
        return "; an SNMP agent there answers the discovery of version 3, so it is this user's requests it leaves out"
    if heard == "agent":
        return (
            "; an SNMP agent there answers version 3, so it is there: another community, no version "
            f"{version}, or this machine may not ask"
        )
    if heard:
        return f"; the network says: {heard}"
    if version == "3":
        return "; nor is a discovery of version 3 answered, and nobody says that the port is closed"
    return "; nobody says that the port is closed: an agent is silent to a wrong community too"


async def _heard(udp: socket.socket, address: SocketAddress) -> str:
    """Return `agent`, `closed`, another trouble of the network in its words, or nothing."""
    number = secrets.randbelow(2**31 - 1) + 1
    request_id = number.to_bytes(4)
    loop = asyncio.get_running_loop()
    try:
        udp.connect(address)  # only then the kernel hands out what ICMP says
        udp.send(Stranger().wrap(b"", request_id, b"", 0.0))
        async with asyncio.timeout(WAIT_SECONDS):
            for _ in range(MOST_HEARD):
                if _is_answer(await loop.sock_recv(udp, 65535), request_id):
                    return "agent"
    except TimeoutError:
        return ""
    except ConnectionRefusedError:
        return CLOSED
    except OSError as exc:
        return exc.strerror or str(exc)
    return ""


def _is_answer(data: bytes, request_id: bytes) -> bool:
    try:
        return msg_id_of(data) == request_id
    except (FastLaneRefused, OddHeader):
        return False
