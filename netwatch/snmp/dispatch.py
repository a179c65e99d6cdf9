"""Sends each question the right way: by the fast lane, and what that refuses by the general engine.

Most houses never need the general engine, and pysnmp takes a tenth of a second and some megabytes, so it is loaded
with the first question that is refused.
May import: netwatch.model. Called by: app and cli, through the door of this room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

from netwatch.errors import FastLaneRefused, PollError
from netwatch.log import get_logger
from netwatch.model import Device, Memory, Oid, Value, Varbind
from netwatch.snmp.client import GetPlan, ListedPlan, SnmpClient, Told, Walk
from netwatch.snmp.fast.lane import FastLane
from netwatch.snmp.metrics import fallback
from netwatch.snmp.v3.engine import EngineMemory

Answer = TypeVar("Answer")

MEMORY_SCOPE = "snmp"

log = get_logger(__name__)


class Limits(Protocol):
    """The numbers this room needs of the polling settings."""

    @property
    def max_in_flight(self) -> int:
        """Return how many requests may wait for an answer at once."""

    @property
    def max_in_flight_per_device(self) -> int:
        """Return how many of them may be to one device."""


class Engine(SnmpClient, Protocol):
    """A client that holds sockets between start and stop."""

    async def start(self) -> None:
        """Open them."""

    async def stop(self) -> None:
        """Close them."""


class Snmp:
    """Asks devices of every version; satisfies SnmpClient between `start()` and `stop()`."""

    def __init__(self, settings: Limits) -> None:
        self._fast = FastLane(
            max_in_flight=settings.max_in_flight, max_in_flight_per_device=settings.max_in_flight_per_device
        )
        self._general: Engine | None = None
        self._loading = asyncio.Lock()
        self._running = False

    def recall(self, memories: Iterable[Memory], remember: Callable[[Memory], object]) -> None:
        """Take back what this room wanted kept over a restart, and hand out what it wants kept over the next.

        That is the SNMP engines of v3 devices, so that they need not be discovered again, nor believed to be others.
        To be called before `start()`, if at all.
        """
        engines = [EngineMemory.from_text(memory.key, memory.text or "") for memory in memories]
        self._fast.recall(
            [engine for engine in engines if engine is not None],
            lambda engine: remember(Memory(scope=MEMORY_SCOPE, key=engine.device, text=engine.to_text())),
        )

    async def start(self) -> None:
        """Open sockets."""
        await self._fast.start()
        self._running = True

    async def stop(self) -> None:
        """Close sockets; requests under way fail."""
        self._running = False
        await self._fast.stop()
        if self._general is not None:
            await self._general.stop()
            self._general = None

    def compile(self, device: Device, oids: Sequence[Oid], *, texts_from: int | None = None) -> GetPlan:
        """Prepare a plan for exact instances."""
        try:
            return self._fast.compile(device, oids, texts_from=texts_from)
        except FastLaneRefused as exc:
            _count(device, exc)
        return ListedPlan(oids=tuple(oids))

    async def run_plan(self, device: Device, plan: GetPlan) -> list[Value]:
        """Ask a plan; return one value per OID in order."""
        return await self._ask(device, lambda client: client.run_plan(device, plan))

    def begin(self, device: Device, plan: GetPlan, told: Told) -> bool:
        """Ask a plan without a task, where that can be."""
        return self._fast.begin(device, plan, told)

    async def get(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for exact instances once."""
        return await self._ask(device, lambda client: client.get(device, oids))

    async def get_next(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for the successors."""
        return await self._ask(device, lambda client: client.get_next(device, oids))

    async def is_closed(self, device: Device) -> bool:
        """Return whether a device's host says that nothing listens at its port; takes half a second at most."""
        return await self._fast.is_closed(device)

    async def why_silent(self, device: Device) -> str:
        """Return what speaks for which reason, where a device does not answer."""
        return await self._fast.why_silent(device)

    async def walk(
        self,
        device: Device,
        columns: Sequence[Oid],
        *,
        max_varbinds: int = 1_000_000,
        time_budget: timedelta = timedelta(seconds=60),
        after: Oid | None = None,
    ) -> Walk:
        """Walk subtrees side by side."""
        return await self._ask(
            device,
            lambda client: client.walk(
                device, columns, max_varbinds=max_varbinds, time_budget=time_budget, after=after
            ),
        )

    async def _ask(self, device: Device, question: Callable[[SnmpClient], Awaitable[Answer]]) -> Answer:
        try:
            return await question(self._fast)
        except FastLaneRefused as exc:
            _count(device, exc)
        return await question(await self._general_engine())

    async def _general_engine(self) -> Engine:
        """Return the general engine, loaded beside the event loop and started the first time."""
        async with self._loading:
            if self._general is None:
                general = await asyncio.to_thread(_load)
                if not self._running:
                    raise PollError("the SNMP engine is not running")
                await general.start()
                self._general = general
            return self._general


def _load() -> Engine:
    """Return the general engine; the import is what takes the time."""
    from netwatch.snmp.general.engine import GeneralEngine

    return GeneralEngine()


def _count(device: Device, refused: FastLaneRefused) -> None:
    fallback.labels(reason=refused.reason).inc()
    log.debug("snmp_fast_lane_refused", device=device.name, reason=refused.reason)
