"""Looks after the v3 side of every device: finds engines before they are asked, remembers them, explains silence.

May import: netwatch.model. Called by: lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from netwatch.errors import PollError, RequestTimedOut
from netwatch.snmp.fast.endpoint import Endpoint
from netwatch.snmp.fast.peer import Peer
from netwatch.snmp.fast.question import answers, discover
from netwatch.snmp.metrics import credential_failures
from netwatch.snmp.v3.engine import Engine, EngineMemory
from netwatch.snmp.v3.envelope import CredentialRefused
from netwatch.snmp.v3.keys import keys_at
from netwatch.snmp.v3.message import Flag
from netwatch.snmp.v3.metrics import engines
from netwatch.snmp.v3.user import User

Result = TypeVar("Result")
Remember = Callable[[EngineMemory], object]


class Users:
    """Puts around a conversation what v3 needs before and after it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._memories: dict[str, EngineMemory] = {}
        self._remember: Remember | None = None
        self._settling: dict[User, asyncio.Task[None]] = {}

    def recall(self, memories: Iterable[EngineMemory], remember: Remember) -> None:
        """Start from engines as they were known before a restart; tell `remember` of each that is worth keeping."""
        self._memories = {memory.device: memory for memory in memories}
        self._remember = remember

    async def stop(self) -> None:
        """End what is being looked for."""
        tasks = list(self._settling.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, peer: Peer, user: User, work: Callable[[Peer], Awaitable[Result]]) -> Result:
        """Carry out `work` with a device whose engine is known.

        Raises:
            PollError: the credential was refused; says why. RequestTimedOut: silence.
        """
        began_at = asyncio.get_running_loop().time()
        try:
            if not user.settled:
                await self._settled(peer, user)
            peer.identity, peer.overhead_bytes = user.context, user.overhead_bytes
            result = await work(peer)
        except RequestTimedOut:
            user.settled = False
            await self._explain(peer, user, began_at)
            raise
        except CredentialRefused as refused:
            credential_failures.labels(refused.reason).inc()
            raise
        if user.news:
            self._tell(peer, user)
        return result

    async def _settled(self, peer: Peer, user: User) -> None:
        """Wait for the engine to be known; several who ask one device wait for the same discovery."""
        task = self._settling.get(user)
        if task is None:
            task = asyncio.create_task(self._settle(peer, user), name=f"engine of {peer.device.name}")
            task.add_done_callback(partial(self._forget, user))
            self._settling[user] = task
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise PollError("the SNMP endpoint was stopped") from None
            raise

    def _forget(self, user: User, task: asyncio.Task[None]) -> None:
        """Let go of a discovery; its failure is looked at, as those who waited for it may have gone."""
        self._settling.pop(user, None)
        if not task.cancelled():
            task.exception()

    async def _settle(self, peer: Peer, user: User) -> None:
        now = asyncio.get_running_loop().time
        memory, how = self._memories.pop(peer.device.name, None), "remembered"
        if memory is not None and user.engine is None:
            engine = Engine(memory.engine_id, memory.boots, memory.time_at(datetime.now(UTC)), now())
        else:
            engine, how = await discover(self._endpoint, peer), "discovered"
            user.heard_at = now()
        if user.engine is None or user.engine.engine_id != engine.engine_id:
            keys = await asyncio.to_thread(keys_at, user.credential, engine.engine_id)
            user.meet(engine, keys)
            user.news = how == "discovered"
            engines.labels(how=how).inc()
        user.settled = True

    async def _explain(self, peer: Peer, user: User, began_at: float) -> None:
        """Tell a device that is gone from one that cannot decrypt, and says nothing about it (net-snmp does so).

        Only where it said something in this conversation it is asked something small, encrypted and not; and then
        encrypted once more, since who answers that was only slow, and is not to be told of as one that refuses.

        Raises:
            CredentialRefused: it minds the encryption.
        """
        if not user.level & Flag.PRIVACY or user.heard_at < began_at:
            return
        for who, answered in ((user, False), (user.unencrypted(), True), (user, False)):
            if await answers(self._endpoint, peer, who) is not answered:
                return
        refused = CredentialRefused("wrong privacy passphrase")
        credential_failures.labels(refused.reason).inc()
        raise refused from None

    def _tell(self, peer: Peer, user: User) -> None:
        """Hand out what is worth keeping; not before the engine has answered under its own name."""
        user.news = False
        if self._remember is None or user.engine is None:
            return
        engine, now = user.engine, asyncio.get_running_loop().time()
        self._remember(
            EngineMemory(
                device=peer.device.name, engine_id=engine.engine_id, boots=engine.boots,
                time=engine.time_at(now), at=datetime.now(UTC),
            )
        )  # fmt: skip
