"""Many rows by one statement, at the driver's speed.

SQLAlchemy builds a dictionary of parameters per row, which costs as much as half of SQLite's own work. A statement
is compiled once for its dialect here, and rows are handed to the driver as it wants them.
May import: nothing. Called by: changes, entries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement

Row = Mapping[str, Any]


def execute_many(connection: Connection, statement: Executable, rows: Sequence[Row]) -> None:
    """Execute a statement that knows only plain numbers, texts and octets, once per row; all rows have equal keys."""
    sql, as_driver_wants = _compiled(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(sql, list(map(as_driver_wants, rows)))


def execute_one(connection: Connection, statement: Executable, row: Row) -> int:
    """Execute such a statement once; return how many rows it changed."""
    sql, as_driver_wants = _compiled(statement, connection.dialect, tuple(row))
    return connection.exec_driver_sql(sql, as_driver_wants(row)).rowcount


@lru_cache(maxsize=64)
def _compiled(statement: Executable, dialect: Dialect, keys: tuple[str, ...]) -> tuple[str, Callable[[Row], Any]]:
    assert isinstance(statement, ClauseElement)  # noqa: S101 - for the type checker; every statement is one
    compiled = statement.compile(dialect=dialect, column_keys=list(keys))
    names = compiled.positiontup  # type: ignore[attr-defined]
    if names is None:
        return str(compiled), dict
    pick = itemgetter(*names)
    return str(compiled), pick if len(names) > 1 else lambda row: (pick(row),)
