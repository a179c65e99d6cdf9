"""Reads what can still be read of a damaged database: whatever the agent must not forget.

Each table is read from its front as far as it goes, then from its end, so that one bad page costs the rows on it. A
row that is no noun any more is left. Nothing is written here.
May import: netwatch.model, netwatch.store.sql, dialect. Called by: opening.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import RowMapping, Table

from netwatch.model import UNSENT, AlertState, News, Transaction
from netwatch.store.database.dialect import Database
from netwatch.store.sql.rows import (
    alert_of,
    alert_row,
    entry_of,
    entry_row,
    group_of,
    group_row,
    memory_of,
    memory_row,
    silence_of,
    silence_row,
)
from netwatch.store.sql.schema import ALERTS, GROUPS, MEMORIES, OUTBOX, OUTBOX_NEWS, SILENCES

T = TypeVar("T")

log = structlog.get_logger(__name__)


def salvage(database: Database) -> Transaction:
    """Return what is open and can be read; nothing at all, where the file cannot even be opened."""
    try:
        with closing(database.look_into_damaged()) as connection:
            return _open_things(connection)
    except sqlite3.Error as exc:
        log.error("nothing can be read of the damaged database", reason=str(exc))
        return Transaction()


def _open_things(connection: sqlite3.Connection) -> Transaction:
    groups = tuple(_nouns(connection, GROUPS, group_of, group_row))
    told = {member for group in groups for member in group.members}
    news: dict[str, list[News]] = {}
    for entry_id, said in _nouns(connection, OUTBOX_NEWS, _said, lambda said: said):
        news.setdefault(entry_id, []).append(said)
    return Transaction(
        alerts=tuple(
            alert
            for alert in _nouns(connection, ALERTS, alert_of, alert_row)
            if alert.state is not AlertState.RESOLVED or alert.id in told
        ),
        groups=groups,
        entries=tuple(
            replace(entry, news=tuple(news.get(entry.id, ())))
            for entry in _nouns(connection, OUTBOX, entry_of, entry_row)
            if entry.state in UNSENT
        ),
        memories=tuple(_nouns(connection, MEMORIES, memory_of, memory_row)),
        silences=tuple(_nouns(connection, SILENCES, silence_of, silence_row)),
    )


def _said(row: RowMapping) -> tuple[str, News]:
    return str(row["entry_id"]), News(alert_id=row["alert_id"], key=row["alert_key"], word=row["word"])


def _nouns(
    connection: sqlite3.Connection, table: Table, noun_of: Callable[[RowMapping], T], row_of: Callable[[T], object]
) -> Iterator[T]:
    seen: set[tuple[object, ...]] = set()
    for row in _rows(connection, table.name):
        try:
            key = tuple(row[column.name] for column in table.primary_key)
            noun = noun_of(cast(RowMapping, row))
            row_of(noun)  # it must be possible to write it again
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue
        if key not in seen:
            seen.add(key)
            yield noun


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[Mapping[str, Any]]:
    for direction in ("ASC", "DESC"):
        try:
            # NOT INDEXED: an index may be what is damaged. The name is one of ours.
            yield from connection.execute(f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid {direction}")  # noqa: S608
        except sqlite3.Error as exc:
            log.warning("a table of the damaged database ends early", table=table, reason=str(exc))
        else:
            return
