"""What is true of SQLite alone: the file, its modes, its pragmas, and what its errors mean."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from netwatch.store.database.sqlite import Sqlite


def database(path: Path) -> Sqlite:
    return Sqlite(f"sqlite:///{path}")


def test_a_new_database_and_its_directory_belong_to_their_owner_alone(tmp_path: Path):
    path = tmp_path / "var" / "netwatch" / "netwatch.db"

    database(path).create()

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_existing_database_keeps_its_mode(tmp_path: Path):
    path = tmp_path / "netwatch.db"
    path.touch(mode=0o640)

    database(path).create()

    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_a_writer_is_durable(tmp_path: Path, pragma: str, value: object):
    subject = database(tmp_path / "netwatch.db")
    subject.create()

    with subject.writer().connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_path_may_hold_any_character(tmp_path: Path):
    path = tmp_path / "what? 100% #1" / "net watch.db"
    subject = database(path)
    subject.create()

    with subject.writer().connect() as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE t (a)")

    assert [file.name for file in path.parent.iterdir()] == ["net watch.db"]


def error_of(path: Path, *statements: str, mode: str = "rwc") -> sqlite3.Error:
    with closing(sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=0)) as connection:
        for statement in statements[:-1]:
            connection.execute(statement)
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute(statements[-1])
        return caught.value


def test_a_full_disk_is_told_from_a_row_that_is_wrong(tmp_path: Path):
    path = tmp_path / "a.db"
    subject = database(path)

    full = error_of(
        path, "PRAGMA max_page_count=9", "CREATE TABLE t (a UNIQUE)", "INSERT INTO t VALUES (zeroblob(99999))"
    )
    wrong = error_of(path, "CREATE TABLE u (a UNIQUE)", "INSERT INTO u VALUES (1)", "INSERT INTO u VALUES (1)")

    assert (subject.kind_of(full), subject.kind_of(wrong)) == ("full", None)


def test_locked_readonly_and_damaged_are_told_apart(tmp_path: Path):
    path = tmp_path / "a.db"
    subject = database(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        other.execute("BEGIN IMMEDIATE")
        assert subject.kind_of(error_of(path, "BEGIN IMMEDIATE")) == "locked"
    assert subject.kind_of(error_of(path, "CREATE TABLE u (a)", mode="ro")) == "readonly"
    path.write_bytes(b"this is a text file, and long enough to be looked at as one" * 99)
    assert subject.kind_of(error_of(path, "SELECT * FROM t")) == "corrupt"
    assert subject.kind_of(ValueError("a row that is wrong")) is None
    assert subject.kind_of(sqlite3.OperationalError("something new")) == "other"
    assert "damaged" in subject.words_for("corrupt", ValueError("x"))
    assert str(path) in subject.words_for("other", ValueError("x"))
