"""A copy takes the place of the database: while no agent runs, whole, and with nothing of what was there lost."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwatch.errors import StoreError
from netwatch.store import Store, StoreReader, StoreSettings, back_up, restore

from .nouns import mails

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture
async def copy(settings: StoreSettings, tmp_path: Path) -> Path:
    """A copy with the unsent mail m0, of a database that got m1 after it."""
    store = Store(settings)
    await store.start()
    await store.commit(mails("m0"))
    made = back_up(settings, tmp_path / "copy.db")
    await store.commit(mails("m1"))
    await store.stop()
    return made.copy


async def rows(path: Path | str) -> list[str]:
    reader = StoreReader(StoreSettings(url=f"sqlite:///{path}"))
    await reader.start()
    found = sorted(entry.id for entry in await reader.outbox())
    await reader.stop()
    return found


async def test_the_copy_is_what_the_agent_finds_and_what_was_there_is_beside_it(settings, copy, database_path):
    done = restore(settings, copy, NOW)

    assert done.aside == f"{database_path}.before-restore-20260301T123000Z"
    assert done.unsent == 1
    assert await rows(database_path) == ["m0"]
    assert await rows(done.aside) == ["m0", "m1"]
    assert await rows(copy) == ["m0"]
    assert database_path.stat().st_mode & 0o777 == 0o600
    store = Store(settings)
    await store.start()
    await store.commit(mails("m2"))
    await store.stop()
    assert await rows(database_path) == ["m0", "m2"]


async def test_of_two_in_one_second_neither_writes_over_what_was_put_aside(settings, copy, database_path):
    first, second = restore(settings, copy, NOW), restore(settings, copy, NOW)

    assert second.aside == f"{first.aside}-2"
    assert await rows(first.aside) == ["m0", "m1"]
    assert await rows(second.aside) == ["m0"]


def test_what_stood_in_the_wal_of_an_agent_that_was_killed_is_moved_aside_with_it(settings, copy, database_path):
    with closing(sqlite3.connect(database_path)) as holder:
        holder.execute("PRAGMA wal_autocheckpoint=0").close()
        holder.execute("INSERT INTO counters (name, count) VALUES ('witness', 7)").close()
        holder.commit()
        waited = Path(f"{database_path}-wal").read_bytes()
        killed = database_path.read_bytes()
    database_path.write_bytes(killed)
    Path(f"{database_path}-wal").write_bytes(waited)

    done = restore(settings, copy, NOW)

    assert not Path(f"{database_path}-wal").exists()
    with closing(sqlite3.connect(done.aside)) as aside:
        assert aside.execute("SELECT count FROM counters WHERE name = 'witness'").fetchone() == (7,)


async def test_onto_a_new_machine_where_nothing_is_yet(copy, tmp_path):
    there = tmp_path / "new" / "netwatch.db"

    done = restore(StoreSettings(url=f"sqlite:///{there}"), copy, NOW)

    assert (done.aside, await rows(there)) == ("", ["m0"])


async def test_an_agent_that_runs_keeps_its_database(settings, copy, database_path):
    store = Store(settings)
    await store.start()

    with pytest.raises(StoreError, match="another agent works on this database; stop it"):
        restore(settings, copy, NOW)
    await store.stop()

    assert await rows(database_path) == ["m0", "m1"]


async def test_what_is_no_whole_copy_changes_nothing(settings, copy, database_path, tmp_path):
    newer, torn, other = tmp_path / "newer.db", tmp_path / "torn.db", tmp_path / "other.db"
    for file in (newer, torn):
        file.write_bytes(copy.read_bytes())
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE schema_version SET version = 99").close()
        connection.commit()
    with torn.open("r+b") as file:
        file.seek(file.seek(0, os.SEEK_END) // 2 // 4096 * 4096)
        file.write(b"\xff" * 8192)
    other.write_text("no database")
    kept = sorted(path.name for path in database_path.parent.iterdir())

    said = []
    for file in (newer, torn, other, tmp_path / "missing.db", tmp_path, database_path):
        with pytest.raises(StoreError) as refused:
            restore(settings, file, NOW)
        said.append(str(refused.value))

    assert "made by a newer NetWatch (its tables are version 99" in said[0]
    assert "torn.db cannot be" in said[1]
    assert "no copy of a NetWatch database" in said[2]
    assert "there is no copy at" in said[3]
    assert "there is no copy at" in said[4]
    assert "is the database itself" in said[5]
    assert sorted(path.name for path in database_path.parent.iterdir()) == kept
    assert await rows(database_path) == ["m0", "m1"]


async def test_killed_between_its_two_steps_the_next_start_takes_the_copy(settings, copy, database_path, monkeypatch):
    rename, seen = Path.rename, []

    def kill(self: Path, target: Path | str) -> Path:
        if str(target) == str(database_path):
            seen.append(target)
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", kill)
    with pytest.raises(KeyboardInterrupt):
        restore(settings, copy, NOW)
    monkeypatch.undo()
    assert seen
    assert not database_path.exists()

    store = Store(settings)
    await store.start()
    await store.stop()
    assert await rows(database_path) == ["m0"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_what_root_puts_back_belongs_to_whom_the_database_belongs(settings, copy, database_path):
    for file in database_path.parent.iterdir():
        os.chown(file, 4711, 4712)
    Path(f"{database_path}-lock").unlink()

    restore(settings, copy, NOW)

    for file in (database_path, Path(f"{database_path}-lock")):
        assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)


def test_of_postgresql_its_own_program_makes_and_takes_copies():
    with pytest.raises(StoreError, match="pg_restore"):
        restore(StoreSettings.model_construct(url="postgresql://db/netwatch"), Path("copy"))
