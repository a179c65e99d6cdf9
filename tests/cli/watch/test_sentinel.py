"""An agent that is only half alive is ended; tests/scenarios/test_limits.py takes the memory from a real one."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from netwatch.cli.watch.sentinel import NOT_ALIVE, Sentinel
from tests.patience import PATIENCE_SECONDS

CANNOT_END = """
import threading
from netwatch.cli.watch import sentinel
sentinel.LOOK_SECONDS = sentinel.STANDS_STILL_SECONDS = sentinel.END_WITHIN_SECONDS = 0.05
sentinel.Sentinel(lambda: False, lambda: None).start()
threading.Event().wait()
"""


def test_a_part_that_stands_still_for_long_ends_the_agent(monkeypatch):
    monkeypatch.setattr("netwatch.cli.watch.sentinel.LOOK_SECONDS", 0.01)
    monkeypatch.setattr("netwatch.cli.watch.sentinel.STANDS_STILL_SECONDS", 0.05)
    asked = threading.Event()
    sentinel = Sentinel(lambda: False, asked.set)

    sentinel.start()
    assert asked.wait(PATIENCE_SECONDS)
    sentinel.stop()

    assert sentinel.why == NOT_ALIVE


def test_an_agent_that_lives_is_left_alone_though_it_stood_still_for_a_moment(monkeypatch):
    monkeypatch.setattr("netwatch.cli.watch.sentinel.LOOK_SECONDS", 0.001)
    looked, signs = threading.Event(), iter([True, False, False, *[True] * 50])

    def is_alive() -> bool:
        sign = next(signs, None)
        if sign is None:
            looked.set()
        return sign is not False

    sentinel = Sentinel(is_alive, lambda: None)
    sentinel.start()
    assert looked.wait(PATIENCE_SECONDS)
    sentinel.stop()

    assert sentinel.why == ""


def test_an_agent_that_cannot_even_end_is_ended():
    done = subprocess.run(
        [sys.executable, "-c", CANNOT_END], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip

    assert done.returncode == 1
    assert NOT_ALIVE in done.stdout + done.stderr
