"""The general engine: everything SNMP through pysnmp, slowly and completely.

Whatever the fast lane refuses: 3DES, odd BER, odd engines. It knows plans only as lists of OIDs.
May import: netwatch.model, netwatch.errors, client, learning, the other files of this folder. Called by: dispatch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, Oid, Value, Varbind
from netwatch.snmp.client import GetPlan, ListedPlan, Told, Walk
from netwatch.snmp.general.community import CommunityExchange
from netwatch.snmp.general.get import OIDS_PER_GET, TRIES_BEFORE_HALVES, Gets
from netwatch.snmp.general.request import Answer, Exchange, Request
from netwatch.snmp.general.user import UserExchange
from netwatch.snmp.general.walk import MAX_VARBINDS, WalkState
from netwatch.snmp.learning import BatchSize

MAX_IN_FLIGHT_PER_DEVICE = 2


@dataclass(slots=True, eq=False)
class _Known:
    """What a device was learned to bear, and its window."""

    get_size: BatchSize = field(default_factory=lambda: BatchSize(OIDS_PER_GET))
    next_size: BatchSize = field(default_factory=lambda: BatchSize(OIDS_PER_GET))
    walk_size: BatchSize = field(default_factory=lambda: BatchSize(MAX_VARBINDS))
    window: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_IN_FLIGHT_PER_DEVICE))


class GeneralEngine:
    """Asks devices of every version between `start()` and `stop()`; satisfies SnmpClient."""

    def __init__(self) -> None:
        self._communities: CommunityExchange | None = None
        self._users: UserExchange | None = None
        self._known: dict[str, _Known] = {}

    async def start(self) -> None:
        """Get ready; sockets and engines are opened when a device first needs them."""
        self._communities, self._users = CommunityExchange(), UserExchange()
        self._users.start()

    async def stop(self) -> None:
        """Close sockets and drop what pysnmp keeps; requests under way time out."""
        if self._communities is not None and self._users is not None:
            self._communities.close()
            await self._users.stop()
        self._communities = self._users = None
        self._known.clear()

    def compile(self, _device: Device, oids: Sequence[Oid], *, texts_from: int | None = None) -> GetPlan:
        """Remember what to ask; pysnmp encodes it each time."""
        return ListedPlan(oids=tuple(oids))

    async def run_plan(self, device: Device, plan: GetPlan) -> list[Value]:
        """Ask a plan, any plan; return one value per OID in order."""
        return [varbind.value for varbind in await self.get(device, plan.oids)]

    def begin(self, _device: Device, _plan: GetPlan, _told: Told) -> bool:
        """Return that it takes a task here."""
        return False

    async def get(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for exact instances; as many GETs as needed."""
        return await Gets(self, device, self._of(device).get_size).instances(oids)

    async def get_next(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for the successors."""
        return await Gets(self, device, self._of(device).next_size).successors(oids)

    async def why_silent(self, _device: Device) -> str:
        """Return nothing: the fast lane looks after that."""
        return ""

    async def walk(
        self,
        device: Device,
        columns: Sequence[Oid],
        *,
        max_varbinds: int = 1_000_000,
        time_budget: timedelta = timedelta(seconds=60),
        after: Oid | None = None,
    ) -> Walk:
        """Walk subtrees side by side; trouble in mid-walk makes the result partial."""
        state = WalkState(
            columns,
            bulk=device.credential.version != "1",
            max_varbinds=max_varbinds,
            size=self._of(device).walk_size,
            after=after,
        )
        clock, tries = asyncio.get_running_loop().time, 1 + device.retries
        ends_at, heard, silent = clock() + time_budget.total_seconds(), False, 0
        while (request := state.request()) is not None:
            if clock() >= ends_at:
                state.give_up("time_budget", f"not done after {time_budget.total_seconds():g} s")
                break
            now = min(tries - silent, TRIES_BEFORE_HALVES) if request.is_big else tries - silent
            try:
                state.take(await self.ask(device, request, now))
                heard, silent = True, 0
            except PollError as exc:
                silent += now
                if isinstance(exc, RequestTimedOut) and silent < tries:
                    state.shrink("silence", str(exc))
                elif heard:
                    state.give_up("silence" if isinstance(exc, RequestTimedOut) else "error", str(exc))
                else:
                    raise
        return state.result()

    async def ask(self, device: Device, request: Request, tries: int) -> Answer:
        """Carry one request, within the device's window; satisfies Exchange.

        Raises:
            RequestTimedOut: no answer. PollError: a refusal, or the engine does not run.
        """
        if self._communities is None or self._users is None:
            raise PollError("the SNMP engine is not running")
        exchange: Exchange = self._users if device.credential.version == "3" else self._communities
        async with self._of(device).window:
            return await exchange.ask(device, request, tries)

    def _of(self, device: Device) -> _Known:
        return self._known.setdefault(device.name, _Known())
