"""Copies the database from another process while the agent works on it.

May import: netwatch.errors. Called by: cli, through the door of this room.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from netwatch.errors import StoreError
from netwatch.store.database.url import database_for
from netwatch.store.settings import StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was made and found whole."""

    source: str
    copy: Path
    size_bytes: int


def back_up(settings: StoreSettings, to: Path | None = None, now: datetime | None = None) -> Backup:
    """Copy the database, at one moment, into a new file, and look through all of the copy.

    Args:
        settings: says which database.
        to: the file to make, or a directory for one named by the time; beside the database without.
        now: the time for that name.

    Raises:
        StoreError: there is no database, the file is there already, there is no room, or the copy is not whole.
    """
    if settings.url.startswith("postgres"):
        raise StoreError(
            "netwatch backup copies SQLite; of PostgreSQL make one with: pg_dump --format=custom --file=netwatch.dump"
        )
    database = database_for(settings.url)
    database.require()
    if database.version() is None:
        raise StoreError(f"{database.name} is not a NetWatch database; nothing was copied")
    name = f"{Path(database.name).name}.backup-{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    beside = Path(database.name).parent
    target = beside / name if to is None else to / name if os.path.isdir(to) else to  # noqa: PTH112  # never raises
    return Backup(source=database.name, copy=target, size_bytes=database.copy_to(target, thorough=True))
