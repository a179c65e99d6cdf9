"""Measures the trap port: decoding, version 3, a noisy source among quiet ones, a million mutations.

Run as `python tests/bench/bench_traps.py`. CPU seconds are those of this process alone; senders are processes of
their own. The mutations need the corpus beside the checkout; with the lab beside it 500 switches are polled while the
noise lasts, 10 seconds or NETWATCH_NOISY_SECONDS.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import multiprocessing
import os
import shutil
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import bench_poll
import trap_storm

from netwatch.mib import load_index
from netwatch.model import Device, Oid, Tag, TrapEvent, Varbind, shipped_directory
from netwatch.polling import Poller, PollingSettings
from netwatch.profiles import load_library
from netwatch.rules import Outcome, facts_of, load_rule_book, verdict_on
from netwatch.snmp import FastLane
from netwatch.traps import TrapReceiver
from netwatch.traps.devices import KnownDevices
from netwatch.traps.fair_queue import FairQueue
from netwatch.traps.fold import Folder
from netwatch.traps.front_door import V3FrontDoor
from netwatch.traps.own_engine import OwnEngine
from netwatch.traps.pipeline import Pipeline
from netwatch.traps.sender_engines import SenderEngines
from netwatch.traps.settings import TrapSettings
from netwatch.traps.sources import Sources

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
TRAPS = 20_000
NOISY_PER_SECOND = 10_000
NOISY_SECONDS = int(os.environ.get("NETWATCH_NOISY_SECONDS", "10"))
POLLED = 500
QUIET = 100
PORTS = 2_000
MUTATIONS = 1_000_000


def beside(name: str) -> ModuleType:
    """Return a module of tests/traps, which is no package that could be imported by name from here."""
    if "trap_tests" not in sys.modules:
        package = ModuleType("trap_tests")
        package.__path__ = [str(ROOT / "tests" / "traps")]
        sys.modules["trap_tests"] = package
    return importlib.import_module(f"trap_tests.{name}")


messages, mutations, peers = beside("messages"), beside("mutations"), beside("peers")
SETTINGS = TrapSettings(communities=["public"], users=["core"])


class NoSocket:
    """Takes answers, and sends them nowhere."""

    newly_dropped = 0

    def send(self, _data: bytes, _address: object) -> bool:
        """Do nothing."""
        return True


def whole_way() -> Pipeline:
    """Return everything between socket and loop."""
    devices = KnownDevices([peers.device()])
    door = V3FrontDoor(SETTINGS, [messages.AUTH_PRIV], devices, OwnEngine.reborn((), 0.0), SenderEngines())
    queue: FairQueue[object] = FairQueue(most=TRAPS * 1000, most_of_one=TRAPS * 1000)
    return Pipeline(Sources(SETTINGS, devices), Folder(10.0), front_door=door, queue=queue)  # type: ignore[arg-type]


def link_down(number: int) -> object:
    """Return a linkDown with four varbinds, as switches send it."""
    port = number % 480 + 1
    name = Varbind(oid=Oid((*IF_NAME, port)), tag=Tag.OCTET_STRING, value=b"Gi1/0/%d" % port)
    states = [messages.integer(Oid((*column, port)), value) for column, value in ((ADMIN, 1), (OPER, 2))]
    return messages.pdu_of(messages.LINK_DOWN, port, *states, name, ticks=number, request_id=number)


ADMIN, OPER = Oid.parse("1.3.6.1.2.1.2.2.1.7"), Oid.parse("1.3.6.1.2.1.2.2.1.8")
IF_NAME = Oid.parse("1.3.6.1.2.1.31.1.1.1.1")


def heard_per_second(datagrams: list[bytes]) -> float:
    """Return how many datagrams become events in a CPU second, admission and folding included."""
    best = 0.0
    for _ in range(4):
        way, told = whole_way(), 0
        began = time.process_time()
        for at in range(0, len(datagrams), 250):
            batch = [(datagram, ("127.0.0.1", 1024)) for datagram in datagrams[at : at + 250]]
            way.admit(NoSocket(), batch, datetime.now(UTC))  # type: ignore[arg-type]
        while way.waiting:
            told += sum(one.event.count for one in way.advance(32, 0.0))
        told += sum(one.event.count for one in way.rest(0.0))
        best = max(best, told / (time.process_time() - began))
        assert told == len(datagrams), f"{told} of {len(datagrams)} became events"
    return best


def matched_per_second(datagrams: list[bytes], heard: float) -> float:
    """Return how many traps are heard, put into a MIB's words and held against the shipped rules in a CPU second.

    Each by itself: that most of them repeat another one, and then cost only a count, is left out of this figure.
    """
    index = load_index()
    book = load_rule_book(sorted(shipped_directory("rules").glob("*.yaml")), load_library().schema(), index)
    rule = next(one for one in book.trap_rules if one.name == "LinkDown")
    way = whole_way()
    way.admit(NoSocket(), [(one, ("127.0.0.1", 1024)) for one in datagrams[:480]], datetime.now(UTC))  # type: ignore[arg-type]
    events: list[TrapEvent] = []
    while way.waiting:
        events += [one.event for one in way.advance(32, 0.0)]
    best = 0.0
    for _ in range(5):
        began = time.process_time()
        for event in events * 10:
            assert verdict_on(rule, facts_of(rule, event, index), {}).outcome is Outcome.BEGINS
        best = max(best, len(events) * 10 / (time.process_time() - began))
    return 1 / (1 / heard + 1 / best)


class Sink:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, object]] = Counter()
        self.firsts: set[tuple[str, object]] = set()
        self.events = 0

    def take_trap(self, event: TrapEvent) -> asyncio.Future[None]:
        """Count, and be done at once."""
        key = (event.source, event.varbinds[0].value if event.varbinds else None)
        self.counts[key] += event.count
        self.events += 1
        if not event.repeated:
            self.firsts.add(key)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


def noise(port: int, answer: Callable[[Counter[tuple[str, int]]], None]) -> None:
    """Send as agreed, one noisy source among quiet ones; then say what was sent."""
    noisy = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    noisy.bind(("127.0.0.1", 0))
    quiet = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(QUIET)]
    for number, one in enumerate(quiet, 1):
        one.bind((f"127.0.1.{number}", 0))
    total = NOISY_PER_SECOND * NOISY_SECONDS
    ready = [messages.v2c(messages.pdu_of(port=number + 1)) for number in range(PORTS)]
    sent: Counter[tuple[str, int]] = Counter()
    began = time.monotonic()
    for number in range(total):
        about = number % 100 + 100 * (number * PORTS // 100 // total)
        noisy.sendto(ready[about], ("127.0.0.1", port))
        sent["127.0.0.1", about + 1] += 1
        if number % 100 == 0:
            who, what = number // 100 % QUIET, number // 100 // QUIET
            quiet[who].sendto(ready[what], ("127.0.0.1", port))
            sent[f"127.0.1.{who + 1}", what + 1] += 1
            time.sleep(max(began + number / NOISY_PER_SECOND - time.monotonic(), 0))
    answer(sent)


async def noisy_source() -> None:
    """Print what a noisy source among quiet ones costs and loses."""
    port = free_port()
    devices = [peers.device(f"d{n}", address) for n, address in enumerate(addresses())]
    sink = Sink()
    receiver = await started(port, devices, sink)
    async with polled() as poller:
        await noise_beside(poller, port, receiver, sink)


async def noise_beside(poller: Poller | None, port: int, receiver: TrapReceiver, sink: Sink) -> None:
    """Let the noise come and print what it did, to the polls too."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    before = time.process_time()
    sender = context.Process(target=noise, args=(port, theirs.send))
    sender.start()
    lags = [await lag() for _ in range(NOISY_SECONDS * 8)]
    sent = await asyncio.to_thread(ours.recv)
    sender.join()
    await asyncio.sleep(0.5)
    used = time.process_time() - before
    await receiver.stop()
    line(
        "noisy source: traps lost or counted wrong", sum(abs(sent[k] - sink.counts[k]) for k in {*sent, *sink.counts})
    )
    line("noisy source: distinct firsts not told at once", len(set(sent) - sink.firsts))
    line("noisy source: traps", sum(sent.values()))
    line("noisy source: events told for them", sink.events)
    line("noisy source: CPU of one core", used / NOISY_SECONDS * 100, "%")
    line("noisy source: longest wait of the loop", max(lags) * 1000, "ms")
    if poller is not None:
        statuses = poller.statuses()
        line("noisy source: switches polled meanwhile, all up", sum(one.up is True for one in statuses))
        line("noisy source: latest start of a poll", poller.lag_seconds * 1000, "ms")
        line("noisy source: polls more than a second late", poller.late_ratio * 100, "%")


