"""Everything the store knows of SQLite alone: opening, pragmas, BEGIN, upserts, what its errors mean.

A second dialect is a second file with the same functions behind the `Database` Protocol of `dialect.py`.

May import: netwatch.errors, netwatch.store.database.{dialect, footing, reserve}. Called by: url.
"""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Insert, Table, create_engine, event
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from netwatch.errors import StoreError
from netwatch.store.database.dialect import Database
from netwatch.store.database.footing import PARTS, Footing, FootingLost, copy_into, footing_of, put_back, remove
from netwatch.store.database.reserve import MIB, Reserve

URL_PREFIX = "sqlite:///"
BUSY_TIMEOUT_SECONDS = 5.0
READERS = 2
ROOM_LEFT_BYTES = 4 * MIB

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
_MAGIC = b"SQLite format 3\x00"
_ASIDE = ".damaged-"
_FOUND = ".found-"
_BEFORE = ".before-restore-"
_VERSION = ".version-"
_KEPT_VERSION = re.compile(r"\.version-\d+(\.new)?$")
"""What somebody else named like that, such as a copy of a copy, is his."""
_RESCUE = ".rescue"
_LARGE = ("outbox", "outbox_alerts", "events", "traps")
"""Tables too large to be read in full at a start."""
_OWN_FAULT = ("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE", "SQLITE_MISUSE")


