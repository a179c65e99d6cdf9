"""What every database must be able to do that differs from one dialect to the next.

May import: netwatch.store.database.{footing, reserve}. Called by: sqlite, which is one, and whoever is handed one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, Insert, Table

from netwatch.store.database.footing import Footing
from netwatch.store.database.reserve import Reserve


class Database(Protocol):
    """What differs from one dialect to the next."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    def create(self) -> None:
        """Make what must exist before the first connection."""

    def hold(self) -> bool:
        """Take the database for this agent alone; StoreError where another has it, false where nobody can say."""

    def hold_again(self) -> None:
        """Take the database again where what says that it is held is gone; StoreError where another agent has it."""

    def release(self) -> None:
        """Let another agent have it; nothing happens where it is not held."""

    def is_there(self) -> bool:
        """Return whether something stands where the database belongs, or may."""

    def require(self) -> None:
        """Raise StoreError where there is nothing to read."""

    def writer(self) -> Engine:
        """Return an engine for the one writer."""

    def reader(self) -> Engine:
        """Return an engine that only reads."""

    def onlooker(self) -> Engine:
        """Return an engine that only reads, and leaves no trace of that."""

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

    def footing(self) -> Footing:
        """Return what stands where the database belongs; another one than before is not what is written to."""

    def put_back(self, own: Footing, connection: Connection, now: datetime, close: Callable[[], None]) -> str:
        """Copy what a connection sees to where it belongs; return where what stood there is, empty for nothing.

        Raises:
            FootingLost: it cannot be done yet, and the connection is as it was; says why.
        """

    def copy_to(self, target: Path, *, thorough: bool = False) -> int:
        """Copy everything, at one moment and while others write, into a new file; return its size in bytes.

        Raises:
            StoreError: it cannot be done, there is no room, or the copy is not whole; nothing is left of it then.
        """

    def give_way_to_copy(self, copy: Database, now: datetime) -> str:
        """Move this database aside and what a copy holds into its place; return where this is now, empty for nothing.

        Raises:
            StoreError: an agent has this database, the copy is not whole, or there is no room; all is as it was.
        """

    def version(self) -> int | None:
        """Return the version of the tables, None where there are none or nobody can say."""

    def keep_version(self, version: int) -> str:
        """Keep a copy from before the tables change, in place of older such copies; return where it is.

        Raises:
            StoreError: it cannot be done.
        """

    def make_lasting(self, connection: Connection, *, lasting: bool) -> None:
        """Have the commits that follow on a connection survive a power cut, or only the end of this process."""

    def foreign_mark(self, connection: Connection) -> int:
        """Return a number that changes when somebody else has written since it was last asked here."""

    def kind_of(self, exc: Exception) -> str | None:
        """Return the kind of trouble, or None where the statement or its values are at fault."""

    def words_for(self, kind: str, exc: Exception) -> str:
        """Return the trouble as a sentence."""
