"""What a sweep of a /16 takes in which 300 devices answer, and fping and onesixtyone for the same in the same run.

    python -m tests.bench.bench_discovery --prefix 16

Everybody asks an address twice where nothing comes, waits a second for each answer, and sends as fast as it can. One
process has the agents, 300 of twelve kinds, and loses one SNMP question in a hundred. There are two networks: one
that is quiet, as those of the world are, in which nobody else answers anything (it is in a network namespace, which
takes root), and loopback, of which every address answers a ping and says of the port that it is closed: there fping
waits for nobody, and a sweep for the agents that know no version 3. Python's own start is not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
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
from typing import NamedTuple

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

LOOPBACK, QUIET = "127.5.0.0", "10.5.0.0"
CLONE_NEWNET = 0x40000000
PORT = 16161
DEVICES, KINDS = 300, 12
COMMUNITIES = ("campus", "backbone", "public")
LOSS = 0.01
TRIES, TIMEOUT_SECONDS = 2, 1.0
MOST_OF_FPING = 65_535
"""So many packets of the last ten seconds it can tell apart."""
SYS_DESCR, SYS_OBJECT_ID, SYS_NAME = (Oid.parse(f"1.3.6.1.2.1.1.{number}.0") for number in (1, 2, 5))


class Cost(NamedTuple):
    """What something took; per address and question where one is meant."""

    wall: float
    cpu: float


def places(base: str, prefix: int) -> list[str]:
    """Return the addresses that have an agent."""
    network = ipaddress.ip_network(f"{base}/{prefix}")
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


def agents(base: str, prefix: int) -> None:
    """Be the agents, until this process is ended."""
    import selectors

    seed, selector = random.Random(1), selectors.DefaultSelector()
    for number, address in enumerate(places(base, prefix)):
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


def ours(base: str, prefix: int, rate: int, communities: Sequence[str]) -> Cost:
    """Print what a sweep takes and finds."""
    ranges = parse_ranges([f"{base}/{prefix}"])
    credentials = [Credential(name=name, version="2c", community=SecretStr(name)) for name in communities]
    sweep = Sweep(
        ranges,
        credentials,
        limits=PollingSettings(),
        rate=rate,
        timeout=timedelta(seconds=TIMEOUT_SECONDS),
        port=PORT,
    )
    cpu, wall = time.process_time(), time.monotonic()
    found = asyncio.run(sweep.run(Progress.of(ranges)))
    cost = Cost(time.monotonic() - wall, time.process_time() - cpu)
    agents_at = set(places(base, prefix))
    if not communities:
        said("netwatch, ICMP and SNMP engines", cost, ranges.size, 2)
        told = {host.address for host in found.hosts}
        print(f"  {len(told):,} addresses told, {len(agents_at - told)} of {len(agents_at)} missed")
        return cost
    devices = devices_of(found.hosts, {})
    addresses = {device.host.address for device in devices}
    missed = agents_at - addresses
    there = sum(host.address in missed and host.may_have_agent for host in found.hosts)
    said("netwatch, the whole sweep with three communities", cost, ranges.size, 2)
    print(f"  {len(devices)} devices, {len(devices) - len(addresses)} twice, {len(missed)} missed at {LOSS:.0%} loss")
    if missed:  # where the agents' process is starved of the processor it answers too late
        print(f"  {there} of those were there and answered no credential in time")
    return cost


def other(name: str, commands: Sequence[Sequence[str]], count: int, questions: int) -> Cost | None:
    """Print what another program takes that is started once or several times at once; None where it is missing."""
    if shutil.which(commands[0][0]) is None:
        print(f"{commands[0][0]} is not installed")
        return None
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    started = [
        subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        for one in commands
    ]
    outputs = [one.communicate() for one in started]
    wall = time.monotonic() - wall
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    said(name, cost, count, questions)
    lines = "".join(out for out, _ in outputs).splitlines()
    print(f"  {len({line.split()[0] for line in lines if line[:1].isdigit()}):,} addresses told")
    for one, (_, error) in zip(started, outputs, strict=True):
        if one.returncode not in (0, 1) and error:  # 1: somebody did not answer
            print(f"  it ended with {one.returncode}: {error.strip()[-200:]}")
    return cost


def fping(base: str, prefix: int, pause: str) -> Cost | None:
    """Print what fping takes: two of it side by side where one cannot wait for so many."""
    network = ipaddress.ip_network(f"{base}/{prefix}")
    parts = list(network.subnets()) if network.num_addresses * TRIES > MOST_OF_FPING else [network]
    commands = [
        ["fping", "-a", "-q", "-r", str(TRIES - 1), "-t", str(int(TIMEOUT_SECONDS * 1000)), "-B", "1", "-i", pause,
         "-g", str(part[0]), str(part[-1])]
        for part in parts
    ]  # fmt: skip
    beside = f", {len(parts)} of it side by side" if len(parts) > 1 else ""
    return other(f"fping -i {pause}{beside}, ICMP alone", commands, network.num_addresses, 1)


def onesixtyone(base: str, prefix: int, communities: Sequence[str]) -> Cost | None:
    """Print what onesixtyone takes, which asks once and has every community given as often as it is to ask."""
    network = ipaddress.ip_network(f"{base}/{prefix}")
    with tempfile.NamedTemporaryFile("w") as hosts, tempfile.NamedTemporaryFile("w") as file:
        hosts.write("\n".join(map(str, network.hosts())))
        file.write("\n".join(communities * TRIES))
        hosts.flush()
        file.flush()
        command = [
            "onesixtyone",
            "-p",
            str(PORT),
            "-w",
            "0",
            "-c",
            file.name,
            "-i",
            hosts.name,
        ]  # no pause; else 10 ms
        name = f"onesixtyone -w 0, SNMP alone, {len(communities)} communities"
        return other(name, [command], network.num_addresses, len(communities))


def compared(what: str, mine: Cost, theirs: Cost | None, questions: int) -> None:
    """Print how an address and a question of ours is beside the other's; MISSED where it takes longer."""
    if theirs is None:
        return
    for name, one, other_one in (("wall", mine.wall, theirs.wall), ("CPU", mine.cpu, theirs.cpu)):
        both, each = one / other_one, one / other_one / questions
        missed = "" if each <= 1 else "  MISSED"
        print(f"  {name} beside {what}: {both:.2f} times for the address, {each:.2f} times for each question{missed}")


