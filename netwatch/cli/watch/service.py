"""What systemd wants to hear from a service of Type=notify (sd_notify(3)).

A start that takes longer than TimeoutStartSec would be ended in its midst, and begun again, for ever. So a thread
asks for more time until READY=1 is told, for as long as something is done: a start that hangs is still ended.

May import: nothing of ours. Called by: netwatch run.
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

ASK_EVERY_SECONDS = 10.0
MORE_TIME = timedelta(seconds=60)
LONGEST_START = timedelta(minutes=30)
"""Beyond that even a start that is busy is one that goes round in circles."""
WORK_SECONDS = 0.02
"""CPU time between two looks from which on something is being done; looking itself takes a hundredth of that."""

_is_ready = threading.Event()


def notify(state: str) -> None:
    """Tell the service manager a state such as `READY=1`; without one, do nothing."""
    if state.startswith("READY=1"):
        _is_ready.set()
    _send(state)


def ask_for_time() -> None:
    """Keep the service manager from ending a start that takes long, until it is told READY=1."""
    if os.environ.get("NOTIFY_SOCKET"):
        _is_ready.clear()
        threading.Thread(target=_keep_asking, name="netwatch-start", daemon=True).start()


def _keep_asking() -> None:
    give_up_at = time.monotonic() + LONGEST_START.total_seconds()
    before = _work_done()
    while not _is_ready.wait(ASK_EVERY_SECONDS) and time.monotonic() < give_up_at:
        now = _work_done()
        if now[0] - before[0] >= WORK_SECONDS or now[1] != before[1]:
            _send(f"EXTEND_TIMEOUT_USEC={MORE_TIME // timedelta(microseconds=1)}\nSTATUS=starting")
        before = now


def _work_done() -> tuple[float, str]:
    """Return the CPU seconds this process took, and what it read and wrote on disks."""
    try:
        with open("/proc/self/io") as io:  # noqa: PTH123  # not a path of anybody's
            disk = "".join(line for line in io if line.startswith(("read_bytes", "write_bytes")))
    except OSError:
        disk = ""
    return time.process_time(), disk


def _send(state: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        try:
            channel.sendto(state.encode(), address)
        except OSError:  # the manager is gone; there is nobody left to tell
            return


def watchdog_interval() -> timedelta | None:
    """Return half of the time systemd gives us between signs of life, None without a watchdog."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    for_us = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return timedelta(microseconds=int(microseconds) / 2) if microseconds.isdigit() and for_us else None


async def feed_watchdog(is_alive: Callable[[], bool]) -> None:
    """Give signs of life for as long as the agent really lives; without a watchdog, end at once."""
    interval = watchdog_interval()
    while interval:
        if is_alive():
            notify("WATCHDOG=1")
        await asyncio.sleep(interval.total_seconds())
