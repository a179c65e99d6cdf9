"""What is read: plain functions from an open connection to nouns.

May import: netwatch.model. Called by: reader, changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, case, func, select, tuple_

from netwatch.model import (
    DROPPED_BY_HAND,
    UNSENT,
    Account,
    Alert,
    AlertGroup,
    AlertState,
    Event,
    Memory,
    OutboxEntry,
    OutboxKind,
    OutboxState,
    Silence,
    TrapEvent,
)
from netwatch.store.sql.rows import (
    alert_of,
    entry_of,
    event_of,
    group_of,
    instant,
    memory_of,
    microseconds,
    silence_of,
)
from netwatch.store.sql.schema import (
    ALERTS,
    COUNTERS,
    EVENTS,
    GROUPS,
    MEMORIES,
    OUTBOX,
    OUTBOX_ALERTS,
    PRUNED,
    SILENCES,
    TRAPS,
    WRITTEN,
)
from netwatch.store.sql.trap_rows import trap_of

CHUNK = 500
"""How many values one IN (...) holds; every dialect takes more."""

WAITING = tuple(state.value for state in UNSENT if state is not OutboxState.SENDING)
_LEASED = OutboxState.SENDING.value
_NEXT_DUE = select(
    func.min(case((OUTBOX.c.state == _LEASED, OUTBOX.c.lease_until), else_=OUTBOX.c.not_before))
).where(OUTBOX.c.kind == bindparam("kind"), OUTBOX.c.state.in_([*WAITING, _LEASED]))  # fmt: skip


def alerts(connection: Connection, states: Collection[AlertState] | None, limit: int | None) -> list[Alert]:
    """Return alerts, the youngest first."""
    query = select(ALERTS).order_by(ALERTS.c.pending_at.desc(), ALERTS.c.id).limit(limit)
    if states is not None:
        query = query.where(ALERTS.c.state.in_([state.value for state in states]))
    return [alert_of(row) for row in connection.execute(query).mappings()]


def alerts_of(connection: Connection, rule: str, device: str, limit: int | None) -> list[Alert]:
    """Return the alerts of a rule on a device, the youngest first."""
    query = select(ALERTS).where(ALERTS.c.rule == rule, ALERTS.c.device == device)
    query = query.order_by(ALERTS.c.pending_at.desc(), ALERTS.c.id).limit(limit)
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


def silences(connection: Connection) -> list[Silence]:
    """Return every silence, the expired ones as well, by their start."""
    query = select(SILENCES).order_by(SILENCES.c.starts_at, SILENCES.c.id)
    return [silence_of(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events are wanted; None leaves a question open. `since` is included, `until` is not.

    behind: only what comes, the newest first, after the event of that instant and number.
    """

    device: str | None = None
    alert_id: str | None = None
    rule: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    entry_ids: Collection[str] | None = None
    behind: tuple[datetime, int] | None = None

    def takes(self, event: Event) -> bool:
        """Return whether an event is wanted."""
        return (
            self.device in (None, event.device)
            and self.alert_id in (None, event.alert_id)
            and self.rule in (None, event.rule)
            and (self.since is None or event.at >= self.since)
            and (self.until is None or event.at < self.until)
            and (self.behind is None or (event.at, event.number or 0) < self.behind)
            and (self.entry_ids is None or (event.entry_id != "" and event.entry_id in self.entry_ids))
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the same in SQL, but for the entries, which may be too many for one statement."""
        at, wanted = EVENTS.c.at, []
        for column, value in ((EVENTS.c.device, self.device), (EVENTS.c.alert_id, self.alert_id),
                              (EVENTS.c.rule, self.rule)):  # fmt: skip
            wanted += [] if value is None else [column == value]
        wanted += [] if self.since is None else [at >= microseconds(self.since)]
        wanted += [] if self.until is None else [at < microseconds(self.until)]
        if self.behind is not None:
            wanted.append(tuple_(at, EVENTS.c.number) < (microseconds(self.behind[0]), self.behind[1]))
        return wanted


def events(connection: Connection, limit: int, wanted: EventFilter) -> list[Event]:
    """Return the last events, the newest first."""
    query = select(EVENTS).where(*wanted.conditions())
    query = query.order_by(EVENTS.c.at.desc(), EVENTS.c.number.desc()).limit(limit)
    if wanted.entry_ids is None:
        return [event_of(row) for row in connection.execute(query).mappings()]
    found: list[RowMapping] = []
    for ids in chunks(sorted(set(wanted.entry_ids) - {""})):
        found += connection.execute(query.where(EVENTS.c.entry_id.in_(ids))).mappings()
    found.sort(key=lambda row: (row["at"], row["number"]), reverse=True)
    return [event_of(row) for row in found[:limit]]


def traps(
    connection: Connection, limit: int, device: str | None, source: str | None, behind: int | None = None
) -> list[TrapEvent]:
    """Return the last traps, or those before the one of number `behind`, the newest first."""
    query = _traps_of(device, source).order_by(TRAPS.c.number.desc()).limit(limit)
    if behind is not None:
        query = query.where(TRAPS.c.number < behind)
    return [trap_of(row) for row in connection.execute(query).mappings()]


def trap(connection: Connection, number: int) -> TrapEvent | None:
    """Return one trap, None where the log has it no more."""
    row = connection.execute(select(TRAPS).where(TRAPS.c.number == number)).mappings().first()
    return None if row is None else trap_of(row)


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


def outbox(
    connection: Connection,
    states: Collection[OutboxState] | None,
    limit: int | None,
    behind: tuple[datetime, str] | None = None,
) -> list[OutboxEntry]:
    """Return outbox rows, the newest first; `behind` a row, named by instant and id, where it is given."""
    query = select(OUTBOX).order_by(OUTBOX.c.created_at.desc(), OUTBOX.c.id).limit(limit)
    if states is not None:
        query = query.where(OUTBOX.c.state.in_([state.value for state in states]))
    if behind is not None:
        at, made_at = OUTBOX.c.created_at, microseconds(behind[0])
        query = query.where((at < made_at) | ((at == made_at) & (OUTBOX.c.id > behind[1])))
    return [entry_of(row) for row in connection.execute(query).mappings()]


def outbox_entry(connection: Connection, entry_id: str) -> OutboxEntry | None:
    """Return one outbox row."""
    row = connection.execute(select(OUTBOX).where(OUTBOX.c.id == entry_id)).mappings().first()
    return None if row is None else entry_of(row)


def outbox_ids(connection: Connection, prefix: str, limit: int) -> list[str]:
    """Return the ids that begin with a text, in order."""
    # Compared from the front, because LIKE would read % and _ in it, and knows no upper case.
    query = select(OUTBOX.c.id).where(func.substr(OUTBOX.c.id, 1, len(prefix)) == prefix)
    return list(connection.execute(query.order_by(OUTBOX.c.id).limit(limit)).scalars())


def entries_of_alert(connection: Connection, alert_id: str) -> list[OutboxEntry]:
    """Return the rows that tell of an alert, the oldest first."""
    told = select(OUTBOX_ALERTS.c.entry_id).where(OUTBOX_ALERTS.c.alert_id == alert_id)
    return _oldest_first(connection, OUTBOX.c.id.in_(told))


def outbox_of_thread(connection: Connection, thread_id: str) -> list[OutboxEntry]:
    """Return the rows of an incident, the oldest first."""
    return _oldest_first(connection, OUTBOX.c.thread_id == thread_id)


def outbox_told_by(connection: Connection, entry_id: str) -> list[OutboxEntry]:
    """Return the rows that another one tells instead, the oldest first."""
    return _oldest_first(connection, OUTBOX.c.told_by == entry_id)


def _oldest_first(connection: Connection, condition: ColumnElement[bool]) -> list[OutboxEntry]:
    query = select(OUTBOX).where(condition).order_by(OUTBOX.c.created_at, OUTBOX.c.id)
    return [entry_of(row) for row in connection.execute(query).mappings()]


def account(connection: Connection) -> Account:
    """Return what became of every row the outbox ever had, at one moment."""
    counters = {row.name: row[1] for row in connection.execute(select(COUNTERS.c.name, COUNTERS.c["count"]))}
    return Account(written=counters[WRITTEN], pruned=counters[PRUNED], by_state=outbox_counts(connection))


def outbox_counts(connection: Connection) -> dict[OutboxState, int]:
    """Return how many rows stand in each state, those without any included."""
    found = connection.execute(select(OUTBOX.c.state, func.count()).group_by(OUTBOX.c.state)).all()
    return dict.fromkeys(OutboxState, 0) | {OutboxState(state): count for state, count in found}


def oldest_unsent(connection: Connection) -> datetime | None:
    """Return when the oldest mail that is still to be sent was made."""
    query = select(func.min(OUTBOX.c.created_at)).where(OUTBOX.c.state.in_([state.value for state in UNSENT]))
    return _instant(connection.execute(query).scalar())


def ended_since(connection: Connection, since: datetime) -> dict[OutboxState, int]:
    """Return how many rows were sent, or died, from an instant on; what a person dropped did not die."""
    dropped = OUTBOX.c.last_reply.startswith(DROPPED_BY_HAND)
    ends = {OutboxState.SENT: OUTBOX.c.sent_at, OutboxState.DEAD: OUTBOX.c.last_tried_at}
    counts = {
        state: select(func.count()).where(OUTBOX.c.state == state.value, at >= microseconds(since), ~dropped)
        for state, at in ends.items()
    }
    return {state: connection.execute(query).scalar() or 0 for state, query in counts.items()}


def next_due(connection: Connection, kind: OutboxKind) -> datetime | None:
    """Return when `claim_due` will next find something of a kind: a row's time, or the end of a lease."""
    return _instant(connection.execute(_NEXT_DUE, {"kind": kind.value}).scalar())


def chunks(values: Iterable[str], size: int = CHUNK) -> Iterator[list[str]]:
    """Cut a long list into pieces that fit one IN (...)."""
    left = iter(values)
    while piece := list(islice(left, size)):
        yield piece


def _instant(count: int | None) -> datetime | None:
    return None if count is None else instant(count)
