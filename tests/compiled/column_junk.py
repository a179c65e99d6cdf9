"""Odd columns by the thousand, worked on by the compiled part and by its Python twin: both say the same of each.

Run as `python -m tests.compiled.column_junk LIBRARY COUNT SEED`, where LIBRARY is a compiled columns.c, such as one
built with sanitizers; it prints how many there were, and ends with 1 at the first that the two disagree on.
"""

from __future__ import annotations

import importlib.util
import random
import sys
from array import array
from collections.abc import Callable, Iterator
from itertools import islice
from types import ModuleType
from typing import Any

from netwatch.compiled.column_twins import first_odd_in_python, packed_in_python, rates_in_python

EDGES = (0, 1, 255, 256, 2**31, 2**32 - 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 2**70)
ODD = (None, True, False, 1.5, -0.0, float("nan"), float("inf"), b"7", "7", (), [])
SECONDS = (60.0, 60, 1 / 3, 1, 0.25, 1e-300, 1e12, -60.0, 0.0, 0)
CODES = "qQdibB"


def _number(rng: random.Random) -> int:
    if rng.random() < 0.7:
        return rng.randrange(2 ** rng.choice((8, 32, 48, 63)))
    return rng.choice(EDGES) * rng.choice((1, 1, 1, -1))


def column(rng: random.Random, rows: int) -> Any:
    """Return a column as a device, a slip of ours or an enemy might have it."""
    kind = rng.random()
    found: list[Any] = [_number(rng) for _ in range(rows)]
    if kind < 0.15:
        found = [float(rng.random() * 10 ** rng.randrange(-20, 20)) for _ in range(rows)]
    elif kind < 0.3 and found:
        found[rng.randrange(rows)] = rng.choice(ODD)
    shape = rng.random()
    if shape < 0.45:
        return found
    if shape < 0.55:
        return tuple(found)
    if shape < 0.6:
        return rng.choice((None, 7, "1234", b"1234", iter(found), range(rows), {1, 2}))
    try:
        return array(rng.choice(CODES), found)
    except (OverflowError, TypeError):
        return packed_in_python(found)


def outcome_of(work: Callable[..., Any], *arguments: Any) -> object:
    """Return what a call gives, bit by bit, or the kind of what it raises."""
    try:
        found = work(*arguments)
    except (TypeError, ZeroDivisionError, OverflowError, ValueError) as exc:
        return type(exc).__name__
    if type(found) is array:
        return found.typecode, found.tobytes()
    return type(found).__name__, repr(found)


def are_plain(*columns: Any) -> bool:
    """Return whether these are what rates are made of: sequences of counters."""
    return all(
        isinstance(one, list | tuple | array) and all(type(value) is int and 0 <= value < 2**64 for value in one)
        for one in columns
    )


def disagreements(columns: Any, count: int, seed: int) -> Iterator[str]:
    """Yield what the two say differently.

    Of rates the compiled part says less than its twin: what is no counter it leaves to whoever looks closer.
    """
    rng = random.Random(seed)
    for _ in range(count):
        rows = rng.choice((0, 1, 3, 4, 5, 48))
        now, before = column(rng, rows), column(rng, rng.choice((rows, rows, rows, 7)))
        if rng.random() < 0.5:
            now, before = _counters(rng, rows)
        limits = None if rng.random() < 0.5 else [rng.choice((1e9, 0.0, 10, float("inf")))] * rows
        seconds = rng.choice(SECONDS)
        if not hasattr(now, "__next__"):
            for compiled, python in ((columns.packed, packed_in_python), (columns.first_odd, first_odd_in_python)):
                if outcome_of(compiled, now) != outcome_of(python, now):
                    yield f"{compiled.__name__} of {now!r}"
        there = outcome_of(columns.quick_rates, now, before, seconds, limits)
        if are_plain(now, before) and there != ("NoneType", "None"):
            here = outcome_of(rates_in_python, now, before, seconds, limits)
            if here != there:
                yield f"rates of {now!r}, {before!r} in {seconds!r} below {limits!r}: Python {here}, compiled {there}"


def _counters(rng: random.Random, rows: int) -> tuple[Any, Any]:
    """Return counters that went up, most of the time packed, as those of a poll are."""
    pairs = [sorted((abs(_number(rng)) % 2**64, abs(_number(rng)) % 2**64)) for _ in range(rows)]
    later, earlier = [pair[1] for pair in pairs], [pair[0] for pair in pairs]
    return (packed_in_python(later), packed_in_python(earlier)) if rng.random() < 0.8 else (later, tuple(earlier))


def load(path: str) -> ModuleType:
    """Load a compiled columns.c from where it was built."""
    spec = importlib.util.spec_from_file_location("netwatch.compiled.columns", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Work on as many as were asked for."""
    library, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    first = next(islice(disagreements(load(library), count, seed), 1), "")
    sys.stdout.write(first or f"{count} odd columns: the same\n")
    return bool(first)


if __name__ == "__main__":
    raise SystemExit(main())
