"""Tells the fallback addresses of rows that died, in the very transaction that marks them dead.

It stands between carriers and store: what they record passes through here. The first death is told at once; what
dies in the five minutes after is told together, by count, at their end. What is still to be told is found again in
the store after a restart: rows that died after the last of these mails was written.
May import: netwatch.model, netwatch.notify.{metrics, ledger.{carrier, loops}, mail.fallback, smtp.settings}.
Called by: app, which hands it to the carriers as their outbox.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from netwatch.model import ClockStep, Composition, Event, OutboxEntry, OutboxKind, OutboxState, Transaction, new_uuid
from netwatch.notify import metrics
from netwatch.notify.ledger.carrier import Outbox, utc_now
from netwatch.notify.ledger.loops import ended, surviving
from netwatch.notify.mail.fallback import (
    FALLBACK,
    MOST_IN_FULL,
    compose_fallback,
    concerns,
    tells_of_dead_letters,
)
from netwatch.notify.smtp.settings import SmtpSettings

EVERY = timedelta(minutes=5)
LOOK_AGAIN_SECONDS = 60.0
"""The wall clock may be set; whether a mail is due is looked at this often."""
MOST_FOUND_AGAIN = 10_000
MOST_EVENTS = 200


class Ledger(Outbox, Protocol):
    """What telling of dead letters needs of the store, beside what carriers do."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write a transaction; the future is done when it is durable."""

    async def outbox(self, states: Collection[OutboxState] | None, limit: int | None) -> Sequence[OutboxEntry]:
        """Return rows of some states, the newest first."""

    async def reword(self, entry: OutboxEntry) -> None:
        """Keep what a row that is being sent says now."""

    async def outbox_of_thread(self, thread_id: str) -> Sequence[OutboxEntry]:
        """Return the rows of a thread, the oldest first."""

    async def ended_since(self, since: datetime) -> Mapping[OutboxState, int]:
        """Return how many rows were sent, or died, from an instant on."""


