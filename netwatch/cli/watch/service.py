"""What systemd wants to hear from a service of Type=notify (sd_notify(3)).

May import: nothing of ours. Called by: netwatch run.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from datetime import timedelta


def notify(state: str) -> None:
    """Tell the service manager a state such as `READY=1`; without one, do nothing."""
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
