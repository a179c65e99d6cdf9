"""What is written: plain functions on an open connection, inside a transaction of the caller's.

Each may run twice (the writer repeats a batch that failed), so none keeps anything outside the database.

May import: netwatch.model. Called by: store, writer, jobs; opening, which writes what was saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Insert,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.sql import func

from netwatch.model import UNSENT, AlertState, Event, Memory, OutboxEntry, OutboxKind, OutboxState, Transaction
from netwatch.store.sql.bulk import execute_many, execute_one
from netwatch.store.sql.entries import NewEntries, count, in_turn, insert, new_entries, settle_overtaken
from netwatch.store.sql.queries import WAITING, chunks, groups
from netwatch.store.sql.rows import (
    PROGRESS,
    Row,
    alert_row,
    entry_of,
    event_row,
    group_row,
    memory_row,
    microseconds,
    progress_row,
    silence_row,
)
from netwatch.store.sql.schema import ALERTS, EVENTS, GROUPS, MEMORIES, OUTBOX, OUTBOX_ALERTS, PRUNED, SILENCES, TRAPS
from netwatch.store.sql.trap_rows import trap_row
from netwatch.store.sql.words import forget_words_of, hand_on

TRAPS_KEPT = 500_000
"""Rows of the trap log, however young: a storm may fill the log, not the disk."""
LONGEST_REST = timedelta(minutes=90)
"""No row is ever told to wait as long as this for its next attempt."""
LEASE_RAN_OUT = "the agent that was sending it went away"

Operation = tuple[Executable, Row]

# What every mail asks for is built once: to build a statement takes SQLAlchemy longer than SQLite to carry it out.
_IS_DUE = or_(OUTBOX.c.not_before <= bindparam("now"), OUTBOX.c.not_before > bindparam("latest"))
_DUE = (
    select(OUTBOX)
    .where(OUTBOX.c.kind == bindparam("kind"), OUTBOX.c.state.in_(WAITING), _IS_DUE)
    .order_by(OUTBOX.c.not_before, OUTBOX.c.created_at, OUTBOX.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # Nothing in SQLite, where BEGIN IMMEDIATE keeps other claimers out.
)
_LEASE = update(OUTBOX).where(OUTBOX.c.id == bindparam("which")).values(
    state=bindparam("sending"), lease_until=bindparam("until")
)  # fmt: skip
_ADD_EVENT = EVENTS.insert()
_SENDING = OUTBOX.c.state == OutboxState.SENDING.value
_HELD = select(OUTBOX.c.id, OUTBOX.c.kind, OUTBOX.c.recipient, OUTBOX.c.group_key).with_for_update(skip_locked=True)
_LEASE_RAN_OUT = _HELD.where(OUTBOX.c.kind == bindparam("kind"), _SENDING, OUTBOX.c.lease_until <= bindparam("now"))
_PROGRESS = {
    states: update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("which"), OUTBOX.c.state.in_([literal_column(f"'{one}'") for one in states]))
    .values({name: bindparam(f"now_{name}") for name in PROGRESS})
    for states in (tuple(state.value for state in UNSENT), (OutboxState.SENDING.value,))
}
"""By the states a row may be in."""
_CAME_BACK = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("which"), OUTBOX.c.state == literal_column(f"'{OutboxState.SENT}'"))
    .values({name: bindparam(f"now_{name}") for name in PROGRESS})
)

_REWORD = update(OUTBOX).where(OUTBOX.c.id == bindparam("which"), _SENDING).values(message=bindparam("said"))
_TOLD_BY = update(OUTBOX).where(OUTBOX.c.id == bindparam("which")).values(told_by=bindparam("teller"))


class Statements:
    """The statements of a transaction, built once per dialect so that SQLAlchemy finds them compiled.

    insert: the dialect's INSERT that replaces the row with the same primary key.
    """

    def __init__(self, insert: Callable[[Table], Insert]) -> None:
        self.put_alert = insert(ALERTS)
        self.put_group = insert(GROUPS)
        self.put_memory = insert(MEMORIES)
        self.put_silence = insert(SILENCES)
        self.add_event = EVENTS.insert()
        self.add_trap = TRAPS.insert()
        self.drop_alert = delete(ALERTS).where(ALERTS.c.id == bindparam("id"))
        self.drop_group = delete(GROUPS).where(GROUPS.c.key == bindparam("key"))
        self.drop_memory = delete(MEMORIES).where(
            MEMORIES.c.scope == bindparam("scope"), MEMORIES.c.key == bindparam("key")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A transaction as rows; the tables know nothing of each other, so only order within a table counts."""

    alerts: Sequence[Operation]
    groups: Sequence[Operation]
    silences: Sequence[Operation]
    entries: NewEntries
    events: Sequence[Operation]
    memories: Sequence[Operation]
    traps: Sequence[Operation]
    returned: Sequence[Operation]


