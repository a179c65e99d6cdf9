"""Tables are made once and only ever brought forward."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, inspect, select

from netwatch.errors import StoreError
from netwatch.model import OutboxKind
from netwatch.store.database.migrate import CURRENT, bring_up_to_date, check_version
from netwatch.store.database.sqlite import Sqlite
from netwatch.store.sql.queries import (
    EventFilter,
    account,
    alerts,
    entries_of_alert,
    events,
    groups,
    memories,
    outbox,
    silences,
    traps,
)
from netwatch.store.sql.schema import METADATA, SCHEMA_VERSION


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    subject = Sqlite(f"sqlite:///{tmp_path / 'a.db'}")
    subject.create()
    return subject.writer()


def version_of(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(SCHEMA_VERSION.c.version)).scalar_one()


def test_an_empty_file_gets_the_tables_of_today(engine: Engine):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")
        bring_up_to_date(connection, "a.db")
        check_version(connection, "a.db")

    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == set(METADATA.tables)
    assert version_of(engine) == CURRENT


def tables_of(engine: Engine) -> dict[str, tuple[object, ...]]:
    with engine.connect() as connection:
        seen = inspect(connection)
        return {
            table: (
                sorted((c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)),
                sorted((i["name"], tuple(i["column_names"])) for i in seen.get_indexes(table)),
            )
            for table in seen.get_table_names()
        }


def test_tables_of_version_3_become_those_of_today_and_keep_their_rows(engine: Engine, tmp_path: Path):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")
    today = tables_of(engine)
    old = database_of_version_3(tmp_path / "old.db")

    with old.connect() as connection, connection.begin():
        bring_up_to_date(connection, "old.db")
        check_version(connection, "old.db")

    assert tables_of(old) == today
    assert Sqlite(f"sqlite:///{tmp_path / 'old.db'}").damage() == ""
    with old.connect() as connection:
        (kept,) = alerts(connection, None, None)
        mails = {mail.id: mail for mail in outbox(connection, None, None)}
        (said,) = events(connection, 9, EventFilter(rule="r", device="d"))
        (told,) = entries_of_alert(connection, "a2")
        book = account(connection)
        (incident,) = groups(connection)
        assert len(traps(connection, 9, None, None)) == 1
        assert len(memories(connection, "hold")) == 1
        assert silences(connection) == []
    assert (kept.id, kept.acked_at, kept.acked_by, kept.ack_comment, kept.flapping) == ("a1", None, "", "", False)
    assert (mails["m1"].thread_id, mails["m1"].told_by, mails["m1"].message) == ("<root@a>", "", b"text")
    assert mails["earlier"].thread_id == "", "it was made before the incident that is open now"
    assert (said.text, said.entry_id, said.group_key, said.details) == ("fired", "", "", {})
    assert told == mails["m1"]
    assert (book.written, book.pruned, book.unaccounted) == (2, 0, 0)
    assert (incident.thread_id, incident.escalation) == ("<root@a>", "")


def database_of_version_3(path: Path) -> Engine:
    subject = Sqlite(f"sqlite:///{path}")
    subject.create()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("version_3.sql").read_text())
    return subject.writer()


def test_tables_of_version_1_become_those_of_today_and_keep_their_rows(engine: Engine, tmp_path: Path):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")
    today = tables_of(engine)
    engine = database_of_version_3(tmp_path / "old.db")
    with engine.connect() as connection, connection.begin():
        for statement in (
            "DROP TABLE traps",
            "DROP INDEX outbox_by_kind",
            "ALTER TABLE outbox DROP COLUMN kind",
            "DELETE FROM outbox WHERE id <> 'm1'",
            "ALTER TABLE alerts DROP COLUMN seen_at",
            "ALTER TABLE alerts DROP COLUMN trap_count",
            "UPDATE schema_version SET version = 1",
        ):
            connection.exec_driver_sql(statement)

    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")

    assert tables_of(engine) == today
    with engine.connect() as connection:
        (kept,) = alerts(connection, None, None)
        (mail,) = outbox(connection, None, None)
    assert (kept.id, kept.seen_at, kept.trap_count) == ("a1", None, 0)
    assert (mail.id, mail.kind, mail.message) == ("m1", OutboxKind.MAIL, b"text")


def test_older_tables_are_brought_forward_step_by_step(engine: Engine):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")

    steps = {
        CURRENT: lambda c: c.exec_driver_sql("ALTER TABLE events ADD COLUMN colour TEXT"),
        CURRENT + 1: lambda c: c.exec_driver_sql("UPDATE events SET colour = 'red'"),
    }
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db", steps=steps, current=CURRENT + 2)

    assert version_of(engine) == CURRENT + 2


def test_a_step_that_breaks_leaves_everything_as_it_was(engine: Engine):
    def breaks(connection: Connection) -> None:
        connection.exec_driver_sql("DROP TABLE events")
        raise RuntimeError

    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")
    with pytest.raises(RuntimeError), engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db", steps={CURRENT: breaks}, current=CURRENT + 1)

    assert version_of(engine) == CURRENT
    with engine.connect() as connection:
        assert "events" in inspect(connection).get_table_names()


def test_tables_of_a_newer_netwatch_are_left_alone(engine: Engine):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db", current=CURRENT)
        connection.execute(SCHEMA_VERSION.update().values(version=CURRENT + 1))

    with pytest.raises(StoreError, match=r"a\.db was written by a newer NetWatch"), engine.connect() as connection:
        bring_up_to_date(connection, "a.db")


def test_a_reader_does_not_touch_older_tables(engine: Engine):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")
        connection.execute(SCHEMA_VERSION.update().values(version=CURRENT - 1))

    with pytest.raises(StoreError, match="older NetWatch"), engine.connect() as connection:
        check_version(connection, "a.db")


def test_somebody_elses_database_is_left_alone(engine: Engine):
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE customers (name TEXT)")

    with pytest.raises(StoreError, match="not a NetWatch database"), engine.connect() as connection:
        bring_up_to_date(connection, "a.db")
