"""What is read: plain functions from an open connection to nouns.

May import: netwatch.model. Called by: reader, changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Select, case, func, select

from netwatch.model import (
    UNSENT,
    Alert,
    AlertGroup,
    AlertState,
    Event,
    Memory,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    TrapEvent,
)
from netwatch.store.rows import alert_of, entry_of, event_of, group_of, instant, memory_of
from netwatch.store.schema import ALERTS, EVENTS, GROUPS, MEMORIES, OUTBOX, TRAPS
from netwatch.store.trap_rows import trap_of

CHUNK = 500
"""How many values one IN (...) holds; every dialect takes more."""

WAITING = tuple(state.value for state in UNSENT if state is not OutboxState.SENDING)


def alerts(connection: Connection, states: Collection[AlertState] | None, limit: int | None) -> list[Alert]:
    """Return alerts, the youngest first."""
    query = select(ALERTS).order_by(ALERTS.c.pending_at.desc(), ALERTS.c.id).limit(limit)
    if states is not None:
        query = query.where(ALERTS.c.state.in_([state.value for state in states]))
    return [alert_of(row) for row in connection.execute(query).mappings()]


def unfinished(connection: Connection) -> list[Alert]:
    """Return what the engine needs after a restart, the oldest first.

    That is every alert not resolved, and the resolved ones of open groups, whose end is perhaps not told yet.
    """
    resolved = AlertState.RESOLVED.value
    rows = list(connection.execute(select(ALERTS).where(ALERTS.c.state != resolved)).mappings())
    wanted = (member for group in groups(connection) for member in group.members)
    for ids in chunks(dict.fromkeys(wanted)):
        query = select(ALERTS).where(ALERTS.c.state == resolved, ALERTS.c.id.in_(ids))
        rows += connection.execute(query).mappings()
    return [alert_of(row) for row in sorted(rows, key=lambda row: (row["pending_at"], row["id"]))]


def groups(connection: Connection) -> list[AlertGroup]:
    """Return the open groups, the oldest first."""
    query = select(GROUPS).order_by(GROUPS.c.opened_at, GROUPS.c.key)
    return [group_of(row) for row in connection.execute(query).mappings()]


def memories(connection: Connection, scope: str) -> list[Memory]:
    """Return what was remembered under one scope, by key."""
    query = select(MEMORIES).where(MEMORIES.c.scope == scope).order_by(MEMORIES.c.key)
    return [memory_of(row) for row in connection.execute(query).mappings()]


def events(connection: Connection, limit: int, device: str | None, alert_id: str | None) -> list[Event]:
    """Return the last events, the newest first."""
    query = select(EVENTS).order_by(EVENTS.c.at.desc(), EVENTS.c.number.desc()).limit(limit)
    if device is not None:
        query = query.where(EVENTS.c.device == device)
    if alert_id is not None:
        query = query.where(EVENTS.c.alert_id == alert_id)
    return [event_of(row) for row in connection.execute(query).mappings()]


def traps(connection: Connection, limit: int, device: str | None, source: str | None) -> list[TrapEvent]:
    """Return the last traps, the newest first."""
    query = _traps_of(device, source).order_by(TRAPS.c.number.desc()).limit(limit)
    return [trap_of(row) for row in connection.execute(query).mappings()]


def traps_since(
    connection: Connection, mark: int | None, limit: int, device: str | None, source: str | None
) -> tuple[int, list[TrapEvent]]:
    """Return the traps logged after a mark, or without one the last, and the mark behind them; the oldest first."""
    newest = connection.execute(select(func.max(TRAPS.c.number))).scalar() or 0
    if mark is None:
        return newest, traps(connection, limit, device, source)[::-1]
    query = _traps_of(device, source).where(TRAPS.c.number > mark).order_by(TRAPS.c.number).limit(limit)
    rows = list(connection.execute(query).mappings())
    behind = rows[-1]["number"] if len(rows) == limit else max(newest, mark)
    return behind, [trap_of(row) for row in rows]


def _traps_of(device: str | None, source: str | None) -> Select[tuple[object, ...]]:
    query = select(TRAPS)
    if device is not None:
        query = query.where(TRAPS.c.device == device)
    return query if source is None else query.where(TRAPS.c.source == source)


def outbox(connection: Connection, states: Collection[OutboxState] | None, limit: int | None) -> list[OutboxEntry]:
    """Return outbox rows, the newest first."""
    query = select(OUTBOX).order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id).limit(limit)
    if states is not None:
        query = query.where(OUTBOX.c.state.in_([state.value for state in states]))
    return [entry_of(row) for row in connection.execute(query).mappings()]


def outbox_entry(connection: Connection, entry_id: str) -> OutboxEntry | None:
    """Return one outbox row."""
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.id == entry_id)).mappings().first()
    return None if row is None else entry_of(row)


def outbox_counts(connection: Connection) -> dict[OutboxState, int]:
    """Return how many rows stand in each state, those without any included."""
    found = connection.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state)).all()
    return dict.fromkeys(OutboxState, 0) | {OutboxState(state): count for state, count in found}


def oldest_unsent(connection: Connection) -> datetime | None:
    """Return when the oldest mail that is still to be sent was made."""
    query = select(func.min(OUTBOX.c.created_at)).where(OUTBOX.c.state.in_([state.value for state in UNSENT]))
    return _instant(connection.execute(query).scalar())


def next_due(connection: Connection, kind: OutboxKind) -> datetime | None:
    """Return when `claim_due` will next find something of a kind: a row's time, or the end of a lease."""
    sending = OutboxState.SENDING.value
    due = case((OUTBOX.c.state == sending, OUTBOX.c.lease_until), else_=OUTBOX.c.not_before)
    query = select(func.min(due)).where(OUTBOX.c.kind == kind.value, OUTBOX.c.state.in_([*WAITING, sending]))
    return _instant(connection.execute(query).scalar())


def chunks(values: Iterable[str], size: int = CHUNK) -> Iterator[list[str]]:
    """Cut a long list into pieces that fit one IN (...)."""
    left = iter(values)
    while piece := list(islice(left, size)):
        yield piece


def _instant(count: int | None) -> datetime | None:
    return None if count is None else instant(count)
