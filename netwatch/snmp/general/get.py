"""GETs and GETNEXTs through the general engine: as many as needed, smaller ones where a device cannot answer all.

What it makes of errors is what the fast lane makes of them, so that a device reads the same through either.
May import: netwatch.model, netwatch.errors, this room's metrics, learning and codec, the other files of this folder.
Called by: engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from netwatch.errors import RequestTimedOut
from netwatch.model import Device, Missing, Oid, Tag, Varbind
from netwatch.snmp import metrics
from netwatch.snmp.codec.message import ErrorStatus
from netwatch.snmp.general.request import Answer, Exchange, Request, error_name, refusal
from netwatch.snmp.learning import BatchSize

OIDS_PER_GET = 24
TRIES_BEFORE_HALVES = 2
REFUSALS = (ErrorStatus.NO_ACCESS, ErrorStatus.AUTHORIZATION_ERROR)
_EXACT, _NEXT = 0, 1
"""The repetitions of a request: none for the instances themselves, one for what follows them."""
_TAGS = {
    Missing.NO_SUCH_OBJECT: Tag.NO_SUCH_OBJECT,
    Missing.NO_SUCH_INSTANCE: Tag.NO_SUCH_INSTANCE,
    Missing.END_OF_MIB_VIEW: Tag.END_OF_MIB_VIEW,
}


class Gets:
    """GETs to one device; `size` is how many varbinds it is known to bear at once."""

    def __init__(self, exchange: Exchange, device: Device, size: BatchSize) -> None:
        self._exchange, self._device, self._size = exchange, device, size

    async def instances(self, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for exact instances; one varbind for each, in order."""
        return await self._all(oids, _EXACT)

    async def successors(self, oids: Sequence[Oid]) -> list[Varbind]:
        """Ask for what follows each; v1's noSuchName becomes endOfMibView for a varbind that is asked for alone."""
        return await self._all(oids, _NEXT)

    async def _all(self, oids: Sequence[Oid], kind: int) -> list[Varbind]:
        found: list[Varbind] = []
        while len(found) < len(oids):
            batch = oids[len(found) : len(found) + self._size.value]
            found += await self._some(batch, kind, 1 + self._device.retries)
        return found

    async def _some(self, oids: Sequence[Oid], kind: int, tries: int) -> list[Varbind]:
        """Ask one request, for a large one only some of the tries: its answer may get lost on the way."""
        first = min(tries, TRIES_BEFORE_HALVES) if len(oids) > 1 else tries
        try:
            answer = await self._exchange.ask(self._device, Request(oids=oids, repetitions=kind), first)
        except RequestTimedOut:
            if tries <= first:
                raise
            metrics.resizes.labels(cause="silence").inc()
            found = await self._halves(oids, kind, tries - first)
            self._size.shrink(len(oids))
            return found
        if answer.error_status:
            return await self._after_error(oids, kind, answer, tries)
        return await self._complete(oids, kind, answer, tries)

    async def _complete(self, oids: Sequence[Oid], kind: int, answer: Answer, tries: int) -> list[Varbind]:
        """Check the names; ask for what an agent left out at the end."""
        found = answer.varbinds
        is_other = kind == _EXACT and [varbind.oid for varbind in found] != list(oids[: len(found)])
        if not found or len(found) > len(oids) or is_other:
            raise refusal(answer)
        if len(found) < len(oids):
            metrics.resizes.labels(cause="truncated").inc()
            return found + await self._some(oids[len(found) :], kind, tries)
        self._size.succeed()
        return found

    async def _after_error(self, oids: Sequence[Oid], kind: int, answer: Answer, tries: int) -> list[Varbind]:
        name, status = error_name(answer), answer.error_status
        metrics.errors.labels(status=name).inc()
        if status in REFUSALS:
            raise refusal(answer)
        if status == ErrorStatus.NO_SUCH_NAME:
            return await self._without(oids, kind, answer.error_index - 1, tries)
        if len(oids) == 1:
            metrics.unreadable.inc()
            return [stand_in(oids[0], None)]
        if status == ErrorStatus.TOO_BIG:
            self._size.shrink(len(oids))
        metrics.resizes.labels(cause=name).inc()
        return await self._halves(oids, kind, tries)

    async def _halves(self, oids: Sequence[Oid], kind: int, tries: int) -> list[Varbind]:
        half = (len(oids) + 1) // 2
        return await self._some(oids[:half], kind, tries) + await self._some(oids[half:], kind, tries)

    async def _without(self, oids: Sequence[Oid], kind: int, place: int, tries: int) -> list[Varbind]:
        """Ask again for the one that a v1 device says it does not have, and without it for the others.

        Some agents count from 0: what is missing is known only of one that was asked for alone. An index that
        points nowhere has every one asked for alone.
        """
        if len(oids) == 1:
            return [stand_in(oids[0], Missing.END_OF_MIB_VIEW if kind == _NEXT else Missing.NO_SUCH_INSTANCE)]
        if not 0 <= place < len(oids):
            return [found for oid in oids for found in await self._some([oid], kind, tries)]
        alone = await self._some([oids[place]], kind, tries)
        others = await self._some([*oids[:place], *oids[place + 1 :]], kind, tries)
        return [*others[:place], *alone, *others[place:]]


def stand_in(oid: Oid, missing: Missing | None) -> Varbind:
    """Return the varbind that stands for one the device does not give; None where it has it but cannot read it."""
    return Varbind(oid=oid, tag=_TAGS[missing] if missing else Tag.NULL, value=missing)
