"""Asks the GETs of a plan, side by side, and puts the answers together.

One future for the whole plan. An answer of tooBig or genErr halves the request it belongs to, and where no single
instance turns out to be its cause, so much is not asked at once any more; noSuchName (v1) has the instance it points
at asked for alone; an answer that was cut short is asked for the rest.
May import: netwatch.model. Called by: lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Generic

from netwatch.errors import FastLaneRefused, PollError
from netwatch.model import Missing
from netwatch.snmp import metrics
from netwatch.snmp.codec.message import ERROR_NAMES, ErrorStatus, PduKind
from netwatch.snmp.fast.endpoint import Endpoint
from netwatch.snmp.fast.peer import Exchange, Peer
from netwatch.snmp.fast.plan import GetRequest
from netwatch.snmp.fast.readers import Item, Reader
from netwatch.snmp.fast.tally import tally_open

SPLIT_AFTER_TRIES = 2
"""A big request unanswered so often is asked in halves: answers over a frame get lost where fragments are dropped."""
FEW = 4
"""So few that stayed unanswered are asked one by one: some agents answer a single instance and nothing else."""
REFUSALS = (ErrorStatus.NO_ACCESS, ErrorStatus.AUTHORIZATION_ERROR)

Part = tuple[GetRequest, range | Sequence[int]]
"""A request, and the places of its answers in the whole."""


class GetRun(Generic[Item]):
    """One plan under way to one device."""

    __slots__ = (
        "_endpoint", "_future", "_items", "_kind", "_left", "_peer", "_reader", "_refused", "_silent", "_size",
        "_unreadable", "over", "tally",
    )  # fmt: skip

    def __init__(self, endpoint: Endpoint, peer: Peer, reader: Reader[Item], kind: PduKind = PduKind.GET) -> None:
        self.over = False
        self.tally = tally_open()
        self._endpoint = endpoint
        self._peer = peer
        self._reader = reader
        self._kind = kind
        self._size = peer.next_size if kind == PduKind.GET_NEXT else peer.get_size
        self._items: list[Item] = []
        self._left = 0
        self._refused = 0
        self._silent = 0
        self._unreadable = False
        self._future: asyncio.Future[None] = endpoint.promise()

    async def ask(self, requests: Sequence[GetRequest]) -> list[Item]:
        """Send all requests and wait for the last answer.

        Raises:
            RequestTimedOut: no answer to one of them. PollError: the device refused. FastLaneRefused: the
            answer is beyond the fast lane.
        """
        exchanges, start = list[Exchange](), 0
        for request in requests:
            stop = start + len(request.shape.names)
            part = (request, range(start, stop))
            exchanges.append(Exchange(self, self._peer, request.head, request.shape.tail, part))
            start = stop
        self._left = start
        self._items = [None] * start  # type: ignore[list-item]  # all are filled in before anybody sees them
        if not start:
            return []
        self._endpoint.submit(self._peer, exchanges)
        try:
            await self._future
        finally:
            if not self.over:
                self.over = True
                self._endpoint.withdraw(self._peer, self)
        return self._items

    def take(self, exchange: Exchange, data: bytes, at: int, end: int, status: int, index: int) -> None:
        """Take one answer; the last one ends the run."""
        part: Part = exchange.part  # type: ignore[assignment]  # this asker made it
        if status:
            self._take_error(part, status, index)
            return
        request, places = part
        try:
            items = self._reader.read(data, at, end, request)
        except FastLaneRefused as exc:
            self._end(exc)
            return
        count = len(items)
        metrics.wire.varbinds += count
        if self._silent or self._size.value < self._size.ceiling:
            self._learn(exchange, count)
        if count < len(places):
            self._ask_rest(part, items)
        else:
            self._put(places, items)

    def fail(self, exchange: Exchange, error: PollError) -> None:
        """End the run: one request without an answer is a plan without one."""
        self._end(error)

    def retry(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return halves of a big request that stayed unanswered."""
        part: Part = exchange.part  # type: ignore[assignment]  # this asker made it
        if exchange.attempt < self._split_after or len(part[1]) < 2:
            return ()
        few = len(part[1]) <= FEW
        self._silent = max(self._silent, 2 if few else len(part[1]))
        metrics.resizes.labels(cause="silence").inc()
        parts = self._singly(part) if few else self._halves(part)
        return [self._exchange(one, exchange.attempt) for one in parts]

    @property
    def _split_after(self) -> int:
        return min(SPLIT_AFTER_TRIES, self._peer.tries - 1)

    def _put(self, places: range | Sequence[int], items: Sequence[Item]) -> None:
        if isinstance(places, range):
            self._items[places.start : places.stop] = items
        else:
            for place, item in zip(places, items, strict=True):
                self._items[place] = item
        self._left -= len(places)
        if not self._left and not self._future.done():
            if self._refused and not self._unreadable:
                self._size.shrink(self._refused)
            self.over = True
            self._future.set_result(None)

    def _learn(self, exchange: Exchange, count: int) -> None:
        """Learn from a good answer of so many: the size is fine, or half of a silent one was."""
        size = self._size
        if self._silent and exchange.attempt >= self._split_after:
            size.shrink(self._silent)
            self._silent = 0
            self._cut_waiting()
        elif size.value < size.ceiling and count * 2 >= size.value:
            size.succeed()

    def _cut_waiting(self) -> None:
        """Make what still waits to be sent as small as was just learned, rather than have it fail piece by piece."""
        waiting, size = self._peer.waiting, self._size.value
        cut = list[Exchange]()
        for exchange in waiting:
            if exchange.asker is not self or exchange.attempt:
                cut.append(exchange)
                continue
            part: Part = exchange.part  # type: ignore[assignment]  # this asker made it
            request, places = part
            starts = range(0, len(places), size)
            parts = [(self._request(request.names[at : at + size]), places[at : at + size]) for at in starts]
            cut += [exchange] if len(places) <= size else [self._exchange(one, 0) for one in parts]
        waiting.clear()
        waiting.extend(cut)

    def _take_error(self, part: Part, status: int, index: int) -> None:
        name = ERROR_NAMES[status] if status < len(ERROR_NAMES) else "unknown"
        metrics.errors.labels(status=name).inc()
        request, places = part
        if status in REFUSALS:
            self._end(PollError(f"the device answers {name}"))
        elif status == ErrorStatus.NO_SUCH_NAME and len(places) == 1:
            self._put(places, [self._reader.stand_in(request.names[0], self._none_such())])
        elif status == ErrorStatus.NO_SUCH_NAME:
            self._send(self._apart(part, index - 1))
        elif len(places) > 1:
            if status == ErrorStatus.TOO_BIG:
                self._size.shrink(len(places))
                self._cut_waiting()
            else:
                self._refused = min(self._refused or len(places), len(places))
            metrics.resizes.labels(cause=name).inc()
            self._send(self._halves(part))
        else:
            metrics.unreadable.inc()
            self._unreadable = True
            self._put(places, [self._reader.stand_in(request.names[0], None)])

    def _none_such(self) -> Missing:
        return Missing.END_OF_MIB_VIEW if self._kind == PduKind.GET_NEXT else Missing.NO_SUCH_INSTANCE

    def _end(self, error: PollError) -> None:
        self.over = True
        if not self._future.done():
            self._future.set_exception(error)
        self._endpoint.withdraw(self._peer, self)

    def _apart(self, part: Part, place: int) -> list[Part]:
        """Return what to ask a v1 device that does not have one of several: that one alone, and the others.

        Some agents count from 0: what is missing is known only of one that was asked for alone. An index that
        points nowhere has every one asked for alone.
        """
        request, places = part
        if not 0 <= place < len(places):
            return self._singly(part)
        names = [*request.names[:place], *request.names[place + 1 :]]
        others = [*places[:place], *places[place + 1 :]]
        return [(self._request([request.names[place]]), [places[place]]), (self._request(names), others)]

    def _ask_rest(self, part: Part, items: Sequence[Item]) -> None:
        """Keep what came of an answer that was cut short; ask again for what is missing, in halves."""
        request, places = part
        metrics.resizes.labels(cause="truncated").inc()
        if not items and len(places) == 1:
            self._end(FastLaneRefused("no_varbinds", "an answer without the varbind asked for"))
            return
        rest = (self._request(request.names[len(items) :]), places[len(items) :])
        self._send([rest] if items else self._halves(rest))
        if items:
            self._put(places[: len(items)], items)

    def _halves(self, part: Part) -> list[Part]:
        request, places = part
        half = (len(places) + 1) // 2
        return [
            (self._request(request.names[:half]), places[:half]),
            (self._request(request.names[half:]), places[half:]),
        ]

    def _singly(self, part: Part) -> list[Part]:
        request, places = part
        return [(self._request([name]), [at]) for name, at in zip(request.names, places, strict=True)]

    def _request(self, names: Sequence[bytes]) -> GetRequest:
        return GetRequest(self._peer.identity, names, self._kind)

    def _send(self, parts: Sequence[Part]) -> None:
        self._endpoint.submit(self._peer, [self._exchange(part, 0) for part in parts])

    def _exchange(self, part: Part, attempt: int) -> Exchange:
        return Exchange(self, self._peer, part[0].head, part[0].tail, part, attempt)
