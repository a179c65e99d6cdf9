"""Which database a URL means, and what every dialect must be able to do.

May import: netwatch.errors. Called by: store, writer, migrate.
"""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Engine, Insert, Table, make_url
from sqlalchemy.exc import ArgumentError

from netwatch.errors import StoreError
from netwatch.store.sqlite import Sqlite


class Database(Protocol):
    """What differs from one dialect to the next."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    def create(self) -> None:
        """Make what must exist before the first connection."""

    def require(self) -> None:
        """Raise StoreError where there is nothing to read."""

    def writer(self) -> Engine:
        """Return an engine for the one writer."""

    def reader(self) -> Engine:
        """Return an engine that only reads."""

    def insert(self, table: Table) -> Insert:
        """Return an INSERT that replaces the row with the same primary key."""

    def kind_of(self, exc: Exception) -> str | None:
        """Return the kind of trouble, or None where the statement or its values are at fault."""

    def words_for(self, kind: str, exc: Exception) -> str:
        """Return the trouble as a sentence."""


def database_for(url: str) -> Database:
    """Return the database that `store.url` names.

    Raises:
        StoreError: no such kind of database is known, or the URL names no file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as exc:
        raise StoreError("store.url is not a database URL such as sqlite:////var/lib/netwatch/netwatch.db") from exc
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"store.url: {parsed.get_backend_name()} is not spoken yet, only sqlite:///PATH")
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError("store.url names no file: write sqlite:/// and its path")
    return Sqlite(url)
