"""Walks columns of a table side by side: several columns per GETBULK, several GETBULKs at once.

Columns are walked in groups of up to ten: wide enough to fill a frame with few repetitions, so that little is read
beyond the end of a short table, narrow enough for agents that look every column up from the start.
A walk ends where all columns have left their subtree. What ends it sooner makes it partial, and says so.
May import: netwatch.model. Called by: lane.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from netwatch.errors import FastLaneRefused, PollError, RequestTimedOut
from netwatch.log import get_logger
from netwatch.model import Oid
from netwatch.snmp import metrics
from netwatch.snmp.client import Walk
from netwatch.snmp.codec.ber import encode_integer
from netwatch.snmp.codec.decoders import decode_rows
from netwatch.snmp.codec.message import ERROR_NAMES, ErrorStatus, PduKind
from netwatch.snmp.fast.endpoint import Endpoint
from netwatch.snmp.fast.get_run import SPLIT_AFTER_TRIES
from netwatch.snmp.fast.peer import TRIES_WITH_BULK, Exchange, Peer
from netwatch.snmp.fast.plan import ANSWER_BYTES, HEADER_BYTES, NO_ERROR, encode_request, null_varbind
from netwatch.snmp.fast.tally import tally_open
from netwatch.snmp.fast.walk_columns import MOST_REPETITIONS, Column, Group, Suffixes, in_groups

log = get_logger(__name__)

GROUPS_AT_ONCE = 2
"""As many as a device's window; the groups behind them profit from what these learned of the table's length."""
MAX_REQUESTS = 100_000
NO_REPEATERS = b"\x02\x01\x00"


class WalkRun:
    """One walk under way."""

    __slots__ = (
        "_bulk", "_capped", "_columns", "_endpoint", "_future", "_groups", "_heard", "_known", "_max_varbinds",
        "_peer", "_reason", "_requests", "_room", "_rows", "_silent", "_under_way", "_varbinds", "over", "tally",
    )  # fmt: skip

    def __init__(
        self, endpoint: Endpoint, peer: Peer, columns: Sequence[Oid], max_varbinds: int, after: Oid | None = None
    ) -> None:
        self.over = False
        self.tally = tally_open()
        self._endpoint = endpoint
        self._peer = peer
        peer.reconsider_bulk(asyncio.get_running_loop().time())
        self._bulk = peer.device.credential.version != "1" and peer.answers_bulk is not False and not self._in_vain()
        self._columns = [Column(oid, after) for oid in columns]
        self._max_varbinds = max_varbinds
        self._room = ANSWER_BYTES - HEADER_BYTES - peer.overhead_bytes - len(peer.identity)
        self._known = Suffixes()
        self._groups = deque(in_groups(self._columns, peer.get_size.value))
        self._capped = False
        self._rows = -1
        self._heard = False
        self._reason = ""
        self._requests = 0
        self._silent = 0
        self._under_way = 0
        self._varbinds = 0
        self._future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def walk(self, time_budget_seconds: float) -> Walk:
        """Walk to the end, or to the first reason to stop.

        Raises:
            RequestTimedOut: the device never answered. FastLaneRefused: it answered beyond the fast lane.
        """
        timer = asyncio.get_running_loop().call_later(time_budget_seconds, self._out_of_time, time_budget_seconds)
        try:
            for _ in range(min(GROUPS_AT_ONCE, len(self._groups))):
                self._ask(self._groups.popleft())
            if self._columns:
                await self._future
        finally:
            timer.cancel()
            if not self.over:
                self.over = True
                self._endpoint.withdraw(self._peer, self)
        return self._outcome()

    def _outcome(self) -> Walk:
        columns = []
        for column in self._columns:
            walked, trouble = column.walked(self._known)
            columns.append(walked)
            if trouble is not None:
                self._note(*trouble)
        return Walk(columns=tuple(columns), partial=bool(self._reason), reason=self._reason, capped=self._capped)

    def _ask(self, group: Group) -> None:
        self._under_way += 1
        self._requests += 1
        head, tail = self._encode(group)
        self._endpoint.submit(self._peer, [Exchange(self, self._peer, head, tail, group)])

    def _encode(self, group: Group) -> tuple[bytes, bytes]:
        varbinds = b"".join([null_varbind(column.name) for column in group.columns])
        group.was_bulk = self._bulk and not group.by_next
        if not group.was_bulk:
            group.repetitions = 1
            return encode_request(self._peer.identity, PduKind.GET_NEXT, NO_ERROR, varbinds)
        numbers = NO_REPEATERS + encode_integer(group.fit(self._room, self._peer.walk_size.value, self._rows))
        return encode_request(self._peer.identity, PduKind.GET_BULK, numbers, varbinds)

    def take(self, exchange: Exchange, data: bytes, at: int, end: int, status: int, index: int) -> None:
        """Take one answer, and ask for the rows behind it."""
        group: Group = exchange.part  # type: ignore[assignment]  # this asker made it
        self._under_way -= 1
        self._heard = True
        try:
            if status:
                self._take_error(group, status, index)
            elif at == end:
                self._make_smaller(group, "empty", "the device gives an empty answer")
            else:
                self._take_rows(exchange, group, data, at, end)
        except FastLaneRefused as exc:
            self._stop(exc)
            return
        if not self._under_way and not self.over:
            self._stop(None)

    def _note_bulk(self, group: Group) -> None:
        """Remember whether the device answers GETBULK with rows: some are silent then, some say genErr or tooBig."""
        if group.was_bulk:
            self._peer.answers_bulk = True
        elif self._peer.device.credential.version != "1":
            self._bulk = False
            self._peer.give_up_bulk(asyncio.get_running_loop().time())
            metrics.without_bulk.inc()
            log.warning(
                "device answers GETNEXT and not GETBULK; it is walked row by row", device=self._peer.device.name
            )

    def _take_rows(self, exchange: Exchange, group: Group, data: bytes, at: int, end: int) -> None:
        before = [len(column.encoded) for column in group.columns]
        ended = decode_rows(data, at, end, group.targets(data[at + 3] if end - at > 3 else 0))
        count = len(ended) - sum(before)
        for place, column in enumerate(group.columns):
            count += len(column.encoded)
            column.end_if_no_further(before[place], self._known)
        for place in ended:
            column = group.columns[place]
            column.done = True
            self._rows = max(self._rows, len(column.encoded))
        if self._peer.answers_bulk is None:
            self._note_bulk(group)
        metrics.wire.varbinds += count
        self._varbinds += count
        self._learn(exchange, group, count)
        group.varbind_bytes = (end - at) / count
        group.limit = min(group.limit * 2, MOST_REPETITIONS)
        group.drop_done()
        self._next(group)

    def _next(self, group: Group) -> None:
        """Ask for the next rows of a group, or for the next group, unless the walk has grown beyond all bounds."""
        if self.over or not (group.columns or self._groups):
            return
        if self._varbinds >= self._max_varbinds:
            self._capped = not self._reason
            self._note("varbind_cap", f"more than {self._max_varbinds} varbinds")
            self._stop(None)
        elif self._requests >= MAX_REQUESTS:
            self._note("request_cap", f"not done after {MAX_REQUESTS} requests")
            self._stop(None)
        else:
            self._ask(group if group.columns else self._groups.popleft())

    def _learn(self, exchange: Exchange, group: Group, count: int) -> None:
        size = self._peer.walk_size
        if self._silent and exchange.attempt >= SPLIT_AFTER_TRIES:
            size.shrink(self._silent)
            self._silent = 0
        elif size.value < size.ceiling and group.repetitions > 1 and count * 2 >= size.value:
            size.succeed()

    def _take_error(self, group: Group, status: int, index: int) -> None:
        name = ERROR_NAMES[status] if status < len(ERROR_NAMES) else "unknown"
        metrics.errors.labels(status=name).inc()
        if status == ErrorStatus.NO_SUCH_NAME:
            self._take_no_such_name(group, index - 1)
            return
        if status == ErrorStatus.TOO_BIG and group.repetitions > 1:
            self._peer.walk_size.shrink(group.repetitions * len(group.columns))
        self._make_smaller(group, name, f"the device answers {name}")

    def _take_no_such_name(self, group: Group, place: int) -> None:
        """End a column that was asked for alone; of several, ask alone for the one the device points at, or for each.

        Some v1 agents count from 0, and the column that really ended is known only when it was alone.
        """
        columns = group.columns
        if len(columns) == 1:
            columns[0].done = True
            group.drop_done()
            self._next(group)
        elif 0 <= place < len(columns):
            self._next(Group([columns[place]], group.limit))
            self._next(Group([*columns[:place], *columns[place + 1 :]], group.limit))
        else:
            for column in columns:
                self._next(Group([column], group.limit))

    def _make_smaller(self, group: Group, cause: str, words: str) -> None:
        """Halve the repetitions, then the columns, then ask by GETNEXT; a row that fails even so ends the column."""
        if group.repetitions > 1:
            metrics.resizes.labels(cause=cause).inc()
            group.limit = group.repetitions // 2
            self._next(group)
        elif len(group.columns) > 1:
            metrics.resizes.labels(cause=cause).inc()
            half = len(group.columns) // 2
            for columns in (group.columns[:half], group.columns[half:]):
                self._next(Group(columns, 1))
        elif group.was_bulk:
            group.by_next = True
            self._next(group)
        else:
            column = group.columns[0]
            where = column.oid.join(self._known[column.encoded[-1]]) if column.encoded else column.oid
            self._note(cause, f"{words} after {where}")
            self._next(Group([], 1))

    def fail(self, exchange: Exchange, error: PollError) -> None:
        """End the walk: partial if the device ever answered in it."""
        if self._bulk:
            self._peer.bulks_in_vain += exchange.attempt
        if self._heard:
            self._note("silence", str(error))
            self._stop(None)
        else:
            self._stop(error)

    def retry(self, exchange: Exchange) -> Sequence[Exchange]:
        """Ask for less where a request stays unanswered.

        That is a quarter of the rows; by GETNEXT, if GETBULK was never answered; column by column, if that is not.
        """
        group: Group = exchange.part  # type: ignore[assignment]  # this asker made it
        tries = min(TRIES_WITH_BULK, self._peer.tries - 1)
        if self._bulk and self._in_vain(exchange.attempt):
            self._bulk = False
            exchange.head, exchange.tail = self._encode(group)
        elif not group.was_bulk and exchange.attempt >= tries:
            return self._singly(group, exchange.attempt)
        elif not self._bulk and group.was_bulk:
            exchange.head, exchange.tail = self._encode(group)
        if exchange.attempt >= SPLIT_AFTER_TRIES and group.was_bulk and group.repetitions > 1:
            self._silent = max(self._silent, group.repetitions * len(group.columns))
            metrics.resizes.labels(cause="silence").inc()
            group.limit = max(1, group.repetitions // 4)
            exchange.head, exchange.tail = self._encode(group)
        return ()

    def _in_vain(self, more: int = 0) -> bool:
        """Return whether GETBULK was tried often enough, with these tries more."""
        return self._peer.answers_bulk is None and self._peer.bulks_in_vain + more >= TRIES_WITH_BULK

    def _singly(self, group: Group, attempt: int) -> list[Exchange]:
        """Return a question per column instead of one for all; none where there is one column anyway."""
        if len(group.columns) < 2:
            return []
        metrics.resizes.labels(cause="silence").inc()
        self._peer.get_size.shrink(len(group.columns))
        groups = [Group([column], 1) for column in group.columns]
        self._under_way += len(groups) - 1
        self._requests += len(groups) - 1
        return [Exchange(self, self._peer, *self._encode(one), one, attempt) for one in groups]

    def _out_of_time(self, seconds: float) -> None:
        if not self._heard:
            self._stop(RequestTimedOut(f"no answer in {seconds:g} s"))
            return
        self._note("time_budget", f"not done after {seconds:g} s")
        self._stop(None)

    def _note(self, cause: str, words: str) -> None:
        metrics.partial_walks.labels(cause=cause).inc()
        self._reason = self._reason or words

    def _stop(self, error: PollError | None) -> None:
        self.over = True
        if not self._future.done():
            if error is None:
                self._future.set_result(None)
            else:
                self._future.set_exception(error)
        self._endpoint.withdraw(self._peer, self)
