"""Which database a URL means, and what every dialect must be able to do.

May import: netwatch.errors. Called by: store, writer, migrate.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, Engine, Insert, Table

from netwatch.errors import StoreError
from netwatch.store.reserve import Reserve
from netwatch.store.sqlite import URL_PREFIX, Sqlite


class Database(Protocol):
    """What differs from one dialect to the next."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    def create(self) -> None:
        """Make what must exist before the first connection."""

    def hold(self) -> bool:
        """Take the database for this agent alone; StoreError where another has it, false where nobody can say."""

    def release(self) -> None:
        """Let another agent have it; nothing happens where it is not held."""

    def require(self) -> None:
        """Raise StoreError where there is nothing to read."""

    def writer(self) -> Engine:
        """Return an engine for the one writer."""

    def reader(self) -> Engine:
        """Return an engine that only reads."""

    def insert(self, table: Table) -> Insert:
        """Return an INSERT that replaces the row with the same primary key."""

    def reserve(self, size: int) -> Reserve:
        """Return the disk space to keep for bad days, next to the database."""

    def damage(self, *, patience: timedelta = timedelta(seconds=2)) -> str:
        """Return what is wrong with the database, as far as can be seen in a while; empty where it seems whole."""

    def is_surely_ours(self) -> bool:
        """Return whether the database may be moved aside: what a wrong path in the configuration names may not."""

    def look_into_damaged(self) -> sqlite3.Connection:
        """Return a connection for reading what can be read; a row is a mapping."""

    def rescue(self) -> Database:
        """Return a new, empty database beside this one, to take its place."""

    def aside(self, now: datetime) -> str:
        """Return where `give_way_to` will put this database."""

    def give_way_to(self, rescue: Database, now: datetime) -> str:
        """Move this database aside and the rescue into its place; return where this is now."""

    def moved_aside(self) -> str:
        """Return where the youngest damaged database is that was moved aside and is still there, empty for none."""

    def foreign_mark(self, connection: Connection) -> int:
        """Return a number that changes when somebody else has written since it was last asked here."""

    def kind_of(self, exc: Exception) -> str | None:
        """Return the kind of trouble, or None where the statement or its values are at fault."""

    def words_for(self, kind: str, exc: Exception) -> str:
        """Return the trouble as a sentence."""


def database_for(url: str) -> Database:
    """Return the database that `store.url` names.

    Raises:
        StoreError: no such kind of database is known, or the URL names no file.
    """
    if not url.startswith(URL_PREFIX):
        raise StoreError("store.url must be sqlite:/// and a path; no other database is spoken yet")
    if url.removeprefix(URL_PREFIX) in ("", "/", ":memory:"):
        raise StoreError("store.url names no file: write sqlite:/// and its path")
    return Sqlite(url)
