"""Measures how long a fault takes from the reading that shows it to the mail server's 250, with group_wait 0.

Run as `python tests/bench/bench_latency.py`. Rules, engine, SQLite store, mailer and notifier are those of an agent,
put together as netwatch.app does; readings are made here, so that nothing of the poll is counted. The mail server is
a process of its own that says when it accepted what. CPU is that of this process alone. p99 is to be 100 ms at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import SCALARS, TableReading
from netwatch.notify import EmailSettings, Mailer, Notifier, ReceiverSettings, Rewriter, SmtpSettings
from netwatch.profiles import load_library
from netwatch.rules import load_rule_book
from netwatch.simulator import SmtpSink
from netwatch.store import Store, StoreSettings

RULES = Path(__file__).resolve().parents[2] / "config" / "rules" / "devices.yaml"
SINGLY = 1000
TARGETS = {1: 100.0, 100: 250.0}
"""Faults at once -> what 99 of 100 may take at most, in milliseconds."""
BURSTS = {10: 50, 100: 5}
"""Faults at once -> how often."""
COMMITS = 200
PATIENCE_SECONDS = 60.0


def serve_mail(told: Connection) -> None:
    """Tell the port, then of each mail when it was accepted and what its subject is."""

    async def run() -> None:
        sink = SmtpSink(on_mail=lambda mail: told.send((time.perf_counter(), mail.subject)))
        await sink.start()
        told.send(sink.port)
        await asyncio.Event().wait()

    logging.disable()  # aiosmtpd has something to say of every session
    asyncio.run(run())


class Corridor:
    """An agent without its polling; `accepted` is when the server took the mail about a device."""

    def __init__(self, directory: str, told: Connection, devices: Sequence[str]) -> None:
        smtp = SmtpSettings.model_validate(
            {
                "relays": [{"host": "127.0.0.1", "port": told.recv()}],
                "storm": {"mails": 100_000, "critical_mails": 100_000},
            }
        )
        receivers = [ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))]
        self.store = Store(StoreSettings(url=f"sqlite:///{directory}/netwatch.db"))
        self.notifier = Notifier(self.store, smtp, rewriting=Rewriter())
        self.engine = Engine(
            rules=load_rule_book([RULES], load_library().schema()).rules,
            route=build_route(RouteSettings(receiver="noc", group_wait="0s")),
            device_labels={device: {} for device in devices},
            ledger=self.store,
            mailer=Mailer(smtp, receivers),
        )
        self.accepted: dict[str, asyncio.Future[float]] = {}
        self._told = told

    async def start(self) -> None:
        await self.store.start()
        await self.engine.start()
        await self.notifier.start()
        self.store.on_outbox_commit = self.notifier.wake
        asyncio.get_running_loop().add_reader(self._told.fileno(), self._hear)

    async def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self._told.fileno())
        await self.notifier.stop()
        await self.engine.stop()
        await self.store.stop()

    async def fail(self, devices: Sequence[str]) -> list[float]:
        """Let devices fail at once; return how many milliseconds each one's mail took."""
        loop = asyncio.get_running_loop()
        self.accepted |= {device: loop.create_future() for device in devices}
        columns = {"up": [0], "trouble": ["no answer"]}
        begun = {}
        for device in devices:
            begun[device] = time.perf_counter()
            reading = TableReading(
                device=device, table="reachability", at=datetime.now(UTC), rows=SCALARS, columns=columns
            )
            self.engine.take_reading(reading)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [1e3 * (await self.accepted[device] - begun[device]) for device in devices]

    def _hear(self) -> None:
        while self._told.poll():
            at, subject = self._told.recv()
            self.accepted[subject.split()[1]].set_result(at)


@contextlib.asynccontextmanager
async def running(directory: str, devices: Sequence[str]) -> AsyncIterator[Corridor]:
    """Yield a corridor at work, and a mail server beside it."""
    here, there = multiprocessing.Pipe(duplex=False)
    server = multiprocessing.get_context("spawn").Process(target=serve_mail, args=(there,), daemon=True)
    server.start()
    corridor = Corridor(directory, here, devices)
    await corridor.start()
    try:
        yield corridor
    finally:
        await corridor.stop()
        server.terminate()


def bare_commit_ms(path: Path) -> float:
    """Return how long one durable commit of sqlite3 alone takes here: the floor under everything below."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (a)")
    started = time.perf_counter()
    for number in range(COMMITS):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.close()
    return 1e3 * (time.perf_counter() - started) / COMMITS


def tell(what: str, took: Sequence[float], cpu_seconds: float, target: float | None) -> None:
    """Print one line; `target` is what 99 of 100 may take at most, in milliseconds."""
    ordered = sorted(took)
    p50, p99 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    times = f"p50 {p50:7.1f}  p99 {p99:7.1f}  max {ordered[-1]:7.1f} ms"
    goal = f"   target p99 <= {target:g}: {'reached' if p99 <= target else 'MISSED'}" if target else ""
    print(f"{what:<20}{len(took):6} faults  {times}   CPU {1e3 * cpu_seconds / len(took):.2f} ms each{goal}")


async def main() -> None:
    """Print the figures of one run."""
    names = {size: [f"b{size}-{number}" for number in range(size * count)] for size, count in BURSTS.items()}
    singly = [f"s-{number}" for number in range(SINGLY)]
    with tempfile.TemporaryDirectory() as directory:
        print(f"bare sqlite3, synchronous=FULL: {bare_commit_ms(Path(directory) / 'bare.db'):.2f} ms a commit")
        async with running(directory, [*singly, *(name for burst in names.values() for name in burst)]) as corridor:
            used, took = time.process_time(), []
            for device in singly:
                took += await corridor.fail([device])
            tell("one after the other", took, time.process_time() - used, TARGETS[1])
            for size, devices in names.items():
                used, took = time.process_time(), []
                for start in range(0, len(devices), size):
                    took += await corridor.fail(devices[start : start + size])
                tell(f"{size} at once", took, time.process_time() - used, TARGETS.get(size))


if __name__ == "__main__":
    asyncio.run(main())
