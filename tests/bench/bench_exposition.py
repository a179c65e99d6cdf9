"""Prints how fast /metrics is written: python tests/bench/bench_exposition.py.

48-port switches with 12 columns, 100,000 series; beside them what such switches mean: the interface concept with
numbers that are no integers, and 40 sensors of which every other has a limit. CPU time of this process, the best of
five runs.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from netwatch.metrics import Board, Exposition, TextFormat
from netwatch.metrics.metrics import LONGEST_SLICE_SECONDS
from netwatch.model import CONCEPTS, ColumnKind, RowSet, TableReading, TableSchema

PORTS = 48
DEVICES = 174
COUNTERS = (
    "ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifHCOutUcastPkts",
    "ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards",
)  # fmt: skip
GAUGES = ("ifHighSpeed", "ifMtu", "ifOperStatus", "ifAdminStatus")
SERIES = DEVICES * PORTS * (len(COUNTERS) + len(GAUGES))
LABELS = ("device", "ifIndex", "ifName", "ifAlias", "ifDescr")
RUNS = 5


def switch(name: str) -> TableReading:
    ports = range(1, PORTS + 1)
    labels = {
        "ifIndex": tuple(str(10100 + port) for port in ports),
        "ifName": tuple(f"Gi1/0/{port}" for port in ports),
        "ifAlias": tuple(f"{name} uplink to building {port}" for port in ports),
        "ifDescr": tuple(f"GigabitEthernet1/0/{port}" for port in ports),
    }
    rows = RowSet(index=labels["ifIndex"], keys=labels["ifName"], labels=labels)
    columns = {column: [random.randrange(2**44) for _ in ports] for column in COUNTERS}
    columns |= {column: [random.randrange(1, 1000) for _ in ports] for column in GAUGES}
    return TableReading(device=name, table="ifTable", at=datetime.now(UTC), rows=rows, columns=columns)


def meanings(name: str) -> list[TableReading]:
    """Return the concepts of a switch: 48 ports with 12 columns, 40 sensors in four quantities."""
    ports, sensors = range(1, PORTS + 1), range(40)
    labels = {
        "ifIndex": tuple(str(10100 + port) for port in ports),
        "ifName": tuple(f"Gi1/0/{port}" for port in ports),
        "ifAlias": tuple(f"{name} uplink to building {port}" if port % 3 else "" for port in ports),
    }
    kinds = CONCEPTS["interface"].columns
    quiet = {"interface_speed_bits_per_second": 1e9} | {name: 0.0 for name in kinds if "_errors_" in name}
    quiet |= {name: 0.0 for name in kinds if "_discards_" in name}
    interfaces = {
        column: [1 if kind is ColumnKind.ENUM else quiet.get(column, random.random() * 1e9) for _ in ports]
        for column, kind in kinds.items()
    }
    of_sensors = {
        "sensor": tuple(f"sensor {number}" for number in sensors),
        "quantity": tuple(("celsius", "volts", "dbm", "amperes")[number % 4] for number in sensors),
    }
    measured = {
        "sensor_value": [round(random.random() * 50, 2) for _ in sensors],
        "sensor_high_critical": [70 if number % 2 else None for number in sensors],
        "sensor_state": [1] * len(sensors),
    }
    return [
        concept(name, "interface", labels["ifIndex"], labels, interfaces),
        concept(name, "sensor", of_sensors["sensor"], of_sensors, measured),
    ]


def concept(
    device: str,
    table: str,
    index: tuple[str, ...],
    labels: Mapping[str, tuple[str, ...]],
    columns: Mapping[str, list],
) -> TableReading:
    rows = RowSet(index=index, keys=index, labels=labels)
    return TableReading(device=device, table=table, at=datetime.now(UTC), rows=rows, columns=columns)


def prometheus_client_of(readings: list[TableReading]) -> CollectorRegistry:
    registry = CollectorRegistry()
    gauges = {column: Gauge(column, column, LABELS, registry=registry) for column in (*COUNTERS, *GAUGES)}
    for reading in readings:
        for row in range(PORTS):
            texts = [reading.device, *reading.rows.labels_of(row).values()]
            for column, values in reading.columns.items():
                gauges[column].labels(*texts).set(values[row])
    return registry


def best_cpu_seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the least CPU time of a run; it is done once before, so that templates are made."""
    work()
    times = []
    for _ in range(runs):
        gc.collect()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main() -> None:
    readings = [switch(f"access-sw{number}") for number in range(DEVICES)]
    board = Board()
    for reading in readings:
        board.take_reading(reading)
    kinds = dict.fromkeys(COUNTERS, ColumnKind.COUNTER64) | dict.fromkeys(GAUGES, ColumnKind.GAUGE)
    exposition = Exposition(
        board, {"ifTable": TableSchema(name="ifTable", columns=kinds)}, registry=CollectorRegistry()
    )

    async def answer(packed: bool) -> int:
        return sum([len(chunk) async for chunk in exposition.render(gzip=packed).chunks])

    def text() -> int:
        return sum(map(len, exposition.device_text(TextFormat.TEXT)))

    ours = best_cpu_seconds(text)
    streamed = best_cpu_seconds(lambda: asyncio.run(answer(packed=False)))
    slowest = LONGEST_SLICE_SECONDS._value.get()
    packed = best_cpu_seconds(lambda: asyncio.run(answer(packed=True)), runs=2)
    registry = prometheus_client_of(readings)
    theirs = best_cpu_seconds(lambda: generate_latest(registry), runs=2)

    meant = Board()
    for number in range(DEVICES):
        for reading in meanings(f"access-sw{number}"):
            meant.take_reading(reading)
    of_concepts = Exposition(meant, {}, registry=CollectorRegistry())
    lines = b"".join(of_concepts.device_text(TextFormat.TEXT)).count(b"\nnetwatch_")
    meaning = best_cpu_seconds(lambda: sum(map(len, of_concepts.device_text(TextFormat.TEXT))))

    show("device text", ours, f"{goal(ours)}; {SERIES:,} series in {ours:.3f} s")
    show("concepts", meaning, f"{goal(meaning, lines)}; {lines:,} series in {meaning:.3f} s", lines)
    show("streamed in slices", streamed, goal(streamed))
    show("streamed and gzip", packed, "(no target: zlib's own time, spent in a thread)")
    show("prometheus-client", theirs, f"for comparison: ours is {theirs / ours:.0f} times as fast")
    kept = "reached" if slowest < 0.020 else "MISSED"
    print(f"{'longest slice':19}{slowest * 1e3:5.2f} ms on the loop   target < 20: {kept}")


def goal(seconds: float, series: int = SERIES) -> str:
    """Return whether as many series were written in a CPU second as should be."""
    return f"  target >= 2: {'reached' if series / seconds >= 2e6 else 'MISSED'}"


def show(what: str, seconds: float, remark: str, series: int = SERIES) -> None:
    print(f"{what:19}{series / seconds / 1e6:5.2f} M series per CPU second {remark}")


if __name__ == "__main__":
    main()
