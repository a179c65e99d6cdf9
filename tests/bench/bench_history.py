"""Measures the history on disk: octets a value, CPU of keeping it, what is written a second, and reading a chart.

Run as `python tests/bench/bench_history.py [--devices 4] [--hours 24]`. Devices are 48-port switches with all that
a poll of one brings: interfaces, processor, memory, sensors, parts, and reachability every ten seconds. In the hard
case every port carries other traffic every minute; in the usual one a third of them do. All of it goes through the
recorder, whose turns are taken one after the other: `--devices 1000` writes such a day whole (some 940,000,000
values, 1 GB, an hour or so), and multiplies nothing. Then rules over days are held against a week of some devices.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netwatch.app.hindsight import AnsweredAtOnce
from netwatch.history import HistoryReader, HistorySettings, Recorder, Tier
from netwatch.history.file import HistoryFile
from netwatch.history.opening import open_to_write
from netwatch.model import CONCEPTS, RowSet, TableReading
from netwatch.rules import TableMemory, evaluate, parse_rules

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PORTS, FLEET = 48, 1000
BYTES_A_VALUE, CHART_MILLISECONDS, MEGABYTES_A_SECOND, RULE_SHARE = 1.2, 5.0, 1.0, 1.0


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
    """The recorder itself, whose turns are taken here one after the other instead of one a second."""

    def __init__(self, path: Path) -> None:
        self.now = START
        self.recorder = Recorder(path, HistorySettings(max_size=1 << 40), clock=lambda: self.now)
        self.recorder._thread = threading.current_thread()  # it runs, as far as `take` is concerned
        self.values, self.cpu_seconds, self.longest_minute = 0, 0.0, 0.0

    def take(self, readings: Iterable[TableReading], now: datetime) -> None:
        """Give it what a minute brought, and let it do all that is due."""
        began = time.process_time()
        for one in readings:
            self.values += sum(map(len, one.columns.values()))
            self.recorder.take(one)
        self.now = now
        self.recorder._look_at = 0.0  # once a minute of the simulated time
        self.recorder._turn()
        self.look_after()
        spent = time.process_time() - began
        self.cpu_seconds, self.longest_minute = self.cpu_seconds + spent, max(self.longest_minute, spent)

    def look_after(self) -> None:
        """Let it fold what is due."""
        upkeep, file = self.recorder._upkeep, self.recorder._holder.file()
        upkeep._looked_at = 0
        while True:
            upkeep.step(file, round(self.now.timestamp() * 1000), seconds=math.inf, may_delete=True)
            if not upkeep._due:
                return

    def finish(self) -> HistoryFile:
        """Write what is open, and return the file."""
        self.recorder._finish()
        return open_to_write(self.recorder.path)


def written_so_far() -> int:
    """Return how many octets this process wrote to files."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


def goal(value: float, most: float) -> str:
    return f"   target <= {most:g}: {'reached' if value <= most else 'MISSED'}"


