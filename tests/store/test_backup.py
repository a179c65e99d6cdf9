"""A copy of the database, made while an agent writes to it, is whole and of one moment."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwatch.errors import StoreError
from netwatch.model import Transaction
from netwatch.store import Store, StoreReader, StoreSettings, back_up

from .mounts import run_with_mounts
from .nouns import alert, entry, event, mails

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def copies_in(folder: Path) -> list[str]:
    return [file.name for file in folder.glob("copy.db*")]


async def test_a_copy_made_while_much_is_written_holds_whole_transactions(settings: StoreSettings, tmp_path: Path):
    store = Store(settings)
    await store.start()
    await store.commit(mails("m0"))
    writing = True

    async def write_on() -> int:
        number = 0
        while writing:
            number += 1
            await store.commit(
                Transaction(
                    alerts=(alert(f"a{number}"),), entries=(entry(f"m{number}"),), events=(event("x" * 2000),)
                )
            )
        return number

    busy = asyncio.create_task(write_on())
    made = await asyncio.to_thread(back_up, settings, tmp_path / "copy.db")
    writing = False
    written = await busy
    await store.stop()

    copy = StoreReader(StoreSettings(url=f"sqlite:///{made.copy}"))
    await copy.start()
    told = {one.id.replace("m", "a") for one in await copy.outbox()} - {"a0"}
    assert told == {one.id for one in await copy.alerts()}
    assert len(told) <= written
    assert (await copy.account()).unaccounted == 0
    await copy.stop()
    assert made.size_bytes == made.copy.stat().st_size
    assert made.copy.stat().st_mode & 0o777 == 0o600
    assert copies_in(tmp_path) == ["copy.db"]


async def test_an_agent_works_on_a_copy_as_on_the_database(settings: StoreSettings, tmp_path: Path):
    store = Store(settings)
    await store.start()
    await store.commit(mails("m1", "m2"))
    made = await asyncio.to_thread(back_up, settings, tmp_path / "copy.db")
    await store.stop()

    again = Store(StoreSettings(url=f"sqlite:///{made.copy}"))
    await again.start()
    await again.commit(mails("m3"))

    assert {one.id for one in await again.outbox()} == {"m1", "m2", "m3"}
    await again.stop()


async def test_without_a_name_it_is_named_by_the_time_beside_the_database_or_in_a_directory(
    settings: StoreSettings, database_path: Path, tmp_path: Path
):
    store = Store(settings)
    await store.start()
    await store.stop()
    (tmp_path / "copies").mkdir()

    assert back_up(settings, now=NOW).copy == database_path.with_name("netwatch.db.backup-20260301T123000Z")
    assert back_up(settings, tmp_path / "copies", NOW).copy.parent == tmp_path / "copies"
    with pytest.raises(StoreError, match=r"backup-20260301T123000Z is there already, and is not overwritten"):
        back_up(settings, now=NOW)


async def test_nothing_is_overwritten_and_what_is_missing_is_named(settings: StoreSettings, tmp_path: Path):
    with pytest.raises(StoreError, match="no database at"):
        back_up(settings, tmp_path / "copy.db")
    store = Store(settings)
    await store.start()
    await store.stop()
    there = tmp_path / "there"
    there.write_text("mine")

    with pytest.raises(StoreError, match="is there already"):
        back_up(settings, there)
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        back_up(settings, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(StoreError, match="cannot be written: File name too long"):
        back_up(settings, tmp_path / ("c" * 300))

    assert there.read_text() == "mine"


def test_a_database_of_something_else_is_not_copied(settings: StoreSettings, database_path: Path, tmp_path: Path):
    database_path.parent.mkdir()
    with closing(sqlite3.connect(database_path)) as other:
        other.execute("CREATE TABLE strange (x)")

    with pytest.raises(StoreError, match="not a NetWatch database"):
        back_up(settings, tmp_path / "copy.db")


async def test_a_damaged_database_gives_no_copy_and_says_so(
    settings: StoreSettings, database_path: Path, tmp_path: Path
):
    store = Store(settings)
    await store.start()
    for number in range(50):
        await store.commit(Transaction(events=(event("x" * 4000),), alerts=(alert(f"a{number}"),)))
    await store.stop()
    with database_path.open("r+b") as file:
        size = file.seek(0, 2)
        for page in range(size // 4096 // 2, size // 4096, 3):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)

    with pytest.raises(StoreError, match="cannot be copied"):
        back_up(settings, tmp_path / "copy.db")

    assert copies_in(tmp_path) == []


def test_of_postgresql_it_says_which_program_copies_it():
    settings = StoreSettings.model_construct(url="postgresql://db.example.net/netwatch")

    with pytest.raises(StoreError, match="pg_dump"):
        back_up(settings)


NO_ROOM = """
import asyncio, subprocess
from pathlib import Path
from netwatch.errors import StoreError
from netwatch.store import Store, StoreSettings, back_up
from tests.store.nouns import mails

subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "none", "/mnt"], check=True)
settings = StoreSettings(url="sqlite:////mnt/netwatch.db", reserve=0)

async def main():
    store = Store(settings)
    await store.start()
    await store.commit(mails("m1"))
    try:
        back_up(settings)
    except StoreError as exc:
        print(exc)
    print(sorted(file.name for file in Path("/mnt").iterdir() if "backup" in file.name))
    await store.stop()

Path("/mnt/other").write_bytes(bytes(2**20))
asyncio.run(main())
"""


def test_a_copy_never_takes_the_last_of_the_disk_that_the_agent_writes_to():
    said = run_with_mounts(NO_ROOM)

    assert "/mnt has no room for a copy" in said
    assert said.splitlines()[-1] == "[]"
