"""Measures the wire: GET plans, walks and the general engine against the C agent of the lab.

Run as `python tests/bench/bench_wire.py`: the compiled wire and pure Python, side by side. CPU seconds are those of a
process that does nothing else; the agent is a process of its own. Figures depend on the machine; ratios do not, much.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from pydantic import SecretStr
from twins import Figures, arguments_of_child, both, give, line

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
DEVICES, WALKED = 200, 20
MOVES_AFTER_SECONDS = 0.4
"""The agent's counters and uptime are others then; answers that stand still would cost nothing to read."""
TARGET_MS = 0.33


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


async def best(work: Callable[[], Awaitable[object]], rounds: int = ROUNDS) -> float:
    """Return the best round's CPU milliseconds; rounds lie apart, so that what the agent answers moves."""
    await work()
    found = float("inf")
    for _ in range(rounds):
        await asyncio.sleep(MOVES_AFTER_SECONDS)
        gc.collect()
        began = time.process_time()
        await work()
        found = min(found, time.process_time() - began)
    return found * 1000


async def measure(port: int) -> Figures:
    """Return each figure."""
    devices = [device(number, port) for number in range(DEVICES)]
    fast = FastLane(max_in_flight=256)
    general = GeneralEngine()
    await fast.start()
    await general.start()
    plans = [(one, fast.compile(one, POLL)) for one in devices]
    gets = await best(lambda: asyncio.gather(*(fast.run_plan(one, plan) for one, plan in plans)))
    walks = await best(lambda: asyncio.gather(*(fast.walk(one, TABLES) for one in devices[:WALKED])))
    slow_plan = general.compile(devices[0], POLL)
    slow = await best(lambda: general.run_plan(devices[0], slow_plan), rounds=2)
    slow_walk = await best(lambda: general.walk(devices[0], TABLES), rounds=1)
    await fast.stop()
    await general.stop()
    return {"gets": gets / DEVICES, "walks": walks / WALKED, "slow gets": slow, "slow walks": slow_walk}


def rate(what: str, count: int, milliseconds: float, target: float | None) -> None:
    """Print varbinds per CPU second of what is in use here."""
    value = count / milliseconds * 1000
    goal = "" if target is None else f"   target >= {target:,.0f}: {'reached' if value >= target else 'MISSED'}"
    print(f"wire: {what:<56} {value:,.0f} varbinds per CPU second{goal}")


def main() -> int:
    """Run the benchmark where its peer can be had."""
    given = arguments_of_child()
    if given is not None:
        give(asyncio.run(measure(int(given[0]))))
        return 0
    if not LAB.is_dir() or shutil.which("gcc") is None:
        print(f"wire: not measured: it needs gcc, and the lab's fastagent.c in {LAB}")
        return 0
    with tempfile.TemporaryDirectory() as directory, agent(Path(directory)) as port:
        pure, compiled = both(__file__, port)
    used = compiled or pure
    cells = PORTS * len(TABLES)
    line("wire", f"one 48-port switch, {len(POLL)} varbinds", pure["gets"], compiled and compiled["gets"], TARGET_MS)
    line("wire", f"a walk of ifTable + ifXTable, {cells} cells", pure["walks"], compiled and compiled["walks"])
    rate("GET plans", len(POLL), used["gets"], 1_000_000)
    rate("walks", cells, used["walks"], 500_000)
    ratio = used["slow gets"] / used["gets"]
    print(
        f"wire: GET plans: pysnmp / fast lane {ratio:.0f}   target >= 100: {'reached' if ratio >= 100 else 'MISSED'}"
    )
    print(f"wire: walks: pysnmp / fast lane {used['slow walks'] / used['walks']:.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
