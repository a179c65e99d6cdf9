"""Runs a bench's measurement with the compiled wire and in pure Python, in turns, and prints the two side by side.

A bench calls itself: as a child it measures, with NETWATCH_PURE as it was given, and prints its figures as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from shortly import CHILDREN_RUN

from netwatch.compiled import is_usable, why

TURNS = 2
MEASURE = "--measure"

Figures = Mapping[str, float]
"""Milliseconds of CPU by what took them."""


def arguments_of_child() -> Sequence[str] | None:
    """Return what the child was given; None in the parent."""
    return sys.argv[sys.argv.index(MEASURE) + 1 :] if MEASURE in sys.argv else None


def give(figures: Figures) -> None:
    """Hand the figures to the parent."""
    print(json.dumps(figures))


def both(script: str, *arguments: object) -> tuple[Figures, Figures | None]:
    """Return the best figures in pure Python and compiled, of turns taken one after the other; None: not built."""
    short = os.environ.get(CHILDREN_RUN)
    program = [script] if short is None else ["-c", short]
    pure: dict[str, float] = {}
    compiled: dict[str, float] = {}
    for _ in range(TURNS):
        for best, switch in ((pure, "1"), (compiled, "")) if is_usable() else ((pure, "1"),):
            child = subprocess.run(
                [sys.executable, *program, MEASURE, *map(str, arguments)],
                env={**os.environ, "NETWATCH_PURE": switch}, stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            for name, value in json.loads(child.stdout.splitlines()[-1]).items():
                best[name] = min(value, best.get(name, value))
    return pure, compiled if is_usable() else None


def line(bench: str, what: str, pure: float, compiled: float | None, target: float | None = None) -> None:
    """Print one figure of both, their ratio, and whether the one that is in use reaches its target."""
    used = pure if compiled is None else compiled
    beside = f"compiled {compiled:8.3f}, {compiled / pure:.2f} of it" if compiled is not None else why()
    goal = "" if target is None else f"   target <= {target:g}: {'reached' if used <= target else 'MISSED'}"
    print(f"{bench}: {what:<56} ms CPU: pure {pure:8.3f}, {beside}{goal}")
