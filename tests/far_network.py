"""A network of a test's own behind a TUN device, in a network namespace of its own: real ICMP, and lost as one likes.

The kernel routes echo requests into it, and what stands in the test answers them, loses them, or lies. It takes root
and /dev/net/tun; where they are missing the test says so and is skipped.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import ipaddress
import logging
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from tests.patience import PATIENCE_SECONDS

log = logging.getLogger(__name__)

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x1, 0x1000
OUR_V4, OUR_V6 = "10.9.0.1", "fd09::1"
ROUTER_V4, ROUTER_V6 = "10.9.255.254", "fd09::ffff"
UDP = 17
ECHO = {4: (8, 0), 6: (128, 129)}


def may_make_networks() -> str:
    """Return why a test cannot have a network of its own, empty where it can."""
    if os.geteuid() != 0:
        return "a network namespace takes root"
    if not Path("/dev/net/tun").exists():
        return "there is no /dev/net/tun"
    able = subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, text=True)
    return f"no network namespace: {able.stderr.strip()}" if able.returncode else ""


def run_in_far_network(work: Callable[[FarNetwork], Awaitable[None]], group_range: str = "1 0") -> None:
    """Run `work` on a loop of its own in a new namespace; skip the test where there can be none.

    group_range: the groups that may ping there by a datagram socket; others, and root, have a raw one.
    """
    if why := may_make_networks():
        pytest.skip(why)
    raised: list[BaseException] = []

    def inside() -> None:
        try:
            if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            subprocess.run(["sysctl", "-qw", f"net.ipv4.ping_group_range={group_range}"], check=True)
            asyncio.run(_with_network(work))
        except BaseException as exc:  # noqa: BLE001  # carried to the test, which raises it
            raised.append(exc)

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def run_with_time_enough(work: Callable[[FarNetwork, float], Awaitable[None]], group_range: str = "1 0") -> None:
    """Run `work` with a short time to wait for an answer, and with longer ones while its assertions do not hold.

    What is lost takes its time-out, so that is short; on a busy machine what is not lost may take longer than that,
    or is lost after all: the kernel's queue of packets that have come is one for all namespaces, and others fill it.
    """
    for seconds in (0.2, 2.0):
        try:
            return run_in_far_network(partial(_with_time, work, seconds), group_range)
        except AssertionError:
            continue
    return run_in_far_network(partial(_with_time, work, 20.0), group_range)


async def _with_time(
    work: Callable[[FarNetwork, float], Awaitable[None]], seconds: float, network: FarNetwork
) -> None:
    await work(network, seconds)


async def _with_network(work: Callable[[FarNetwork], Awaitable[None]]) -> None:
    network = FarNetwork()
    try:
        await network.ready()
        await work(network)
    finally:
        network.close()


class FarNetwork:
    """10.9.0.0/16 and fd09::/64. Every address answers, but for what a test says.

    lose: called with address and how many came to it before; True loses this one.
    liars: address -> what comes in the place of an answer: whole IP packets, given the request.
    requests: how many came to each address. datagrams: address and payload of every UDP datagram.
    listens: called with address and payload of one; returns the answer, nothing for none, None where nobody listens.
    """

    def __init__(self) -> None:
        self.lose: Callable[[str, int], bool] = lambda address, before: False
        self.liars: dict[str, Callable[[bytes], list[bytes]]] = {}
        self.requests: dict[str, int] = {}
        self.datagrams: list[tuple[str, bytes]] = []
        self.listens: Callable[[str, bytes], bytes | None] = lambda address, payload: b""
        self._seen: set[str] = set()
        self._tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self._tun, TUNSETIFF, struct.pack("16sH", b"far0", IFF_TUN | IFF_NO_PI))
        for line in (
            "ip link set lo up",
            "ip link set far0 txqueuelen 20000 up",
            f"ip addr add {OUR_V4}/16 dev far0",
            f"ip -6 addr add {OUR_V6}/64 dev far0 nodad",
        ):  # fmt: skip
            subprocess.run(line.split(), check=True)
        asyncio.get_running_loop().add_reader(self._tun, self._take)

    async def ready(self) -> None:
        """Wait until packets of both families come through: a device that is up just now lets none pass at first."""
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as v4,
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as v6,
        ):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not {"10.9.9.9", "fd09::9:9"} <= self._seen:
                    v4.sendto(b"", ("10.9.9.9", 9))
                    v6.sendto(b"", ("fd09::9:9", 9))
                    await asyncio.sleep(0.01)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._tun)
        os.close(self._tun)

    def slow_down(self) -> None:
        """Let 8 Mbit/s leave, and hold 8 kB of what is more; skip the test where the kernel has no such queue."""
        line = "tc qdisc add dev far0 root tbf rate 8mbit burst 4kb limit 8kb"
        done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no slow link: {done.stderr.strip()}")

    def lose_in_kernel(self, percent: int) -> bool:
        """Have the kernel lose a share of what leaves; return whether it can (netem, CONFIG_NET_SCH_NETEM)."""
        line = f"tc qdisc add dev far0 root netem loss {percent}%"
        done = subprocess.run(line.split(), capture_output=True, text=True, check=False)
        if done.returncode:
            assert "qdisc" in done.stderr, f"{line}: {done.stderr}"
            log.warning("this kernel has no netem: %s", done.stderr.strip())
        return not done.returncode

    def _take(self) -> None:
        while True:
            try:
                packet = os.read(self._tun, 65535)
            except BlockingIOError:
                return
            for answer in self._answers(packet):
                os.write(self._tun, answer)

    def _answers(self, packet: bytes) -> list[bytes]:
        version = packet[0] >> 4
        head = 40 if version == 6 else (packet[0] & 15) * 4
        self._seen.add(str(ipaddress.ip_address(packet[24:40] if version == 6 else packet[16:20])))
        if version == 4 and packet[9] == UDP:
            return self._heard(packet, head)
        if len(packet) < head + 8 or packet[head] != ECHO[version][0]:
            return []
        to = str(ipaddress.ip_address(packet[24:40] if version == 6 else packet[16:20]))
        before = self.requests.get(to, 0)
        self.requests[to] = before + 1
        if self.lose(to, before):
            return []
        return self.liars[to](packet) if to in self.liars else [echo_reply(packet)]

    def _heard(self, packet: bytes, head: int) -> list[bytes]:
        to, payload = str(ipaddress.ip_address(packet[16:20])), packet[head + 8 :]
        self.datagrams.append((to, payload))
        answer = self.listens(to, payload)
        if answer is None:
            return [icmp_error(packet, 3, 3)]
        if not answer:
            return []
        source, port = packet[head : head + 2], packet[head + 2 : head + 4]
        return [ip_packet(to, port + source + struct.pack("!HH", 8 + len(answer), 0) + answer, 4, UDP)]


def echo_reply(packet: bytes, source: str | None = None, change: Callable[[bytes], bytes] = lambda it: it) -> bytes:
    """Return the answer to a request; from another address, or with other octets, where a test says so."""
    version = packet[0] >> 4
    head = 40 if version == 6 else (packet[0] & 15) * 4
    to = ipaddress.ip_address(packet[24:40] if version == 6 else packet[16:20])
    message = change(bytes([ECHO[version][1], 0, 0, 0]) + packet[head + 4 :])
    return ip_packet(source or str(to), message, version)


def icmp_error(packet: bytes, kind: int, code: int, quoted: int = 576) -> bytes:
    """Return what a router says of a packet, with so many octets of it."""
    version = packet[0] >> 4
    source = ROUTER_V6 if version == 6 else ROUTER_V4
    return ip_packet(source, bytes([kind, code, 0, 0, 0, 0, 0, 0]) + packet[:quoted], version)


def ip_packet(source: str, message: bytes, version: int, protocol: int = 1) -> bytes:
    """Return a message as an IP packet to us, an ICMP one with a right checksum; UDP over IPv4 needs none."""
    sender = ipaddress.ip_address(source).packed
    if version == 6:
        to = ipaddress.ip_address(OUR_V6).packed
        checksum = _checksum(sender + to + struct.pack("!II", len(message), 58) + message)
        message = message[:2] + struct.pack("!H", checksum) + message[4:]
        return struct.pack("!IHBB", 6 << 28, len(message), 58, 64) + sender + to + message
    if protocol != UDP:
        message = message[:2] + struct.pack("!H", _checksum(message)) + message[4:]
    to = ipaddress.ip_address(OUR_V4).packed
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(message), 0, 0, 64, protocol, 0) + sender + to
    return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + message


def _checksum(octets: bytes) -> int:
    octets += b"\0" * (len(octets) % 2)
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
