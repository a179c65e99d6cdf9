"""The sockets traps arrive at: opened here, or handed over by systemd (sd_listen_fds(3)).

May import: nothing of ours but this room. Called by: netwatch.traps.listener, netwatch.traps.receiver.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import socket
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RECEIVE_BUFFER_BYTES = 16 * 2**20
LARGEST_DATAGRAM = 65_535
FIRST_FD = 3
SO_RCVBUFFORCE = 33
SO_RXQ_OVFL = 40
"""Linux has both, Python has no names for them; the second tells how many datagrams the kernel had to drop."""

Address = tuple[Any, ...]
"""Host and port, and for IPv6 flow and scope too."""


class TrapSocket:
    """One bound UDP socket and what the kernel dropped of it."""

    def __init__(self, udp: socket.socket, dropped: int = 0) -> None:
        """`dropped` is how many the kernel had dropped of it before, where that was told already."""
        self.udp = udp
        self._buffer = bytearray(LARGEST_DATAGRAM)
        self._dropped = dropped
        self.newly_dropped = 0
        """Datagrams lost in the kernel since somebody last set this to 0."""
        udp.setblocking(False)
        _grow(udp)
        with contextlib.suppress(OSError):  # not on every system; drops are then not seen
            udp.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)

    @property
    def receive_buffer_bytes(self) -> int:
        """Return what the system grants, which is often less than asked for."""
        return self.udp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    def read(self, limit: int) -> list[tuple[bytes, Address]]:
        """Return what has arrived, at most `limit` datagrams."""
        found: list[tuple[bytes, Address]] = []
        receive, buffer = self.udp.recvmsg_into, self._buffer
        view = [buffer]
        while len(found) < limit:
            try:
                size, told, _, address = receive(view, 64)
            except OSError:  # nothing more, or a complaint by ICMP about an acknowledgement
                break
            if told:
                self._see_drops(told)
            found.append((bytes(buffer[:size]), address))
        return found

    def _see_drops(self, told: Iterable[tuple[int, int, bytes]]) -> None:
        for level, kind, content in told:
            if level == socket.SOL_SOCKET and kind == SO_RXQ_OVFL and len(content) == 4:
                (total,) = struct.unpack("=I", content)
                self.newly_dropped += (total - self._dropped) % 2**32
                self._dropped = total

    def send(self, data: bytes, address: Address) -> bool:
        """Send an answer; return whether the system took it."""
        try:
            self.udp.sendto(data, address)
        except OSError:
            return False
        return True

    def kept_open(self) -> TrapSocket:
        """Return the same socket once more: what comes waits in the kernel until one of both reads it."""
        return TrapSocket(self.udp.dup(), self._dropped)

    def close(self) -> None:
        """Give the port back."""
        self.udp.close()


def _grow(udp: socket.socket) -> None:
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    with contextlib.suppress(OSError):  # beyond net.core.rmem_max only with CAP_NET_ADMIN
        udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)


class KeptPorts:
    """Ports held while one receiver takes over from another, so that nothing is lost between them."""

    def __init__(self, sockets: Iterable[TrapSocket] = ()) -> None:
        self._held = {one.udp.getsockname()[:2]: one.kept_open() for one in sockets}

    def take(self, wanted: tuple[str, int]) -> TrapSocket | None:
        """Return the socket of an address, which is then the caller's; None where it is not held."""
        return self._held.pop(wanted, None)

    def close(self) -> None:
        """Give back what nobody took."""
        while self._held:
            self._held.popitem()[1].close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The sockets there are, and for each address that cannot be had why, and what to type."""

    sockets: tuple[TrapSocket, ...]
    refused: Mapping[str, str]


def open_all(listen: Iterable[str], kept: KeptPorts | None = None) -> Opened:
    """Take what systemd hands over and what was kept, and open the addresses that are not among it."""
    kept = kept or KeptPorts()
    handed = [_as_before(udp, kept) for udp in handed_over()]
    taken = {one.udp.getsockname()[:2] for one in handed}
    left = [text for text in listen if not _is_among(_host_and_port(text), taken)]
    ours = {text: one for text in left if (one := kept.take(_host_and_port(text))) is not None}
    opened = open_some(text for text in left if text not in ours)
    return Opened(sockets=(*handed, *ours.values(), *opened.sockets), refused=opened.refused)


def _as_before(udp: socket.socket, kept: KeptPorts) -> TrapSocket:
    """Return a socket of systemd's, with what is known of it already: drops are told once."""
    before = kept.take(udp.getsockname()[:2])
    if before is None:
        return TrapSocket(udp)
    udp.close()
    return before


def _is_among(wanted: tuple[str, int], taken: Iterable[tuple[str, int]]) -> bool:
    """Return whether an address is heard already, by itself or with every other of its family."""
    host, port = wanted
    return any((there, number) in (wanted, ("::" if ":" in host else "0.0.0.0", port)) for there, number in taken)  # noqa: S104


def open_some(addresses: Iterable[str]) -> Opened:
    """Open addresses, as far as they can be had."""
    sockets: list[TrapSocket] = []
    refused: dict[str, str] = {}
    for text in addresses:
        try:
            sockets.append(TrapSocket(_bound(text)))
        except OSError as exc:
            why = f"traps.listen: cannot listen on {text}: {exc.strerror}"
            refused[text] = f"{why}. {remedy(exc, _host_and_port(text)[1])}"
    return Opened(sockets=tuple(sockets), refused=refused)


def remedy(exc: OSError, port: int) -> str:
    """Return what to do about a port that cannot be had, with the line to type."""
    if exc.errno == errno.EADDRINUSE:
        return f"Something else listens there; this shows what: ss -lunp 'sport = :{port}'"
    if exc.errno == errno.EADDRNOTAVAIL:
        return "This machine does not have that address; this shows those it has: ip -brief address"
    if not isinstance(exc, PermissionError):
        return "NetWatch tries again"
    if os.environ.get("INVOCATION_ID"):  # systemd's
        return "Let systemd open the port: systemctl enable --now netwatch.socket && systemctl restart netwatch"
    return f"Let this user have the port, and restart: sudo setcap cap_net_bind_service=+ep {_interpreter()}"


def _interpreter() -> str:
    return shlex.quote(os.path.realpath(sys.executable))


def handed_over() -> Iterator[socket.socket]:
    """Yield the UDP sockets that systemd opened for us; copies, so that a second start finds them again."""
    count = os.environ.get("LISTEN_FDS", "")
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or not count.isdigit():
        return
    for descriptor in range(FIRST_FD, FIRST_FD + int(count)):
        with contextlib.suppress(OSError):
            given = socket.socket(fileno=os.dup(descriptor))
            if given.type == socket.SOCK_DGRAM and given.family in (socket.AF_INET, socket.AF_INET6):
                yield given
            else:
                given.close()


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _bound(text: str) -> socket.socket:
    host, port = _host_and_port(text)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = None
    try:
        udp = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # so that 0.0.0.0 may be listened on too
        udp.bind((host, port))
    except OSError:
        if udp is not None:
            udp.close()
        raise
    return udp
