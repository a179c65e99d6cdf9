"""The words of the outbox in the database: written with their rows, read where it is decided who has the last one.

Inside a transaction of the caller's.
May import: netwatch.model, netwatch.store.sql.{bulk, last_word, rows, schema}. Called by: entries, changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, select, update

from netwatch.model import OutboxEntry, OutboxKind, OutboxState
from netwatch.store.sql.bulk import execute_many
from netwatch.store.sql.last_word import Word
from netwatch.store.sql.rows import Row, instant
from netwatch.store.sql.schema import OUTBOX, OUTBOX_NEWS

CHUNK = 500

_ADD = OUTBOX_NEWS.insert()
_WORDS = select(
    OUTBOX_NEWS, OUTBOX.c.state, OUTBOX.c.thread_id, OUTBOX.c.subject, OUTBOX.c.created_at
).join(OUTBOX, OUTBOX.c.id == OUTBOX_NEWS.c.entry_id)  # fmt: skip
_OF_ENTRIES = _WORDS.where(OUTBOX_NEWS.c.entry_id.in_(bindparam("wanted", expanding=True)))
_OF_ALERTS = _WORDS.where(OUTBOX_NEWS.c.alert_key.in_(bindparam("wanted", expanding=True)))
_FORGET = delete(OUTBOX_NEWS).where(OUTBOX_NEWS.c.number.in_(bindparam("wanted", expanding=True)))
_FORGET_ENTRIES = delete(OUTBOX_NEWS).where(OUTBOX_NEWS.c.entry_id.in_(bindparam("wanted", expanding=True)))
_HAND_ON = (
    update(OUTBOX_NEWS).where(OUTBOX_NEWS.c.entry_id == bindparam("which")).values(entry_id=bindparam("teller"))
)


def word_rows(entry: OutboxEntry) -> list[Row]:
    """Return the rows of what a message says; their numbers are the database's."""
    return [
        {
            "kind": entry.kind.value,
            "recipient": entry.recipient,
            "alert_key": news.key,
            "word": news.word,
            "alert_id": news.alert_id,
            "entry_id": entry.id,
        }
        for news in entry.news
    ]


def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Number words in the order given."""
    if rows:
        execute_many(connection, _ADD, rows)


def words_of(connection: Connection, entry_ids: Iterable[str]) -> list[Word]:
    """Return what some messages say."""
    return _found(connection, _OF_ENTRIES, entry_ids)


def words_about(connection: Connection, keys: Iterable[str]) -> list[Word]:
    """Return what any message says about some alerts."""
    return _found(connection, _OF_ALERTS, keys)


def hand_on(connection: Connection, entry_id: str, teller: str) -> None:
    """Let another message tell what one says; the words stay as old as they are."""
    connection.execute(_HAND_ON, {"which": entry_id, "teller": teller})


def forget_words(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget words that decide nothing any more."""
    for start in range(0, len(numbers), CHUNK):
        connection.execute(_FORGET, {"wanted": list(numbers[start : start + CHUNK])})


def forget_words_of(connection: Connection, entry_ids: Sequence[str]) -> None:
    """Forget what some messages said."""
    for start in range(0, len(entry_ids), CHUNK):
        connection.execute(_FORGET_ENTRIES, {"wanted": list(entry_ids[start : start + CHUNK])})


def _found(connection: Connection, query: Select[tuple[object, ...]], wanted: Iterable[str]) -> list[Word]:
    every = list(dict.fromkeys(wanted))
    return [
        _word(row)
        for start in range(0, len(every), CHUNK)
        for row in connection.execute(query, {"wanted": every[start : start + CHUNK]}).mappings()
    ]


def _word(row: RowMapping) -> Word:
    return Word(
        number=row["number"],
        key=row["alert_key"],
        word=row["word"],
        alert_id=row["alert_id"],
        entry_id=row["entry_id"],
        kind=OutboxKind(row["kind"]),
        recipient=row["recipient"],
        state=OutboxState(row["state"]),
        thread_id=row["thread_id"],
        subject=row["subject"],
        written_at=instant(row["created_at"]),
    )
