"""The store: everything a reader knows, and the one writer.

May import: netwatch.errors, netwatch.model. Called by: app, which hands it to engine, notify and web.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from netwatch.errors import StoreError
from netwatch.model import ClockStep, Event, Memory, OutboxEntry, OutboxKind, OutboxState, Transaction
from netwatch.store import by_hand
from netwatch.store.by_hand_decision import Act, Handled
from netwatch.store.database.opening import open_up
from netwatch.store.database.reserve import MIB
from netwatch.store.metrics import LATE_RECORDS
from netwatch.store.reader import StoreReader
from netwatch.store.settings import StoreSettings
from netwatch.store.sql import changes, clock_steps
from netwatch.store.writer import Writer

PRUNE_AT_ONCE = 1000

log = structlog.get_logger(__name__)


class Store(StoreReader):
    """Keeps alerts, groups, events, traps, memories and the outbox in a database.

    `on_outbox_commit` is called on the loop after each COMMIT that carried outbox rows; `app` points it at the
    notifier. `on_new_database` is called on the loop when a new database has taken the place of a damaged one; `app`
    points it at the engine, which knows what is open.
    """

    def __init__(self, settings: StoreSettings) -> None:
        super().__init__(settings)
        self.on_outbox_commit: Callable[[], None] = _nobody
        self.on_new_database: Callable[[], object] = _nobody
        self._writer: Writer | None = None
        self._reserve = self._database.reserve(settings.reserve * MIB)

    @property
    def trouble(self) -> str:
        """Return why nothing can be written right now, as a sentence; empty when all is well."""
        return self._writer.trouble if self._writer is not None else ""

    @property
    def degraded(self) -> str:
        """Return what does not work as it should, as a sentence; empty when all is well. Wider than `trouble`."""
        return self._writer.degraded if self._writer is not None else ""

    @property
    def reserve_used(self) -> bool:
        """Return whether the disk is full and alerts and mails are written into the space kept for that."""
        return self._reserve.used

    @property
    def moved_aside(self) -> str:
        """Return where a damaged database was moved to, until somebody takes it away; empty for none."""
        return self._database.moved_aside()

    @property
    def put_back_lately(self) -> str:
        """Return what became of a database file that was deleted, moved or replaced lately; empty for nothing."""
        return self._writer.put_back_lately if self._writer is not None else ""

    @property
    def alive(self) -> bool:
        """Return whether the writer's thread runs."""
        return self._writer is not None and self._writer.alive

    async def start(self) -> None:
        """Open the database, make or migrate its tables, free what a former life was sending, start the writer.

        Raises:
            StoreError: the database cannot be used; names it and what to do.
        """
        try:
            said = await asyncio.to_thread(self._prepare)
        except StoreError:
            self._database.release()
            raise
        self._open()
        self._writer = Writer(
            self._database,
            lambda: self.on_outbox_commit(),
            self._reserve,
            forget_readers=self._forget_connections,
            on_new_database=lambda: self.on_new_database(),
        )
        self._writer.start()
        if said:
            self.commit(Transaction(events=tuple(said)))

    async def stop(self, drain_for: timedelta = timedelta(seconds=10)) -> None:
        """Write what waits, for at most `drain_for` where the database refuses, and close."""
        await super().stop()  # before the writer: who closes last tidies up, and a reader may not
        if self._writer is not None:
            await self._writer.stop(drain_for)
            self._writer = None
        self._database.release()

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Queue a transaction; its future is done after the COMMIT, in the order of calls.

        It fails with StoreError where this transaction itself cannot be written. While the database takes
        nothing it just is not done; an empty transaction is done when everything before it is.
        """
        return self._running().submit(transaction=transaction)

    async def claim_due(
        self, now: datetime, lease_for: timedelta, limit: int, kind: OutboxKind = OutboxKind.MAIL
    ) -> list[OutboxEntry]:
        """Lease the rows of a kind that are due, those due longest first; nobody else gets them until the lease ends.

        A row whose lease ran out becomes `unknown` first, and is due.
        """
        work = partial(changes.claim_due, now=now, lease_for=lease_for, limit=limit, kind=kind)
        claimed: list[OutboxEntry] = await self._running().submit(work=work, droppable=True, lasting=False)
        return claimed

    async def record(
        self, entry: OutboxEntry, events: Sequence[Event] = (), entries: Sequence[OutboxEntry] = ()
    ) -> bool:
        """Write down how an attempt ended, what the event log says of it, and the mails it gives rise to.

        A mail that was sent, or is being sent, may be sent once more after a power cut; all else lasts.
        Only a row in `sending` changes (for `sent`: any not yet finished); otherwise somebody else has taken it
        over since, nothing at all is written, and this is counted, left and answered with False.
        """
        work = partial(changes.record, entry=entry, events=events, entries=entries)
        may_repeat = entry.state in (OutboxState.SENT, OutboxState.SENDING) and not entries
        recorded: bool = await self._running().submit(work=work, lasting=not may_repeat)
        if not recorded:
            LATE_RECORDS.inc()
            log.warning("a mail's result came after its lease ended", entry=entry.id, state=entry.state)
        elif entries:
            self.on_outbox_commit()
        return recorded

    async def reword(self, entry: OutboxEntry) -> None:
        """Keep what a row that is being sent says now, so that what stands here is what is sent."""
        await self._running().submit(work=partial(changes.reword, entry=entry))

    def move_open(self, step: ClockStep, mark: Memory) -> asyncio.Future[bool]:
        """Queue the move of what is open along with a wall clock that was set, after what was queued before.

        The future's result is false where `mark` says that it was done before.
        """
        return self._running().submit(work=partial(clock_steps.move_open, step=step, mark=mark))

    async def by_hand(self, act: Act, entry_id: str, by: str, now: datetime) -> Handled:
        """Retry or drop an outbox row for a person, or say why that makes no sense."""
        work = partial(by_hand.carry_out, act=act, entry_id=entry_id, by=by, now=now)
        handled: Handled = await self._running().submit(work=work)
        if handled.entry is not None:
            self.on_outbox_commit()
        return handled

    async def prune(self, before: datetime) -> int:
        """Delete what ended before an instant, in pieces so that other writes go between; return how much went."""
        deleted = 0
        while True:
            work = partial(changes.prune, before=before, limit=PRUNE_AT_ONCE)
            gone: int = await self._running().submit(work=work, droppable=True)
            deleted += gone
            if not gone:
                return deleted

    def _distrust(self) -> None:
        if self._writer is not None:
            self._writer.distrust()

    def _running(self) -> Writer:
        if self._writer is None:
            raise StoreError("the store is not running")
        return self._writer

    def _prepare(self) -> Sequence[Event]:
        try:
            return open_up(self._database, self._reserve, datetime.now(UTC))
        except SQLAlchemyError as exc:
            raise StoreError(self._advice(exc)) from exc
        except OSError as exc:
            raise StoreError(f"{self._database.name}: cannot be made fit to work with: {exc}") from exc

    def _advice(self, exc: SQLAlchemyError) -> str:
        kind = self._database.kind_of(exc) or "other"
        advice = _ADVICE.get(kind, "see whether the disk and the file are well")
        return f"{self._database.words_for(kind, exc)}; {advice}"


_ADVICE = {
    "corrupt": "move it away (with its -wal and -shm files) or restore a backup, then start again: "
    "NetWatch makes a new one, and what is still broken is alerted anew",
    "readonly": "give NetWatch's user write access to the file and its directory",
    "full": "free some space",
    "locked": "stop the other program that writes to it",
}


def _nobody() -> None:
    """Stand in until somebody wants to know."""
