"""A database file that is deleted, moved or replaced under a running agent is put back whole, and said."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings
from tests.patience import PATIENCE_SECONDS

from .mounts import run_with_mounts
from .nouns import alert, entry, event, mails, memory


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwatch.store.writer.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("netwatch.store.writer.LAST_RETRY_SECONDS", 0.1)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the writer's thread
            await asyncio.sleep(0.01)


def put_back_total() -> float:
    return REGISTRY.get_sample_value("netwatch_store_put_back_total") or 0.0


def deleted(path: Path) -> None:
    path.unlink()


def deleted_with_all_beside_it(path: Path) -> None:
    for file in path.parent.glob("netwatch.db*"):
        file.unlink()


def directory_removed(path: Path) -> None:
    gone = path.parent.rename(path.parent.with_name("gone"))  # at once: it may be put back at any moment
    shutil.rmtree(gone)


def directory_moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def moved(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replaced(path: Path) -> None:
    """Put another database there, by name, as `mv` does."""
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE strange (x)")
    other.rename(path)


def log_of_writes_deleted(path: Path) -> None:
    Path(f"{path}-wal").unlink()


@pytest.mark.parametrize(
    "harm",
    [
        deleted, deleted_with_all_beside_it, directory_removed, directory_moved, moved, replaced,
        log_of_writes_deleted,
    ],
)  # fmt: skip
async def test_nothing_written_before_or_after_is_lost(
    settings: StoreSettings, database_path: Path, harm: Callable[[Path], None]
):
    before = put_back_total()
    store = Store(settings)
    await store.start()
    told = []
    store.on_new_database = lambda: told.append("new")
    await store.commit(Transaction(alerts=(alert("before"),), entries=(entry("m1"),), events=(event("before"),)))
    await store.alerts()  # so that a reader has it open too

    harm(database_path)
    await store.commit(Transaction(alerts=(alert("after"),), memories=(memory("key", "{}"),)))
    await until(lambda: store.put_back_lately)

    assert {one.id for one in await store.alerts()} == {"before", "after"}
    assert str(database_path) in store.put_back_lately
    assert put_back_total() == before + 1
    assert store.trouble == ""
    assert told == []  # nothing has to be written anew: it is the same database
    await store.stop()
    again = Store(settings)
    await again.start()
    assert {one.id for one in await again.alerts()} == {"before", "after"}
    assert [one.id for one in await again.outbox()] == ["m1"]
    assert any("while NetWatch ran" in one.text for one in await again.events())
    await again.stop()


@pytest.mark.parametrize("harm", [deleted, directory_removed, replaced])
async def test_it_is_noticed_though_nothing_is_written(
    settings: StoreSettings, database_path: Path, harm: Callable[[Path], None]
):
    store = Store(settings)
    await store.start()
    await store.commit(mails("m1"))

    harm(database_path)
    await until(lambda: store.put_back_lately)

    assert [one.id for one in await store.outbox()] == ["m1"]
    await store.stop()


async def test_what_took_its_place_is_moved_aside_and_named(settings: StoreSettings, database_path: Path):
    store = Store(settings)
    await store.start()
    await store.commit(mails("m1"))

    replaced(database_path)
    await until(lambda: store.put_back_lately)

    (found,) = database_path.parent.glob("netwatch.db.found-*Z")
    assert str(found) in store.put_back_lately
    with closing(sqlite3.connect(found)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("strange",)]
    await store.stop()


async def test_a_second_agent_that_took_the_place_keeps_it_and_ours_waits(
    settings: StoreSettings, database_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netwatch.store.writer.LOOK_SECONDS", 3600.0)  # else ours may be back before the other comes
    store, other = Store(settings), Store(settings)
    await store.start()
    await store.commit(mails("m1"))
    writer = store._writer
    assert writer is not None
    await until(lambda: writer._in_hand == 0)  # its thread has looked around and waits
    for file in database_path.parent.glob("netwatch.db*"):
        file.unlink()
    await other.start()
    await other.commit(mails("theirs"))

    written = store.commit(mails("m2"))
    await until(lambda: store.trouble)

    assert "another agent works on this database" in store.trouble
    assert not written.done()
    assert [one.id for one in await other.outbox()] == ["theirs"]
    await other.stop()
    await asyncio.wait_for(written, PATIENCE_SECONDS)
    assert {one.id for one in await store.outbox()} == {"m1", "m2"}
    await store.stop()


async def test_a_file_that_goes_while_nobody_has_it_open_is_made_anew_from_what_is_open(
    settings: StoreSettings, database_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("netwatch.store.writer.LOOK_SECONDS", 3600.0)
    store = Store(settings)
    await store.start()
    told: list[str] = []
    store.on_new_database = lambda: told.append("new")
    await store.commit(mails("m1"))
    writer = store._writer
    assert writer is not None
    await until(lambda: writer._in_hand == 0)  # its thread has looked around and waits
    writer._disconnect()  # as it does after any trouble
    for file in database_path.parent.glob("netwatch.db*"):
        file.unlink()

    await asyncio.wait_for(store.commit(mails("m2")), PATIENCE_SECONDS)
    await until(lambda: told)

    assert [one.id for one in await store.outbox()] == ["m2"]
    assert "a new one was made" in store.put_back_lately
    await store.stop()


KILLED = """
import asyncio, resource, signal, sys
from pathlib import Path
from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings, writer
from tests.store.nouns import event

writer.LOOK_SECONDS = 0.05

async def main():
    path = Path(sys.argv[1])
    store = Store(StoreSettings(url=f"sqlite:///{path}", reserve=0))
    await store.start()
    for _ in range(300):
        await store.commit(Transaction(events=(event("x" * 4000),)))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    path.unlink()
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_copy_that_a_kill_left_half_done_is_never_taken_for_the_database(
    settings: StoreSettings, database_path: Path
):
    killed = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", KILLED, str(database_path)], timeout=PATIENCE_SECONDS, check=False
    )
    assert killed.returncode == -signal.SIGXFSZ
    assert any("rescue" in name for name in there_beside(database_path))

    store = Store(settings)
    await store.start()

    assert store.moved_aside == ""
    assert await store.events() == []
    await store.stop()


def there_beside(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir()]


NO_ROOM = """
import asyncio, shutil, subprocess, sys
from pathlib import Path
from netwatch.store import Store, StoreSettings, writer
from tests.patience import PATIENCE_SECONDS
from tests.store.nouns import mails

writer.LOOK_SECONDS = 0.05
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", "/mnt"], check=True)

async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)

async def main():
    store = Store(StoreSettings(url="sqlite:////mnt/netwatch.db", reserve=0))
    await store.start()
    await store.commit(mails("m1"))
    try:
        with open("/mnt/other", "wb") as other:
            while True:
                other.write(bytes(4096))
                other.flush()
    except OSError:
        pass
    Path("/mnt/netwatch.db").unlink()
    written = store.commit(mails("m2"))
    await until(lambda: store.trouble)
    assert "cannot be put back" in store.trouble, store.trouble
    assert not written.done()
    Path("/mnt/other").unlink()
    await asyncio.wait_for(written, PATIENCE_SECONDS)
    assert {one.id for one in await store.outbox()} == {"m1", "m2"}
    await store.stop()
    print("well")

asyncio.run(main())
"""


def test_where_it_cannot_be_put_back_yet_nothing_is_let_go_and_it_is_tried_again():
    assert "well" in run_with_mounts(NO_ROOM)
