"""Measures the last hour in memory: CPU per reading, memory of 10,000 switches, and drawing a curve.

Run as `python tests/bench/bench_curves.py`. The rules are those shipped, so that what is kept is what they look at.
"""

from __future__ import annotations

import itertools
import re
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

from netwatch.engine import History
from netwatch.model import RowSet, TableReading, shipped_directory
from netwatch.profiles import load_library
from netwatch.rules import Rule, TableMemory, evaluate, has_curve, load_rules

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PORTS = 48
SWITCHES = 10_000
READINGS = 60
TARGET_MICROSECONDS = 20
MEBIBYTE = 1024 * 1024


def shipped_rules() -> list[Rule]:
    """Return the rules that come with NetWatch."""
    library = load_library([])
    return list(load_rules(sorted(shipped_directory("rules").glob("*.yaml")), library.schema()))


def interface_rules(rules: list[Rule]) -> list[Rule]:
    """Return the rules on interfaces whose values are kept."""
    return [rule for rule in rules if rule.table == "interface" and has_curve(rule)]


def inputs_of(rules: list[Rule]) -> set[str]:
    """Return the columns that any of them reads."""
    return {name for rule in rules for name in re.findall(r"interface_\w+", rule.expr)}


def readings(rules: list[Rule], device: str, rounds: int) -> list[TableReading]:
    """Return the readings of a switch, one a minute; every value is its own object, as those of a poll are."""
    columns = inputs_of(interface_rules(rules))
    keys = tuple(f"ifName=Gi1/0/{port}" for port in range(1, PORTS + 1))
    rows = RowSet(index=tuple(map(str, range(1, PORTS + 1))), keys=keys, labels={"ifName": keys})
    numbers = itertools.count(1)
    return [
        TableReading(
            device=device, table="interface", at=START + timedelta(minutes=minute), rows=rows,
            columns={name: [next(numbers) * 1.5 for _ in keys] for name in columns},
        )
        for minute in range(rounds)
    ]  # fmt: skip


def cost_of_a_reading(rules: list[Rule]) -> None:
    """Print the CPU time of one reading of a 48-port switch: kept, and while only the newest is held."""
    story = readings(rules, "sw1", 2000)
    best = float("inf")
    memory = TableMemory("sw1", "interface")
    of_table = [rule for rule in rules if rule.table == "interface"]
    for _ in range(5):
        history, spent = History(rules), 0.0
        for reading in story:
            for rule in of_table:
                evaluate(rule, reading, memory)
            began = time.perf_counter()
            history.note(reading, memory)
            spent += time.perf_counter() - began
        best = min(best, spent / len(story))
    kept = f"{len(interface_rules(rules))} values of {PORTS} ports"
    goal = "reached" if best * 1e6 < TARGET_MICROSECONDS else "MISSED"
    print(f"one reading ({kept}): {best * 1e6:.1f} us   target < {TARGET_MICROSECONDS}: {goal}")
    began = time.process_time()
    for number in range(200):
        rule = interface_rules(rules)[0]
        history.curve(rule.name, "sw1", f"ifName=Gi1/0/{number % PORTS + 1}", story[-1].at)
    print(f"one curve: {(time.process_time() - began) / 200 * 1e6:.0f} us")


def memory_of_a_network(rules: list[Rule], switches: int) -> None:
    """Print what an hour of many switches takes; the readings themselves are not counted."""
    story = readings(rules, "sw", READINGS)
    history = History(rules)
    tracemalloc.start()
    for minute in range(READINGS):
        one = story[minute]
        for number in range(switches):
            history.note(
                TableReading(
                    device=f"sw{number}",
                    table=one.table,
                    at=one.at,
                    rows=one.rows,
                    columns=one.columns,
                    rates=one.rates,
                )
            )
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"{switches} switches, an hour: {history.size_bytes / MEBIBYTE:.1f} MiB by its own account, "
        f"{used / MEBIBYTE:.1f} MiB with the newest readings, {history.slots} readings of each table"
    )


if __name__ == "__main__":
    RULES = shipped_rules()
    cost_of_a_reading(RULES)
    memory_of_a_network(RULES, 100)
    memory_of_a_network(RULES, SWITCHES)
