"""Asks any number of addresses who their SNMP engine is, from one socket per family.

That is the discovery of RFC 3414, section 4, which names no user and needs no credential; and the host of an address
where nothing listens says so (ICMP port unreachable), which is as good to know.
May import: netwatch.snmp. Called by: netwatch.discovery.sweep.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import secrets
import socket
import sys
from collections.abc import Iterable
from typing import NamedTuple

from netwatch.errors import FastLaneRefused
from netwatch.snmp import (
    LEVEL,
    NO_KEYS,
    SEQUENCE,
    Flag,
    Pdu,
    PduKind,
    encode_context,
    encode_pdu,
    encode_tlv,
    open_header,
    seal,
)

IP_RECVERR, IPV6_RECVERR = 11, 25
SO_RCVBUFFORCE = 33
_ORIGINS_ICMP = (2, 3)
_REFUSED = errno.ECONNREFUSED.to_bytes(4, sys.byteorder)
_TOLD = ((0, IP_RECVERR), (41, IPV6_RECVERR))
_QUOTED_OCTETS, _ANCILLARY_OCTETS = 512, 256
RECEIVE_OCTETS = 4 * 2**20
MOST_AT_ONCE = 512
_LEAST_NUMBER = 2**30


class Knock(NamedTuple):
    """What an address said: the id of its engine, or that nothing listens there."""

    engine_id: bytes = b""
    closed: bool = False


_CLOSED = Knock(closed=True)


class Knocker:
    """Knocks between `start()` and `stop()`; what comes is kept in `heard`, by address."""

    def __init__(self, port: int = 161) -> None:
        self.heard: dict[str, Knock] = {}
        self._port = port
        self._numbers: dict[int, str] = {}
        self._numbers_of: dict[str, list[int]] = {}
        self._knocks = 0
        self._sockets: dict[bool, socket.socket | None] = {}
        self._template = _template()
        self._key = secrets.randbits(30)

    def start(self) -> None:
        """Get ready; a socket is opened with the first address of its family."""
        self._sockets.clear()

    def stop(self) -> None:
        """Close the sockets."""
        for udp in filter(None, self._sockets.values()):
            asyncio.get_running_loop().remove_reader(udp)
            udp.close()
        self._sockets.clear()

    def knock(self, address: str) -> None:
        """Ask one address; nothing is raised, and what cannot be sent is not answered."""
        udp = self._socket(":" in address)
        if udp is None:
            return
        self._knocks += 1
        number = _LEAST_NUMBER + (self._knocks ^ self._key) % _LEAST_NUMBER
        self._numbers[number] = address
        self._numbers_of.setdefault(address, []).append(number)
        octets = number.to_bytes(4)
        datagram, to = octets.join(self._template), (address, self._port)
        try:
            udp.sendto(datagram, to)
        except OSError:  # one that is pending for another packet is raised by whoever comes next, once
            with contextlib.suppress(OSError):
                udp.sendto(datagram, to)

    def forget(self, addresses: Iterable[str]) -> None:
        """Let go of what was asked and heard of addresses that are done."""
        for address in addresses:
            self.heard.pop(address, None)
            for number in self._numbers_of.pop(address, ()):
                del self._numbers[number]

    def _socket(self, v6: bool) -> socket.socket | None:
        if v6 not in self._sockets:
            self._sockets[v6] = self._opened(v6)
        return self._sockets[v6]

    def _opened(self, v6: bool) -> socket.socket | None:
        try:
            udp = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        except OSError:  # this machine has no such family
            return None
        try:
            udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_OCTETS)
        except OSError:  # only root may go beyond net.core.rmem_max
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_OCTETS)
        if v6:
            udp.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        else:
            udp.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        asyncio.get_running_loop().add_reader(udp, self._hear, udp)
        return udp

    def _hear(self, udp: socket.socket) -> None:
        """Take in what came, and what the network says: the socket is ready as long as there is some of either."""
        self._hear_errors(udp)
        for _ in range(MOST_AT_ONCE):
            try:
                data, sender = udp.recvfrom(4096)
            except BlockingIOError:
                return
            except OSError:  # one that is pending; what it is about is in the queue of errors
                continue
            self._take(data, sender[0], sender[1])

    def _take(self, data: bytes, address: str, port: int) -> None:
        """Take an unsigned answer with an engine's id, from the very address that was asked with its number."""
        try:
            header = open_header(data)
        except FastLaneRefused:
            return
        asked = self._numbers.get(int.from_bytes(header.msg_id))
        if asked == address and port == self._port and header.engine_id and not header.flags & LEVEL:
            self.heard[address] = Knock(engine_id=header.engine_id)

    def _hear_errors(self, udp: socket.socket) -> None:
        receive, numbers, heard = udp.recvmsg, self._numbers, self.heard
        for _ in range(MOST_AT_ONCE):
            try:
                quoted, ancillary, _, sender = receive(_QUOTED_OCTETS, _ANCILLARY_OCTETS, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, told in ancillary:
                if (level, kind) not in _TOLD or len(told) < 8:
                    continue
                if told[4] in _ORIGINS_ICMP and told[:4] == _REFUSED:
                    address = sender[0]
                    if numbers.get(_number_in(quoted)) == address and address not in heard:
                        heard[address] = _CLOSED


def _template() -> list[bytes]:
    """Return a discovery in three parts, between which a number of four octets stands."""
    number = 0x5A5B5C5D
    scoped = encode_tlv(SEQUENCE, encode_context(b"", b"") + encode_pdu(Pdu(kind=PduKind.GET, request_id=number)))
    whole = seal(scoped, msg_id=number, flags=Flag.REPORTABLE, engine_id=b"", boots=0, time=0, user=b"", keys=NO_KEYS)
    return whole.split(number.to_bytes(4))


def _number_in(quoted: bytes) -> int:
    """Return the number that a quoted packet of ours carries, 0 where too little of it is quoted."""
    at = quoted.find(b"\x02\x01\x03\x30", 0, 12)
    return int.from_bytes(quoted[at + 7 : at + 11]) if 0 <= at <= 8 and len(quoted) >= at + 11 else 0
