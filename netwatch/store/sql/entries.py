"""How new rows come into the outbox: what they supersede, which alerts they tell of, and the count of them.

Inside a transaction of the caller's, which may be repeated: nothing is kept outside the database.

May import: netwatch.model, netwatch.store.sql.{last_word, words}. Called by: changes; memory, for what both share.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from netwatch.model import Elsewhere, Event, OutboxEntry, OutboxKind, OutboxState, Supersession, Transaction
from netwatch.store.sql.bulk import execute_many
from netwatch.store.sql.last_word import (
    OVERTAKABLE,
    WAIT,
    Decision,
    Word,
    by_entry,
    by_subject,
    decide,
    needless,
    older_than_another,
    sent_again_by_hand,
)
from netwatch.store.sql.rows import Row, clean, entry_of, entry_row, event_row, instant, microseconds
from netwatch.store.sql.schema import COUNTERS, EVENTS, OUTBOX, OUTBOX_ALERTS, WRITTEN
from netwatch.store.sql.words import (
    forget_words,
    forget_words_of,
    hand_on,
    word_rows,
    words_about,
    words_of,
    write,
)

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
        OUTBOX.c.state.in_([OutboxState.SENDING.value, OutboxState.UNKNOWN.value]),
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
_SUPERSEDE_ONE = (
    update(OUTBOX)
    .where(
        OUTBOX.c.id == bindparam("which"),
        OUTBOX.c.state.in_([state.value for state in OVERTAKABLE]),
    )
    .values(state=OutboxState.SUPERSEDED.value, told_by=bindparam("teller"))
    .returning(OUTBOX.c.group_key, OUTBOX.c.kind, OUTBOX.c.recipient)
)
_PUT_OFF = update(OUTBOX).where(OUTBOX.c.id == bindparam("which")).values(not_before=bindparam("until"))
_TELLS_OTHERS = select(OUTBOX.c.told_by, OUTBOX.c.subject, OUTBOX.c.created_at, OUTBOX.c.thread_id).where(
    OUTBOX.c.told_by.in_(bindparam("tellers", expanding=True)), OUTBOX.c.state == OutboxState.SUPERSEDED.value
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntries:
    """A transaction's outbox rows, the alerts they tell of, and what to do to older rows, by the new row's id."""

    rows: Sequence[Row]
    alerts: Sequence[Row]
    words: Sequence[Row]
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
        words=[row for entry in transaction.entries for row in word_rows(entry)],
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
    if any(one.words for one in new):
        write(connection, [row for one in new for row in one.words])
        _let_newer_words_tell(connection, new)


def _let_newer_words_tell(connection: Connection, new: Sequence[NewEntries]) -> None:
    """Supersede what waits in other incidents and has been overtaken in everything it says; forget what is needless.

    Messages of one transaction were written at one moment, and leave each other alone.
    """
    together = {row["entry_id"]: number for number, one in enumerate(new) for row in one.words}
    written_at = {row["id"]: row["created_at"] for one in new for row in one.rows}
    about = words_about(connection, (row["alert_key"] for one in new for row in one.words))
    waiting = older_than_another(about, OVERTAKABLE)
    if waiting:
        whole = by_entry(words_of(connection, waiting), waiting)
        others = by_subject(words_about(connection, (word.key for words in whole.values() for word in words)))
        for entry_id in sorted(waiting):
            mine = together.get(entry_id)
            near = [word for own in whole[entry_id] for word in others.get(own.subject_of, ())]
            apart = [word for word in near if mine is None or together.get(word.entry_id) != mine]
            told_by = decide(whole[entry_id], apart).told_by
            if told_by:
                _tell_instead(connection, entry_id, told_by, instant(max(written_at.values())))
    forget_words(connection, needless(about))


def _tell_instead(connection: Connection, entry_id: str, told_by: str, at: datetime) -> bool:
    """Supersede one row, where it still is not finished, and say so."""
    row = connection.execute(_SUPERSEDE_ONE, {"which": entry_id, "teller": told_by}).first()
    if row is None:
        return False
    event = overtaken_event(entry_id, row.kind, row.recipient, row.group_key, told_by, at)
    connection.execute(_ADD_EVENT, [event_row(event)])
    forget_words_of(connection, [entry_id])
    return True


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
    for one in old:
        hand_on(connection, one.id, teller.id)
    events = [superseded_event(one.id, one.group_key, teller, teller.created_at) for one in old]
    connection.execute(_ADD_EVENT, [event_row(event) for event in events])
    return {**row, "subject": clean(supersession.subject), "message": supersession.message}


def may_be_overtaken(entry: OutboxEntry) -> bool:
    """Return whether a mail was tried, so that a newer one may have passed it meanwhile.

    Not so what a person has sent again by hand: that has no attempts.
    """
    tried = entry.attempts > 0 if entry.state is OutboxState.DEFERRED else entry.last_tried_at is not None
    return entry.kind is OutboxKind.MAIL and entry.state in OVERTAKABLE and bool(entry.thread_id) and tried


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
        forget_words_of(connection, [entry.id])
        event = superseded_event(entry.id, entry.group_key, entry_of(row), now)
        connection.execute(_ADD_EVENT, [event_row(event)])
        settled.add(entry.id)
    return settled


def in_turn(connection: Connection, due: Sequence[OutboxEntry], now: datetime) -> list[OutboxEntry]:
    """Return which of the due rows may go now, with what they have to say of other messages.

    The rest waits for another about the same alert, or is told by newer ones.
    """
    whole = by_entry(words_of(connection, [entry.id for entry in due]), {entry.id for entry in due})
    keys = {word.key for words in whole.values() for word in words}
    decided = decide_all(due, whole, words_about(connection, keys) if keys else [])
    going = []
    for entry in due:
        decision = decided[entry.id]
        if decision.told_by:
            _tell_instead(connection, entry.id, decision.told_by, now)
        elif decision.wait:
            connection.execute(_PUT_OFF, {"which": entry.id, "until": microseconds(now + WAIT)})
        else:
            going.append(replace(entry, overtaken=decision.overtaken))
    return _with_what_they_tell(connection, going, [entry.id for entry in going if whole[entry.id]])


def decide_all(
    due: Sequence[OutboxEntry], whole: Mapping[str, Sequence[Word]], others: Sequence[Word]
) -> dict[str, Decision]:
    """Decide about rows that are due together, the oldest words first: what may go is under way for the rest."""
    first = {entry.id: min((word.number for word in whole[entry.id]), default=0) for entry in due}
    state: dict[str, OutboxState] = {}
    near = by_subject(others)
    decided = {}
    for entry in sorted(due, key=lambda entry: first[entry.id]):
        about = [
            replace(one, state=state[one.entry_id]) if one.entry_id in state else one
            for own in whole[entry.id]
            for one in near.get(own.subject_of, ())
        ]
        decision = decide(whole[entry.id], about, by_hand=sent_again_by_hand(entry))
        decided[entry.id] = decision
        if decision.told_by:
            state[entry.id] = OutboxState.SUPERSEDED
        elif not decision.wait:
            state[entry.id] = OutboxState.SENDING
    return decided


def _with_what_they_tell(
    connection: Connection, going: Sequence[OutboxEntry], telling: Collection[str]
) -> list[OutboxEntry]:
    """Return the rows with the messages of other incidents that are not sent because of them."""
    if not telling:
        return list(going)
    found: dict[str, list[Elsewhere]] = {}
    threads = {entry.id: entry.thread_id for entry in going}
    for row in connection.execute(_TELLS_OTHERS, {"tellers": list(telling)}):
        if row.thread_id != threads[row.told_by]:
            other = Elsewhere(subject=row.subject, at=instant(row.created_at))
            found.setdefault(row.told_by, []).append(other)
    return [replace(one, instead_of=tuple(found[one.id])) if one.id in found else one for one in going]


def overtaken_event(
    entry_id: str, kind: str, recipient: str, group_key: str, told_by: str, at: datetime
) -> Event:  # fmt: skip
    """Return the line of the event log for a row that others have overtaken in everything it says."""
    return Event(
        at=at,
        kind="delivery",
        text=f"{kind} to {recipient}: superseded; newer ones tell of everything it would have said",
        entry_id=entry_id,
        group_key=group_key,
        details={"phase": "superseded", "told_by": told_by},
    )


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