def said(name: str, cost: Cost, count: int, questions: int) -> None:
    """Print one line."""
    each = cost.cpu / count / questions * 1e6
    print(
        f"{name}: {cost.wall:.1f} s, {cost.cpu:.2f} CPU s; an address {cost.wall / count * 1e6:.0f} us"
        f" and {cost.cpu / count * 1e6:.1f} CPU us, of those a question {each:.1f}"
    )


def quiet_network(prefix: int) -> bool:
    """Make a network of our own in which only the agents answer; return whether that can be done."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        return False
    lines = [
        "link set lo up", "tuntap add dev quiet0 mode tun", "link set quiet0 up",
        "addr add 10.6.0.1/32 dev quiet0", f"route add {QUIET}/{prefix} dev quiet0 src 10.6.0.1",
    ]  # fmt: skip
    lines += [f"addr add {address}/32 dev lo" for address in places(QUIET, prefix)]
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, capture_output=True, check=False)
    if done.returncode:
        print(f"no quiet network: {done.stderr.strip()}")
    return done.returncode == 0


def measured(base: str, prefix: int, rate: int) -> None:
    """Print all of it in one network."""
    command = [sys.executable, "-m", "tests.bench.bench_discovery", "--agents", base, "--prefix", str(prefix)]
    pause = f"{max(1000 / rate, 0.001):g}"  # ms between packets: as fast as ours may go
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            with contextlib.redirect_stdout(None):
                ours(base, 30, rate, COMMUNITIES)
            both = ours(base, prefix, rate, ())
            pinged = fping(base, prefix, pause)
            compared("fping", both, pinged, 2)
            asked = onesixtyone(base, prefix, COMMUNITIES[-1:])
            compared("onesixtyone", both, asked, 2)
            whole = ours(base, prefix, rate, COMMUNITIES)
            all_asked = onesixtyone(base, prefix, COMMUNITIES)
            if pinged is not None and all_asked is not None:
                one_by_one = Cost(pinged.wall + all_asked.wall, pinged.cpu + all_asked.cpu)
                compared("fping and then onesixtyone", whole, one_by_one, 1)
        finally:
            process.kill()


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", type=int, default=16)
    parser.add_argument("--rate", type=int, default=200_000)
    parser.add_argument("--agents", default="")
    given = parser.parse_args()
    if given.agents:
        agents(given.agents, given.prefix)
        return
    if quiet_network(given.prefix):
        print(f"a quiet network, {QUIET}/{given.prefix}")
        measured(QUIET, given.prefix, given.rate)
    print(f"loopback, {LOOPBACK}/{given.prefix}")
    measured(LOOPBACK, given.prefix, given.rate)


if __name__ == "__main__":
    main()
