"""Sends echo requests to any number of addresses from one socket per family, and tells of each what came.

A packet ends in one of three ways: an answer from the address it went to, none in time, or it never left. What the
network says meanwhile (unreachable, hop limit) is only quoted: anybody may say that, and the time is waited for.
May import: netwatch.errors. Called by: netwatch.ping.pulse; polling and discovery, through the door.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog

from netwatch.errors import PingRefused
from netwatch.ping.metrics import ANSWERED, FOREIGN, LATE, LOST, STALE_ERROR, UNSENT
from netwatch.ping.packets import without_ip_header
from netwatch.ping.sockets import SO_TIMESTAMPNS, EchoSocket, open_socket

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 512
"""Messages that are read before others have their turn on the loop."""
TRY_AGAIN_SECONDS = 60.0
"""After a refusal: somebody may have typed what it takes."""
_STAMP = struct.Struct("=qq")
_MESSAGE_OCTETS, _ANCILLARY_OCTETS = 512, 256
_GRANULARITY_SECONDS = 0.02
"""Packets whose time is over are looked at together, so much after the first of them."""


class Echo(NamedTuple):
    """What came of a packet; `round_trip_seconds` is None where no answer did.

    words: what the network or this machine says of it. sent: False where it never left, which says nothing.
    """

    round_trip_seconds: float | None
    words: str = ""
    sent: bool = True


Told = Callable[[Echo], None]


class _Asked:
    """A packet on its way."""

    __slots__ = ("address", "ends_at", "number", "sent_at", "told", "words")

    def __init__(self, number: int, address: str, sent_at: float, ends_at: float, told: Told) -> None:
        self.number, self.address, self.told, self.words = number, address, told, ""
        self.sent_at, self.ends_at = sent_at, ends_at


class Pinger:
    """Pings between `start()` and `stop()`; `trouble` says why it cannot and what to type, empty while it can."""

    def __init__(self, timeout_seconds: float) -> None:
        """Take how long to wait for every answer."""
        self._timeout_seconds = timeout_seconds
        self._sockets: dict[bool, EchoSocket | None] = {}
        self._troubles: dict[bool, str] = {}
        self._next_try_at: dict[bool, float] = {}
        self._asked: dict[int, _Asked] = {}
        self._last_number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Get ready; a socket is opened when an address of its family is first asked."""
        self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        """Close the sockets; of packets under way nothing is told any more."""
        for one in filter(None, self._sockets.values()):
            if self._loop is not None:
                self._loop.remove_reader(one.udp)
            one.udp.close()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop = None
        self._sockets.clear()
        self._asked.clear()

    @property
    def trouble(self) -> str:
        """Return why a family cannot be pinged that somebody wanted pinged."""
        return "; ".join(dict.fromkeys(self._troubles.values()))

    def __len__(self) -> int:
        return len(self._asked)

    def can_ping(self, address: str) -> bool:
        """Return whether an address of this family can be pinged at all; opens the socket the first time."""
        return self._loop is not None and self._socket(":" in address) is not None

    def ping(self, address: str, told: Told) -> None:
        """Send one packet to a numeric address; `told` is called once, after the time-out at the latest."""
        one = self._socket(":" in address) if self._loop is not None else None
        if one is None or self._loop is None:
            UNSENT.inc()
            if self._loop is not None:
                self._loop.call_soon(told, Echo(None, self.trouble, sent=False))
            return
        self._last_number = number = self._last_number + 1
        sent_at = time.monotonic()
        words = self._send(one, number, address)
        if words is not None:
            LOST.inc() if words else UNSENT.inc()
            self._loop.call_soon(told, Echo(None, words, sent=bool(words)))
            return
        self._asked[number] = _Asked(number, _plain(address), sent_at, sent_at + self._timeout_seconds, told)
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout_seconds + _GRANULARITY_SECONDS, self._end)

    def _send(self, one: EchoSocket, number: int, address: str) -> str | None:
        """Send it; return None where it left, nothing where this machine has no room, else why it cannot leave."""
        request = one.form.request(number)
        for _ in range(2):  # an error that is pending for another packet is raised by whoever comes next
            try:
                one.udp.sendto(request, (address, 0))
            except (BlockingIOError, InterruptedError):
                return ""
            except OSError as exc:
                why = exc
                self._hear_errors(one)
                continue
            return None
        if why.errno in (105, 12):  # ENOBUFS, ENOMEM
            return ""
        return f"this machine says: {os.strerror(why.errno) if why.errno and why.errno > 0 else why}"

    def _socket(self, v6: bool) -> EchoSocket | None:
        if self._sockets.get(v6) is None and time.monotonic() >= self._next_try_at.get(v6, 0.0):
            self._next_try_at[v6] = time.monotonic() + TRY_AGAIN_SECONDS
            self._sockets[v6] = self._opened(self._loop, v6) if self._loop is not None else None
        return self._sockets.get(v6)

    def _opened(self, loop: asyncio.AbstractEventLoop, v6: bool) -> EchoSocket | None:
        try:
            one = open_socket(v6=v6)
        except PingRefused as exc:
            if str(exc) not in self._troubles.values():
                log.warning("no ping", reason=str(exc))
            self._troubles[v6] = str(exc)
            return None
        if self._troubles.pop(v6, ""):
            log.info("ping is permitted now")
        loop.add_reader(one.udp, self._hear, one)
        return one

    def _hear(self, one: EchoSocket) -> None:
        """Take in what came."""
        now, wall = time.monotonic(), time.time()
        receive, number_in, asked = one.udp.recvmsg, one.form.number_in, self._asked
        answered = 0
        for _ in range(MOST_AT_ONCE):
            try:
                data, ancillary, _, sender = receive(_MESSAGE_OCTETS, _ANCILLARY_OCTETS)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:  # what the network says of one packet is raised here for all
                self._hear_errors(one)
                continue
            number = number_in(without_ip_header(data) if one.raw else data)
            if number is None:
                FOREIGN.inc()
                continue
            packet = asked.get(number)
            if packet is None:
                LATE.inc()
            elif packet.address != sender[0] and packet.address != _plain(sender[0]):
                FOREIGN.inc()
            else:
                del asked[number]
                answered += 1
                took = now - packet.sent_at
                packet.told(Echo(min(max(took - (wall - _came(ancillary, wall)), 0.0), took)))
        if answered:
            ANSWERED.inc(answered)

    def _hear_errors(self, one: EchoSocket) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                quoted, ancillary, _, _ = one.udp.recvmsg(_MESSAGE_OCTETS, _ANCILLARY_OCTETS, socket.MSG_ERRQUEUE)
            except OSError:
                return
            told = next((data for level, kind, data in ancillary if (level, kind) in ((0, 11), (41, 25))), b"")
            error = one.form.error_in(quoted, told, _offender(told))
            packet = self._asked.get(error.number) if error is not None and error.number is not None else None
            if error is None or packet is None:
                STALE_ERROR.inc()
            else:
                packet.words = error.words

    def _end(self) -> None:
        """Tell of the packets whose time is over; the answers that lie in the socket are read first."""
        self._timer = None
        if self._loop is None:
            return
        for one in filter(None, self._sockets.values()):
            self._hear(one)
            self._hear_errors(one)
        now, over = time.monotonic(), list[_Asked]()
        for packet in self._asked.values():  # all wait equally long, so the oldest stand first
            if packet.ends_at > now:
                self._timer = self._loop.call_later(packet.ends_at - now + _GRANULARITY_SECONDS, self._end)
                break
            over.append(packet)
        for packet in over:
            del self._asked[packet.number]
            LOST.inc()
        for packet in over:
            packet.told(Echo(None, packet.words))


def _came(ancillary: list[tuple[int, int, bytes]], usual: float) -> float:
    """Return when the kernel took a message in, by the wall clock: the loop may have been busy since."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(data)
            return float(seconds + nanoseconds / 1e9)
    return usual


def _plain(address: Any) -> str:
    """Return a numeric address in the one spelling that the system uses, without the interface it is behind."""
    text = str(address).partition("%")[0]
    return text if ":" not in text else ipaddress.ip_address(text).compressed


def _offender(told: bytes) -> str:
    """Return who says so, as the address behind the kernel's `sock_extended_err`; empty where there is none."""
    family = int.from_bytes(told[16:18], "little") if len(told) >= 24 else 0
    if family == socket.AF_INET:
        return str(ipaddress.IPv4Address(told[20:24]))
    if family == socket.AF_INET6 and len(told) >= 40:
        return str(ipaddress.IPv6Address(told[24:40]))
    return ""
