"""Whatever is thrown at the port: nothing raises, memory stays flat, a good trap is heard within a second."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from netwatch.model import TrapEvent
from netwatch.traps.devices import KnownDevices
from netwatch.traps.fold import Folder
from netwatch.traps.front_door import V3FrontDoor
from netwatch.traps.own_engine import OwnEngine
from netwatch.traps.pipeline import Pipeline
from netwatch.traps.sender_engines import SenderEngines
from netwatch.traps.settings import TrapSettings
from netwatch.traps.sources import Sources

from .messages import AUTH_PRIV, IF_INDEX, LINK_UP, integer, pdu_of, v2c
from .mutations import captured, mutated, own
from .peers import device, dropped, until

MUTATIONS = 200_000
SETTINGS = TrapSettings(communities=["public"], users=["core"])


class NoSocket:
    """Takes answers, and sends them nowhere."""

    newly_dropped = 0

    def send(self, _data: bytes, _address: object) -> bool:
        return True


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def whole_way() -> Pipeline:
    devices = KnownDevices([device()])
    door = V3FrontDoor(SETTINGS, [AUTH_PRIV], devices, OwnEngine.reborn((), 0.0), SenderEngines())
    return Pipeline(Sources(SETTINGS, devices), Folder(10.0), front_door=door)


def test_no_mutation_of_any_capture_raises_and_memory_stays_flat(corpus):
    way = whole_way()
    seeds = captured(corpus) + own()
    before = dropped("internal")
    in_use = 0
    heard, now = 0, 0.0
    batch: list[tuple[bytes, tuple[str, int]]] = []
    for number, datagram in enumerate(mutated(seeds, MUTATIONS, seed=1)):
        batch.append((datagram, ("127.0.0.1", 1024)))
        if len(batch) == 1000:
            now += 1.0
            way.admit(NoSocket(), batch, datetime.now(UTC))  # type: ignore[arg-type]
            while way.waiting:
                heard += sum(one.event.count for one in way.advance(100, now))
            heard += sum(one.event.count for one in way.due(now))
            way.hand_over_counts(datetime.now(UTC))
            batch.clear()
        if number == MUTATIONS // 4:
            in_use = resident_bytes()
    grown = resident_bytes() - in_use

    assert dropped("internal") == before
    assert heard > 100, "some mutations are good traps still"
    assert grown < 20_000_000


async def test_a_good_trap_is_heard_within_a_second_while_nonsense_pours_in(start, sink, udp_port, corpus):
    await start(users=["core"], options={"users": [AUTH_PRIV]})
    flood = list(mutated(captured(corpus) + own(), 3000, seed=2))
    over = threading.Event()

    def pour() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", 0))
            for at in cycle(range(0, len(flood), 100)):
                for datagram in flood[at : at + 100]:
                    udp.sendto(datagram, ("127.0.0.1", udp_port))
                if over.wait(0.005):  # about 15,000 a second; more would fill the kernel's queue
                    return

    pouring = asyncio.create_task(asyncio.to_thread(pour))
    waits = []
    try:
        for port in range(20):
            waits.append(await _until_heard(sink, udp_port, 5000 + port))
    finally:
        over.set()
        await pouring

    assert max(waits) < 1.0


async def _until_heard(sink, udp_port: int, port: int) -> float:
    """Send a trap about a port, again where the kernel had no room; return how much work passed until it was heard.

    Work is time of the processor, which the flood keeps busy: what else this machine does makes no difference.
    """
    began = time.process_time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        while True:
            udp.sendto(v2c(pdu_of(LINK_UP, port)), ("127.0.0.1", udp_port))
            try:
                await until(lambda: any(_is_about(event, port) for event in sink.events), 0.3)
            except AssertionError:
                continue
            return time.process_time() - began


def _is_about(event: TrapEvent, port: int) -> bool:
    return integer(IF_INDEX.child(port), port) in event.varbinds


async def test_of_a_noisy_source_every_distinct_first_is_kept_and_repeats_are_counted_exactly(start, sink, udp_port):
    receiver = await start(
        [device("noisy", "127.0.0.1"), *(device(f"quiet {n}", f"127.0.1.{n}") for n in range(1, 21))],
        summary_interval="200ms",
    )  # fmt: skip
    began = time.monotonic()
    sent = await asyncio.to_thread(_noise, udp_port)
    await sink.heard(sum(sent.values()))
    await receiver.stop()
    intervals = (time.monotonic() - began) / 0.2

    heard: dict[tuple[str, int], int] = {}
    firsts = set()
    for event in sink.events:
        key = (event.source, event.varbinds[0].value)
        heard[key] = heard.get(key, 0) + event.count
        firsts |= {key} if not event.repeated else set()
    assert heard == sent
    assert firsts == set(sent)
    assert len(sink.events) <= len(sent) + sum(min(count - 1, intervals + 1) for count in sent.values())


def _noise(udp_port: int) -> dict[tuple[str, int], int]:
    """Send 8,000 traps about 200 ports from one address, and one each from twenty others."""
    sent: dict[tuple[str, int], int] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noisy:
        noisy.bind(("127.0.0.1", 0))
        for number in range(8000):
            port = 1 + (number % 40) + 40 * (number // 1600)
            noisy.sendto(v2c(pdu_of(port=port, ticks=number, request_id=number)), ("127.0.0.1", udp_port))
            sent["127.0.0.1", port] = sent.get(("127.0.0.1", port), 0) + 1
            if number % 400 == 0:
                source = f"127.0.1.{1 + number // 400}"
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as quiet:
                    quiet.bind((source, 0))
                    quiet.sendto(v2c(), ("127.0.0.1", udp_port))
                sent[source, 7] = 1
                time.sleep(0.02)  # the kernel's queue is not what is tested here
    return sent
