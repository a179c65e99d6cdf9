"""Retries and drops outbox rows for a person, inside a transaction of the caller's or from another process.

SQLite lets one writer in at a time, so a row is read and changed between two moments of the agent's; what the agent
is sending is left to it. The agent sees within seconds that somebody else wrote, and looks at its outbox.
May import: netwatch.errors, netwatch.model. Called by: store; cli, through the door of this room.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update
from sqlalchemy.exc import SQLAlchemyError

from netwatch.errors import StoreError
from netwatch.model import OutboxEntry, OutboxState
from netwatch.store.by_hand_decision import Act, Handled, handle
from netwatch.store.database.migrate import check_version
from netwatch.store.database.url import database_for
from netwatch.store.metrics import BY_HAND, ERRORS
from netwatch.store.settings import StoreSettings
from netwatch.store.sql.queries import outbox_entry
from netwatch.store.sql.rows import event_row, progress_row
from netwatch.store.sql.schema import EVENTS, OUTBOX


def retry_entry(settings: StoreSettings, entry_id: str, by: str, now: datetime) -> Handled:
    """Have a row sent again now, or say why that makes no sense.

    Raises:
        StoreError: there is no database, or it cannot be written; in words.
    """
    return _from_outside(settings, Act.RETRY, entry_id, by, now)


def drop_entry(settings: StoreSettings, entry_id: str, by: str, now: datetime) -> Handled:
    """Give a row up, so that it is neither sent nor alarmed of any more, or say why that makes no sense.

    Raises:
        StoreError: there is no database, or it cannot be written; in words.
    """
    return _from_outside(settings, Act.DROP, entry_id, by, now)


def _from_outside(settings: StoreSettings, act: Act, entry_id: str, by: str, now: datetime) -> Handled:
    database = database_for(settings.url)
    database.require()
    engine = database.writer()
    try:
        with engine.connect() as connection, connection.begin():
            check_version(connection, database.name)
            return carry_out(connection, act, entry_id, by, now)
    except SQLAlchemyError as exc:
        kind = database.kind_of(exc) or "other"
        ERRORS.labels(kind).inc()
        raise StoreError(database.words_for(kind, exc)) from exc
    finally:
        engine.dispose()


def carry_out(connection: Connection, act: Act, entry_id: str, by: str, now: datetime) -> Handled:
    """Do it, with its line of the event log."""
    entry = outbox_entry(connection, entry_id)
    handled = handle(act, entry, _last_teller(connection, entry), by, now)
    BY_HAND.labels(act.value, "refused" if handled.refused else "done").inc()
    if handled.entry is not None and handled.event is not None:
        connection.execute(update(OUTBOX).where(OUTBOX.c.id == entry_id).values(progress_row(handled.entry)))
        connection.execute(EVENTS.insert(), [event_row(handled.event)])
    return handled


def _last_teller(connection: Connection, entry: OutboxEntry | None) -> OutboxEntry | None:
    """Return the row at the end of a chain of newer mails, None where retention took it."""
    teller = None if entry is None else outbox_entry(connection, entry.told_by)
    while teller is not None and teller.state is OutboxState.SUPERSEDED:
        teller = outbox_entry(connection, teller.told_by)
    return teller
