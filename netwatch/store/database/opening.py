"""Makes a database fit to be written at the start: there, ours alone, whole, of today's version.

One that is damaged is not written to any more. A new one is made beside it, with what can still be read of what is
open: alerts not over, incidents, silences, memories and mails not sent. Then the damaged one is moved aside, kept for
whoever wants more from it, and the new one takes its place.
May import: netwatch.{errors, model}, netwatch.store.{metrics, sql}, the rest of this folder.
Called by: store, remedies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from netwatch.errors import StoreError
from netwatch.model import Event, Transaction
from netwatch.store.database.dialect import Database
from netwatch.store.database.migrate import CURRENT, bring_up_to_date
from netwatch.store.database.reserve import Reserve
from netwatch.store.database.salvage import salvage
from netwatch.store.metrics import MOVED_ASIDE
from netwatch.store.sql import changes

log = structlog.get_logger(__name__)


def open_up(database: Database, reserve: Reserve, now: datetime) -> Sequence[Event]:
    """Take the database, and bring it to where the agent can work with it; return what people are to know of that.

    Raises:
        StoreError: another agent has it, or it is of another program.
        SQLAlchemyError, OSError: it cannot be used.
    """
    database.create()
    alone = database.hold()
    if alone and database.is_surely_ours() and (damage := database.damage()):
        replace_damaged(database, damage, now)
    said = _copy_of_the_old(database, now) if alone else ()
    try:
        _bring_up_to_date(database, now, alone=alone)
    except SQLAlchemyError as exc:
        if database.kind_of(exc) not in ("full", "io") or not reserve.give_up():
            raise
        _bring_up_to_date(database, now, alone=alone)
    reserve.keep()
    return said


def _copy_of_the_old(database: Database, now: datetime) -> Sequence[Event]:
    """Keep a copy of a database whose tables are about to change, so that the older NetWatch can be had again.

    Without room for it the change is made all the same: it is one transaction, and nobody is watched until it is.
    """
    version = database.version()
    if version is None or version >= CURRENT:
        return ()
    try:
        kept = database.keep_version(version)
    except StoreError as exc:
        words = f"the database was brought from version {version} to {CURRENT}, and no copy of it was kept: {exc}"
        log.warning("no copy is kept of the database before its tables change", reason=str(exc))
    else:
        words = f"the database was brought from version {version} to {CURRENT}; as it was before it is kept as {kept}"
        log.info("a copy is kept of the database before its tables change", kept=kept)
    return (Event(at=now, kind="netwatch", text=words),)


def _bring_up_to_date(database: Database, now: datetime, *, alone: bool) -> None:
    engine = database.writer()
    try:
        with engine.connect() as connection, connection.begin():
            bring_up_to_date(connection, database.name)
            if alone:
                changes.end_all_leases(connection, now)
    finally:
        engine.dispose()


def begin_anew(database: Database, reserve: Reserve) -> None:
    """Make a new database where the old one is gone.

    Raises:
        SQLAlchemyError, OSError, StoreError: it cannot be done (yet).
    """
    database.create()
    database.hold_again()
    _bring_up_to_date(database, datetime.now(UTC), alone=False)
    reserve.keep()


def replace_damaged(database: Database, damage: str, now: datetime) -> str:
    """Put a new database with what can be saved in the place of a damaged one; return where that is now.

    Raises:
        SQLAlchemyError, OSError, StoreError: it cannot be done (yet), and everything is as it was.
    """
    log.error("the database is damaged; a new one is made", database=database.name, damage=damage)
    saved = salvage(database)
    fresh = database.rescue()
    fresh.create()
    engine = fresh.writer()
    try:
        with engine.connect() as connection, connection.begin():
            bring_up_to_date(connection, fresh.name)
            words = f"the database was damaged ({damage}) and moved to {database.aside(now)}; a new one was made. "
            words += f"Saved from it: {_in_words(saved)}. Its history is not in the new one"
            said = Event(at=now, kind="netwatch", text=words, details={"damage": damage})
            statements = changes.Statements(fresh.insert)
            written = (saved, Transaction(events=(said,)))
            changes.apply(connection, [changes.prepare(statements, one) for one in written])
    finally:
        engine.dispose()
    moved_to = database.give_way_to(fresh, now)
    MOVED_ASIDE.inc()
    log.error("the damaged database was moved aside", moved_to=moved_to, saved=_in_words(saved))
    return moved_to


def _in_words(saved: Transaction) -> str:
    return (
        f"{len(saved.alerts)} alerts, {len(saved.groups)} incidents, {len(saved.entries)} mails not sent, "
        f"{len(saved.silences)} silences, {len(saved.memories)} memories"
    )