@contextlib.asynccontextmanager
async def polled() -> AsyncIterator[Poller | None]:
    """Poll switches of the lab's agent at the default intervals; None where there is no lab."""
    if not bench_poll.LAB.is_dir() or shutil.which("gcc") is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, bench_poll.agent(Path(folder)) as agent_port:
        client = FastLane(max_in_flight=2000)
        watched = [
            replace(bench_poll.device(number, agent_port), address=f"127.2.{number // 250}.{number % 250 + 1}")
            for number in range(POLLED)
        ]
        poller = Poller(watched, bench_poll.LIBRARY, client, bench_poll.Sink(), PollingSettings())
        await client.start()
        await poller.start()
        await asyncio.sleep(15)  # every switch is discovered before the noise begins
        yield poller
        await poller.stop()
        await client.stop()


async def lag() -> float:
    """Return how late the loop comes back."""
    began = time.monotonic()
    await asyncio.sleep(0.1)
    return time.monotonic() - began - 0.1


def addresses() -> list[str]:
    """Return the noisy address and the quiet ones."""
    return ["127.0.0.1", *(f"127.0.1.{number + 1}" for number in range(QUIET))]


async def started(port: int, devices: list[Device], sink: Sink) -> TrapReceiver:
    """Return a running receiver."""
    settings = SETTINGS.model_copy(update={"listen": [f"127.0.0.1:{port}"]})
    receiver = TrapReceiver(settings, devices, sink, users=[messages.AUTH_PRIV])
    await receiver.start()
    return receiver


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pour(port: int) -> None:
    """Send the mutations, about 25,000 a second."""
    seeds = mutations.captured(CORPUS) + mutations.own()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        for number, datagram in enumerate(mutations.mutated(seeds, MUTATIONS, seed=7)):
            udp.sendto(datagram, ("127.0.0.1", port))
            if number % 100 == 0:
                time.sleep(0.001)


