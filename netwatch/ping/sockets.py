"""Opens a socket for echo requests: a datagram one where the system lets this group ping, else a raw one.

May import: the files of this room. Called by: netwatch.ping.pinger.
"""

from __future__ import annotations

import errno
import os
import secrets
import socket
import struct
from pathlib import Path
from typing import NamedTuple

from netwatch.compiled.datagram_twins import Sign
from netwatch.errors import PingRefused
from netwatch.ping.packets import REPLY_V4, REPLY_V6, SECRET_OCTETS, Form

IP_RECVERR, IPV6_RECVERR = 11, 25
SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
ICMP_FILTER, SOL_RAW = 1, 255
ICMP6_FILTER = 1
RECEIVE_OCTETS = 4 * 2**20
"""The answers to some thousand packets, should the loop be busy; the kernel counts 800 octets and more for each."""
_RANGE = Path("/proc/sys/net/ipv4/ping_group_range")
CURE = 'sysctl -w net.ipv4.ping_group_range="0 2147483647"'


class EchoSocket(NamedTuple):
    """raw: whether an IPv4 packet comes with its IP header, and those of other processes come too."""

    udp: socket.socket
    form: Form
    raw: bool

    @property
    def answer(self) -> Sign:
        """Return by what answers are known as they come."""
        return self.form.answer._replace(in_ip=self.raw)


def open_socket(*, v6: bool) -> EchoSocket:
    """Return a non-blocking socket for one family.

    Raises:
        PingRefused: the system does not let this process ping, or has no such family; says what to type.
    """
    family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if v6 else (socket.AF_INET, socket.IPPROTO_ICMP)
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            icmp = socket.socket(family, kind | socket.SOCK_NONBLOCK, protocol)
        except OSError as exc:
            if exc.errno == errno.EAFNOSUPPORT:
                raise PingRefused("this machine has no IPv6" if v6 else "this machine has no IPv4") from exc
            refused = exc
            continue
        return _prepared(icmp, v6=v6, raw=kind == socket.SOCK_RAW)
    if refused.errno in (errno.EACCES, errno.EPERM):
        raise PingRefused(refusal()) from refused
    raise PingRefused(f"no socket for ICMP: {os.strerror(refused.errno or 0)}") from refused


def refusal() -> str:
    """Return that this process may not ping, and the line that lets it."""
    try:
        now = " ".join(_RANGE.read_text().split())
    except OSError:
        now = "unknown"
    return (
        f"ICMP echo is not permitted to this process (group {os.getgid()}; net.ipv4.ping_group_range is {now}), so"
        f" devices are not pinged. As root type: {CURE}"
    )


def _prepared(icmp: socket.socket, *, v6: bool, raw: bool) -> EchoSocket:
    identifier = secrets.randbelow(0xFFFF) + 1
    if v6:
        icmp.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    else:
        icmp.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    icmp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    try:
        icmp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_OCTETS)
    except OSError:  # only root may go beyond net.core.rmem_max
        icmp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_OCTETS)
    if raw:  # else everything of ICMP that reaches this machine comes here
        if v6:
            icmp.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER, _all_but(REPLY_V6))
        else:
            icmp.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("=I", ~(1 << REPLY_V4) & 0xFFFFFFFF))
    form = Form(v6=v6, identifier=identifier, secret=secrets.token_bytes(SECRET_OCTETS), sums=raw and not v6)
    return EchoSocket(icmp, form, raw and not v6)


def _all_but(kind: int) -> bytes:
    """Return an `icmp6_filter` that lets one type pass: 256 bits, set for what is held back."""
    words = [0xFFFFFFFF] * 8
    words[kind >> 5] &= ~(1 << (kind & 31)) & 0xFFFFFFFF
    return struct.pack("=8I", *words)