class Sqlite:
    """One SQLite file."""

    def __init__(self, url: str) -> None:
        # Not through make_url: it would end the path at a question mark.
        self._path = Path(url.removeprefix(URL_PREFIX)).absolute()
        self._lock: int | None = None
        self._moved_aside = ""

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
            rescue = Path(f"{self._path}{_RESCUE}")
            if not self._path.exists() and rescue.exists():  # killed between the two steps of `give_way_to`
                rescue.rename(self._path)
            # SQLite gives its -wal and -shm files the mode of the main file.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as exc:
            raise StoreError(
                f"cannot open {self._path} for writing: {exc.strerror}; "
                f"give NetWatch's user write access to {self._path.parent}, or set store.url to another path"
            ) from exc

    def footing(self) -> Footing:
        """Return what stands at the path now."""
        return footing_of(self._path)

    def put_back(self, own: Footing, connection: Connection, now: datetime, close: Callable[[], None]) -> str:
        """Copy what a connection has open to the path, and hold it again; a stranger there is moved aside."""
        bare: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.hold_again()
            aside = Path(f"{self._path}{_FOUND}{now:%Y%m%dT%H%M%SZ}")
            rescue = Path(f"{self._path}{_RESCUE}")
            return put_back(self._path, own, bare, by_way_of=rescue, aside=aside, close=close)
        except (OSError, sqlite3.Error, StoreError) as exc:
            lost = own.lost_words(self.footing()) or "is not where it belongs"
            raise FootingLost(f"{self._path} {lost}, and cannot be put back: {exc}") from exc

    def copy_to(self, target: Path, *, thorough: bool = False) -> int:
        """Copy the file as it is at one moment, with what stands in its -wal, and see that the copy is whole."""
        try:
            with closing(self._connector("ro")()) as source:
                (pages,), (page_bytes,) = (
                    source.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size")
                )
                _require_room(target, pages * page_bytes)
                copy_into(source, target, thorough=thorough)
            return target.stat().st_size
        except FileExistsError as exc:
            raise StoreError(f"{target} is there already, and is not overwritten") from exc
        except sqlite3.Error as exc:
            raise StoreError(f"{self._path} cannot be copied to {target}: {exc}") from exc
        except OSError as exc:
            raise StoreError(f"{target} cannot be written: {exc.strerror or exc}") from exc

    def give_way_to_copy(self, copy: Database, now: datetime) -> str:
        """Move this file aside, its -wal and -shm with it, and what a copy holds into its place.

        By way of the rescue, so that a process that is killed between the two steps leaves what the next start takes.
        """
        fresh, rescue = Path(f"{self._path}{_RESCUE}.new"), Path(f"{self._path}{_RESCUE}")
        aside = self._free_name(f"{self._path}{_BEFORE}{now:%Y%m%dT%H%M%SZ}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.hold()
            try:
                remove((*(Path(f"{fresh}{ending}") for ending in PARTS), rescue))
                copy.copy_to(fresh, thorough=True)
                self._give_to_owner(fresh)
                self._give_to_owner(Path(f"{self._path}-lock"))
                fresh.rename(rescue)
                self._fold()
                moved = self._move_aside(aside)
                rescue.rename(self._path)
            finally:
                self.release()
        except OSError as exc:
            raise StoreError(f"{exc.filename or self._path} cannot be written: {exc.strerror or exc}") from exc
        return aside if moved else ""

    @staticmethod
    def _free_name(name: str) -> str:
        """Return a name that no file has, so that nothing is written over: itself, or with a number behind it."""
        names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
        return next(one for one in names if not any(Path(f"{one}{ending}").exists() for ending in PARTS))

    def _move_aside(self, aside: str) -> bool:
        """Move the file and what belongs to it, the file last; return whether there was one."""
        for ending in reversed(PARTS):
            with suppress(FileNotFoundError):
                Path(f"{self._path}{ending}").rename(f"{aside}{ending}")
        return Path(aside).exists()

    def _fold(self) -> None:
        """Write what stands in the -wal into the file, where it can be: then there is but one file to move."""
        if self._path.exists():
            with suppress(sqlite3.Error), closing(self._connector("rw")()) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def _give_to_owner(self, file: Path) -> None:
        """Have what root makes belong to whom the database belongs, or its directory: root does not run the agent."""
        if os.geteuid() == 0:
            owner = self._path.stat() if self._path.exists() else self._path.parent.stat()
            os.chown(file, owner.st_uid, owner.st_gid)

    def version(self) -> int | None:
        """Return the version that stands in the file."""
        try:
            with closing(self._connector("ro")()) as connection:
                return int(connection.execute("SELECT version FROM schema_version").fetchone()[0])
        except (sqlite3.Error, TypeError, ValueError):
            return None

    def keep_version(self, version: int) -> str:
        """Keep the file as it is beside itself, named by its version."""
        kept = Path(f"{self._path}{_VERSION}{version}")
        fresh = Path(f"{kept}.new")
        try:
            remove((fresh,))
            self.copy_to(fresh)
            fresh.rename(kept)
            remove(
                there for there in self._beside(f"{_VERSION}*") if _KEPT_VERSION.search(there.name) and there != kept
            )
        except OSError as exc:
            raise StoreError(f"{exc.filename or kept} cannot be written: {exc.strerror or exc}") from exc
        return str(kept)

    def _beside(self, ending: str) -> list[Path]:
        return list(self._path.parent.glob(f"{glob.escape(self._path.name)}{ending}"))

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

    def hold_again(self) -> None:
        """Take the database where the file that says so lies no more where others look for it.

        Raises:
            StoreError: another agent has it.
        """
        if (before := self._lock) is None:
            return
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(before), Path(f"{self._path}-lock").stat()):
                return
        if self.hold():
            os.close(before)

    def release(self) -> None:
        """Let another agent have the database."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def is_there(self) -> bool:
        """Return whether a file stands at the path, or one may that cannot be seen."""
        try:
            self._path.stat()
        except OSError as exc:
            return exc.errno not in (errno.ENOENT, errno.ENOTDIR)
        return True

    def require(self) -> None:
        """Raise StoreError where the file a reader wants is not there."""
        try:
            is_there = self._path.is_file()
        except OSError as exc:
            raise StoreError(f"cannot read {self._path}: {exc.strerror}") from exc
        if not is_there:
            raise StoreError(f"no database at {self._path}: has `netwatch run` been started with this configuration?")

    def writer(self) -> Engine:
        """Return an engine whose transactions take the write lock at BEGIN, so that reading first is safe."""
        engine = create_engine("sqlite://", creator=self._connector("rw", *_PRAGMAS), poolclass=NullPool)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def reader(self) -> Engine:
        """Return an engine that cannot write; each of its transactions sees one moment of the database."""
        engine = create_engine(
            "sqlite://", creator=self._reading_connection, poolclass=QueuePool, pool_size=READERS, max_overflow=0
        )
        event.listen(engine, "begin", _begin)
        return engine

    def onlooker(self) -> Engine:
        """Return an engine that makes no file beside the database and writes none, as a mere reader of WAL does.

        Where nobody works with it, and nobody was killed at that, the file alone is all there is.
        """
        engine = create_engine("sqlite://", creator=self._onlooking_connection, poolclass=NullPool)
        event.listen(engine, "begin", _begin)
        return engine

    def insert(self, table: Table) -> Insert:
        """Return an INSERT that replaces the row with the same primary key."""
        statement = insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)

    def reserve(self, size: int) -> Reserve:
        """Return the disk space to keep for bad days, next to the file."""
        return Reserve(Path(f"{self._path}-reserve"), size)

    def damage(self, *, patience: timedelta = timedelta(seconds=2)) -> str:
        """Return what is wrong with the file: the tables that must not be lost in full, the rest for a while."""
        give_up_at = time.monotonic() + patience.total_seconds()
        try:
            with closing(self.look_into_damaged()) as connection:
                tables = [
                    row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
                ]
                tables.sort(key=_LARGE.__contains__)
                for table in tables:
                    if table in _LARGE:
                        connection.set_progress_handler(lambda: time.monotonic() > give_up_at, 10_000)
                    found = connection.execute(f"PRAGMA quick_check({table})").fetchone()
                    if found[0] != "ok":
                        return str(found[0])
        except sqlite3.Error as exc:
            return str(exc) if self.kind_of(exc) == "corrupt" else ""
        return ""

    def is_surely_ours(self) -> bool:
        """Return whether the file begins as a database does, or stands where an agent worked before."""
        if any(Path(f"{self._path}{ending}").exists() for ending in ("-reserve", "-wal")):
            return True
        with self._path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC

    def look_into_damaged(self) -> sqlite3.Connection:
        """Return a connection for reading what can be read; a row is a mapping."""
        connection = self._connector("ro")()
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda octets: octets.decode("utf-8", "replace")
        return connection

    def rescue(self) -> Sqlite:
        """Return a new, empty database beside this one, to take its place."""
        other = Sqlite(f"{URL_PREFIX}{self._path}{_RESCUE}")
        remove(Path(f"{other.name}{ending}") for ending in PARTS)
        return other

    def aside(self, now: datetime) -> str:
        """Return where `give_way_to` will put this file."""
        return f"{self._path}{_ASIDE}{now:%Y%m%dT%H%M%SZ}"

    def give_way_to(self, rescue: Database, now: datetime) -> str:
        """Move this file aside, its -wal and -shm with it, and the rescue into its place.

        Nobody's open connection can mistake the new files for its own: SQLite looks whether its file was moved.
        """
        aside = self.aside(now)
        self._move_aside(aside)
        Path(rescue.name).rename(self._path)
        return aside

    def moved_aside(self) -> str:
        """Return where the youngest damaged file is that was moved aside and is still there, empty for none."""
        with suppress(OSError):  # without a file descriptor nobody can look: then it is as it was
            self._moved_aside = max(map(str, self._beside(f"{_ASIDE}*Z")), default="")
        return self._moved_aside

    def make_lasting(self, connection: Connection, *, lasting: bool) -> None:
        """Have each commit wait for the disk, or leave that to the next that does."""
        bare: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        bare.execute(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}").close()

    def foreign_mark(self, connection: Connection) -> int:
        """Return a number that changes when another connection has written since it was last asked on this one."""
        # Past SQLAlchemy, which would begin a transaction and so take the write lock.
        bare: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        return int(bare.execute("PRAGMA data_version").fetchone()[0])

    def kind_of(self, exc: Exception) -> str | None:
        """Return what kind of trouble of the database this is, or None where the transaction itself is at fault."""
        if isinstance(exc, FootingLost):
            return "gone"
        original = exc.orig if isinstance(exc, DBAPIError) else exc
        if not isinstance(original, sqlite3.Error):
            return None
        code = str(getattr(original, "sqlite_errorname", None) or "")
        if kind := next((kind for prefix, kind in _KINDS.items() if code.startswith(prefix)), None):
            return "readonly" if kind == "unopenable" and self._may_only_be_read() else kind
        own_fault = code.startswith(_OWN_FAULT) if code else not isinstance(original, sqlite3.OperationalError)
        return None if own_fault else "other"

    def _may_only_be_read(self) -> bool:
        """Return whether the file is there and cannot be written: SQLite then just says that it cannot be opened."""
        try:
            read_only = os.statvfs(self._path.parent).f_flag & os.ST_RDONLY
        except OSError:
            return False
        return self._path.exists() and bool(read_only or not os.access(self._path, os.W_OK))

    def words_for(self, kind: str, exc: Exception) -> str:
        """Return the trouble as a sentence that names the file."""
        if isinstance(exc, FootingLost):
            return str(exc)
        original = exc.orig if isinstance(exc, DBAPIError) else exc
        return f"{self._path}: {_WORDS.get(kind, 'the database refuses')} ({original})"

    def _reading_connection(self) -> sqlite3.Connection:
        """Open the file to read; on a disk that nobody can write, also without the -shm file that SQLite wants."""
        connection = self._connector("ro")()
        try:
            connection.execute("PRAGMA schema_version").close()
        except sqlite3.OperationalError as exc:
            if self.kind_of(exc) != "readonly" or Path(f"{self._path}-wal").exists():
                return connection  # the question itself will say what is wrong
            connection.close()
            return self._connector("ro&immutable=1")()
        except sqlite3.DatabaseError:
            pass
        return connection

    def _onlooking_connection(self) -> sqlite3.Connection:
        is_worked_with = Path(f"{self._path}-wal").exists()
        return self._connector("ro&readonly_shm=1" if is_worked_with else "ro&immutable=1")()

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


def _require_room(target: Path, size: int) -> None:
    """Refuse what would take the last of a disk, which may be the one the agent writes to.

    Raises:
        StoreError: there is no room.
        OSError: the place is not there.
    """
    there = os.statvfs(target.parent)
    free = there.f_bavail * there.f_frsize
    if free < size + ROOM_LEFT_BYTES:
        raise StoreError(
            f"{target.parent} has no room for a copy: {size / MIB:,.0f} MiB are to be written, "
            f"{free / MIB:,.0f} MiB are free, and {ROOM_LEFT_BYTES // MIB} MiB are to be left"
        )


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
