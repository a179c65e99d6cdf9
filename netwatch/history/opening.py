"""Opens the file of the history: to write, made where it is not there, or to read only.

WAL with synchronous=NORMAL: a power cut may cost the last moments, never the file.

May import: netwatch.errors, file. Called by: holder, reader.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from netwatch.errors import HistoryError
from netwatch.history.file import HistoryFile

VERSION = 1
_MAGIC = 0x4E574831
"""`application_id`: NWH1."""
_BUSY_SECONDS = 5.0
_PAGE = 4096
_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", "PRAGMA journal_size_limit=16777216")
_SCHEMA = """
CREATE TABLE series (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (device, name)
);
CREATE TABLE shapes (id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, body BLOB NOT NULL);
CREATE TABLE blocks (
    series INTEGER NOT NULL, tier INTEGER NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL,
    shape INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE UNIQUE INDEX blocks_by_series ON blocks (series, tier, start);
CREATE INDEX blocks_by_age ON blocks (tier, until);
CREATE INDEX blocks_by_shape ON blocks (shape);
CREATE TABLE unfolded (
    tier INTEGER NOT NULL, start INTEGER NOT NULL, series INTEGER NOT NULL, PRIMARY KEY (tier, start, series)
) WITHOUT ROWID;
CREATE TABLE notes (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""


def open_to_write(path: Path) -> HistoryFile:
    """Open the file to write, made where it is not there.

    Raises:
        HistoryError: it is of another program or of a newer NetWatch.
        sqlite3.Error, OSError: it cannot be opened, or is damaged.
    """
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        is_new = not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if is_new:
            connection.execute(f"PRAGMA page_size={_PAGE}")
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        else:
            _check(connection, path)
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        if is_new:
            connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id={_MAGIC}; PRAGMA user_version={VERSION}; COMMIT;"
            )
    except BaseException:
        connection.close()
        raise
    return HistoryFile(path, connection)


def open_to_read(path: Path) -> HistoryFile:
    """Open the file to read only.

    Raises:
        HistoryError: there is none, or it cannot be read.
    """
    if not path.is_file():
        raise HistoryError(f"there is no history in {path}; `netwatch run` keeps it where `history` lets it")
    how = "mode=ro" if os.access(path.parent, os.W_OK) or _is_open_elsewhere(path) else "mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?{how}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
        try:
            _check(connection, path)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as exc:
        raise HistoryError(f"the history in {path} cannot be read: {exc}") from exc
    return HistoryFile(path, connection)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (magic,), (version,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    if magic != _MAGIC:
        raise HistoryError(f"{path} is no history of NetWatch; move it away, and a new one is made")
    if version != VERSION:
        raise HistoryError(
            f"the history in {path} is of version {version}, and this NetWatch knows {VERSION}; move it away, or use"
            " the NetWatch that wrote it"
        )


def _is_open_elsewhere(path: Path) -> bool:
    """Return whether somebody writes to it, so that what is newest stands in the file beside it."""
    return path.with_name(path.name + "-wal").exists()
