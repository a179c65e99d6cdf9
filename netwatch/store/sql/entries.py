"""How new rows come into the outbox: what they supersede, which alerts they tell of, and the count of them.

Inside a transaction of the caller's, which may be repeated: nothing is kept outside the database.

May import: netwatch.model. Called by: changes; memory, for what both stores share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from netwatch.model import Event, OutboxEntry, OutboxKind, OutboxState, Supersession, Transaction
from netwatch.store.sql.bulk import execute_many
from netwatch.store.sql.rows import Row, clean, entry_of, entry_row, event_row
from netwatch.store.sql.schema import COUNTERS, EVENTS, OUTBOX, OUTBOX_ALERTS, WRITTEN

NEVER_LEFT = (OutboxState.QUEUED, OutboxState.DEFERRED)
"""The states of rows that no server can have taken; only such a row may be told by another instead."""

_ADD = OUTBOX.insert()
_ADD_ALERT = OUTBOX_ALERTS.insert()
_ADD_EVENT = EVENTS.insert()
_COUNT = (
    update(COUNTERS).where(COUNTERS.c.name == bindparam("which")).values(count=COUNTERS.c.count + bindparam("more"))
)
_SUPERSEDE = (
    update(OUTBOX)
    .where(
        OUTBOX.c.thread_id == bindparam("thread"),
        OUTBOX.c.recipient == bindparam("whom"),
        OUTBOX.c.kind == bindparam("how"),
        OUTBOX.c.state.in_([state.value for state in NEVER_LEFT]),
    )
    .values(state=OutboxState.SUPERSEDED.value, told_by=bindparam("teller"))
    .returning(OUTBOX.c.id, OUTBOX.c.group_key)
)
_OVERTAKE = (
    update(OUTBOX)
    .where(
        OUTBOX.c.thread_id == bindparam("thread"),
        OUTBOX.c.recipient == bindparam("whom"),
        OUTBOX.c.kind == bindparam("how"),
        OUTBOX.c.state == OutboxState.SENDING.value,
    )
    .values(overtaken_by=bindparam("teller"))
)
_OLDER = OUTBOX.alias("older")
_OVERTAKER = (
    select(OUTBOX)
    .join(_OLDER, _OLDER.c.overtaken_by == OUTBOX.c.id)
    .where(_OLDER.c.id == bindparam("which"), OUTBOX.c.state == OutboxState.SENT.value)
)
_SETTLE = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("which"))
    .values(state=OutboxState.SUPERSEDED.value, told_by=bindparam("teller"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntries:
    """A transaction's outbox rows, the alerts they tell of, and what to do to older rows, by the new row's id."""

    rows: Sequence[Row]
    alerts: Sequence[Row]
    supersessions: Mapping[str, Supersession]


def new_entries(transaction: Transaction) -> NewEntries:
    """Turn the outbox part of a transaction into rows.

    Raises:
        ValueError, TypeError: a value could not become a row.
    """
    check_supersessions(transaction)
    return NewEntries(
        rows=[entry_row(entry) for entry in transaction.entries],
        alerts=[
            {"alert_id": alert_id, "entry_id": entry.id}
            for entry in transaction.entries
            for alert_id in dict.fromkeys(entry.alert_ids)
        ],
        supersessions={one.entry_id: one for one in transaction.supersessions},
    )


def check_supersessions(transaction: Transaction) -> None:
    """Raise ValueError where one is for a row that is not new, or for a row of no incident."""
    threads = {entry.id: entry.thread_id for entry in transaction.entries}
    for one in transaction.supersessions:
        if not threads.get(one.entry_id):
            raise ValueError(f"{one.entry_id!r} supersedes, and is no new row of an incident")


def insert(connection: Connection, new: Sequence[NewEntries]) -> None:
    """Write rows, in the order of their transactions, as few statements as supersessions allow."""
    waiting: list[Row] = []
    for one in new:
        if one.supersessions:
            _add(connection, waiting)
            waiting = _superseding(connection, one)
        else:
            waiting += one.rows
    _add(connection, waiting)
    if alerts := [row for one in new for row in one.alerts]:
        execute_many(connection, _ADD_ALERT, alerts)


def _add(connection: Connection, rows: Sequence[Row]) -> None:
    if rows:
        execute_many(connection, _ADD, rows)
        count(connection, WRITTEN, len(rows))


def count(connection: Connection, counter: str, more: int) -> None:
    """Add to a counter."""
    connection.execute(_COUNT, {"which": counter, "more": more})


def _superseding(connection: Connection, new: NewEntries) -> list[Row]:
    """Supersede what the rows of a transaction supersede, and return the rows as they are to be written."""
    return [
        _after(connection, row, new.supersessions[row["id"]]) if row["id"] in new.supersessions else row
        for row in new.rows
    ]


def _after(connection: Connection, row: Row, supersession: Supersession) -> Row:
    wanted = {"thread": row["thread_id"], "whom": row["recipient"], "how": row["kind"], "teller": row["id"]}
    connection.execute(_OVERTAKE, wanted)
    if not (old := connection.execute(_SUPERSEDE, wanted).all()):
        return row
    teller = entry_of(row)
    events = [superseded_event(one.id, one.group_key, teller, teller.created_at) for one in old]
    connection.execute(_ADD_EVENT, [event_row(event) for event in events])
    return {**row, "subject": clean(supersession.subject), "message": supersession.message}


def may_be_overtaken(entry: OutboxEntry) -> bool:
    """Return whether a mail was tried and surely never left, so that a newer one may have passed it meanwhile.

    Not so what a person has sent again by hand: that has no attempts.
    """
    tried = entry.attempts > 0 if entry.state is OutboxState.DEFERRED else entry.last_tried_at is not None
    return entry.kind is OutboxKind.MAIL and entry.state in NEVER_LEFT and bool(entry.thread_id) and tried


def settle_overtaken(connection: Connection, due: Sequence[OutboxEntry], now: datetime) -> set[str]:
    """Let newer mails of the same incident, which were sent, tell what older ones still wanted to; return their ids.

    What is under way when a newer one is written is tried beside it; put off by its relay, it would say `[DOWN]`
    after the `[OK]`. Which is newer was noted when that was written: the clock may have been set since.
    """
    settled = set()
    for entry in filter(may_be_overtaken, due):
        row = connection.execute(_OVERTAKER, {"which": entry.id}).mappings().first()
        if row is None:
            continue
        connection.execute(_SETTLE, {"which": entry.id, "teller": row["id"]})
        event = superseded_event(entry.id, entry.group_key, entry_of(row), now)
        connection.execute(_ADD_EVENT, [event_row(event)])
        settled.add(entry.id)
    return settled


def superseded_event(entry_id: str, group_key: str, teller: OutboxEntry, at: datetime) -> Event:
    """Return the line of the event log for a row that another tells instead."""
    return Event(
        at=at,
        kind="delivery",
        text=f"{teller.kind} to {teller.recipient}: superseded before it left; a newer one says it too",
        entry_id=entry_id,
        group_key=group_key,
        details={"phase": "superseded", "told_by": teller.id},
    )