async def mutated_million() -> None:
    """Print what a million mutations at the port do."""
    port, sink = free_port(), Sink()
    receiver = await started(port, [peers.device(), peers.device("quiet", "127.0.0.2")], sink)
    sender = multiprocessing.get_context("fork").Process(target=pour, args=(port,))
    sender.start()
    await asyncio.sleep(2)
    memory, number = resident_bytes(), 0
    waits = [await good_trap(port, sink, number)]  # whoever pours may be done already
    while sender.is_alive():
        number += 1
        waits.append(await good_trap(port, sink, number))
        await asyncio.sleep(0.2)
    line("mutations: exceptions", peers.dropped("internal"))
    line("mutations: dropped by the kernel", peers.dropped("kernel"))
    line("mutations: memory grown by", (resident_bytes() - memory) / 1e6, "MB")
    line("mutations: longest wait of a good trap", max(waits) * 1000, "ms")
    await receiver.stop()


async def good_trap(port: int, sink: Sink, number: int) -> float:
    """Return how long a good trap took to be heard; 10 s where it was not."""
    key, began = ("127.0.0.2", number), time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.2", 0))
        udp.sendto(messages.v2c(messages.pdu_of(port=number)), ("127.0.0.1", port))
    with contextlib.suppress(AssertionError):
        await peers.until(lambda: sink.counts[key])
    return time.monotonic() - began


def resident_bytes() -> int:
    """Return the memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def line(what: str, value: float, unit: str = "", target: float | None = None) -> None:
    """Print one figure beside what it should reach."""
    shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
    goal = "" if target is None else f"   target >= {target:,.0f}: {'reached' if value >= target else 'MISSED'}"
    print(f"traps: {what:<50} {shown:>10} {unit}{goal}", flush=True)


GOALS = {"distinct, 40,000 of one sender": 12_000, "repeats, 100,000 of a hundred ports": 25_000}
FULL_RUN_SECONDS = 10
"""With a shorter noise the whole agent is measured in small as well, and without its storms."""


def through_the_agent() -> None:
    """Print what traps cost the whole agent, and what it loses in a storm of different ones."""
    small = NOISY_SECONDS < FULL_RUN_SECONDS
    for name, figure in asyncio.run(trap_storm.per_second(share=20 if small else 1)).items():
        line(f"agent: {name}", figure, "per CPU second", None if small else GOALS.get(name))
    for senders in () if small else (8, 1):
        lost, share = asyncio.run(trap_storm.storm(senders, seconds=min(NOISY_SECONDS, trap_storm.STORM_SECONDS)))
        gone = sum(number for cause, number in lost.items() if cause != "storm")
        line(f"agent: storm of {senders} senders, 40,000 keys: lost", gone)
        line(f"agent: storm of {senders} senders: repeats told as one", lost.get("storm", 0))
        line(f"agent: storm of {senders} senders: CPU of one core", share * 100, "%")


def main() -> int:
    """Run everything that can be run here."""
    v2c = [messages.v2c(link_down(number)) for number in range(TRAPS)]
    heard = heard_per_second(v2c)
    line("v2c linkDown, 4 varbinds, to an event", heard, "per CPU second", 20_000)
    line("  and translated and matched, one by one", matched_per_second(v2c, heard), "per CPU second", 20_000)
    v3 = [messages.v3(link_down(number), time=1000 + number // 1000) for number in range(TRAPS // 10)]
    line("v3 authPriv SHA-256/AES, all the way", heard_per_second(v3), "per CPU second", 1_000)
    through_the_agent()
    asyncio.run(noisy_source())
    if CORPUS.is_dir():
        asyncio.run(mutated_million())
    else:
        print(f"traps: mutations not measured: they need {CORPUS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
