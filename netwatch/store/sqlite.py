"""Everything the store knows of SQLite alone: opening, pragmas, BEGIN, upserts, what its errors mean.

A second dialect is a second file with the same functions behind the `Database` Protocol of `database.py`.

May import: netwatch.errors. Called by: database.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from netwatch.errors import StoreError

URL_PREFIX = "sqlite:///"
BUSY_TIMEOUT_SECONDS = 5.0
READERS = 2

_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")

_KINDS = {
    "SQLITE_FULL": "full",
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_READONLY": "readonly",
    "SQLITE_PERM": "readonly",
    "SQLITE_CANTOPEN": "unopenable",
    "SQLITE_IOERR": "io",
    "SQLITE_CORRUPT": "corrupt",
    "SQLITE_NOTADB": "corrupt",
}
_WORDS = {
    "full": "the disk is full",
    "locked": "another program holds the database locked",
    "readonly": "the database may not be written",
    "unopenable": "the database file cannot be opened",
    "io": "the disk reports an error",
    "corrupt": "the database file is damaged",
}
_OWN_FAULT = ("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE", "SQLITE_MISUSE")


class Sqlite:
    """One SQLite file."""

    def __init__(self, url: str) -> None:
        # Not through make_url: it would end the path at a question mark.
        self._path = Path(url.removeprefix(URL_PREFIX)).absolute()
        self._lock: int | None = None

    @property
    def name(self) -> str:
        """Return the file's path, for messages."""
        return str(self._path)

    def create(self) -> None:
        """Make the file and its directory where they are missing, readable by their owner alone.

        Raises:
            StoreError: they cannot be made; names what to do.
        """
        try:
            if not self._path.parent.is_dir():
                self._path.parent.mkdir(mode=0o700, parents=True)
            # SQLite gives its -wal and -shm files the mode of the main file.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as exc:
            raise StoreError(
                f"cannot open {self._path} for writing: {exc.strerror}; "
                f"give NetWatch's user write access to {self._path.parent}, or set store.url to another path"
            ) from exc

    def hold(self) -> bool:
        """Take the database for this process alone; the lock ends with the process, however that ends.

        Return whether it is surely ours: false on a file system that knows no locks.

        Two agents would both alert, each from its own memory. The lock is a file of its own: on some systems a lock
        on the database itself would meet SQLite's.

        Raises:
            StoreError: another agent has it.
        """
        lock = os.open(f"{self._path}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            os.close(lock)
            raise StoreError(
                f"{self._path}: another agent works on this database; stop it, or give this one its own store.url"
            ) from exc
        except OSError:  # a file system without locks: better unguarded than not at all
            os.close(lock)
            return False
        self._lock = lock
        return True

    def release(self) -> None:
        """Let another agent have the database."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def require(self) -> None:
        """Raise StoreError where the file a reader wants is not there."""
        if not self._path.is_file():
            raise StoreError(f"no database at {self._path}: has `netwatch run` been started with this configuration?")

    def writer(self) -> Engine:
        """Return an engine whose transactions take the write lock at BEGIN, so that reading first is safe."""
        engine = create_engine("sqlite://", creator=self._connector("rw", *_PRAGMAS), poolclass=NullPool)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def reader(self) -> Engine:
        """Return an engine that cannot write; each of its transactions sees one moment of the database."""
        engine = create_engine(
            "sqlite://", creator=self._connector("ro"), poolclass=QueuePool, pool_size=READERS, max_overflow=0
        )
        event.listen(engine, "begin", _begin)
        return engine

    def insert(self, table: Table) -> Insert:
        """Return an INSERT that replaces the row with the same primary key."""
        statement = insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)

    def foreign_mark(self, connection: Connection) -> int:
        """Return a number that changes when another connection has written since it was last asked on this one."""
        # Past SQLAlchemy, which would begin a transaction and so take the write lock.
        bare: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        return int(bare.execute("PRAGMA data_version").fetchone()[0])

    def kind_of(self, exc: Exception) -> str | None:
        """Return what kind of trouble of the database this is, or None where the transaction itself is at fault."""
        original = exc.orig if isinstance(exc, DBAPIError) else exc
        if not isinstance(original, sqlite3.Error):
            return None
        code = str(getattr(original, "sqlite_errorname", None) or "")
        if kind := next((kind for prefix, kind in _KINDS.items() if code.startswith(prefix)), None):
            return kind
        own_fault = code.startswith(_OWN_FAULT) if code else not isinstance(original, sqlite3.OperationalError)
        return None if own_fault else "other"

    def words_for(self, kind: str, exc: Exception) -> str:
        """Return the trouble as a sentence that names the file."""
        original = exc.orig if isinstance(exc, DBAPIError) else exc
        return f"{self._path}: {_WORDS.get(kind, 'the database refuses')} ({original})"

    def _connector(self, mode: str, *pragmas: str) -> Callable[[], sqlite3.Connection]:
        uri = f"file:{quote(str(self._path))}?mode={mode}"

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
            )
            for pragma in pragmas:
                connection.execute(pragma).close()
            return connection

        return connect


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