def prepare(statements: Statements, transaction: Transaction) -> Prepared:
    """Turn a transaction into statements and rows.

    An alert that is `inactive` again loses its row; a group both closed and given is opened anew.

    Raises:
        ValueError, TypeError: a value could not become a row.
    """
    closed = [(statements.drop_group, {"key": key}) for key in transaction.closed_groups]
    return Prepared(
        alerts=[_alert(statements, alert_row(alert)) for alert in transaction.alerts],
        groups=[*closed, *((statements.put_group, group_row(group)) for group in transaction.groups)],
        silences=[(statements.put_silence, silence_row(silence)) for silence in transaction.silences],
        entries=new_entries(transaction),
        events=[(statements.add_event, event_row(event)) for event in transaction.events],
        memories=[_memory(statements, memory) for memory in transaction.memories],
        traps=[(statements.add_trap, trap_row(trap)) for trap in transaction.traps],
        returned=[(_CAME_BACK, _changes_of(entry)) for entry in transaction.returned],
    )


def _alert(statements: Statements, row: Row) -> Operation:
    inactive = row["state"] == AlertState.INACTIVE.value
    return (statements.drop_alert, {"id": row["id"]}) if inactive else (statements.put_alert, row)


def _memory(statements: Statements, memory: Memory) -> Operation:
    row = memory_row(memory)
    return (statements.drop_memory, row) if memory.text is None else (statements.put_memory, row)


def apply(connection: Connection, prepared: Sequence[Prepared]) -> None:
    """Write transactions, as few statements as their order allows."""
    insert(connection, [one.entries for one in prepared if one.entries.rows])
    for table in ("alerts", "groups", "silences", "events", "memories", "traps", "returned"):
        operations = (operation for one in prepared for operation in getattr(one, table))
        for _, run in groupby(operations, key=_statement):
            same = list(run)
            execute_many(connection, same[0][0], [row for _, row in same])


def _statement(operation: Operation) -> int:
    return id(operation[0])


def claim_due(
    connection: Connection, now: datetime, lease_for: timedelta, limit: int, kind: OutboxKind
) -> list[OutboxEntry]:
    """Lease the rows of one kind that are due to the caller, those due longest first.

    A row whose lease ran out was perhaps sent by whoever held it: it becomes `unknown` and is due at once. A row
    due later than any retry was written before the wall clock was set back, and is due as well. What newer messages
    have overtaken is settled instead, and what must not pass another waits (see `last_word`).
    """
    _make_unknown(connection, _LEASE_RAN_OUT, now, kind=kind.value, now=microseconds(now))
    wanted = {
        "kind": kind.value, "now": microseconds(now), "latest": microseconds(now + LONGEST_REST), "most": limit,
    }  # fmt: skip
    due = [entry_of(row) for row in connection.execute(_DUE, wanted).mappings()]
    settled = settle_overtaken(connection, due, now)
    going = in_turn(connection, [entry for entry in due if entry.id not in settled], now)
    leased = [replace(entry, state=OutboxState.SENDING, lease_until=now + lease_for) for entry in going]
    if leased:
        lease = {"sending": OutboxState.SENDING.value, "until": microseconds(now + lease_for)}
        execute_many(connection, _LEASE, [{"which": entry.id, **lease} for entry in leased])
    return leased


def end_all_leases(connection: Connection, now: datetime) -> None:
    """Free what another life of this agent was sending, for a caller who knows that no other agent runs.

    Each becomes `unknown`, as when its lease runs out, and is sent again at once with the same Message-ID.
    """
    _make_unknown(connection, _HELD.where(_SENDING), now)


def _make_unknown(connection: Connection, held: Select[Any], at: datetime, **values_of: object) -> None:
    lost = connection.execute(held, values_of).all()
    values = {"state": OutboxState.UNKNOWN.value, "lease_until": None, "last_reply": LEASE_RAN_OUT}
    for ids in chunks(row.id for row in lost):
        connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(values))
    _append(connection, (lease_event(OutboxKind(row.kind), row.recipient, at, row.id, row.group_key) for row in lost))


def lease_event(kind: OutboxKind, recipient: str, now: datetime, entry_id: str, group_key: str) -> Event:
    """Return the line of the event log for a lease that ran out."""
    words = f"{kind} to {recipient}: {LEASE_RAN_OUT}; it will be sent again"
    details = {"phase": "lease", "reply": LEASE_RAN_OUT}
    return Event(at=now, kind="delivery", text=words, entry_id=entry_id, group_key=group_key, details=details)


