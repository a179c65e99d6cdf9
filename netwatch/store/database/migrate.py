"""Makes the tables, and brings those of an older NetWatch forward; never backward.

May import: netwatch.errors, netwatch.store.sql. Called by: opening; append, by_hand and reader, to be sure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, inspect, select, update

from netwatch.errors import StoreError
from netwatch.store.sql.schema import COUNTERS, METADATA, PRUNED, SCHEMA_VERSION, WRITTEN

CURRENT = 5

Step = Callable[[Connection], None]


def _trap_log(connection: Connection) -> None:
    """Version 2: the trap log, and what alerts remember of traps."""
    for statement in (
        "ALTER TABLE alerts ADD COLUMN seen_at BIGINT",
        "ALTER TABLE alerts ADD COLUMN trap_count INTEGER DEFAULT '0' NOT NULL",
        "CREATE TABLE traps (number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at BIGINT NOT NULL, "
        "source TEXT NOT NULL, device TEXT NOT NULL, version TEXT NOT NULL, trap_oid TEXT NOT NULL, "
        "varbinds TEXT NOT NULL, uptime BIGINT, count INTEGER NOT NULL, repeated INTEGER NOT NULL, "
        'inform INTEGER NOT NULL, relay TEXT NOT NULL, "user" TEXT NOT NULL)',
        "CREATE INDEX traps_by_time ON traps (at)",
        "CREATE INDEX traps_by_device ON traps (device, number)",
        "CREATE INDEX traps_by_source ON traps (source, number)",
    ):
        connection.exec_driver_sql(statement)


def _outbox_of_traps(connection: Connection) -> None:
    """Version 3: the outbox holds more than mails."""
    for statement in (
        "ALTER TABLE outbox ADD COLUMN kind TEXT DEFAULT 'mail' NOT NULL",
        "CREATE INDEX outbox_by_kind ON outbox (kind, state, not_before)",
    ):
        connection.exec_driver_sql(statement)


def _ledger(connection: Connection) -> None:
    """Version 4: silences, acknowledgements, incidents of mails, whom an alert was told, and the ledger's account."""
    for statement in (
        "ALTER TABLE alerts ADD COLUMN acked_at BIGINT",
        "ALTER TABLE alerts ADD COLUMN acked_by TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE alerts ADD COLUMN ack_comment TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE alerts ADD COLUMN flapping INTEGER DEFAULT '0' NOT NULL",
        "CREATE INDEX alerts_by_rule ON alerts (rule, device, pending_at)",
        "ALTER TABLE alert_groups ADD COLUMN escalation TEXT DEFAULT '' NOT NULL",
        "CREATE TABLE silences (id TEXT NOT NULL PRIMARY KEY, matchers TEXT NOT NULL, starts_at BIGINT NOT NULL, "
        "ends_at BIGINT NOT NULL, created_by TEXT NOT NULL, comment TEXT NOT NULL, updated_at BIGINT NOT NULL)",
        "ALTER TABLE outbox ADD COLUMN thread_id TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE outbox ADD COLUMN told_by TEXT",
        "ALTER TABLE outbox ADD COLUMN overtaken_by TEXT",
        "CREATE INDEX outbox_by_thread ON outbox (thread_id, recipient)",
        "CREATE INDEX outbox_by_teller ON outbox (told_by) WHERE told_by IS NOT NULL",
        "CREATE TABLE outbox_alerts (alert_id TEXT NOT NULL, entry_id TEXT NOT NULL, "
        "PRIMARY KEY (alert_id, entry_id)) WITHOUT ROWID",
        "INSERT INTO outbox_alerts SELECT DISTINCT told.value, outbox.id "
        "FROM outbox, json_each(outbox.alert_ids) AS told",
        "UPDATE outbox SET thread_id = coalesce((SELECT one.thread_id FROM alert_groups AS one "
        "WHERE one.key = outbox.group_key AND one.opened_at <= outbox.created_at), '')",
        "ALTER TABLE events ADD COLUMN entry_id TEXT",
        "ALTER TABLE events ADD COLUMN group_key TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE events ADD COLUMN details TEXT DEFAULT '{}' NOT NULL",
        "CREATE INDEX events_by_entry ON events (entry_id, at) WHERE entry_id IS NOT NULL",
        "CREATE INDEX events_by_rule ON events (rule, device, at)",
        "CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, count BIGINT NOT NULL)",
        "INSERT INTO counters SELECT 'outbox_written', count(*) FROM outbox",
        "INSERT INTO counters VALUES ('outbox_pruned', 0)",
    ):
        connection.exec_driver_sql(statement)


def _last_words(connection: Connection) -> None:
    """Version 5: what an incident is called after, what each message says of which alert, and what is gone.

    Of messages written before nobody knows, and incidents that are open keep the name they have. Of what is gone it
    is known since when, and whom that was told; before nothing was.
    """
    for statement in (
        "ALTER TABLE alert_groups ADD COLUMN about TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE alert_groups ADD COLUMN ended INTEGER DEFAULT '0' NOT NULL",
        "ALTER TABLE alert_groups ADD COLUMN told_gone TEXT DEFAULT '{}' NOT NULL",
        "ALTER TABLE alerts ADD COLUMN gone_at BIGINT",
        "CREATE TABLE outbox_news (number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, "
        "recipient TEXT NOT NULL, alert_key TEXT NOT NULL, word TEXT NOT NULL, alert_id TEXT NOT NULL, "
        "entry_id TEXT NOT NULL)",
        "CREATE INDEX outbox_news_by_alert ON outbox_news (alert_key)",
        "CREATE INDEX outbox_news_by_entry ON outbox_news (entry_id)",
    ):
        connection.exec_driver_sql(statement)


STEPS: Mapping[int, Step] = {1: _trap_log, 2: _outbox_of_traps, 3: _ledger, 4: _last_words}
"""Version n -> what makes it version n + 1. A step writes its own DDL and never uses `schema.py`, which moves on."""


def bring_up_to_date(
    connection: Connection, name: str, *, steps: Mapping[int, Step] = STEPS, current: int = CURRENT
) -> None:
    """Make or migrate the tables inside the caller's transaction.

    Raises:
        StoreError: the database belongs to something else, or to a newer NetWatch.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        METADATA.create_all(connection)
        connection.execute(SCHEMA_VERSION.insert().values(version=current))
        connection.execute(COUNTERS.insert(), [{"name": name, "count": 0} for name in (WRITTEN, PRUNED)])
        return
    for version in range(_version(connection, tables, name, current), current):
        steps[version](connection)
        connection.execute(update(SCHEMA_VERSION).values(version=version + 1))


def check_version(connection: Connection, name: str) -> None:
    """Raise StoreError unless this NetWatch can read the tables as they are."""
    version = _version(connection, set(inspect(connection).get_table_names()), name, CURRENT)
    if version < CURRENT:
        raise StoreError(f"{name} is of an older NetWatch; start `netwatch run` once to bring it up to date")


def _version(connection: Connection, tables: set[str], name: str, current: int) -> int:
    if SCHEMA_VERSION.name not in tables:
        raise StoreError(f"{name} is not a NetWatch database; set store.url to a path of its own")
    version = connection.execute(select(SCHEMA_VERSION.c.version)).scalar_one()
    if version > current:
        raise StoreError(
            f"{name} was written by a newer NetWatch (its tables are version {version}, this one knows {current}); "
            "install that version again, or restore the database from before the upgrade"
        )
    return int(version)
