"""Every worker must find the same tests, or pytest-xdist ends the whole run before one of them has begun."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 300


def collected(hash_seed: str) -> list[str]:
    """Return the ids of all tests that a run of its own finds, seconds after the one before."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "-p", "no:cacheprovider"],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=False,
        timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return [line for line in run.stdout.splitlines() if "::" in line]


@pytest.mark.timeout(2 * PATIENCE_SECONDS)
def test_the_names_of_tests_hold_neither_the_time_nor_the_order_of_a_set(request):
    """Where this very run collected everything, that is the first look: one costs half a minute of work."""
    second = collected("1")
    here = [item.nodeid for item in request.session.items]
    first = here if len(here) >= len(second) else collected("2")

    assert len(first) > 1000
    assert first == second
