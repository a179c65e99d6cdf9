"""Carries one kind of row away: claims what is due, has each tried, records what came of it.

How a row is tried is the caller's; that leases are renewed while it is, that a result outlives a store in trouble,
and that what is under way at the end is given back, is here, once for every kind.
May import: netwatch.errors, netwatch.model, netwatch.notify.{metrics, ledger.{attempts, loops}}.
Called by: netwatch.notify.{dead_letters, http.sender, smtp.sender, snmp.sender}.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from netwatch.errors import StoreError
from netwatch.model import ClockStep, Event, OutboxEntry, OutboxKind, OutboxState, moved_entry
from netwatch.notify import metrics
from netwatch.notify.ledger.attempts import Result, broken_off, given_back
from netwatch.notify.ledger.loops import ended, surviving

MAX_SLEEP = timedelta(seconds=60)
"""The wall clock may be set; the outbox is looked at this often whatever it says."""
MIN_SLEEP_SECONDS = 0.05
RECORD_PAUSES = (0.05, 0.2, 1.0, 3.0)


class Outbox(Protocol):
    """What carriers need of the store."""

    async def claim_due(
        self, now: datetime, lease_for: timedelta, limit: int, kind: OutboxKind
    ) -> Sequence[OutboxEntry]:
        """Lease up to `limit` rows of a kind that are due, as `sending`; one whose lease ran out is due."""

    async def record(
        self, entry: OutboxEntry, events: Sequence[Event] = (), entries: Sequence[OutboxEntry] = ()
    ) -> bool:
        """Replace a row, append events and add rows, in one transaction; durable when it returns."""

    async def next_due(self, kind: OutboxKind) -> datetime | None:
        """Return when the next row of a kind is due (a lease ends), None where nothing waits."""


def utc_now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


class Carrier:
    """Carries between `start()` and `stop()`.

    carry:  tries one row; CancelledError gives the row back, and any other error counts as a try that broke off.
    room:   how many rows may be under way at the moment; while it is 0 only `wake()` makes the carrier look again.
    ahead:  how many more are claimed with them, so that a row is at hand when there is room and nobody waits for the
            database; they go back where there is no room any more.
    grace:  how long `stop()` lets what is under way finish.
    """

    def __init__(
        self,
        outbox: Outbox,
        kind: OutboxKind,
        *,
        carry: Callable[[OutboxEntry], Awaitable[Result]],
        room: Callable[[], int],
        ahead: Callable[[], int] = lambda: 0,
        lease_for: timedelta,
        grace: timedelta,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._outbox, self._kind, self._carry, self._room = outbox, kind, carry, room
        self._ahead, self._lease_for, self._grace, self._clock = ahead, lease_for, grace, clock
        self._woken = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._under_way: set[asyncio.Task[bool]] = set()
        self._more_may_wait = True
        self._looks_again_in_time = False
        self._leased: dict[str, OutboxEntry] = {}
        self._at_hand: deque[str] = deque()

    @property
    def under_way(self) -> int:
        """Return how many rows are being tried."""
        return len(self._under_way)

    def wake(self) -> None:
        """Look at the outbox now: rows were committed, or there is room. Call it on the loop."""
        self._woken.set()

    @property
    def alive(self) -> bool:
        """Return whether rows would still be carried."""
        return bool(self._loops) and not any(task.done() for task in self._loops)

    def clock_was_set(self, step: ClockStep) -> None:
        """Move what is under way with the wall clock, as the rows in the database were, and look again."""
        self._leased = {entry_id: moved_entry(entry, step) for entry_id, entry in self._leased.items()}
        self.wake()

    def start(self) -> None:
        """Begin to carry."""
        self._loops = [
            asyncio.create_task(self._dispatch(), name=f"notify: {self._kind}"),
            asyncio.create_task(self._keep_leases(), name=f"notify: leases of {self._kind}"),
        ]

    async def stop(self) -> None:
        """Let what is under way finish for a moment, and give the rest back."""
        if not self._loops:
            return
        dispatch, keep_leases = self._loops
        self._loops = []
        await ended(dispatch)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._grace.total_seconds())
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._give_back()
        await ended(keep_leases)

    async def _dispatch(self) -> None:
        while True:
            self._woken.clear()
            seconds: float | None = 1.0
            with surviving("dispatch"):
                claimed = await self._claim()
                seconds = await self._until_next(claimed)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()

    async def _claim(self) -> int:
        self._more_may_wait = True
        room = self._room()
        if not room:
            await self._give_back()
        free = room + self._ahead() - len(self._under_way) - len(self._at_hand) if room else 0
        if free <= 0:
            return 0
        entries = await self._outbox.claim_due(self._clock(), self._lease_for, free, self._kind)
        self._more_may_wait = len(entries) == free
        self._leased |= {entry.id: entry for entry in entries}
        self._at_hand.extend(entry.id for entry in entries)
        self._begin()
        return len(entries)

    def _begin(self) -> None:
        """Try what is at hand, as far as there is room."""
        while self._at_hand and len(self._under_way) < self._room() and self._loops:
            task = asyncio.create_task(self._deliver(self._leased[self._at_hand.popleft()]))
            self._under_way.add(task)
            task.add_done_callback(self._finished)

    async def _give_back(self) -> None:
        """Lay back what is at hand and was not tried."""
        while self._at_hand:
            entry = self._leased.pop(self._at_hand.popleft())
            with surviving("deliver"):
                await self._record(Result(entry=given_back(entry)))

    async def _until_next(self, claimed: int) -> float | None:
        """Return for how many seconds there is nothing to do unless somebody wakes us; None: for good."""
        self._looks_again_in_time = not self._at_hand and len(self._under_way) < self._room()
        if not self._looks_again_in_time:
            return None
        due = await self._outbox.next_due(self._kind)
        wait = min(due - self._clock(), MAX_SLEEP) if due is not None else MAX_SLEEP
        return max(wait.total_seconds(), 0.0 if claimed else MIN_SLEEP_SECONDS)

    def _finished(self, task: asyncio.Task[bool]) -> None:
        """Go on with what is at hand; look again, unless that was the last row that was due and it is done with.

        While everything was full nobody asked when the next row is due: one that was put off may be by now.
        """
        self._under_way.discard(task)
        self._begin()
        is_short = len(self._at_hand) <= self._ahead() // 2
        has_more = (is_short and self._more_may_wait) or (not self._at_hand and not self._looks_again_in_time)
        if has_more or task.cancelled() or not task.result() or not self._room():
            self.wake()

    async def _deliver(self, entry: OutboxEntry) -> bool:
        """Try a row and write down what came of it; return whether it was sent, so that nothing is due again."""
        with surviving("deliver"):
            try:
                result = await self._tried(entry)
            except asyncio.CancelledError:
                await self._record(Result(entry=given_back(self._leased.pop(entry.id, entry))))
                raise
            finally:
                now = self._leased.pop(entry.id, entry)  # what is recorded now is the last word; renewed no more
            if result.entry.not_before == entry.not_before:  # given back; the clock may have been set meanwhile
                result = replace(result, entry=replace(result.entry, not_before=now.not_before))
            await self._record(result)
            return result.entry.state is OutboxState.SENT
        return False

    async def _tried(self, entry: OutboxEntry) -> Result:
        with surviving("carry"):
            return await self._carry(entry)
        return broken_off(entry, now=self._clock(), dice=random.random())  # noqa: S311 - spreads tries, no secret

    async def _record(self, result: Result) -> None:
        """Write down what became of a row; a store in trouble is asked again while the lease may still hold."""
        for pause in (*RECORD_PAUSES, None):
            try:
                await self._outbox.record(result.entry, result.events, result.entries)
                return
            except StoreError:
                metrics.LOOP_ERRORS.labels("record").inc()
                if pause is None:
                    raise
                await asyncio.sleep(pause)

    async def _keep_leases(self) -> None:
        """Renew the leases of rows that take long, so that leases can be short and a crash costs little."""
        while True:
            await asyncio.sleep(self._lease_for.total_seconds() / 3)
            for entry_id in tuple(self._leased):
                with surviving("lease"):
                    await self._renew(entry_id)

    async def _renew(self, entry_id: str) -> None:
        if (entry := self._leased.get(entry_id)) is not None:
            await self._outbox.record(replace(entry, lease_until=self._clock() + self._lease_for))
