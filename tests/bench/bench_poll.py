"""Measures one poll of a 48-port switch: wire, reading and rates; and one reachability check.

Run as `python tests/bench/bench_poll.py`. The peer is the C agent of the lab, a process of its own; figures are CPU
time of a process that does nothing else, the best of some rounds, with the compiled wire and in pure Python side by
side. The whole way, with rules and state, is to take 0.6 ms.
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
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from twins import Figures, arguments_of_child, both, give, line

from netwatch.model import ColumnKind, Credential, Device, Memory, Oid, ReadingGap, RowSet, TableReading
from netwatch.polling.answers import examine
from netwatch.polling.device_poller import DevicePoller, Tools
from netwatch.polling.layout import Presence, build_layout
from netwatch.polling.readings import TableReader
from netwatch.profiles import GENERIC, ColumnSpec, LabelSpec, Profile, ProfileLibrary, TableSpec
from netwatch.snmp import FastLane

LAB = Path(__file__).resolve().parents[3] / "shared" / "lab"
PORTS = 48
DEVICES = 200
ROUNDS = 5
IF_TABLE = Oid.parse("1.3.6.1.2.1.2.2")
IFX = "1.3.6.1.2.1.31.1.1.1"
COUNTERS = {
    "ifHCInOctets": f"{IFX}.6", "ifHCOutOctets": f"{IFX}.10", "ifHCInUcastPkts": f"{IFX}.7",
    "ifHCOutUcastPkts": f"{IFX}.11", "ifInErrors": f"{IF_TABLE}.1.14", "ifOutErrors": f"{IF_TABLE}.1.20",
    "ifInDiscards": f"{IF_TABLE}.1.13", "ifOutDiscards": f"{IF_TABLE}.1.19",
}  # fmt: skip
GAUGES = {
    "ifAdminStatus": f"{IF_TABLE}.1.7", "ifOperStatus": f"{IF_TABLE}.1.8", "ifHighSpeed": f"{IFX}.15",
    "ifType": f"{IF_TABLE}.1.3",
}  # fmt: skip


def columns() -> Iterator[ColumnSpec]:
    """Eight counters and four gauges, without what the lab's agent cannot hold still."""
    for name, oid in COUNTERS.items():
        kind = ColumnKind.COUNTER64 if "HC" in name else ColumnKind.COUNTER32
        yield ColumnSpec(name=name, oid=Oid.parse(oid), kind=kind)
    for name, oid in GAUGES.items():
        yield ColumnSpec(name=name, oid=Oid.parse(oid), kind=ColumnKind.GAUGE)


TABLE = TableSpec(
    name="ifTable",
    oid=IF_TABLE,
    walk=IF_TABLE.child(1, 8),
    columns=tuple(columns()),
    labels=(LabelSpec(name="ifIndex", index_position=1), LabelSpec(name="ifName", oid=Oid.parse(f"{IFX}.1"))),
    identity="ifName",
    rate_limit="ifHighSpeed",
)
LIBRARY = ProfileLibrary({GENERIC: Profile(name=GENERIC, tables=(TABLE,))})


class Sink:
    """Counts what comes, and keeps the last."""

    def __init__(self) -> None:
        self.readings = self.gaps = 0
        self.last: TableReading | None = None

    def take_reading(self, reading: TableReading) -> None:
        self.readings += 1
        self.last = reading

    def take_gap(self, gap: ReadingGap) -> None:
        self.gaps += 1

    def remember(self, memory: Memory) -> None:
        """Keep nothing."""


