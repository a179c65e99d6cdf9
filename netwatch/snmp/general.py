"""The general engine: everything SNMP through pysnmp, slowly and completely.

v3 polls, and whatever the fast lane refuses. It knows plans only as lists of OIDs.
May import: netwatch.model, netwatch.errors, the general_*.py files. Called by: the dispatcher of this room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from netwatch.errors import PollError, RequestTimedOut
from netwatch.model import Device, Missing, Oid, Tag, Value, Varbind
from netwatch.snmp.client import GetPlan, Walk
from netwatch.snmp.general_community import CommunityExchange
from netwatch.snmp.general_request import Answer, ErrorStatus, Exchange, Request, refusal
from netwatch.snmp.general_user import UserExchange
from netwatch.snmp.general_walk import WalkState

OIDS_PER_GET = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneralPlan:
    """Instances to ask; nothing is prepared, pysnmp encodes each time."""

    oids: tuple[Oid, ...]


class GeneralEngine:
    """Asks devices of every version between `start()` and `stop()`; satisfies SnmpClient."""

    def __init__(self) -> None:
        self._communities: CommunityExchange | None = None
        self._users: UserExchange | None = None

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

    def compile(self, _device: Device, oids: Sequence[Oid]) -> GetPlan:
        """Remember what to ask."""
        return GeneralPlan(oids=tuple(oids))

    async def run_plan(self, device: Device, plan: GetPlan) -> list[Value]:
        """Ask a plan, any plan; return one value per OID in order."""
        return [varbind.value for varbind in await self.get(device, plan.oids)]

    async def get(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for exact instances; as many GETs as needed."""
        found: list[Varbind] = []
        for start in range(0, len(oids), OIDS_PER_GET):
            found += await self._get_some(device, oids[start : start + OIDS_PER_GET])
        return found

    async def get_next(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for the successors; v1's noSuchName becomes endOfMibView for the varbind it names."""
        left, ended = list(range(len(oids))), dict[int, Varbind]()
        while left:
            request = Request(oids=[oids[place] for place in left], repetitions=1)
            answer = await self._exchange(device).ask(device, request)
            if answer.error_status == ErrorStatus.NO_SUCH_NAME and 0 < answer.error_index <= len(left):
                place = left.pop(answer.error_index - 1)
                ended[place] = _missing(oids[place], Missing.END_OF_MIB_VIEW)
                continue
            if answer.error_status or len(answer.varbinds) != len(left):
                raise _trouble(answer)
            ended.update(zip(left, answer.varbinds, strict=True))
            break
        return [ended[place] for place in range(len(oids))]

    async def walk(
        self,
        device: Device,
        columns: Sequence[Oid],
        *,
        max_varbinds: int = 1_000_000,
        time_budget: timedelta = timedelta(seconds=60),
    ) -> Walk:
        """Walk subtrees side by side; trouble in mid-walk makes the result partial."""
        state = WalkState(columns, bulk=device.credential.version != "1", max_varbinds=max_varbinds)
        clock = asyncio.get_running_loop().time
        ends_at, heard, silences = clock() + time_budget.total_seconds(), False, 0
        while (request := state.request()) is not None:
            if clock() >= ends_at:
                state.give_up(f"not done after {time_budget.total_seconds():g} s")
                break
            try:
                answer = await self._exchange(device).ask(device, request)
            except PollError as exc:
                silences += isinstance(exc, RequestTimedOut)
                if not heard:
                    raise
                if silences > 1 or not isinstance(exc, RequestTimedOut):
                    state.give_up(str(exc))
                else:
                    state.shrink(str(exc))
                continue
            state.take(answer)
            heard, silences = True, 0
        return state.result()

    def _exchange(self, device: Device) -> Exchange:
        if self._communities is None or self._users is None:
            raise PollError("the SNMP engine is not running")
        return self._users if device.credential.version == "3" else self._communities

    async def _get_some(self, device: Device, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask with one GET, in halves where the device cannot answer the whole."""
        answer = await self._exchange(device).ask(device, Request(oids=oids))
        if answer.error_status == ErrorStatus.NO_SUCH_NAME and 0 < answer.error_index <= len(oids):
            return await self._get_without(device, oids, answer.error_index - 1)
        if answer.error_status in (ErrorStatus.TOO_BIG, ErrorStatus.GEN_ERR) and len(oids) > 1:
            half = len(oids) // 2
            return await self._get_some(device, oids[:half]) + await self._get_some(device, oids[half:])
        if answer.error_status == ErrorStatus.GEN_ERR:
            return [_missing(oids[0], Missing.NO_SUCH_INSTANCE)]  # the device has it and cannot read it: no value
        if answer.error_status or [varbind.oid for varbind in answer.varbinds] != list(oids):
            raise _trouble(answer)
        return answer.varbinds

    async def _get_without(self, device: Device, oids: Sequence[Oid], place: int) -> list[Varbind]:
        """Ask again without the one that a v1 device says it does not have."""
        others = [*oids[:place], *oids[place + 1 :]]
        found = await self._get_some(device, others) if others else []
        return [*found[:place], _missing(oids[place], Missing.NO_SUCH_INSTANCE), *found[place:]]


def _missing(oid: Oid, missing: Missing) -> Varbind:
    tags = {
        Missing.NO_SUCH_OBJECT: Tag.NO_SUCH_OBJECT,
        Missing.NO_SUCH_INSTANCE: Tag.NO_SUCH_INSTANCE,
        Missing.END_OF_MIB_VIEW: Tag.END_OF_MIB_VIEW,
    }
    return Varbind(oid=oid, tag=tags[missing], value=missing)


def _trouble(answer: Answer) -> PollError:
    if answer.error_status:
        return refusal(answer)
    return PollError("the device answers with other objects than it was asked for")
