"""Which addresses are dead is read from the agent's database as it stands, and nothing is left there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwatch.cli.configuration.dead_addresses import dead_addresses
from netwatch.store import StoreSettings

from .nouns import known_dead, listing


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state" / "netwatch.db"


def read(database: Path) -> tuple[list[str], str]:
    dead, unknown = dead_addresses(StoreSettings(url=f"sqlite:///{database}"), datetime.now(UTC))
    return [f"{one.address}: {one.words}" for one in dead], unknown


def test_a_database_at_rest_is_left_as_it_was(database: Path):
    known_dead(database, "noc@example.net")
    before = listing(database.parent)

    assert read(database) == (["noc@example.net: 550 5.1.1 no such mailbox"], "")
    assert listing(database.parent) == before


def test_it_is_read_while_an_agent_writes_and_after_one_was_killed(database: Path, tmp_path: Path):
    known_dead(database, "noc@example.net")
    with closing(sqlite3.connect(database, isolation_level=None)) as agent:
        agent.execute("PRAGMA wal_autocheckpoint=0")
        agent.execute("UPDATE memories SET text = replace(text, '5.1.1', '5.1.9')")  # stands in the -wal alone
        agent.execute("BEGIN IMMEDIATE")
        (tmp_path / "killed").mkdir()
        for name, octets in listing(database.parent).items():
            (tmp_path / "killed" / name).write_bytes(octets)
        for folder in (database.parent, tmp_path / "killed"):
            before = set(listing(folder))
            assert read(folder / database.name) == (["noc@example.net: 550 5.1.9 no such mailbox"], "")
            assert set(listing(folder)) == before
        agent.execute("COMMIT")  # nobody was in its way


def test_before_the_first_start_nothing_is_dead_and_nothing_is_made(database: Path):
    assert read(database) == ([], "")
    assert not database.parent.exists()


def of_version(path: Path, version: int) -> None:
    known_dead(path, "noc@example.net")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE schema_version SET version = ?", (version,))


def of_another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")


def without_its_index(path: Path) -> None:
    known_dead(path, "noc@example.net")
    path.with_name(f"{path.name}-wal").write_bytes(b"")


@pytest.mark.parametrize(("make", "said"), [
    (lambda path: path.write_bytes(b"no database at all" * 1000), "the database file is damaged"),
    (lambda path: path.mkdir(), "no database at"),
    (of_another, "is not a NetWatch database"),
    (lambda path: of_version(path, 4), "is of an older NetWatch; start `netwatch run` once"),
    (lambda path: of_version(path, 99), "was written by a newer NetWatch"),
    (without_its_index, "the database file cannot be opened"),
])  # fmt: skip
def test_what_cannot_be_read_is_said(database: Path, make: Callable[[Path], None], said: str):
    database.parent.mkdir()
    make(database)
    before = {one.name for one in database.parent.iterdir()}

    dead, unknown = read(database)

    assert (dead, said in unknown) == ([], True), unknown
    assert {one.name for one in database.parent.iterdir()} == before


def test_a_path_that_no_file_can_have_is_said(tmp_path: Path):
    dead, unknown = read(tmp_path / ("n" * 300))

    assert (dead, "File name too long" in unknown) == ([], True), unknown
