"""Sends what stands in the outbox: claims due rows, hands them to a relay, records what came of it.

A row is marked sent only after a relay accepted it; a crash in between repeats the mail with the same Message-ID and
loses none. While every relay is down nothing is claimed, and the rows wait as they are.
May import: netwatch.model, netwatch.notify.*. Called by: app, which starts it; engine's commits wake it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from netwatch.errors import StoreError
from netwatch.model import Event, OutboxEntry
from netwatch.notify import metrics
from netwatch.notify.address import parse_mailbox
from netwatch.notify.failures import SmtpFailure
from netwatch.notify.loops import surviving
from netwatch.notify.outcomes import Outcome, Trouble, accepted, failed, released
from netwatch.notify.relays import Pace, Relay, RelayStatus
from netwatch.notify.replies import Verdict, meaning_of
from netwatch.notify.settings import SmtpSettings

log = structlog.get_logger(__name__)

MAX_SLEEP = timedelta(seconds=60)
"""The wall clock may be set; the outbox is looked at this often whatever it says."""
MIN_SLEEP_SECONDS = 0.05
RECORD_PAUSES = (0.05, 0.2, 1.0, 3.0)


class Outbox(Protocol):
    """What the notifier needs of the store."""

    async def claim_due(self, now: datetime, lease_for: timedelta, limit: int) -> Sequence[OutboxEntry]:
        """Lease up to `limit` rows that are due, oldest first, as `sending`; rows whose lease ran out are due."""

    async def record(self, entry: OutboxEntry, events: Sequence[Event]) -> None:
        """Replace a row and append events, in one transaction; durable when it returns."""

    async def next_due(self) -> datetime | None:
        """Return when the next row is due (a lease ends), None where nothing waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierStatus:
    """The relays in the order they are tried, and how many mails are under way."""

    relays: tuple[RelayStatus, ...]
    under_way: int


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Notifier:
    """Sends mail between `start()` and `stop()`."""

    def __init__(
        self,
        outbox: Outbox,
        settings: SmtpSettings,
        *,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._outbox, self._settings, self._pace, self._clock = outbox, settings, pace or Pace(), clock
        self._relays: tuple[Relay, ...] = ()
        self._woken = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._leased: dict[str, OutboxEntry] = {}

    @property
    def relays_up(self) -> int:
        """Return how many relays take mail, as far as is known."""
        return sum(relay.up for relay in self._relays)

    @property
    def relays_down(self) -> int:
        """Return how many relays are left alone at the moment."""
        return len(self._relays) - self.relays_up

    def status(self) -> NotifierStatus:
        """Return what the page shows."""
        return NotifierStatus(relays=tuple(relay.status() for relay in self._relays), under_way=len(self._under_way))

    def wake(self) -> None:
        """Look at the outbox now: rows were committed. Call it on the loop."""
        self._woken.set()

    async def start(self) -> None:
        """Begin to send."""
        self._relays = tuple(
            Relay(
                relay,
                sender=parse_mailbox(self._settings.from_).address,
                local_hostname=self._settings.local_hostname,
                connections=self._settings.connections,
                check_interval=self._settings.check_interval,
                pace=self._pace,
                changed=self.wake,
            )
            for relay in self._settings.relays
        )
        for relay in self._relays:
            relay.start()
        self._loops = [asyncio.create_task(self._dispatch()), asyncio.create_task(self._keep_leases())]

    async def stop(self) -> None:
        """Let mails under way finish for a moment, give the others back, close every connection."""
        if not self._loops:
            return
        dispatch, keep_leases = self._loops
        await _ended(dispatch)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._pace.grace.total_seconds())
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await _ended(keep_leases)
        await asyncio.gather(*(relay.stop() for relay in self._relays))

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
        free = self._settings.connections - len(self._under_way)
        if free <= 0 or not self.relays_up:
            return 0
        entries = await self._outbox.claim_due(self._clock(), self._pace.lease_for, free)
        for entry in entries:
            task = asyncio.create_task(self._deliver(entry))
            self._under_way.add(task)
            self._leased[entry.id] = entry
            task.add_done_callback(self._finished)
        return len(entries)

    async def _until_next(self, claimed: int) -> float | None:
        """Return for how many seconds there is nothing to do unless somebody wakes us; None: for good."""
        if len(self._under_way) >= self._settings.connections or not self.relays_up:
            return None
        due = await self._outbox.next_due()
        wait = min(due - self._clock(), MAX_SLEEP) if due is not None else MAX_SLEEP
        return max(wait.total_seconds(), 0.0 if claimed else MIN_SLEEP_SECONDS)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()

    async def _deliver(self, entry: OutboxEntry) -> None:
        with surviving("deliver"):
            try:
                outcome = await self._try_relays(entry)
            except asyncio.CancelledError:
                await self._record(released(entry), ())
                raise
            if outcome is None:
                await self._record(released(entry), ())
            else:
                self._count(outcome)
                await self._record(outcome.entry, (outcome.event,))

    async def _try_relays(self, entry: OutboxEntry) -> Outcome | None:
        """Return what became of the row, None if the last relay went down between the claim and now."""
        troubles: list[Trouble] = []
        for relay in self._relays:
            if not relay.up:
                continue
            try:
                reply = await relay.send(entry)
            except SmtpFailure as failure:
                troubles.append(Trouble(relay=relay.name, failure=failure))
                if meaning_of(failure.phase, failure.code).verdict is not Verdict.HOLD:
                    break
            else:
                return accepted(entry, relay=relay.name, reply=reply, before=troubles, now=self._clock())
        if not troubles:
            return None
        return failed(entry, troubles, now=self._clock(), dice=self._pace.dice())

    async def _record(self, entry: OutboxEntry, events: Sequence[Event]) -> None:
        """Write down what became of a row; a store in trouble is asked again while the lease may still hold."""
        self._leased.pop(entry.id, None)  # not to be renewed any more: what is recorded now is the last word
        for pause in (*RECORD_PAUSES, None):
            try:
                await self._outbox.record(entry, events)
                return
            except StoreError:
                metrics.LOOP_ERRORS.labels("record").inc()
                if pause is None:
                    raise
                await asyncio.sleep(pause)

    def _count(self, outcome: Outcome) -> None:
        metrics.ATTEMPTS.labels(outcome.outcome, outcome.phase).inc()
        if outcome.outcome == "sent":
            metrics.SENT.inc()
            metrics.DELIVERY_SECONDS.observe(max(0.0, (self._clock() - outcome.entry.created_at).total_seconds()))
        if outcome.outcome == "dead":
            metrics.DEAD.inc()
            log.error("mail given up", recipient=outcome.entry.recipient, reply=outcome.entry.last_reply)

    async def _keep_leases(self) -> None:
        """Renew the leases of mails that take long, so that leases can be short and a crash costs little."""
        while True:
            await asyncio.sleep(self._pace.lease_for.total_seconds() / 3)
            for entry_id in tuple(self._leased):
                with surviving("lease"):
                    await self._renew(entry_id)

    async def _renew(self, entry_id: str) -> None:
        if (entry := self._leased.get(entry_id)) is not None:
            await self._outbox.record(replace(entry, lease_until=self._clock() + self._pace.lease_for), ())


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
