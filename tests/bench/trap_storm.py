"""Measures traps through the whole agent: port, rules, engine, SQLite; repeats, distinct ones, and a storm of these.

A part of bench_traps; `python tests/bench/trap_storm.py` runs it alone. CPU seconds are those of the agent, which is
this process; who sends is a process of its own. Nothing is polled while traps come, and no mail server answers.
"""

from __future__ import annotations

import asyncio
import cProfile
import multiprocessing
import os
import pstats
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Counter, Gauge

from netwatch.app import App, Collector
from netwatch.config import load_settings
from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp import Message, Pdu, PduKind, encode_message
from netwatch.traps.metrics import DROPPED, QUEUED, RECEIVED, UNDER_WAY

CONFIG = """
credentials:
  lab: {{version: 2c, community: public}}
devices: [{devices}]
polling: {{interval: 1h, reachability_interval: 1h, timeout: 100ms, retries: 0}}
traps: {{listen: ["127.0.0.1:{port}"], communities: [public]}}
route: {{receiver: noc, group_wait: 1h, urgent_from: none}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{relays: [{{host: 127.0.0.1, port: {mail}, tls: none}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{folder}/netwatch.db"}}
"""
IF = Oid.parse("1.3.6.1.2.1.2.2.1")
UP_TIME, TRAP_OID = Oid.parse("1.3.6.1.2.1.1.3.0"), Oid.parse("1.3.6.1.6.3.1.1.4.1.0")
LINK_DOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3")
STORM_PER_SECOND, STORM_SECONDS, STORM_KEYS = 10_000, int(os.environ.get("NETWATCH_STORM_SECONDS", "15")), 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Who sends how much: so many senders with so many ports each, all of them so often; paced where `rate` says."""

    senders: int
    ports: int
    times: int = 1
    rate: int = 0
    first_port: int = 1
    traps: int = 0

    @property
    def total(self) -> int:
        """Return how many traps that are."""
        return self.traps or self.senders * self.ports * self.times


def link_down(port: int, ticks: int) -> bytes:
    """Return a linkDown as switches send it: ifIndex, ifAdminStatus, ifOperStatus."""
    varbinds = (
        Varbind(oid=UP_TIME, tag=Tag.TIME_TICKS, value=ticks),
        Varbind(oid=TRAP_OID, tag=Tag.OBJECT_IDENTIFIER, value=LINK_DOWN),
        *(Varbind(oid=IF.child(column, port), tag=Tag.INTEGER, value=value)
          for column, value in ((1, port), (7, 1), (8, 2))),
    )  # fmt: skip
    pdu = Pdu(kind=PduKind.TRAP_V2, request_id=port, varbinds=varbinds)
    return encode_message(Message(version="2c", community=b"public", pdu=pdu))


def send(to: int, what: Sending) -> None:
    """Send; without a rate 4,000 a second, which every machine keeps up with."""
    sockets = []
    for number in range(what.senders):
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sockets[-1].bind((f"127.0.1.{number + 1}", 0))
    ready = [link_down(port, port) for port in range(what.first_port, what.first_port + what.ports)]
    rate, began = what.rate or 4_000, time.monotonic()
    for number in range(what.total):
        sockets[number % what.senders].sendto(ready[number // what.senders % what.ports], ("127.0.0.1", to))
        if number % 50 == 49:
            time.sleep(max(began + number / rate - time.monotonic(), 0))


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a port that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def values_of(metric: Counter | Gauge) -> dict[str, float]:
    """Return what a metric of the agent says, by its label; to ask the whole registry would cost what is measured."""
    samples = (one for family in metric.collect() for one in family.samples if not one.name.endswith("_created"))
    return {next(iter(one.labels.values()), ""): one.value for one in samples}


def lost() -> dict[str, float]:
    """Return how many traps raised nothing, by cause."""
    return values_of(DROPPED)


def heard() -> float:
    """Return how many traps were taken in or lost."""
    return sum(values_of(RECEIVED).values()) + sum(n for cause, n in lost().items() if cause != "storm")


def waiting() -> float:
    """Return how many traps are neither written nor lost."""
    return sum(values_of(QUEUED).values()) + sum(values_of(UNDER_WAY).values())


def threads() -> list[str]:
    """Return how many CPU seconds each thread has used so far."""
    used = {one.name: time.clock_gettime(time.pthread_getcpuclockid(one.ident or 0)) for one in threading.enumerate()}
    return [f"{name} {seconds:.2f}" for name, seconds in used.items() if seconds > 0.05]


def resident_bytes() -> int:
    """Return the memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def running(senders: int) -> AsyncIterator[int]:
    """Run an agent that knows so many senders; yield its trap port."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port(socket.SOCK_DGRAM)
        devices = [
            f"{{name: s{number}, address: 127.0.1.{number + 1}, port: 9, credential: lab}}"
            for number in range(senders)
        ]
        file = Path(folder) / "netwatch.yaml"
        file.write_text(
            CONFIG.format(devices=", ".join(devices), port=port, mail=free_port(), web=free_port(), folder=folder)
        )
        app = App(load_settings(file))
        collector = Collector(lambda: app)  # as `netwatch run` has it
        await app.start()
        collector.start()
        try:
            await asyncio.sleep(3)  # the first polls fail, and what starts slowly has started
            yield port
        finally:
            collector.stop()
            await app.stop()


async def poured(port: int, what: Sending) -> float:
    """Send, wait until all is written, and return how many CPU seconds of the agent that took."""
    expected, used = heard() + what.total, time.process_time()
    sender = multiprocessing.get_context("spawn").Process(target=send, args=(port, what))
    sender.start()
    async with asyncio.timeout(600):
        while heard() < expected or waiting():  # noqa: ASYNC110  # metrics wake nobody
            await asyncio.sleep(0.2)
    sender.join()
    return time.process_time() - used


async def per_second(share: int = 1) -> dict[str, float]:
    """Return traps per CPU second of the agent: 4,000 of one sender, 40,000 of forty, 40,000 of one; repeats.

    share: only one in so many is sent, for a look that takes a moment.
    """
    figures = {}
    async with running(41) as port:
        for name, what in {
            "distinct, 4,000 of one sender, each an alert": Sending(senders=1, ports=4_000 // share),
            "distinct, 40,000 of forty senders": Sending(senders=40, ports=1_000 // share, first_port=10_001),
            "distinct, 40,000 of one sender": Sending(senders=1, ports=40_000 // share, first_port=20_001),
            "repeats, 100,000 of a hundred ports": Sending(senders=1, ports=100, times=1_000 // share, rate=20_000),
        }.items():
            await asyncio.sleep(2)
            figures[name] = what.total / await poured(port, what)
    return figures


async def storm(senders: int, seconds: int = STORM_SECONDS) -> tuple[dict[str, float], float]:
    """Return what was lost of 10,000 traps a second with 40,000 keys, by cause, and the CPU of a core."""
    async with running(senders) as port:
        before = lost()
        what = Sending(
            senders=senders, ports=STORM_KEYS // senders, rate=STORM_PER_SECOND,
            traps=STORM_PER_SECOND * seconds,
        )  # fmt: skip
        used = await poured(port, what)
        gone = {cause: number - before.get(cause, 0) for cause, number in lost().items()}
        return {cause: number for cause, number in gone.items() if number}, used / seconds


def profiled(only: Sequence[str]) -> None:
    """Print where the time of the loop's thread goes while distinct traps come."""

    async def run() -> None:
        async with running(40) as port:
            profile = cProfile.Profile()
            profile.enable()
            used = await poured(port, Sending(senders=40, ports=int(only[0]) if only else 100))
            profile.disable()
            print(f"{used:.2f} CPU s with the profiler", *threads())
            pstats.Stats(profile).sort_stats("tottime").print_stats(60)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(70)

    asyncio.run(run())


if __name__ == "__main__":
    if sys.argv[1:2] == ["--profile"]:
        profiled(sys.argv[2:])
        raise SystemExit
    for name, figure in asyncio.run(per_second()).items():
        print(f"{name:<50} {figure:>10,.0f} per CPU s", flush=True)
    for senders in (8, 1):
        print(senders, "senders", *asyncio.run(storm(senders)), flush=True)
