"""Measures the history on disk: octets a value, CPU of keeping it, what is written a second, and reading a chart.

Run as `python tests/bench/bench_history.py [--devices 4] [--hours 24]`. Devices are 48-port switches with all that
a poll of one brings: interfaces, processor, memory, sensors, parts, and reachability every ten seconds. In the hard
case every port carries other traffic every minute; in the usual one a third of them do. What is said of 1,000
devices is what was measured times as many.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netwatch.history import HistoryReader, HistorySettings, Tier
from netwatch.history.block import pack_block
from netwatch.history.file import HistoryFile, Kept
from netwatch.history.opened import OpenBlock
from netwatch.history.opening import open_to_write
from netwatch.history.upkeep import Upkeep
from netwatch.model import RowSet, TableReading

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PORTS, FLEET = 48, 1000
BYTES_A_VALUE, CHART_MILLISECONDS, MEGABYTES_A_SECOND = 1.2, 5.0, 1.0


def rows(count: int, label: str, width: int = 1) -> RowSet:
    names = tuple(f"{label}{number}" for number in range(1, count + 1))
    return RowSet(index=names, keys=tuple(f"{label}={name}" for name in names), labels={label: names})


class Switch:
    """One switch, minute by minute."""

    def __init__(self, name: str, *, busy: float, seed: int) -> None:
        self.name, self._random = name, random.Random(seed)  # no secret
        self._busy = [self._random.random() < busy for _ in range(PORTS)]
        self._rows = {
            "interface": rows(PORTS, "ifName"), "cpu": rows(1, "cpu"), "memory": rows(1, "pool"),
            "sensor": rows(12, "sensor"), "hardware": rows(6, "part"), "reachability": rows(1, "x"),
        }  # fmt: skip
        self._heat = [35.0 + number for number in range(12)]

    def minute(self, at: datetime) -> Iterator[TableReading]:
        """Yield what the polls of a minute bring."""
        for second in range(0, 60, 10):
            now = at + timedelta(seconds=second, milliseconds=self._random.randrange(40))
            up = (now - START).total_seconds() + 1e6
            yield self._reading("reachability", now, up=[1], snmp_up=[1], uptime_seconds=[round(up, 2)],
                                round_trip_seconds=[self._random.random() / 100])  # fmt: skip
        now = at + timedelta(milliseconds=self._random.randrange(40))
        into, out = self._traffic(), self._traffic()
        speed = [1e9] * PORTS
        yield self._reading(
            "interface", now, interface_in_bits_per_second=into, interface_out_bits_per_second=out,
            interface_speed_bits_per_second=speed,
            interface_utilization_ratio=[max(a, b) / 1e9 for a, b in zip(into, out, strict=True)],
            interface_errors_ratio=[0.0] * PORTS, interface_discards_ratio=[0.0] * PORTS,
            interface_errors_per_second=[0.0] * PORTS, interface_discards_per_second=[0.0] * PORTS,
            interface_oper=[1 if busy else 2 for busy in self._busy], interface_admin=[1] * PORTS,
            interface_duplex=[1] * PORTS, interface_type=[6] * PORTS,
        )  # fmt: skip
        yield self._reading("cpu", now, cpu_busy_ratio=[self._random.randrange(20, 40) / 100])
        used = 2_000_000_000 + self._random.randrange(10_000_000)
        yield self._reading("memory", now, memory_used_bytes=[used], memory_size_bytes=[4 << 30],
                            memory_used_ratio=[used / (4 << 30)])  # fmt: skip
        self._heat = [heat + self._random.choice((-0.5, 0.0, 0.0, 0.5)) for heat in self._heat]
        yield self._reading("sensor", now, sensor_value=self._heat, sensor_high_critical=[75.0] * 12,
                            sensor_state=[1] * 12)  # fmt: skip
        yield self._reading("hardware", now, hardware_state=[1] * 6, hardware_word=[b"normal"] * 6)

    def _traffic(self) -> list[float]:
        return [self._random.expovariate(1) * 8e6 / 59.97 if busy else 0.0 for busy in self._busy]

    def _reading(self, table: str, at: datetime, **columns: list[object]) -> TableReading:
        return TableReading(device=self.name, table=table, at=at, rows=self._rows[table], columns=columns)


class Keeping:
    """What the recorder's thread does, without waiting for the time to pass."""

    def __init__(self, path: Path) -> None:
        self.file, self._upkeep = open_to_write(path), Upkeep(HistorySettings())
        self._open: dict[tuple[str, str], OpenBlock] = {}
        self.values, self.cpu_seconds = 0, 0.0

    def take(self, readings: list[TableReading], now: datetime) -> None:
        began = time.process_time()
        done: list[tuple[tuple[str, str], OpenBlock]] = []
        for one in readings:
            self.values += sum(map(len, one.columns.values()))
            place = (one.device, one.table)
            found = self._open.get(place)
            if found is not None and found.takes(one):
                found.add(one)
                continue
            if found is not None:
                done.append((place, found))
            self._open[place] = OpenBlock(one, found.shape if found is not None else None)
        with self.file.transaction():
            for place, opened in done:
                put(self.file, place, opened)
        self._upkeep.step(self.file, round(now.timestamp() * 1000), seconds=math.inf, may_delete=True)
        self.cpu_seconds += time.process_time() - began


