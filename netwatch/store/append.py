"""Adds lines to the event log from another process than the agent's: what a person did at the command line.

SQLite lets one writer in at a time, and the agent's are short; so this waits its turn for a few seconds.
May import: netwatch.errors, netwatch.model. Called by: cli, through the door of this room.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from netwatch.errors import StoreError
from netwatch.model import Event
from netwatch.store.database.migrate import check_version
from netwatch.store.database.url import database_for
from netwatch.store.metrics import ERRORS
from netwatch.store.settings import StoreSettings
from netwatch.store.sql.rows import event_row
from netwatch.store.sql.schema import EVENTS


def events_fault(settings: StoreSettings) -> str:
    """Return why no line could be added to the event log, in words; empty where one could.

    One is written, and taken back.
    """
    database = database_for(settings.url)
    try:
        database.require()
    except StoreError as exc:
        return str(exc)
    engine = database.writer()
    line = Event(at=datetime.now(UTC), kind="set", text="a line to see whether there is room")
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            check_version(connection, database.name)
            connection.execute(EVENTS.insert(), [event_row(line)])
            transaction.rollback()
    except StoreError as exc:
        return str(exc)
    except SQLAlchemyError as exc:
        kind = database.kind_of(exc) or "other"
        ERRORS.labels(kind).inc()
        return database.words_for(kind, exc)
    finally:
        engine.dispose()
    return ""


def append_events(settings: StoreSettings, events: Sequence[Event]) -> bool:
    """Write events, durably; return False where there is no database yet, for the agent makes that.

    Raises:
        StoreError: it is of another version, or cannot be written; in words.
    """
    database = database_for(settings.url)
    try:
        database.require()
    except StoreError:
        return False
    engine = database.writer()
    try:
        with engine.connect() as connection, connection.begin():
            check_version(connection, database.name)
            connection.execute(EVENTS.insert(), [event_row(event) for event in events])
    except SQLAlchemyError as exc:
        kind = database.kind_of(exc) or "other"
        ERRORS.labels(kind).inc()
        raise StoreError(database.words_for(kind, exc)) from exc
    else:
        return True
    finally:
        engine.dispose()
