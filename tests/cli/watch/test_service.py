"""What is told to systemd, when somebody listens; tests/scenarios/test_service.py runs the whole agent."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest

from netwatch.cli.watch.service import ask_for_time, feed_watchdog, notify, watchdog_interval
from tests.patience import PATIENCE_SECONDS


@pytest.fixture(params=["path", "abstract"])
def heard(request, tmp_path, monkeypatch):
    """A manager's socket, of both kinds that systemd uses."""
    name = str(tmp_path / "notify") if request.param == "path" else f"\0netwatch-{uuid4()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name)
        listener.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", name.replace("\0", "@"))
        yield lambda: listener.recv(100).decode()


def test_the_manager_hears_a_state(heard):
    notify("READY=1")

    assert heard() == "READY=1"


def test_without_a_manager_nothing_happens(monkeypatch, tmp_path):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("READY=1")


@pytest.mark.parametrize(
    ("environment", "interval"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=30)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_signs_of_life_come_twice_in_the_time_given(monkeypatch, environment, interval):
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)

    assert watchdog_interval() == interval


async def test_an_agent_that_does_not_live_gives_no_sign_of_life(heard, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "2000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    asked, lives = asyncio.Event(), False

    def is_alive() -> bool:
        asked.set()
        return lives

    feeding = asyncio.create_task(feed_watchdog(is_alive))
    await asyncio.wait_for(asked.wait(), PATIENCE_SECONDS)
    with pytest.raises(BlockingIOError):
        heard()
    lives = True
    asked.clear()
    await asyncio.wait_for(asked.wait(), PATIENCE_SECONDS)
    feeding.cancel()

    assert heard() == "WATCHDOG=1"


def test_a_start_that_gets_on_asks_for_more_time_until_it_is_ready(heard, monkeypatch):
    monkeypatch.setattr("netwatch.cli.watch.service.ASK_EVERY_SECONDS", 0.1)
    ask_for_time()

    said = told_while(heard, work=lambda: sum(range(100_000)))
    assert said == "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=starting"

    notify("READY=1\nSTATUS=serving")
    asking = [thread for thread in threading.enumerate() if thread.name == "netwatch-start"]
    for thread in asking:
        thread.join(PATIENCE_SECONDS)
    while (last := heard()).startswith("EXTEND"):
        pass
    assert last == "READY=1\nSTATUS=serving"
    with pytest.raises(BlockingIOError):
        heard()


def test_a_start_that_hangs_asks_for_nothing(heard, tmp_path):
    script = (
        "import time; from netwatch.cli.watch import service; service.ASK_EVERY_SECONDS = 0.1; "
        "time.sleep(0.5); service.ask_for_time(); time.sleep(1.5)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=PATIENCE_SECONDS)

    with pytest.raises(BlockingIOError):
        heard()


def told_while(heard, work) -> str:
    """Return what the manager hears while work is done, and fail where it hears nothing."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        work()
        with contextlib.suppress(BlockingIOError):
            return heard()
    raise AssertionError("the manager heard nothing")