def put(file: HistoryFile, place: tuple[str, str], opened: OpenBlock) -> None:
    block = opened.block()
    body = pack_block(block, group=0xFFFF, level=1)
    start, until, series = block.times[0], block.times[-1], file.series_id(*place)
    file.put(Kept(series=series, tier=Tier.FRESH, start=start, until=until, shape=block.shape, body=body))


def written_so_far() -> int:
    """Return how many octets this process wrote to files."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


def goal(value: float, most: float) -> str:
    return f"   target <= {most:g}: {'reached' if value <= most else 'MISSED'}"


def measure(folder: Path, case: str, busy: float, devices: int, hours: int) -> None:
    """Print the figures of one case."""
    switches = [Switch(f"sw{number}", busy=busy, seed=number) for number in range(devices)]
    path = folder / f"{case}.db"
    keeping = Keeping(path)
    began = written_so_far()
    for minute in range(hours * 60):
        at = START + minute * MINUTE
        keeping.take([one for switch in switches for one in switch.minute(at)], at + MINUTE)
    written = (written_so_far() - began) / devices / hours / 3600 * FLEET
    fine = sum(
        len(kept.body)
        for series, _, _ in keeping.file.all_series() for tier in (Tier.FRESH, Tier.RAW)
        for kept in keeping.file.blocks(series, tier, 0, 1 << 60)
    )  # fmt: skip
    a_value = keeping.file.size_bytes() / keeping.values
    cpu = keeping.cpu_seconds / devices / hours / 60 * 1000
    print(f"{case}: {devices} devices, {hours} h, {keeping.values:,} values")
    print(f"  on disk, all tiers: {a_value:.2f} bytes a value{goal(a_value, BYTES_A_VALUE)}")
    print(f"  of that the readings alone, packed: {fine / keeping.values:.2f}")
    print(f"  written at {FLEET:,} devices: {written / 1e6:.2f} MB/s{goal(written / 1e6, MEGABYTES_A_SECOND)}")
    print(f"  CPU of keeping: {cpu:.2f} ms a device and minute, {cpu * FLEET / 600:.1f} % of a core at {FLEET:,}")
    read_charts(path, START + hours * timedelta(hours=1))


def read_charts(path: Path, end: datetime) -> None:
    """Print what reading a day of one port costs, in a file that is open already."""
    reader, best = HistoryReader(path), math.inf
    columns = ("interface_in_bits_per_second", "interface_out_bits_per_second")
    for port in range(1, 21):
        began = time.process_time()
        found = reader.lines(
            "sw0", "interface", f"ifName=ifName{port}", columns, since=end - timedelta(hours=24), until=end
        )
        best = min(best, (time.process_time() - began) * 1000)
    count = sum(len(past.times) for past in found.values())
    print(f"  a chart of 24 h of one port: {best:.2f} ms for {count:,} values{goal(best, CHART_MILLISECONDS)}")


def main() -> None:
    """Measure both cases."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--devices", type=int, default=4)
    words.add_argument("--hours", type=int, default=24)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), "every port busy", 1.0, asked.devices, asked.hours)
        measure(Path(folder), "a third busy", 0.33, asked.devices, asked.hours)


if __name__ == "__main__":
    main()
