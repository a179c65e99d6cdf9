"""Makes the tables, and brings those of an older NetWatch forward; never backward.

May import: netwatch.errors. Called by: store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, inspect, select, update

from netwatch.errors import StoreError
from netwatch.store.schema import METADATA, SCHEMA_VERSION

CURRENT = 1

Step = Callable[[Connection], None]

STEPS: Mapping[int, Step] = {}
"""Version n -> what makes it version n + 1. A step writes its own DDL and never uses `schema.py`, which moves on."""


def bring_up_to_date(
    connection: Connection, name: str, *, steps: Mapping[int, Step] = STEPS, current: int = CURRENT
) -> None:
    """Make or migrate the tables inside the caller's transaction.

    Raises:
        StoreError: the database belongs to something else, or to a newer NetWatch.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        METADATA.create_all(connection)
        connection.execute(SCHEMA_VERSION.insert().values(version=current))
        return
    for version in range(_version(connection, tables, name, current), current):
        steps[version](connection)
        connection.execute(update(SCHEMA_VERSION).values(version=version + 1))


def check_version(connection: Connection, name: str) -> None:
    """Raise StoreError unless this NetWatch can read the tables as they are."""
    version = _version(connection, set(inspect(connection).get_table_names()), name, CURRENT)
    if version < CURRENT:
        raise StoreError(f"{name} is of an older NetWatch; start `netwatch run` once to bring it up to date")


def _version(connection: Connection, tables: set[str], name: str, current: int) -> int:
    if SCHEMA_VERSION.name not in tables:
        raise StoreError(f"{name} is not a NetWatch database; set store.url to a path of its own")
    version = connection.execute(select(SCHEMA_VERSION.c.version)).scalar_one()
    if version > current:
        raise StoreError(
            f"{name} was written by a newer NetWatch (its tables are version {version}, this one knows {current}); "
            "install that version again, or restore the database from before the upgrade"
        )
    return int(version)