@contextlib.contextmanager
def agent(directory: Path, edit: Callable[[str], str] = lambda line: line) -> Iterator[int]:
    """Compile and run the lab's agent on its recording of a switch, each line of that edited; give its port."""
    program, recording = directory / "fastagent", directory / "switch.snmprec"
    subprocess.run(["gcc", "-O2", "-w", "-o", program, LAB / "fastagent.c"], check=True)
    made = subprocess.run(
        [sys.executable, LAB / "make_switch.py", str(PORTS)], check=True, capture_output=True, text=True
    )
    recording.write_text("".join(edit(line) for line in made.stdout.splitlines(keepends=True)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([program, recording, str(port), "1", "1472"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.2)
        yield port
    finally:
        process.kill()
        process.wait()


def device(number: int, port: int) -> Device:
    """Return one of many switches; the agent answers on every 127/8 address."""
    credential = Credential(name="lab", version="2c", community=SecretStr("public"))
    return Device(name=f"sw{number}", address=f"127.1.0.{number + 1}", port=port, credential=credential)


async def best(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """Return milliseconds of CPU for one of `count`; rounds lie apart, so that counters and uptime move."""
    await work()
    found = float("inf")
    for _ in range(ROUNDS):
        await asyncio.sleep(0.4)
        gc.collect()
        began = time.process_time()
        await work()
        found = min(found, time.process_time() - began)
    return found / count * 1000


async def measure(port: int) -> Figures:
    """Return each figure."""
    client, sink = FastLane(max_in_flight=256), Sink()
    await client.start()
    devices = [device(number, port) for number in range(DEVICES)]
    pollers = [DevicePoller(one, Tools(library=LIBRARY, client=client, sink=sink)) for one in devices]

    async def everyone(turn: Callable[[DevicePoller], Awaitable[object]]) -> None:
        await asyncio.gather(*(turn(poller) for poller in pollers))

    await everyone(DevicePoller.check)
    first = time.process_time()
    await everyone(DevicePoller.poll)
    discovery = (time.process_time() - first) / DEVICES * 1000
    poll = await best(DEVICES, lambda: everyone(DevicePoller.poll))
    check = await best(DEVICES, lambda: everyone(DevicePoller.check))
    plans = [(one, client.compile(one, _instances())) for one in devices]
    wire = await best(DEVICES, lambda: asyncio.gather(*(client.run_plan(*pair) for pair in plans)))
    await client.stop()
    assert sink.gaps == 0
    assert sink.last is not None
    return {"poll": poll, "wire": wire, "reading": reading_alone(), "check": check, "discovery": discovery}


LINES = (
    ("poll", "one 48-port switch, 577 varbinds: wire, reading, rates", 0.45),
    ("wire", "  of which the wire", 0.33),
    ("reading", "  of which the reading with 8 rate columns", 0.12),
    ("check", "one reachability check", 0.1),
    ("discovery", "one discovery with the first reading", None),
)


def _instances() -> list[Oid]:
    rows = [(10100 + port,) for port in range(1, PORTS + 1)]
    presence = Presence({column.oid: rows for column in TABLE.columns})
    return build_layout(TABLE, RowSet(index=(), keys=()), rows, presence).instances()


def reading_alone() -> float:
    """Return milliseconds of CPU to make a reading with rates of a flat list of answers."""
    rows = [(10100 + port,) for port in range(1, PORTS + 1)]
    index = tuple(str(number) for (number,) in rows)
    presence = Presence({column.oid: rows for column in TABLE.columns})
    layout = build_layout(TABLE, RowSet(index=index, keys=index), rows, presence)
    reader = TableReader("sw", TABLE.name, TABLE.rate_limit)
    reader.adopt(layout)
    counters = PORTS * len(COUNTERS)
    gauges = [1000] * (PORTS * len(GAUGES))
    answers = [
        [round_ * 6000, *range(10**9 + round_ * 10**6, 10**9 + round_ * 10**6 + counters), *gauges]
        for round_ in range(500)
    ]
    at = datetime.now(UTC)
    began = time.process_time()
    for round_, values in enumerate(answers):
        reading = reader.reading(examine(layout, list(values), at, round_ * 60.0))
    spent = time.process_time() - began
    assert None not in reading.rates["ifInErrors"]
    return spent / len(answers) * 1000


def main() -> int:
    """Run the benchmark where its peer can be had."""
    given = arguments_of_child()
    if given is not None:
        give(asyncio.run(measure(int(given[0]))))
        return 0
    if not LAB.is_dir() or shutil.which("gcc") is None:
        print(f"poll: not measured: it needs gcc, and the lab's fastagent.c in {LAB}")
        return 0
    with tempfile.TemporaryDirectory() as directory, agent(Path(directory)) as port:
        pure, compiled = both(__file__, port)
    for name, what, target in LINES:
        line("poll", what, pure[name], compiled and compiled[name], target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