def record(
    connection: Connection, entry: OutboxEntry, events: Sequence[Event], entries: Sequence[OutboxEntry] = ()
) -> bool:
    """Write down how an attempt ended and add `entries`; return whether the row was the caller's to change.

    Only a row in `sending` is; but that a server accepted a mail stays true when the lease ran out meanwhile.
    """
    if not _changed(connection, entry):
        return False
    _append(connection, events)
    if entries:
        insert(connection, [new_entries(Transaction(entries=tuple(entries)))])
    if entry.state is OutboxState.SUPERSEDED and entry.told_by:
        connection.execute(_TOLD_BY, {"which": entry.id, "teller": entry.told_by})
        hand_on(connection, entry.id, entry.told_by)
    return True


def _changed(connection: Connection, entry: OutboxEntry) -> bool:
    return execute_one(connection, _PROGRESS[recordable_from(entry)], _changes_of(entry)) == 1


def _changes_of(entry: OutboxEntry) -> Row:
    return {"which": entry.id, **{f"now_{name}": value for name, value in progress_row(entry).items()}}


def reword(connection: Connection, entry: OutboxEntry) -> None:
    """Keep what a row that is being sent says now."""
    connection.execute(_REWORD, {"which": entry.id, "said": entry.message})


def recordable_from(entry: OutboxEntry) -> tuple[str, ...]:
    """Return the states a row may be in when this outcome of an attempt arrives."""
    return tuple(state.value for state in UNSENT) if entry.state is OutboxState.SENT else (OutboxState.SENDING.value,)


def _append(connection: Connection, events: Iterable[Event]) -> None:
    if rows := [event_row(event) for event in events]:
        execute_many(connection, _ADD_EVENT, rows)


def prune(connection: Connection, before: datetime, limit: int) -> int:
    """Delete at most `limit` rows per table that ended before an instant; return how many went.

    What is not sent, not resolved or still belongs to an open group stays, however old.
    """
    old = microseconds(before)
    told = {member for group in groups(connection) for member in group.members}
    ended = and_(ALERTS.c.state == AlertState.RESOLVED.value, ALERTS.c.resolved_at < old)
    last_touched = func.coalesce(OUTBOX.c.sent_at, OUTBOX.c.last_tried_at, OUTBOX.c.created_at)
    finished = and_(OUTBOX.c.state.not_in([state.value for state in UNSENT]), last_touched < old)
    return (
        _delete(connection, ALERTS, ended, limit, keep=told)
        + _delete_entries(connection, and_(OUTBOX.c.created_at < old, finished), limit)
        + _delete(connection, SILENCES, SILENCES.c.ends_at < old, limit)
        + _delete(connection, EVENTS, EVENTS.c.at < old, limit)
        + _delete(connection, TRAPS, or_(TRAPS.c.at < old, TRAPS.c.number <= _traps_over(connection)), limit)
    )


def _traps_over(connection: Connection) -> int:
    """Return the number of the youngest row that is too many."""
    return (connection.execute(select(func.max(TRAPS.c.number))).scalar() or 0) - TRAPS_KEPT


def _delete_entries(connection: Connection, condition: ColumnElement[bool], limit: int) -> int:
    """Delete outbox rows, what they told of, and write them off in the account."""
    doomed = connection.execute(select(OUTBOX.c.id, OUTBOX.c.alert_ids).where(condition).limit(limit)).all()
    alerts = {alert_id for row in doomed for alert_id in json.loads(row.alert_ids)}
    for ids in chunks(row.id for row in doomed):
        for some in chunks(alerts):  # by alert, for which there is an index
            told = and_(OUTBOX_ALERTS.c.alert_id.in_(some), OUTBOX_ALERTS.c.entry_id.in_(ids))
            connection.execute(delete(OUTBOX_ALERTS).where(told))
        forget_words_of(connection, ids)
        connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(ids)))
    if doomed:
        count(connection, PRUNED, len(doomed))
    return len(doomed)


def _delete(connection: Connection, table: Table, condition: Any, limit: int, keep: Iterable[str] = ()) -> int:
    key = next(iter(table.primary_key))
    kept = set(keep)
    found = connection.execute(select(key).where(condition).limit(limit + len(kept))).scalars()
    doomed = [value for value in found if value not in kept]
    for ids in chunks(doomed):
        connection.execute(delete(table).where(key.in_(ids)))
    return len(doomed)
