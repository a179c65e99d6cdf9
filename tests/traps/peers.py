"""A sink that keeps what it is told, and small words for tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from prometheus_client import REGISTRY
from pydantic import SecretStr

from netwatch.model import Credential, Device, TrapEvent
from tests.patience import PATIENCE_SECONDS

PUBLIC = Credential(name="public", version="2c", community=SecretStr("public"))


class Sink:
    """Keeps events; `hold` lets the writing wait for a test's word, `fail` lets it fail."""

    def __init__(self) -> None:
        self.events: list[TrapEvent] = []
        self.held: list[asyncio.Future[None]] = []
        self.hold = False
        self.fail: Exception | None = None

    def take_trap(self, event: TrapEvent) -> asyncio.Future[None]:
        self.events.append(event)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.hold:
            self.held.append(written)
        elif self.fail:
            written.set_exception(self.fail)
        else:
            written.set_result(None)
        return written

    async def heard(self, count: int, within: float = PATIENCE_SECONDS) -> list[TrapEvent]:
        """Wait until events stand for `count` traps."""
        await until(lambda: sum(event.count for event in self.events) >= count, within)
        return self.events


async def until(true: Callable[[], Any], within: float = PATIENCE_SECONDS) -> None:
    """Wait for a condition, and say which one never came."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "what was waited for did not come"
        await asyncio.sleep(0.005)


def device(name: str = "router", address: str = "127.0.0.1", credential: Credential = PUBLIC) -> Device:
    return Device(name=name, address=address, credential=credential)


def total(name: str, **labels: str) -> float:
    """Return a counter's present number."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def dropped(cause: str) -> float:
    return total("netwatch_traps_dropped_total", cause=cause)
