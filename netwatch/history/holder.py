"""Holds the file that the history is written to: opens it, sees that it stands where it belongs, bears with trouble.

May import: netwatch.errors, file, metrics. Called by: recorder, in its thread.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog

from netwatch.errors import HistoryError
from netwatch.history.file import HistoryFile
from netwatch.history.metrics import REPLACED, UNCLEAN_STARTS, WRITES_FAILED
from netwatch.history.opening import open_to_write

RUNNING, WRITTEN = "running", "written"
"""Notes in the file: 1 while an agent has it; the newest time that was written, milliseconds since 1970."""
TRY_AGAIN_SECONDS = 10.0
ROOM_LEFT_BYTES = 256 << 20
ROOM_LEFT_SHARE = 0.05
"""History is not written while less is free than the smaller of both: the rest of the disk is for alerts."""

log = structlog.get_logger(__name__)


class Holder:
    """The file, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: HistoryFile | None = None
        self.trouble = self.moved_to = ""
        self.was_opened = False
        self._inode: tuple[int, int] = (0, 0)
        self._try_at = 0.0

    @property
    def may_try(self) -> bool:
        """Return whether writing may be tried: there was no trouble, or it is some seconds ago."""
        return time.monotonic() >= self._try_at

    def file(self) -> HistoryFile:
        """Return the file, opened if need be.

        Raises:
            HistoryError: there is hardly room left on the disk, or the file is not ours.
        """
        disk = os.statvfs(self.path.parent)
        free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        if free < min(ROOM_LEFT_BYTES, size * ROOM_LEFT_SHARE):
            raise HistoryError(f"only {free >> 20} MiB are free in {self.path.parent}, and those are left for alerts")
        if self._file is None:
            self._file = self._opened()
        return self._file

    def _opened(self) -> HistoryFile:
        file = open_to_write(self.path)
        found = self.path.stat()
        self._inode = (found.st_dev, found.st_ino)
        if file.noted(RUNNING) and not self.was_opened:
            UNCLEAN_STARTS.inc()
            log.warning(
                "NetWatch ended without being stopped, or this history is a copy made while it ran:"
                " readings after this are not in it, up to now",
                since=_last_written(file),
            )
        file.note(RUNNING, 1)
        self.was_opened = True
        return file

    def went_well(self) -> None:
        """Note that the file could be written."""
        if self.trouble:
            log.info("the history is written again", file=str(self.path))
            self.trouble = ""

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with suppress(sqlite3.Error):
                self._file.close()
            self._file = None

    def look(self) -> None:
        """Begin anew where the file was deleted, moved or replaced."""
        if self._file is None:
            return
        with suppress(OSError):
            found = self.path.stat()
            if (found.st_dev, found.st_ino) == self._inode:
                return
        log.warning("the file of the history was deleted, moved or replaced; it is opened again", file=str(self.path))
        self.close()

    def refused(self, exc: Exception) -> None:
        """Note that the file takes nothing, and do what can be done."""
        WRITES_FAILED.inc()
        self._try_at = time.monotonic() + TRY_AGAIN_SECONDS
        words = f"the history in {self.path} cannot be written: {exc}"
        if not self.trouble:
            log.warning("the history cannot be written; watching goes on", file=str(self.path), error=str(exc))
        self.trouble = words
        self.close()
        if isinstance(exc, sqlite3.DatabaseError) and _is_damage(exc):
            self._move_aside()

    def _move_aside(self) -> None:
        """Let a damaged file be, under another name, and begin a new one."""
        aside = self.path.with_name(f"{self.path.name}.damaged")  # one is kept: several would fill the disk
        try:
            for part in ("", "-wal", "-shm"):
                source = self.path.with_name(self.path.name + part)
                if source.exists():
                    source.replace(aside.with_name(aside.name + part))
        except OSError as exc:
            log.warning("the damaged history could not be moved aside", error=str(exc))
            return
        REPLACED.inc()
        self.moved_to, self._try_at = str(aside), 0.0
        log.error("the history is damaged; a new one is begun", moved_to=str(aside))


def _is_damage(exc: sqlite3.DatabaseError) -> bool:
    name = getattr(exc, "sqlite_errorname", "")
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def _last_written(file: HistoryFile) -> str:
    """Return in RFC 3339 when the newest reading of a file was written, or that there is none."""
    written = file.noted(WRITTEN)
    if not written:
        return "its beginning: nothing was written yet"
    return datetime.fromtimestamp(written / 1000, UTC).isoformat(timespec="seconds")
