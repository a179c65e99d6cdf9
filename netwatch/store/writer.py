"""The one thread that writes: group commit, and patience with a database that will not take it.

Jobs wait in order. The thread takes what has gathered, writes it in one database transaction, and tells the callers
after the COMMIT. Where the batch breaks because of one job, each is tried alone, so that only that one fails. Where
the database itself refuses (disk full, locked, read-only), the batch is kept and tried again until it is taken.

May import: netwatch.errors. Called by: store.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Condition, Thread
from typing import Any

import structlog
from sqlalchemy import Connection

from netwatch.errors import LeftOutError, StoreError
from netwatch.model import Event, Transaction
from netwatch.store.backlog import Backlog, essential
from netwatch.store.database.dialect import Database
from netwatch.store.database.footing import Footing, FootingLost, Identity
from netwatch.store.database.remedies import Remedies
from netwatch.store.database.reserve import Reserve
from netwatch.store.jobs import Job, Outcome, carry_out, tell
from netwatch.store.metrics import COMMIT_SECONDS, ERRORS, QUEUE_LENGTH, TRANSACTIONS
from netwatch.store.sql.changes import Statements, prepare

MAX_BATCH = 512
"""Jobs in one database transaction: enough to share an fsync, few enough that nobody waits long."""

FIRST_RETRY_SECONDS = 0.1
LAST_RETRY_SECONDS = 5.0
LOOK_SECONDS = 2.0
"""How often the thread looks whether another process has written: a person who retries a mail should not wait."""

log = structlog.get_logger(__name__)


class _Refused(Exception):
    """A job broke for a reason of its own; the database is well."""


class Writer:
    """Owns the writing connection and its thread."""

    def __init__(
        self,
        database: Database,
        on_outbox_commit: Callable[[], None],
        reserve: Reserve,
        *,
        forget_readers: Callable[[], None],
        on_new_database: Callable[[], object],
    ) -> None:
        self._database = database
        self._forget_readers = forget_readers
        self._on_new_database = on_new_database
        self._remedies = Remedies(
            database, reserve, disconnect=self._disconnect, replaced=self._replaced, put_back=self._put_back
        )
        self._footing: Footing | None = None
        self._stood_on: Identity = None
        self._left_out_before: Counter[str] = Counter()
        self._statements = Statements(database.insert)
        self._engine = database.writer()
        self._connection: Connection | None = None
        self._is_lasting = True
        self._on_outbox_commit = on_outbox_commit
        self._backlog = Backlog()
        self._in_hand = 0
        self._wake = Condition()
        self._closing = False
        self._give_up_at = float("inf")
        self._foreign_mark: int | None = None
        self._looked_at = float("-inf")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = Thread(target=self._run, name="netwatch-store", daemon=True)
        self.trouble = ""

    @property
    def alive(self) -> bool:
        """Return whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; results come back on the running loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self, drain_for: timedelta) -> None:
        """Write what waits, then end; what the database does not take in time fails with StoreError."""
        with self._wake:
            self._closing = True
            self._give_up_at = time.monotonic() + drain_for.total_seconds()
            self._wake.notify()
        # One COMMIT that hangs in the kernel must not hang the stop: the thread is a daemon.
        await asyncio.to_thread(self._thread.join, drain_for.total_seconds() + LAST_RETRY_SECONDS)

    def submit(
        self,
        *,
        transaction: Transaction | None = None,
        work: Callable[[Connection], Any] | None = None,
        droppable: bool = False,
        lasting: bool = True,
    ) -> asyncio.Future[Any]:
        """Queue a job from the loop's thread; the order of calls is the order of writes."""
        if self._loop is None or self._closing:
            raise StoreError("the store is not running")
        job = Job(
            future=self._loop.create_future(),
            transaction=transaction,
            work=work,
            droppable=droppable,
            lasting=lasting,
        )
        with self._wake:
            given_up = self._backlog.push(job, troubled=bool(self.trouble))
            QUEUE_LENGTH.set(len(self._backlog) + self._in_hand)
            self._wake.notify()
        tell([self._left_out(one) for one in given_up], None)
        return job.future

    @property
    def degraded(self) -> str:
        """Return what does not work as it should, as a sentence; empty when all is well."""
        words = self.trouble or self._remedies.trouble
        gone = self._backlog.left_out - self._left_out_before
        return f"{words}; left out so far: {_in_words(gone)}" if words and gone else words

    @property
    def put_back_lately(self) -> str:
        """Return what became of a database file that was deleted, moved or replaced lately; empty for nothing."""
        return self._remedies.put_back_lately

    def distrust(self) -> None:
        """Have the thread look whether the database is damaged; a reader thinks so."""
        self._remedies.distrust()

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            self._write([job for job in batch if self._is_prepared(job)])
            self._look_around()
        self._looked_at = float("-inf")
        self._look_around()  # what was deleted a moment ago would be gone for good with this process
        self._disconnect()

    def _take(self) -> list[Job] | None:
        """Return what waits, nothing where nothing came for a while, and None when the store closes."""
        with self._wake:
            self._in_hand = 0
            if not self._backlog and not self._closing:
                QUEUE_LENGTH.set(0)
                self._wake.wait(LOOK_SECONDS)
            QUEUE_LENGTH.set(len(self._backlog))
            batch = self._backlog.take(MAX_BATCH)
            self._in_hand = len(batch)
            return None if self._closing and not batch else batch

    def _look_around(self) -> None:
        """See every few seconds whether there is room for a reserve, and whether somebody else wrote."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        if self._remedies.look():
            self._all_is_well()
        try:
            before, self._foreign_mark = self._foreign_mark, self._database.foreign_mark(self._grounded())
        except FootingLost as exc:
            if not self._remedies.against(exc):
                self._troubled(exc)
            return
        except Exception:  # noqa: BLE001 - looking must not end the thread; the next write says what is wrong
            self._disconnect()
            return
        self._well_again()
        if before not in (None, self._foreign_mark):
            self._tell_loop(self._on_outbox_commit)

    def _is_prepared(self, job: Job) -> bool:
        """Turn nouns into rows; a transaction that cannot be rows fails here, before it can disturb others."""
        if job.transaction is None:
            return True
        if self._remedies.space_is_short and not self._is_essential(job):
            return False
        try:
            job.prepared = prepare(self._statements, job.transaction)
        except Exception as exc:  # noqa: BLE001 - whatever a noun holds, the thread goes on
            self._refuse(job, exc)
            return False
        return True

    def _is_essential(self, job: Job) -> bool:
        """Leave out of a job what can be; return false where nothing is left, and its caller has been told."""
        if not job.transaction:
            return True
        lighter = essential(job.transaction)
        self._backlog.count_left_out(job.transaction, lighter)
        job.transaction = lighter
        if not lighter:
            self._deliver([self._left_out(job)])
        return bool(lighter)

    def _left_out(self, job: Job) -> Outcome:
        TRANSACTIONS.labels("left_out").inc()
        return Outcome(job=job, error=LeftOutError(f"left out: {self.degraded or 'the database was in trouble'}"))

    def _write(self, batch: Sequence[Job]) -> None:
        """Write a batch as one; where a job breaks it, halve it until that job stands alone."""
        if not batch:
            return
        try:
            self._deliver(self._persist(batch))
        except _Refused as refused:
            if len(batch) == 1:
                self._refuse(batch[0], refused.__cause__ or refused)
                return
            middle = len(batch) // 2
            self._write(batch[:middle])
            self._write(batch[middle:])

    def _persist(self, batch: Sequence[Job]) -> list[Outcome]:
        """Try until the database takes the batch, or a stopping store may wait no longer.

        Raises:
            _Refused: a job of the batch is at fault; nothing of the batch was written.
        """
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                outcomes = self._in_one_transaction(batch)
            except _Refused:
                raise
            except Exception as exc:  # noqa: BLE001 - the thread must survive whatever a driver raises
                if self._remedies.against(exc):
                    continue
                self._troubled(exc)
            else:
                self._well_again()
                return outcomes
            if not self._pause(wait):
                return self._abandoned(batch)
            wait = min(wait * 2, LAST_RETRY_SECONDS)

    def _in_one_transaction(self, batch: Sequence[Job]) -> list[Outcome]:
        started = time.perf_counter()
        try:
            connection = self._grounded()
            self._make_lasting(connection, any(job.lasting for job in batch))
            with connection.begin():
                outcomes = carry_out(connection, batch)
        except FootingLost:
            raise  # what is open is all there is of the database
        except Exception as exc:
            if self._database.kind_of(exc) is None:
                raise _Refused from exc
            self._disconnect()
            raise
        COMMIT_SECONDS.observe(time.perf_counter() - started)
        return outcomes

    def _make_lasting(self, connection: Connection, lasting: bool) -> None:
        """Spare the disk what no power cut makes worse; the next commit that is to last takes that along."""
        if lasting is not self._is_lasting:
            self._database.make_lasting(connection, lasting=lasting)
            self._is_lasting = lasting

    def _grounded(self) -> Connection:
        """Return a connection to the file that stands where the database belongs.

        Raises:
            FootingLost: that is not what we write to, and it cannot be put back yet.
        """
        connection = self._connected()
        if self._footing is None:
            footing = self._database.footing()
            if self._stood_on not in (None, footing.file):
                self._remedies.take_over()
            self._footing, self._stood_on = footing, footing.file
        elif not self._remedies.keep_footing(self._footing, connection):
            return self._grounded()
        elif not self._footing.is_complete:  # SQLite makes the files beside it when it needs them
            self._footing = self._database.footing()
        return connection

    def _put_back(self, said: Event) -> None:
        self._stood_on = None
        self._forget_readers()
        self._tell_loop(self._add, Transaction(events=(said,)))

    def _replaced(self) -> None:
        self._stood_on = None
        self._forget_readers()
        self._tell_loop(self._on_new_database)

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection, self._footing = self._connection, None, None
        self._foreign_mark = None  # it counts for one connection
        self._is_lasting = True  # as a connection begins
        if connection is not None:
            connection.close()

    def _refuse(self, job: Job, cause: BaseException) -> None:
        words = str(getattr(cause, "orig", None) or cause)
        log.error("the store refused a transaction", reason=words)
        error = StoreError(f"the database does not take this transaction: {words}")
        error.__cause__ = cause
        TRANSACTIONS.labels("refused").inc(job.transaction is not None)
        self._deliver([Outcome(job=job, error=error)])

    def _troubled(self, exc: Exception) -> None:
        kind = self._database.kind_of(exc) or "other"
        ERRORS.labels(kind).inc()
        words = self._database.words_for(kind, exc)
        if not self.trouble:
            log.error("the store cannot write; everything is kept and tried again", trouble=words)
        self.trouble = words

    def _well_again(self) -> None:
        if self.trouble:
            log.info("the store writes again")
            self.trouble = ""
            self._forget_readers()  # what could be read of a read-only disk is not what stands there now
            if not self._remedies.space_is_short:
                self._all_is_well()

    def _all_is_well(self) -> None:
        """Say in the event log what was left out of it meanwhile."""
        gone = self._backlog.left_out - self._left_out_before
        self._left_out_before = self._backlog.left_out.copy()
        if gone:
            text = f"while the database could not be written as it should, this was left out: {_in_words(gone)}"
            said = Event(at=datetime.now(UTC), kind="netwatch", text=text)
            self._tell_loop(self._add, Transaction(events=(said,)))

    def _add(self, transaction: Transaction) -> None:
        if not self._closing:
            self.submit(transaction=transaction).add_done_callback(_heard)

    def _pause(self, seconds: float) -> bool:
        """Wait before the next try; return False when a stopping store has waited long enough."""
        left = self._give_up_at - time.monotonic()
        if left <= 0:
            return False
        until = time.monotonic() + min(seconds, left)
        with self._wake:
            # New jobs wake the condition too, and are no reason to try sooner; the start of a stop is.
            was_closing = self._closing
            self._wake.wait_for(lambda: self._closing is not was_closing, timeout=max(0.0, until - time.monotonic()))
        return True

    def _abandoned(self, batch: Sequence[Job]) -> list[Outcome]:
        with self._wake:
            lost = [*batch, *self._backlog.take(len(self._backlog))]
        log.error("the store stopped before everything was written", lost=len(lost), trouble=self.trouble)
        TRANSACTIONS.labels("abandoned").inc(sum(job.transaction is not None for job in lost))
        return [Outcome(job=job, error=StoreError(f"not written: {self.trouble}")) for job in lost]

    def _deliver(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes or self._loop is None:
            return
        written = [one for one in outcomes if one.job.transaction is not None and one.error is None]
        TRANSACTIONS.labels("committed").inc(len(written))
        mail = any(one.job.transaction.entries for one in written if one.job.transaction is not None)
        self._tell_loop(tell, outcomes, self._on_outbox_commit if mail else None)

    def _tell_loop(self, what: Callable[..., object], *arguments: object) -> None:
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            log.debug("the loop ended before the store")


def _heard(written: asyncio.Future[Any]) -> None:
    """Take note of how a line of our own ended, so that asyncio does not report it as forgotten."""
    if not written.cancelled():
        written.exception()


def _in_words(left_out: Mapping[str, int]) -> str:
    """Return counts as people read them."""
    names = {
        "events": "lines of the event log",
        "traps": "traps of the log",
        "memories": "memories, replaced by newer",
    }
    return ", ".join(f"{count:,} {names[what]}" for what, count in sorted(left_out.items()))
