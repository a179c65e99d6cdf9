"""Reads without disturbing anybody: in threads, on connections that cannot write.

Also what another process opens while the agent runs (`netwatch alerts`, `netwatch outbox`).

May import: netwatch.errors, netwatch.model. Called by: store, cli, app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from netwatch.errors import StoreError
from netwatch.model import (
    Account,
    Alert,
    AlertGroup,
    AlertState,
    Event,
    Memory,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    Silence,
    TrapEvent,
)
from netwatch.store.database.dialect import Database
from netwatch.store.database.migrate import check_version
from netwatch.store.database.sqlite import READERS
from netwatch.store.database.url import database_for
from netwatch.store.metrics import ERRORS
from netwatch.store.settings import StoreSettings
from netwatch.store.sql import queries
from netwatch.store.sql.queries import EventFilter

P = ParamSpec("P")
T = TypeVar("T")


class StoreReader:
    """What the store knows; every answer is one consistent moment."""

    def __init__(self, settings: StoreSettings, *, without_a_trace: bool = False) -> None:
        """Build it; `without_a_trace` makes no file beside the database, for who only wants to have a look."""
        self._database: Database = database_for(settings.url)
        self._without_a_trace = without_a_trace
        self._engine: Engine | None = None
        self._threads: ThreadPoolExecutor | None = None

    def is_there(self) -> bool:
        """Return whether there is anything to open; what is there may be no database."""
        return self._database.is_there()

    async def start(self) -> None:
        """Open the database.

        Raises:
            StoreError: it is not there, not ours, or cannot be read.
        """
        self._database.require()
        self._open()
        try:
            await self._read(check_version, self._database.name)
        except StoreError:
            self._close()
            raise

    async def stop(self) -> None:
        """Close the database; what is being read is read to its end."""
        await asyncio.to_thread(self._close)

    async def alerts(self, states: Collection[AlertState] | None = None, limit: int | None = None) -> list[Alert]:
        """Return alerts of some states (of all, without), the youngest first."""
        return await self._read(queries.alerts, states, limit)

    async def alerts_of(self, rule: str, device: str, limit: int | None = None) -> list[Alert]:
        """Return the alerts of a rule on a device, the youngest first."""
        return await self._read(queries.alerts_of, rule, device, limit)

    async def unfinished(self) -> list[Alert]:
        """Return every alert not resolved, and those of open groups; the oldest first."""
        return await self._read(queries.unfinished)

    async def groups(self) -> list[AlertGroup]:
        """Return the open groups, the oldest first."""
        return await self._read(queries.groups)

    async def silences(self) -> list[Silence]:
        """Return every silence, the expired ones as well, by their start."""
        return await self._read(queries.silences)

    async def memories(self, scope: str) -> list[Memory]:
        """Return what was remembered under one scope, by key."""
        return await self._read(queries.memories, scope)

    async def events(
        self,
        limit: int = 100,
        device: str | None = None,
        alert_id: str | None = None,
        *,
        rule: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        entry_ids: Collection[str] | None = None,
        behind: tuple[datetime, int] | None = None,
    ) -> list[Event]:
        """Return the last events, the newest first; from `since` on, before `until`, `behind` instant and number."""
        wanted = EventFilter(
            device=device, alert_id=alert_id, rule=rule, since=since, until=until, entry_ids=entry_ids, behind=behind
        )
        return await self._read(queries.events, limit, wanted)

    async def traps(
        self, limit: int = 100, device: str | None = None, source: str | None = None, behind: int | None = None
    ) -> list[TrapEvent]:
        """Return the last traps, the newest first; those before the one of number `behind`."""
        return await self._read(queries.traps, limit, device, source, behind)

    async def trap(self, number: int) -> TrapEvent | None:
        """Return one trap by its place in the log, None where that has it no more."""
        return await self._read(queries.trap, number)

    async def traps_since(
        self, mark: int | None, limit: int = 1000, device: str | None = None, source: str | None = None
    ) -> tuple[int, list[TrapEvent]]:
        """Return the traps logged after a mark (without one the last), oldest first, and the mark to go on from."""
        return await self._read(queries.traps_since, mark, limit, device, source)

    async def outbox(
        self,
        states: Collection[OutboxState] | None = None,
        limit: int | None = None,
        behind: tuple[datetime, str] | None = None,
    ) -> list[OutboxEntry]:
        """Return outbox rows of some states (of all, without), the newest first; `behind` that instant and id."""
        return await self._read(queries.outbox, states, limit, behind)

    async def outbox_entry(self, entry_id: str) -> OutboxEntry | None:
        """Return one outbox row."""
        return await self._read(queries.outbox_entry, entry_id)

    async def outbox_ids(self, prefix: str, limit: int = 100) -> list[str]:
        """Return the ids of outbox rows that begin with a text, in order."""
        return await self._read(queries.outbox_ids, prefix, limit)

    async def entries_of_alert(self, alert_id: str) -> list[OutboxEntry]:
        """Return the outbox rows that tell of an alert, the oldest first."""
        return await self._read(queries.entries_of_alert, alert_id)

    async def outbox_of_thread(self, thread_id: str) -> list[OutboxEntry]:
        """Return the outbox rows of an incident, the oldest first."""
        return await self._read(queries.outbox_of_thread, thread_id)

    async def outbox_told_by(self, entry_id: str) -> list[OutboxEntry]:
        """Return the outbox rows that another one tells instead (a digest, a newer mail), the oldest first."""
        return await self._read(queries.outbox_told_by, entry_id)

    async def account(self) -> Account:
        """Return what became of every row the outbox ever had, at one moment."""
        return await self._read(queries.account)

    async def outbox_counts(self) -> dict[OutboxState, int]:
        """Return how many rows stand in each state."""
        return await self._read(queries.outbox_counts)

    async def oldest_unsent(self) -> datetime | None:
        """Return when the oldest mail still to be sent was made."""
        return await self._read(queries.oldest_unsent)

    async def ended_since(self, since: datetime) -> dict[OutboxState, int]:
        """Return how many rows were sent, or died, from an instant on."""
        return await self._read(queries.ended_since, since)

    async def next_due(self, kind: OutboxKind = OutboxKind.MAIL) -> datetime | None:
        """Return when `claim_due` will next find something of a kind; in the past, if it would now."""
        return await self._read(queries.next_due, kind)

    def _open(self) -> None:
        self._engine = self._database.onlooker() if self._without_a_trace else self._database.reader()
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="netwatch-store-read")

    def _forget_connections(self) -> None:
        """Let every later question be asked of the file that is there now."""
        if (engine := self._engine) is not None:
            engine.dispose()

    def _distrust(self) -> None:
        """Have the database looked at, since a reader met damage; a mere reader can do nothing."""

    def _close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown()
            self._threads = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    async def _read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._threads is None:
            raise StoreError("the store is not open")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: self._ask(query, *args, **kwargs))

    def _ask(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._engine is None:
            raise StoreError("the store is not open")
        try:
            with self._engine.connect() as connection, connection.begin():
                return query(connection, *args, **kwargs)
        except SQLAlchemyError as exc:
            kind = self._database.kind_of(exc) or "other"
            if kind == "corrupt":
                self._distrust()
            ERRORS.labels(kind).inc()
            raise StoreError(self._database.words_for(kind, exc)) from exc
