"""Measures the wire: GET plans, walks and the general engine against the C agent of the lab.

Run as `python tests/bench/bench_wire.py`. CPU seconds are those of this process alone; the agent is a process of
its own. Figures depend on the machine; the ratio to the general engine does not, much.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from pydantic import SecretStr

from netwatch.model import Credential, Device, Oid
from netwatch.snmp import FastLane, GeneralEngine

LAB = Path(__file__).resolve().parents[3] / "shared" / "lab"
PORTS = 48
COUNTERS = [
    (31, 6),
    (31, 10),
    (31, 7),
    (31, 11),
    (2, 14),
    (2, 20),
    (2, 13),
    (2, 19),
    (2, 7),
    (2, 8),
    (31, 15),
    (31, 9),
]
ROUNDS = 5


def entry(group: int, column: int) -> Oid:
    """Return a column of ifTable (2) or ifXTable (31)."""
    table = "1.3.6.1.2.1.31.1.1.1" if group == 31 else "1.3.6.1.2.1.2.2.1"
    return Oid.parse(f"{table}.{column}")


UPTIME = Oid.parse("1.3.6.1.2.1.1.3.0")
POLL = [UPTIME] + [entry(*column).child(10100 + port) for column in COUNTERS for port in range(1, PORTS + 1)]
TABLES = [entry(2, column) for column in range(1, 23)] + [entry(31, column) for column in range(1, 20)]


def device(number: int, port: int) -> Device:
    """Return one of the many addresses the agent answers for."""
    address = f"127.1.{number // 250}.{number % 250 + 1}"
    credential = Credential(name="public", version="2c", community=SecretStr("public"))
    return Device(name=f"switch-{number}", address=address, port=port, credential=credential)


@contextlib.contextmanager
def agent(directory: Path) -> Iterator[int]:
    """Compile and run the lab's agent; give its port."""
    program, recording = directory / "fastagent", directory / "switch.snmprec"
    subprocess.run(["gcc", "-O2", "-w", "-o", program, LAB / "fastagent.c"], check=True)
    with recording.open("w") as out:
        subprocess.run([sys.executable, LAB / "make_switch.py", str(PORTS)], check=True, stdout=out)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([program, recording, str(port), "1", "1472"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.2)
        yield port
    finally:
        process.kill()
        process.wait()


async def best_rate(count: int, work: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    """Return `count` per CPU second of the best of some rounds; one more goes before to warm up."""
    await work()
    best = 0.0
    for _ in range(rounds):
        began = time.process_time()
        await work()
        best = max(best, count / (time.process_time() - began))
    return best


async def measure(port: int) -> None:
    """Print one line per figure."""
    devices = [device(number, port) for number in range(200)]
    fast = FastLane(max_in_flight=256)
    general = GeneralEngine()
    await fast.start()
    await general.start()
    plans = [(one, fast.compile(one, POLL)) for one in devices]
    gets = await best_rate(
        len(POLL) * len(plans), lambda: asyncio.gather(*(fast.run_plan(one, plan) for one, plan in plans))
    )
    cells = PORTS * len(TABLES)
    walks = await best_rate(cells * 20, lambda: asyncio.gather(*(fast.walk(one, TABLES) for one in devices[:20])))
    slow_plan = general.compile(devices[0], POLL)
    slow = await best_rate(len(POLL), lambda: general.run_plan(devices[0], slow_plan), rounds=2)
    slow_walk = await best_rate(cells, lambda: general.walk(devices[0], TABLES), rounds=1)
    await fast.stop()
    await general.stop()
    line("GET plans, fast lane", gets, "varbinds per CPU second", 1_000_000)
    line("one 48-port switch", len(POLL) / gets * 1000, "ms CPU", None)
    line("walks of ifTable + ifXTable, fast lane", walks, "varbinds per CPU second", 500_000)
    line("GETs, pysnmp engine", slow, "varbinds per CPU second", None)
    line("walks, pysnmp engine", slow_walk, "varbinds per CPU second", None)
    line("GET plans: fast lane / pysnmp", gets / slow, "times", 100)
    line("walks: fast lane / pysnmp", walks / slow_walk, "times", None)


def line(what: str, value: float, unit: str, target: float | None) -> None:
    """Print one figure beside what it should reach."""
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    goal = "" if target is None else f"   target >= {target:,.0f}: {'reached' if value >= target else 'MISSED'}"
    print(f"wire: {what:<42} {shown:>12} {unit}{goal}")


def main() -> int:
    """Run the benchmark where its peer can be had."""
    if not LAB.is_dir() or shutil.which("gcc") is None:
        print(f"wire: not measured: it needs gcc, and the lab's fastagent.c in {LAB}")
        return 0
    with tempfile.TemporaryDirectory() as directory, agent(Path(directory)) as port:
        asyncio.run(measure(port))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
