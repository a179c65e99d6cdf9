"""The fast lane: asks devices of all versions through our own codec and one UDP endpoint.

May import: netwatch.model. Called by: dispatch.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from netwatch.errors import PollError
from netwatch.model import Device, Oid, Value, Varbind
from netwatch.snmp.client import GetPlan, Told, Walk
from netwatch.snmp.codec.message import PduKind
from netwatch.snmp.fast.endpoint import Endpoint
from netwatch.snmp.fast.get_run import GetRun
from netwatch.snmp.fast.peer import VARBINDS_PER_REQUEST, Exchange, Peer
from netwatch.snmp.fast.plan import CompiledPlan, cut, encode_names, identity_of
from netwatch.snmp.fast.readers import Successors, Values, Varbinds
from netwatch.snmp.fast.short import ShortRun
from netwatch.snmp.fast.silence import Evidence
from netwatch.snmp.fast.users import Remember, Users
from netwatch.snmp.fast.walk import WalkRun
from netwatch.snmp.resolver import NAME_LIVES_FOR_SECONDS, Resolver, SocketAddress, literal
from netwatch.snmp.v3.engine import EngineMemory

MAX_PEERS = 200_000
LITERALS_LIVE_FOR_SECONDS = float("inf")

Result = TypeVar("Result")


class FastLane:
    """Satisfies SnmpClient between `start()` and `stop()`; refuses what it does not know."""

    def __init__(self, *, max_in_flight: int = 2000, max_in_flight_per_device: int = 2) -> None:
        self.endpoint = Endpoint(max_in_flight=max_in_flight, max_in_flight_per_device=max_in_flight_per_device)
        self._resolver = Resolver()
        self._evidence = Evidence()
        self._peers: dict[str, Peer] = {}
        self._users = Users(self.endpoint)
        self._looked_for: dict[str, asyncio.Task[None]] = {}

    def recall(self, engines: Iterable[EngineMemory], remember: Remember) -> None:
        """Start from v3 engines as they were known before a restart; hand out each that becomes known or boots.

        To be called before `start()`, if at all.
        """
        self._users.recall(engines, remember)

    async def start(self) -> None:
        """Open the sockets."""
        await self.endpoint.start()

    async def stop(self) -> None:
        """Close the sockets; requests under way fail."""
        for task in list(self._looked_for.values()):
            task.cancel()
        await asyncio.gather(*self._looked_for.values(), return_exceptions=True)
        await self._resolver.stop()
        await self.endpoint.stop()
        await self._users.stop()
        self._peers.clear()

    def compile(self, device: Device, oids: Sequence[Oid], *, texts_from: int | None = None) -> CompiledPlan:
        """Encode what to ask.

        Raises:
            FastLaneRefused: a user, a community or an OID beyond what the fast lane encodes.
            ValueError: an OID that is none.
        """
        names = encode_names(oids)
        peer = self._peers.get(device.name)
        if peer is None or peer.device.credential != device.credential:
            return CompiledPlan(identity_of(device), names, VARBINDS_PER_REQUEST, texts_from=texts_from)
        return CompiledPlan(peer.identity, names, peer.get_size.value, peer.overhead_bytes, texts_from=texts_from)

    async def run_plan(self, device: Device, plan: GetPlan) -> list[Value]:
        """Ask a plan; return one value per OID in order."""
        compiled = plan if isinstance(plan, CompiledPlan) else self.compile(device, plan.oids)
        return await self._ask(device, lambda peer: self._run_plan(peer, compiled))

    async def _run_plan(self, peer: Peer, plan: CompiledPlan) -> list[Value]:
        plan.fit(peer.identity, peer.get_size.value, peer.overhead_bytes)
        return await GetRun(self.endpoint, peer, Values()).ask(plan.requests)

    def begin(self, device: Device, plan: GetPlan, told: Told) -> bool:
        """Ask a plan of one request without a task; False where that cannot be, and nothing is asked.

        That is of a device not asked yet, one whose name is to be looked up again, or of version 3.
        """
        peer = self._peers.get(device.name)
        if peer is None or peer.device is not device or peer.user is not None or not isinstance(plan, CompiledPlan):
            return False
        plan.fit(peer.identity, peer.get_size.value, peer.overhead_bytes)
        if len(plan.requests) != 1 or not self.endpoint.knows_way_to(peer):
            return False
        request = plan.requests[0]
        self.endpoint.submit_one(peer, Exchange(ShortRun(request, told), peer, request.head, request.tail, None))
        return True

    async def get(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for exact instances once."""
        names = encode_names(oids)

        async def ask(peer: Peer) -> list[Varbind]:
            requests = cut(peer.identity, names, peer.get_size.value, peer.overhead_bytes)
            return await GetRun(self.endpoint, peer, Varbinds()).ask(requests)

        return await self._ask(device, ask)

    async def get_next(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for the successors, in as many GETNEXTs as the device needs."""
        names = encode_names(oids)

        async def ask(peer: Peer) -> list[Varbind]:
            requests = cut(peer.identity, names, peer.next_size.value, peer.overhead_bytes, PduKind.GET_NEXT)
            return await GetRun(self.endpoint, peer, Successors(), PduKind.GET_NEXT).ask(requests)

        return await self._ask(device, ask)

    async def why_silent(self, device: Device) -> str:
        """Return what speaks for which reason, where a device does not answer."""
        try:
            peer = await self._peer(device)
        except PollError:
            return ""
        return await self._evidence.of(peer.family, peer.address, device.credential.version)

    async def is_closed(self, device: Device) -> bool:
        """Return whether a device's host says that nothing listens at its port."""
        try:
            peer = await self._peer(device)
        except PollError:
            return False
        return await self._evidence.is_closed(peer.family, peer.address)

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
        seconds = time_budget.total_seconds()

        async def ask(peer: Peer) -> Walk:
            return await WalkRun(self.endpoint, peer, columns, max_varbinds, after).walk(seconds)

        return await self._ask(device, ask)

    async def _ask(self, device: Device, work: Callable[[Peer], Coroutine[Any, Any, Result]]) -> Result:
        peer = await self._peer(device)
        if peer.user is None:
            return await work(peer)
        return await self._users.ask(peer, peer.user, work)

    async def _peer(self, device: Device) -> Peer:
        peer = self._peers.get(device.name)
        if peer is None:
            peer = self._remember(device)
        elif peer.device is not device:
            peer.follow(device)
        if peer.address_until <= self.endpoint.now():
            await self._locate(peer)
        return peer

    def _remember(self, device: Device) -> Peer:
        """Make room for one more; what is forgotten is only learned again."""
        if len(self._peers) >= MAX_PEERS:
            idle = next((name for name, peer in self._peers.items() if not peer.flying and not peer.waiting), None)
            self._peers.pop(idle or "", None)
        peer = self._peers[device.name] = Peer(device)
        return peer

    async def _locate(self, peer: Peer) -> None:
        """Find the socket address, and the other addresses that answers may come from."""
        device = peer.device
        now = asyncio.get_running_loop().time()
        numeric = literal(device.address, device.port)
        until = LITERALS_LIVE_FOR_SECONDS if numeric else now + NAME_LIVES_FOR_SECONDS
        locations = [numeric] if numeric else await self._resolver.resolve(device.address, device.port)
        others: list[tuple[int, SocketAddress]] = []
        for other in device.accept_from:
            known = literal(other, 0)
            others += [known] if known else await self._resolver.resolve(other, 0)
        if any(literal(other, 0) is None for other in device.accept_from):
            until = min(until, now + NAME_LIVES_FOR_SECONDS)
        peer.sources = frozenset(other[0] for _, other in others)
        peer.is_at(locations)
        peer.on_silence = None if numeric else partial(self._look_for, peer)
        peer.address_until = until

    def _look_for(self, peer: Peer) -> None:
        """Ask anew for the name of a device that did not answer, beside the tries that go on."""
        if peer.device.name in self._looked_for:
            return
        task = asyncio.create_task(self._find(peer), name=f"look for {peer.device.name}")
        self._looked_for[peer.device.name] = task
        task.add_done_callback(lambda _: self._looked_for.pop(peer.device.name, None))

    async def _find(self, peer: Peer) -> None:
        with contextlib.suppress(PollError):  # a dead name server: the addresses known are tried on
            peer.is_at(await self._resolver.resolve(peer.device.address, peer.device.port, anew=True))
