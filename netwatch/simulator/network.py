"""Several simulated devices together, in the caller's loop or in a thread with a loop of its own.

May import: agent, device. Called by: story, cli (the demo), tests.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

from netwatch.simulator.agent import Agent
from netwatch.simulator.device import SimulatedDevice

T = TypeVar("T")
PATIENCE_SECONDS = 30.0


class SimulatedNetwork:
    """Devices that answer between `start()` and `stop()`, each on a port of its own."""

    def __init__(self, devices: Sequence[SimulatedDevice]) -> None:
        self.devices = {device.name: device for device in devices}
        self._agents: list[Agent] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def __getitem__(self, name: str) -> SimulatedDevice:
        return self.devices[name]

    async def start(self) -> None:
        """Listen on every device's port; ports that were 0 are known from here on.

        Raises:
            OSError: a port is taken.
        """
        self._loop = asyncio.get_running_loop()
        for device in self.devices.values():
            agent = Agent(device)
            self._agents.append(agent)
            await agent.start()

    async def stop(self) -> None:
        """Stop answering."""
        while self._agents:
            await self._agents.pop().stop()
        self._loop = None

    def do(self, action: Callable[[], T]) -> T:
        """Run a fault or a question on the network's own loop, from whatever thread, and return what it gives."""
        if self._loop is None or self._loop is _loop_here():
            return action()

        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE_SECONDS)

    @contextmanager
    def run_in_thread(self) -> Iterator[SimulatedNetwork]:
        """Answer in a thread with its own loop, so that slow pysnmp takes no time from the caller's loop.

        Raises:
            OSError: a port is taken.
        """
        started: Future[Callable[[], object]] = Future()
        thread = threading.Thread(target=lambda: asyncio.run(self._live(started)), name="simulator", daemon=True)
        thread.start()
        end = started.result(PATIENCE_SECONDS)
        try:
            yield self
        finally:
            end()
            thread.join(PATIENCE_SECONDS)

    async def _live(self, started: Future[Callable[[], object]]) -> None:
        """Answer until what `started` was given is called."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        try:
            await self.start()
            started.set_result(lambda: loop.call_soon_threadsafe(over.set))
            await over.wait()
        except OSError as exc:
            started.set_exception(exc)
        finally:
            await self.stop()


def _loop_here() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