def measure(folder: Path, case: str, busy: float, devices: int, hours: int) -> None:
    """Write a file and print what it took."""
    switches = [Switch(f"sw{number}", busy=busy, seed=number) for number in range(devices)]
    path = folder / f"{case}.db"
    keeping = Keeping(path)
    began = written_so_far()
    for minute in range(hours * 60):
        at = START + minute * MINUTE
        brought = [one for switch in switches for one in switch.minute(at)]
        keeping.take(brought, at + MINUTE)
        if minute % 60 == 59:
            print(f"\r  hour {minute // 60 + 1} of {hours}", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    file = keeping.finish()
    written = (written_so_far() - began) / hours / 3600
    fine = file._number("SELECT sum(length(body)) FROM blocks WHERE tier IN (?, ?)", (Tier.FRESH, Tier.RAW)) or 0
    size = file.size_bytes()
    a_value = size / keeping.values
    cpu = keeping.cpu_seconds / devices / hours / 60 * 1000
    print(f"{case}: {devices} devices, {hours} h, {keeping.values:,} values, {size / 1e6:,.0f} MB")
    print(f"  on disk, all tiers: {a_value:.2f} bytes a value{goal(a_value, BYTES_A_VALUE)}")
    print(f"  of that the readings alone, packed: {fine / keeping.values:.2f}")
    if devices == FLEET:
        print(f"  written: {written / 1e6:.2f} MB/s{goal(written / 1e6, MEGABYTES_A_SECOND)}")
    else:
        all_of_it = written / devices * FLEET / 1e6
        print(f"  written: {written / 1e6:.2f} MB/s; times {FLEET / devices:g} for {FLEET:,} devices: {all_of_it:.2f}"
              f" MB/s{goal(all_of_it, MEGABYTES_A_SECOND)}")  # fmt: skip
    print(f"  CPU of keeping: {cpu:.2f} ms a device and minute, {cpu * FLEET / 600:.1f} % of a core at {FLEET:,};"
          f" the longest minute {keeping.longest_minute:.1f} s")  # fmt: skip
    file.close()
    read_charts(path, START + hours * timedelta(hours=1), devices)


def read_charts(path: Path, end: datetime, devices: int) -> None:
    """Print what reading a day of one port costs, in a file that is open already."""
    reader, spent = HistoryReader(path), []
    columns = ("interface_in_bits_per_second", "interface_out_bits_per_second")
    for port in range(1, 41):
        began = time.process_time()
        found = reader.lines(
            f"sw{port * 7 % devices}", "interface", f"ifName=ifName{port}", columns,
            since=end - timedelta(hours=24), until=end,
        )  # fmt: skip
        spent.append((time.process_time() - began) * 1000)
    count = sum(len(past.times) for past in found.values())
    middle = sorted(spent)[len(spent) // 2]
    print(f"  a chart of 24 h of one port: {middle:.2f} ms for {count:,} values{goal(middle, CHART_MILLISECONDS)}")


ASKED = (
    "avg_over({0}, '7d')", "max_over({0}, '7d')", "quantile_over({0}, 0.95, '7d')", "forecast({0}, '7d')",
    "offset({0}, '7d')", "same_hour({0}, '7d')",
)  # fmt: skip


def measure_rules(folder: Path, devices: int, days: int = 8) -> None:
    """Print what rules over days cost the thread that answers, and the loop that holds readings against it."""
    switches = [Switch(f"sw{number}", busy=1.0, seed=number) for number in range(devices)]
    keeping = Keeping(folder / "rules.db")
    for minute in range(days * 24 * 60):
        at = START + minute * MINUTE
        keeping.take(
            (one for switch in switches for one in switch.minute(at) if one.table == "interface"), at + MINUTE
        )
    keeping.finish().close()
    end = START + timedelta(days=days)
    print(f"rules over days: {devices} devices of {PORTS} ports, {days} days of five minutes")
    for text in ASKED:
        rule_cost(folder / "rules.db", text.format("interface_in_bits_per_second"), switches, end)


def rule_cost(path: Path, expr: str, switches: list[Switch], end: datetime) -> None:
    text = f'rules: [{{alert: Test, expr: "interface_in_bits_per_second > 2 * {expr}"}}]\n'
    (rule,) = parse_rules(text, "rules.yaml", {"interface": CONCEPTS["interface"].schema})
    at_once, spent, looked, known = AnsweredAtOnce(HistoryReader(path)), 0.0, 0.0, 0
    warm = next(one for one in switches[0].minute(end) if one.table == "interface")
    evaluate(rule, warm, TableMemory("sw0", "interface", hindsight=at_once))  # opens the file
    at_once._answers.clear()
    for switch in switches:
        memory = TableMemory(switch.name, "interface", hindsight=at_once)
        readings = [one for number in range(3) for one in switch.minute(end + number * MINUTE)]
        first, *others = (one for one in readings if one.table == "interface")
        began = time.process_time()
        evaluate(rule, first, memory)
        spent += time.process_time() - began
        began = time.process_time()
        verdicts = [evaluate(rule, one, memory) for one in others]
        looked += (time.process_time() - began) / len(others)
        known += PORTS - list(verdicts[-1].broken).count(None)
        (question,) = (window.question for window in memory._long.values())
    answer = spent / len(switches) * 1000
    share = answer * FLEET / 1000 / question.pace.total_seconds() * 100
    print(f"  {expr}: {answer:.1f} ms an answer, every {question.pace.total_seconds() / 60:.0f} min:"
          f" {share:.2f} % of a core at {FLEET:,} devices{goal(share, RULE_SHARE)}; held against a reading:"
          f" {looked / len(switches) * 1e6:.0f} us; {known} of {PORTS * len(switches)} ports known")  # fmt: skip


def main() -> None:
    """Measure both cases."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--devices", type=int, default=4)
    words.add_argument("--hours", type=int, default=24)
    words.add_argument("--rules-of", type=int, default=2, help="devices with a week behind them; 0 for none")
    words.add_argument("--only-busy", action="store_true", help="leave out the case in which a third is busy")
    words.add_argument("--folder", type=Path, default=None, help="where to write; a temporary one without")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        if asked.rules_of:
            measure_rules(Path(folder), asked.rules_of, days=min(8, asked.hours))  # a short run is short here too
        measure(Path(folder), "every port busy", 1.0, asked.devices, asked.hours)
        if not asked.only_busy:
            measure(Path(folder), "a third busy", 0.33, asked.devices, asked.hours)


if __name__ == "__main__":
    main()
