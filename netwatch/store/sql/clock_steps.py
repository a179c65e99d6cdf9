"""Moves what is open along with a wall clock that was set, so that it is as far from now as before.

Unsent rows of the outbox, alerts that are not over, and open incidents with whatever they still tell of. What is
over stays as it was written, and so do silences, which are people's own times.

Plain functions on an open connection, inside a transaction of the caller's. May import: netwatch.model.
Called by: store.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, case, or_, select, update

from netwatch.model import FORESEEN, UNSENT, AlertState, ClockStep, Memory, moved_group
from netwatch.store.sql.queries import chunks, groups
from netwatch.store.sql.rows import group_row, memory_row, microseconds
from netwatch.store.sql.schema import ALERTS, GROUPS, MEMORIES, OUTBOX


def move_open(connection: Connection, step: ClockStep, mark: Memory) -> bool:
    """Move everything that is open; return false, having done nothing, where the mark says that it was done.

    The mark is written with it, so that neither a crash nor a second call moves anything twice.
    """
    here = and_(MEMORIES.c.scope == mark.scope, MEMORIES.c.key == mark.key)
    text = connection.execute(select(MEMORIES.c.text).where(here)).scalar()
    if text == mark.text:
        return False
    _move(
        connection, OUTBOX, _unsent(), step, past=("created_at", "last_tried_at"), due=("not_before", "lease_until")
    )
    not_over = ALERTS.c.state != AlertState.RESOLVED.value
    times = ("pending_at", "firing_at", "healthy_since", "gone_at", "resolved_at", "seen_at", "acked_at")
    incidents = groups(connection)
    told = {member for group in incidents for member in group.members}
    for ids in chunks(told):
        over = ALERTS.c.state == AlertState.RESOLVED.value
        _move(connection, ALERTS, and_(over, ALERTS.c.id.in_(ids)), step, past=times)
    _move(connection, ALERTS, not_over, step, past=times)
    for group in incidents:
        row = group_row(moved_group(group, step))
        connection.execute(update(GROUPS).where(GROUPS.c.key == row["key"]).values(row))
    if text is None:
        connection.execute(MEMORIES.insert().values(memory_row(mark)))
    else:
        connection.execute(update(MEMORIES).where(here).values(text=mark.text))
    return True


def _unsent() -> ColumnElement[bool]:
    return OUTBOX.c.state.in_([state.value for state in UNSENT])


def _move(
    connection: Connection,
    table: Table,
    which: ColumnElement[bool],
    step: ClockStep,
    *,
    past: Iterable[str] = (),
    due: Iterable[str] = (),
) -> None:
    """Move the columns of some rows, each only where the clock that was set wrote it."""
    since, at, by = microseconds(step.since), microseconds(step.at), microseconds(step.at + step.by)
    latest = {table.c[name]: at for name in past}
    latest |= {table.c[name]: microseconds(step.at + FORESEEN) for name in due}
    written = {column: column.between(since, until) for column, until in latest.items()}
    values = {column: _moved(column, written[column], by - at) for column in written}
    query = update(table).where(or_(*written.values())).values(values)
    connection.execute(query.where(which))


def _moved(column: Column[int], written: ColumnElement[bool], by: int) -> ColumnElement[int]:
    return case((written, column + by), else_=column)
