"""Copies the history while the agent writes to it, and puts a copy back while none runs.

May import: netwatch.errors, opening. Called by: cli, through the door of this room.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from netwatch.errors import HistoryError
from netwatch.history.opening import open_to_read

LEFT_FREE_BYTES = 256 << 20
"""So much of the disk a copy leaves to others; alerts need it more."""


def copy_of(database: Path, history: Path, copy: Path) -> Path:
    """Return where the copy of the history stands that belongs to a copy of the database."""
    if copy.name.startswith(database.name):
        return copy.with_name(history.name + copy.name.removeprefix(database.name))
    return copy.with_name(f"{copy.stem}-history{copy.suffix}")


def restore_history(copy: Path, path: Path, now: datetime) -> str:
    """Move the history aside and put a copy in its place; return where it is now, empty where there was none.

    Raises:
        HistoryError: there is no copy, it cannot be read, or there is no room; the history is as it was then.
    """
    fresh = path.with_name(f"{path.name}.restored")
    fresh.unlink(missing_ok=True)
    copy_history(copy, fresh)
    aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    try:
        if os.geteuid() == 0:  # root does not run the agent
            owner = (path if path.exists() else path.parent).stat()
            os.chown(fresh, owner.st_uid, owner.st_gid)
        if there := path.exists():
            with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            for ending in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    Path(f"{path}{ending}").rename(f"{aside}{ending}")
        fresh.rename(path)
    except OSError as exc:
        raise HistoryError(f"{exc.filename or path} cannot be written: {exc.strerror or exc}") from exc
    return str(aside) if there else ""


def copy_history(path: Path, target: Path) -> int:
    """Copy the history as it is at one moment into a new file, and return how large that is.

    Raises:
        HistoryError: there is none, the target is there already or cannot be written, or there is no room.
    """
    if target.exists():
        raise HistoryError(f"{target} is there already, and is not overwritten")
    fresh = target.with_name(f"{target.name}.part")
    with closing(open_to_read(path)) as source:
        try:
            _require_room(source.pages() * source.page_bytes(), target)
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            with closing(sqlite3.connect(fresh)) as made:
                source.copy_into(made)
            fresh.rename(target)
        except sqlite3.Error as exc:
            raise HistoryError(f"{path} cannot be copied to {target}: {exc}") from exc
        except OSError as exc:
            raise HistoryError(f"{target} cannot be written: {exc.strerror or exc}") from exc
        finally:
            fresh.unlink(missing_ok=True)
    return target.stat().st_size


def _require_room(needed: int, target: Path) -> None:
    free = shutil.disk_usage(target.parent).free
    if free - needed < LEFT_FREE_BYTES:
        raise HistoryError(
            f"the history takes {needed >> 20:,} MiB and {target.parent} has {free >> 20:,} MiB free, of which"
            f" {LEFT_FREE_BYTES >> 20} are left to others: copy it elsewhere, or leave it out with --no-history"
        )
