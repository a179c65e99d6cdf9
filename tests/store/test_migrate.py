"""Tables are made once and only ever brought forward."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, inspect, select

from netwatch.errors import StoreError
from netwatch.model import OutboxKind
from netwatch.store.migrate import CURRENT, bring_up_to_date, check_version
from netwatch.store.queries import alerts, outbox
from netwatch.store.schema import METADATA, SCHEMA_VERSION
from netwatch.store.sqlite import Sqlite


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


def test_tables_of_version_1_become_those_of_today_and_keep_their_rows(engine: Engine):
    with engine.connect() as connection, connection.begin():
        bring_up_to_date(connection, "a.db")
    today = tables_of(engine)
    with engine.connect() as connection, connection.begin():
        for statement in (
            "DROP TABLE traps",
            "DROP INDEX outbox_by_kind",
            "ALTER TABLE outbox DROP COLUMN kind",
            "INSERT INTO outbox VALUES ('m1', '<m1@a>', 'a@a', 'b@b', 's', 1, 1, 'queued', 0, NULL, 'noc', '', '[]', "
            "'', NULL, NULL, x'74657874')",
            "ALTER TABLE alerts DROP COLUMN seen_at",
            "ALTER TABLE alerts DROP COLUMN trap_count",
            "INSERT INTO alerts VALUES ('a1', 'r', 'd', '', 'firing', '{}', '{}', 'null', 'null', 1, 1, NULL, NULL)",
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
