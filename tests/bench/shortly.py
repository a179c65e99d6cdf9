"""Runs every bench as it is, but for a moment: whether each still runs to its end, not how fast anything is.

    python tests/bench/shortly.py [BENCH ...]

Each is a process of its own with its numbers made small, so that a figure it prints here says nothing. Those that
need the lab beside the checkout say so and end well.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import CodeType

BENCH = Path(__file__).resolve().parent
MOST_SECONDS = 300.0
AT_ONCE = 2
"""Benches at the same time: much of it they wait, and no figure of theirs is meant."""
CHILDREN_RUN = "NETWATCH_BENCH_CHILDREN_RUN"
"""The program that a bench's own children are to run in place of its file: the same, with its numbers made small."""
SMALL: Mapping[str, Mapping[str, str]] = {
    "bench_curves": {"SWITCHES": "20", "READINGS": "5"},
    "bench_exposition": {"DEVICES": "4", "RUNS": "1"},
    "bench_history": {"FLEET": "10"},
    "bench_knowing": {"DEVICES": "2", "ROUNDS": "1", "TURNS": "1"},
    "bench_latency": {"SINGLY": "10", "BURSTS": "{10: 1, 100: 1}", "COMMITS": "10"},
    "bench_live": {"DEVICES": "20", "PAGES": "8", "SECONDS": "2.0"},
    "bench_mail": {"ROUNDS": "1", "AT_ONCE": "2", "STORM": "200"},
    "bench_mailbox": {"ANSWERS": "3", "IDLE_SECONDS": "2"},
    "bench_pages": {"DEVICES": "100", "ROUNDS": "1"},
    "bench_poll": {"DEVICES": "4", "ROUNDS": "1"},
    "bench_stages": {"MANY": "500"},
    "bench_start": {"ROUNDS": "1"},
    "bench_store": {"BURST": "200", "SINGLY": "10"},
    "bench_traps": {"TRAPS": "500", "NOISY_SECONDS": "1", "POLLED": "5", "PORTS": "100", "MUTATIONS": "10_000"},
    "bench_v3": {"DEVICES": "4", "ROUNDS": "1"},
    "bench_wire": {"ROUNDS": "1"},
}
"""What each bench counts by its constants, and how little of it is enough to see that it runs."""
BORROWED = {"bench_switch": "bench_poll"}
"""Whose numbers a bench uses."""
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "bench_history": ("--devices", "1", "--hours", "1"),
    "bench_ping": ("--addresses", "100", "--interval", "1", "--seconds", "3"),
}
LONG = {"bench_mib", "bench_discovery"}
"""Compiling MIBs takes a minute with the corpus beside the checkout; so do the sweeps of others."""
RUN = """
import sys
sys.path[:0] = [{bench!r}, {house!r}]
import shortly
exec(shortly.prepared({name!r}, globals()))
"""
"""It is run as the main module, which the processes that a bench starts import again."""


def smaller(text: str, numbers: Mapping[str, str]) -> str:
    """Return a bench's text with other numbers in place of its constants.

    Raises:
        LookupError: it has no such constant any more.
    """
    for name, number in numbers.items():
        line = rf"^((?:[A-Z_]+, )*{name}(?:, [A-Z_]+)* = .*)$"  # also `A, B = 1, 2`: it is set once more behind that
        text, count = re.subn(line, rf"\1\n{name} = {number}", text, flags=re.MULTILINE)
        if not count:
            raise LookupError(f"it has no constant {name}")
    return text


def prepared(name: str, main: dict[str, object]) -> CodeType:
    """Return a bench with small numbers, to be run in the main module's names as if it were called itself."""
    path = BENCH / f"{name}.py"
    sys.argv = [str(path), *ARGUMENTS.get(name, ()), *sys.argv[1:]]
    main["__file__"] = str(path)
    if (other := BORROWED.get(name)) is not None:
        vars(importlib.import_module(other)).update(
            {word: ast.literal_eval(number) for word, number in SMALL[other].items()}
        )
    return compile(smaller(path.read_text(), SMALL.get(name, {})), str(path), "exec", dont_inherit=True)


def names() -> list[str]:
    """Return the benches."""
    return sorted(path.stem for path in BENCH.glob("bench_*.py") if path.stem not in LONG)


def trouble_of(name: str) -> str:
    """Run a bench; return why it did not come to its end, empty where it did, be its targets missed or not."""
    program = RUN.format(bench=str(BENCH), house=str(BENCH.parents[1]), name=name)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
            env={**os.environ, CHILDREN_RUN: program},
        )
    except subprocess.TimeoutExpired:
        return f"it is not done after {MOST_SECONDS:.0f} s"
    if "Traceback (most recent call last)" in done.stderr or done.returncode < 0:
        return done.stderr[-2000:] or f"it ended by signal {-done.returncode}"
    return "" if done.stdout.strip() else f"it says nothing; {done.stderr[-500:]}"


def timed(name: str) -> tuple[str, str, float]:
    """Run a bench; return its name, what was wrong, and how long it took."""
    began = time.monotonic()
    return name, trouble_of(name), time.monotonic() - began


def main() -> int:
    """Run those that were named, or all; return how many did not come to their end."""
    failed = 0
    with ThreadPoolExecutor(AT_ONCE) as crew:
        for name, trouble, seconds in crew.map(timed, sys.argv[1:] or names()):
            failed += bool(trouble)
            print(f"{name:<20} {seconds:5.1f} s  {trouble or 'runs'}", flush=True)
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
