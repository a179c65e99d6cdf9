"""A database of an older NetWatch is kept as it was before its tables change, where there is room for that."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings
from netwatch.store.database.migrate import CURRENT

from ..mounts import run_with_mounts

VERSION_3 = Path(__file__).with_name("version_3.sql")


def put_version_3(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_3.read_text())


def version_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT version FROM schema_version").fetchone()[0])


def named_by_version(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*version*"))


async def test_as_it_was_it_lies_beside_named_by_its_version_and_the_log_says_so(tmp_path: Path):
    path = tmp_path / "netwatch.db"
    put_version_3(path)
    older = tmp_path / "netwatch.db.version-2"
    older.write_bytes(b"of the time before")
    store = Store(StoreSettings(url=f"sqlite:///{path}"))

    await store.start()
    await store.stop()

    kept = tmp_path / "netwatch.db.version-3"
    assert (version_in(kept), version_in(path)) == (3, CURRENT)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not older.exists()
    assert named_by_version(tmp_path) == ["netwatch.db.version-3"]
    again = Store(StoreSettings(url=f"sqlite:///{path}"))
    await again.start()
    texts = [one.text for one in await again.events()]
    assert [text for text in texts if str(kept) in text] == [
        f"the database was brought from version 3 to {CURRENT}; as it was before it is kept as {kept}"
    ]
    await again.stop()


async def test_whatever_keeps_the_copy_from_being_made_keeps_no_agent_from_starting(tmp_path: Path):
    path = tmp_path / "netwatch.db"
    put_version_3(path)
    in_the_way = tmp_path / "netwatch.db.version-3.new"
    in_the_way.mkdir()
    store = Store(StoreSettings(url=f"sqlite:///{path}"))

    await store.start()
    await store.commit(Transaction())  # what the start had to say is written now

    (said,) = [one.text for one in await store.events() if one.kind == "netwatch"]
    assert f"no copy of it was kept: {in_the_way} cannot be written" in said
    await store.stop()
    assert version_in(path) == CURRENT


async def test_only_copies_that_netwatch_made_make_room_for_the_new_one(tmp_path: Path):
    path = tmp_path / "netwatch.db"
    put_version_3(path)
    for name in ("version-2.new", "version-2.mine", "version-2.mine-2"):
        (tmp_path / f"netwatch.db.{name}").write_bytes(b"of the time before")
    store = Store(StoreSettings(url=f"sqlite:///{path}"))

    await store.start()
    await store.stop()

    assert named_by_version(tmp_path) == [
        "netwatch.db.version-2.mine", "netwatch.db.version-2.mine-2", "netwatch.db.version-3"
    ]  # fmt: skip


@pytest.mark.parametrize("there", [False, True])
async def test_of_a_new_database_and_of_one_of_today_nothing_is_kept(tmp_path: Path, there: bool):
    for _ in range(1 + there):
        store = Store(StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}"))
        await store.start()
        assert await store.events() == []
        await store.stop()

    assert named_by_version(tmp_path) == []


NO_ROOM = """
import asyncio, subprocess
from pathlib import Path
from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings
from tests.store.database.test_opening import put_version_3

subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", "/mnt"], check=True)
put_version_3(Path("/mnt/netwatch.db"))

async def main():
    store = Store(StoreSettings(url="sqlite:////mnt/netwatch.db", reserve=0))
    await store.start()
    await store.commit(Transaction())  # what the start had to say is written now
    print(*[one.text for one in await store.events() if one.kind == "netwatch"], sep="\\n")
    await store.stop()
    print(sorted(file.name for file in Path("/mnt").glob("*version*")))

asyncio.run(main())
"""


def test_without_room_for_the_copy_the_change_is_made_all_the_same_and_said():
    said = run_with_mounts(NO_ROOM)

    assert f"was brought from version 3 to {CURRENT}, and no copy of it was kept: /mnt has no room" in said
    assert said.splitlines()[-1] == "[]"
