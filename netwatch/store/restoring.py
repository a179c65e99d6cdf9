"""Puts a copy that `back_up` made in the place of the database, while no agent runs.

May import: netwatch.errors, netwatch.model. Called by: cli, through the door of this room.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from netwatch.errors import StoreError
from netwatch.model import UNSENT
from netwatch.store.database.migrate import CURRENT
from netwatch.store.database.sqlite import URL_PREFIX, Sqlite
from netwatch.store.database.url import database_for
from netwatch.store.settings import StoreSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What stands in the place of the database now, and where that is which stood there, empty for nothing."""

    database: str
    aside: str
    unsent: int
    """Messages that were not sent when the copy was made; the agent will send them."""


def restore(settings: StoreSettings, copy: Path, now: datetime | None = None) -> Restored:
    """Look through a copy, move the database aside, and put the copy in its place; the copy itself stays.

    A process that is killed meanwhile leaves either what was there or the copy: the next start takes what it finds.

    Raises:
        StoreError: an agent runs with the database, the copy is none, of a newer NetWatch or not whole, or there
            is no room; everything is as it was then.
    """
    if settings.url.startswith("postgres"):
        raise StoreError(
            "netwatch restore is for SQLite; PostgreSQL takes: pg_restore --clean --dbname=DATABASE FILE"
        )
    database, source = database_for(settings.url), Sqlite(f"{URL_PREFIX}{copy.absolute()}")
    if not copy.is_file():
        raise StoreError(f"there is no copy at {copy}")
    if Path(database.name).is_file() and copy.samefile(database.name):
        raise StoreError(f"{copy} is the database itself")
    if (version := source.version()) is None:
        raise StoreError(f"{copy} is no copy of a NetWatch database; nothing was changed")
    if version > CURRENT:
        raise StoreError(
            f"{copy} was made by a newer NetWatch (its tables are version {version}, this one knows {CURRENT}); "
            "install that version first; nothing was changed"
        )
    unsent = _unsent(source)
    return Restored(
        database=database.name, aside=database.give_way_to_copy(source, now or datetime.now(UTC)), unsent=unsent
    )


def _unsent(copy: Sqlite) -> int:
    """Count what a copy has not sent, in the tables of whatever version it is."""
    try:
        with closing(copy.look_into_damaged()) as connection:
            found = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    except sqlite3.Error as exc:
        raise StoreError(f"{copy.name} cannot be read: {exc}; nothing was changed") from exc
    return sum(int(found.get(state.value, 0)) for state in UNSENT)
