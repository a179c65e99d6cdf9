"""Tells the fallback addresses of rows that died, in the very transaction that marks them dead.

A route may have fallback addresses of its own; what these do not get either, and what has none, is told to those of
`smtp`, and where one of these is not reached nobody else is told.
It stands between carriers and store: what they record passes through here. The first death is told at once; what
dies in the five minutes after is told together, by count, at their end. What is still to be told is found again in
the store after a restart: rows that died after the last of these mails was written.
May import: netwatch.model, netwatch.notify.{address, metrics, ledger.{carrier, loops}, mail.fallback, smtp.settings}.
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
from netwatch.notify.address import parse_mailbox
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

Told = tuple[list[OutboxEntry], list[Event]]
NOTHING: Told = ([], [])


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


FallbackOf = Callable[[OutboxEntry], Sequence[str]]
"""Answers whom the route of a row says to tell of it, as the configuration writes addresses."""


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
        fallback_of: FallbackOf | None = None,
    ) -> None:
        """Build it; `fallback_of` is None where no route has fallback addresses of its own."""
        self._ledger, self._every, self._clock, self._new_id = ledger, every, clock, new_id
        self._to, self._sender = tuple(settings.fallback_to), settings.from_
        self._last_resort = {parse_mailbox(address).address.lower() for address in self._to}
        self._fallback_of = fallback_of
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
        if not self._to and self._fallback_of is None:
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
        if entry.state is not OutboxState.DEAD or not self._told_of(entry):
            return await self._ledger.record(entry, events, entries)
        async with self._one_at_a_time:
            now = self._clock()
            mails, about = self._mails([*self._untold, entry], now) if self._is_due(now, entry) else NOTHING
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
        if not self._told_of(row):
            await write(Composition())
            return
        async with self._one_at_a_time:
            now = self._clock()
            mails, about = self._mails([*self._untold, row], now) if self._is_due(now, row) else NOTHING
            await write(Composition(entries=tuple(mails), events=tuple(about)))
            if mails:
                self._were_told(mails, now)
            else:
                self._keep(row)

    def _keep(self, row: OutboxEntry) -> None:
        """Keep a row to be told later; beyond the first few it is counted and not quoted, so its message may go."""
        if self._told_of(row):
            self._untold.append(row if len(self._untold) < MOST_IN_FULL else replace(row, message=b""))
            self._woken.set()

    def _told_of(self, row: OutboxEntry) -> Sequence[str]:
        """Return who is told of a dead row; nobody where the last resort itself is not reached."""
        if tells_of_dead_letters(row) and row.recipient.lower() in self._last_resort:
            return ()
        own = self._fallback_of(row) if self._fallback_of is not None and not tells_of_dead_letters(row) else ()
        others = [address for address in own if concerns(row, address)]
        return others or [address for address in self._to if concerns(row, address)]

    def _is_due(self, now: datetime, row: OutboxEntry | None = None) -> bool:
        """Return whether enough time passed; a wall clock that was set back is no reason to be silent for long.

        One of our own mails is told of at once: there is one in five minutes of these.
        """
        if row is not None and tells_of_dead_letters(row):
            return True
        return self._told_at is None or not self._told_at <= now < self._told_at + self._every

    def _mails(self, dead: Sequence[OutboxEntry], now: datetime) -> Told:
        """Return the mails about dead rows, and what the event log has of that."""
        told = [(row, self._told_of(row)) for row in dead]
        mails = compose_fallback(told, sender=self._sender, now=now, new_id=self._new_id)
        return mails, _events(told, mails, now)

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
            if not row.dropped_by_hand and row.last_tried_at is not None and row.last_tried_at > self._told_at:
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
            mails, events = self._mails(self._untold, now)
            await self._ledger.commit(Transaction(entries=tuple(mails), events=tuple(events)))
            self._were_told(mails, now)


def _events(
    told: Sequence[tuple[OutboxEntry, Sequence[str]]], mails: Sequence[OutboxEntry], now: datetime
) -> list[Event]:
    """Return the lines of the event log that say of rows who is told instead."""
    written = {mail.recipient.lower(): mail for mail in mails}
    events = []
    for row, addresses in told[:MOST_EVENTS]:
        of_row = [written[parse_mailbox(address).address.lower()] for address in addresses]
        event = Event(
            at=now,
            kind="delivery",
            text=f'{row.kind} to {row.recipient} "{row.subject}" given up, and told to '
            + ", ".join(mail.recipient for mail in of_row),
            alert_id=row.alert_ids[0] if len(row.alert_ids) == 1 else "",
            entry_id=row.id,
            group_key=row.group_key,
            details={"fallback": " ".join(mail.id for mail in of_row)},
        )
        events.append(event)
    return events
