"""What a sweep of a /16 takes in which 300 devices answer, and fping and onesixtyone for the same in the same run.

    python -m tests.bench.bench_discovery --prefix 16

The rate is more than any of the three reaches: each sends as fast as it can, and ours asks every address two things.
All stands on loopback: one process has the agents, 300 of twelve kinds, and loses one question in a hundred. Every
address of loopback answers a ping, and where there is no agent says that the port is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta

from pydantic import SecretStr

from netwatch.discovery import Progress, Sweep, devices_of, parse_ranges
from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Missing, Oid, Tag, Varbind
from netwatch.polling import PollingSettings
from netwatch.snmp import (
    NO_KEYS,
    SEQUENCE,
    Message,
    Pdu,
    PduKind,
    decode_message,
    encode_context,
    encode_message,
    encode_pdu,
    encode_tlv,
    open_header,
    seal,
)

BASE = "127.5.0.0"
PORT = 16161
DEVICES, KINDS = 300, 12
COMMUNITIES = ("campus", "backbone", "public")
LOSS = 0.01
SYS_DESCR, SYS_OBJECT_ID, SYS_NAME = (Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (1, 2, 5))


def places(prefix: int) -> list[str]:
    """Return the addresses that have an agent."""
    network = ipaddress.ip_network(f"{BASE}/{prefix}")
    step = (network.num_addresses - 2) // DEVICES
    return [str(network[1 + number * step]) for number in range(DEVICES)]


def answer(number: int, payload: bytes) -> bytes:
    """Return what agent `number` answers; every second one knows version 3."""
    try:
        header = open_header(payload)
    except FastLaneRefused:
        return _of_community(number, payload)
    if number % 2:
        return b""
    msg_id = int.from_bytes(header.msg_id)
    report = encode_pdu(Pdu(kind=PduKind.REPORT, request_id=msg_id))
    scoped = encode_tlv(SEQUENCE, encode_context(b"", b"") + report)
    engine_id = b"\x80\x00\x00\x09\x05" + number.to_bytes(4)
    return seal(scoped, msg_id=msg_id, flags=0, engine_id=engine_id, boots=1, time=1, user=b"", keys=NO_KEYS)


def _of_community(number: int, payload: bytes) -> bytes:
    asked = decode_message(payload)
    if asked.community != COMMUNITIES[number % len(COMMUNITIES)].encode() or not isinstance(asked.pdu, Pdu):
        return b""
    varbinds = tuple(_varbind(number, asked.pdu.kind, one.oid) for one in asked.pdu.varbinds)
    pdu = Pdu(kind=PduKind.RESPONSE, request_id=asked.pdu.request_id, varbinds=varbinds)
    return encode_message(Message(version=asked.version, community=asked.community, pdu=pdu))


def _varbind(number: int, kind: PduKind, oid: Oid) -> Varbind:
    if kind is not PduKind.GET:
        return Varbind(oid=oid, tag=Tag.END_OF_MIB_VIEW, value=Missing.END_OF_MIB_VIEW)
    if oid == SYS_OBJECT_ID:
        return Varbind(oid=oid, tag=Tag.OBJECT_IDENTIFIER, value=Oid.parse(f"1.3.6.1.4.1.9.1.{number % KINDS}"))
    if oid == SYS_NAME:
        return Varbind(oid=oid, tag=Tag.OCTET_STRING, value=f"device-{number}".encode())
    return Varbind(oid=oid, tag=Tag.NO_SUCH_INSTANCE, value=Missing.NO_SUCH_INSTANCE)


def agents(prefix: int) -> None:
    """Be the agents, until this process is ended."""
    import selectors

    seed, selector = random.Random(1), selectors.DefaultSelector()
    for number, address in enumerate(places(prefix)):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, PORT))
        selector.register(udp, selectors.EVENT_READ, number)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            udp = key.fileobj  # type: ignore[assignment]
            payload, sender = udp.recvfrom(4096)
            told = answer(key.data, payload) if seed.random() >= LOSS else b""
            if told:
                udp.sendto(told, sender)


def ours(prefix: int, rate: int) -> float:
    """Print what a sweep takes and finds; return its seconds."""
    ranges = parse_ranges([f"{BASE}/{prefix}"])
    credentials = [Credential(name=name, version="2c", community=SecretStr(name)) for name in COMMUNITIES]
    sweep = Sweep(ranges, credentials, limits=PollingSettings(), rate=rate, timeout=timedelta(seconds=1), port=PORT)
    cpu, wall = time.process_time(), time.monotonic()
    found = asyncio.run(sweep.run(Progress.of(ranges)))
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    devices = devices_of(found.hosts, {})
    addresses = {device.host.address for device in devices}
    missed = set(places(prefix)) - addresses
    there = sum(host.address in missed and host.may_have_agent for host in found.hosts)
    said("netwatch, ICMP and SNMP", cpu, wall, ranges.size)
    print(f"  {len(devices)} devices, {len(devices) - len(addresses)} twice, {len(missed)} missed at {LOSS:.0%} loss")
    if missed:  # where the agents' process is starved of the processor it answers too late
        print(f"  {there} of those were there and answered no credential in time")
    return wall


def other(name: str, command: Sequence[str], count: int) -> float:
    """Print what another program takes; return its seconds, 0 where it is not installed."""
    if shutil.which(command[0]) is None:
        print(f"{command[0]} is not installed")
        return 0.0
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False, text=True, errors="replace")
    wall = time.monotonic() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said(name, cpu, wall, count)
    found = len({line.split()[0] for line in done.stdout.splitlines() if line.startswith("127.")})
    print(f"  {found:,} addresses told")
    return wall


def compared(ours_seconds: float, others_seconds: Sequence[float]) -> None:
    """Print how long a sweep takes, which asks both, beside programs that ask one of the two."""
    if all(others_seconds):
        quickest, both = ours_seconds / min(others_seconds), ours_seconds / sum(others_seconds)
        print(f"netwatch, which asks both: {both:.2f} times as long as the two one after the other,")
        print(f"  {quickest:.2f} times as long as the quicker of them, which asks one and waits for no silent agent")


def said(name: str, cpu: float, wall: float, count: int) -> None:
    """Print one line."""
    print(f"{name}: {wall:.1f} s, {cpu:.1f} CPU s, {wall / count * 1e6:.0f} us an address")


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", type=int, default=16)
    parser.add_argument("--rate", type=int, default=200_000)
    parser.add_argument("--agents", action="store_true")
    given = parser.parse_args()
    if given.agents:
        agents(given.prefix)
        return
    command = [sys.executable, "-m", "tests.bench.bench_discovery", "--agents", "--prefix", str(given.prefix)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            seconds = ours(given.prefix, given.rate)
            network = ipaddress.ip_network(f"{BASE}/{given.prefix}")
            pause = f"{max(1000 / given.rate, 0.001):g}"  # ms between packets: as fast as ours may go
            command = ["fping", "-a", "-q", "-r", "1", "-i", pause, "-g", str(network)]
            pinged = other(f"fping -i {pause}, ICMP alone", command, network.num_addresses)
            with tempfile.NamedTemporaryFile("w") as hosts, tempfile.NamedTemporaryFile("w") as communities:
                hosts.write("\n".join(map(str, network.hosts())))
                communities.write("\n".join(COMMUNITIES))
                hosts.flush()
                communities.flush()
                command = ["onesixtyone", "-p", str(PORT), "-w", "0", "-c", communities.name, "-i", hosts.name]
                asked = other("onesixtyone -w 0, SNMP alone", command, network.num_addresses)  # no pause; else 10 ms
            compared(seconds, (pinged, asked))
        finally:
            process.kill()


if __name__ == "__main__":
    main()