class DeadLetters:
    """An outbox that tells of what dies in it, between `start()` and `stop()`."""

    def __init__(
        self,
        ledger: Ledger,
        settings: SmtpSettings,
        *,
        every: timedelta = EVERY,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = new_uuid,
    ) -> None:
        self._ledger, self._every, self._clock, self._new_id = ledger, every, clock, new_id
        self._to, self._sender = tuple(settings.fallback_to), settings.from_
        self._untold: list[OutboxEntry] = []
        self._told_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()
        self._woken = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    @property
    def untold(self) -> int:
        """Return of how many dead rows nobody has been told yet."""
        return len(self._untold)

    def clock_was_set(self, step: ClockStep) -> None:
        """Move with the wall clock when somebody was last told, and look again."""
        self._told_at = None if self._told_at is None else step.moved(self._told_at)
        self._woken.set()

    def slept(self, asleep: timedelta) -> None:
        """Look again: timers stood still while the machine slept."""
        self._woken.set()

    async def start(self) -> None:
        """Find what a former life had yet to tell, and begin to tell it."""
        if not self._to:
            return
        await self._restore()
        self._loop = asyncio.create_task(self._keep_telling(), name="notify: dead letters")

    async def stop(self) -> None:
        """Tell no more; what is left is found again at the next start."""
        if self._loop is not None:
            await ended(self._loop)
            self._loop = None

    def wake(self) -> None:
        """See now whether a mail is due. Call it on the loop."""
        self._woken.set()

    async def claim_due(
        self, now: datetime, lease_for: timedelta, limit: int, kind: OutboxKind
    ) -> Sequence[OutboxEntry]:
        """Lease rows, as the store does."""
        return await self._ledger.claim_due(now, lease_for, limit, kind)

    async def next_due(self, kind: OutboxKind) -> datetime | None:
        """Return when the next row is due, as the store does."""
        return await self._ledger.next_due(kind)

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write a transaction, as the store does."""
        return self._ledger.commit(transaction)

    async def reword(self, entry: OutboxEntry) -> None:
        """Keep what a row says now, as the store does."""
        await self._ledger.reword(entry)

    async def outbox_of_thread(self, thread_id: str) -> Sequence[OutboxEntry]:
        """Return the rows of an incident, as the store does."""
        return await self._ledger.outbox_of_thread(thread_id)

    async def record(
        self, entry: OutboxEntry, events: Sequence[Event] = (), entries: Sequence[OutboxEntry] = ()
    ) -> bool:
        """Record how a try ended, and with a death the mail that tells of it, where one is due."""
        if entry.state is not OutboxState.DEAD or not self._to or tells_of_dead_letters(entry):
            return await self._ledger.record(entry, events, entries)
        async with self._one_at_a_time:
            now = self._clock()
            mails = self._mails([*self._untold, entry], now) if self._is_due(now) else []
            about = _told([*self._untold, entry], mails, now)
            recorded = await self._ledger.record(entry, (*events, *about), (*entries, *mails))
            if recorded and mails:
                self._were_told(mails, now)
            elif recorded:
                self._keep(entry)
            return recorded

    async def came_back(self, row: OutboxEntry, write: Callable[[Composition], Awaitable[None]]) -> None:
        """Have the death of a row that had been sent written, and with it the mail that tells of it, if one is due.

        `write` writes what it is given, and what else belongs to it, in one transaction.
        """
        if not self._to or tells_of_dead_letters(row):
            await write(Composition())
            return
        async with self._one_at_a_time:
            now = self._clock()
            mails = self._mails([*self._untold, row], now) if self._is_due(now) else []
            about = _told([*self._untold, row], mails, now)
            await write(Composition(entries=tuple(mails), events=tuple(about)))
            if mails:
                self._were_told(mails, now)
            else:
                self._keep(row)

    def _keep(self, row: OutboxEntry) -> None:
        """Keep a row to be told later; beyond the first few it is counted and not quoted, so its message may go."""
        if any(concerns(row, address) for address in self._to):
            self._untold.append(row if len(self._untold) < MOST_IN_FULL else replace(row, message=b""))
            self._woken.set()

    def _is_due(self, now: datetime) -> bool:
        """Return whether enough time passed; a wall clock that was set back is no reason to be silent for long."""
        return self._told_at is None or not self._told_at <= now < self._told_at + self._every

    def _mails(self, dead: Sequence[OutboxEntry], now: datetime) -> list[OutboxEntry]:
        return compose_fallback(dead, to=self._to, sender=self._sender, now=now, new_id=self._new_id)

    def _were_told(self, mails: Sequence[OutboxEntry], now: datetime) -> None:
        self._told_at = now
        self._untold.clear()
        metrics.FALLBACKS.inc(len(mails))

    async def _restore(self) -> None:
        mails = await self._ledger.outbox_of_thread(FALLBACK)
        self._told_at = max((mail.created_at for mail in mails), default=None)
        if self._told_at is None:  # the first death is told with its own record, so nothing can be untold
            return
        if not (await self._ledger.ended_since(self._told_at))[OutboxState.DEAD]:
            return  # to read thousands of old mails for nothing takes memory, and time at every start
        dead = await self._ledger.outbox({OutboxState.DEAD}, MOST_FOUND_AGAIN)
        for row in reversed(dead):
            ours = tells_of_dead_letters(row) or row.dropped_by_hand
            if not ours and row.last_tried_at is not None and row.last_tried_at > self._told_at:
                self._keep(row)

    async def _keep_telling(self) -> None:
        while True:
            self._woken.clear()
            with surviving("dead letters"):
                await self._tell_what_is_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds_left()):
                    await self._woken.wait()

    def _seconds_left(self) -> float:
        if not self._untold or self._told_at is None:
            return LOOK_AGAIN_SECONDS
        left = (self._told_at + self._every - self._clock()).total_seconds()
        return min(max(left, 0.05), LOOK_AGAIN_SECONDS)

    async def _tell_what_is_due(self) -> None:
        async with self._one_at_a_time:
            now = self._clock()
            if not self._untold or not self._is_due(now):
                return
            mails = self._mails(self._untold, now)
            events = _told(self._untold, mails, now)
            await self._ledger.commit(Transaction(entries=tuple(mails), events=tuple(events)))
            self._were_told(mails, now)


def _told(rows: Sequence[OutboxEntry], mails: Sequence[OutboxEntry], now: datetime) -> list[Event]:
    """Return the lines of the event log that say of rows who is told instead; none where no mail is written."""
    if not mails:
        return []
    to, ids = ", ".join(mail.recipient for mail in mails), " ".join(mail.id for mail in mails)
    return [
        Event(
            at=now,
            kind="delivery",
            text=f'{row.kind} to {row.recipient} "{row.subject}" given up, and told to {to}',
            alert_id=row.alert_ids[0] if len(row.alert_ids) == 1 else "",
            entry_id=row.id,
            group_key=row.group_key,
            details={"fallback": ids},
        )
        for row in rows[:MOST_EVENTS]
    ]
