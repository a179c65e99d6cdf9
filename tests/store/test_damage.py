"""A damaged database is moved aside, and a new one takes its place with everything that was open."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from netwatch.errors import StoreError
from netwatch.model import AlertState, OutboxState, Transaction
from netwatch.store import Store, StoreReader, StoreSettings
from tests.patience import PATIENCE_SECONDS

from .nouns import LEASE, T0, alert, entry, event, group, mails, memory, silence, trap

PAGE = 4096
OPEN = Transaction(
    alerts=(alert(), alert("told", AlertState.RESOLVED), alert("over", AlertState.RESOLVED)),
    groups=(group(members=("a1", "told")),),
    entries=(entry(), entry("sent", state=OutboxState.SENT)),
    events=(event(),),
    memories=(memory("key", "{}"),),
    silences=(silence(),),
    traps=(trap(),),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwatch.store.writer.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("netwatch.store.writer.LAST_RETRY_SECONDS", 0.1)


async def filled(settings: StoreSettings, *more: Transaction) -> Store:
    store = Store(settings)
    await store.start()
    for transaction in (OPEN, *more):
        await store.commit(transaction)
    return store


async def filled_and_stopped(settings: StoreSettings, *more: Transaction) -> None:
    await (await filled(settings, *more)).stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the writer's thread
            await asyncio.sleep(0.01)


def overwrite(path: Path, start: int, octets: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(octets)


async def assert_everything_open_is_there(store: Store, aside: Path) -> None:
    assert {one.id for one in await store.alerts()} == {"a1", "told"}
    assert await store.groups() == [group(members=("a1", "told"))]
    assert await store.silences() == [silence()]
    assert await store.memories("hold") == [memory("key", "{}")]
    (mail,) = await store.outbox()
    assert (mail.id, mail.message) == ("m1", entry().message)
    assert [one.id for one in await store.entries_of_alert("a1")] == ["m1"]
    assert (await store.account()).unaccounted == 0
    (said,) = await store.events()
    assert (said.kind, str(aside) in said.text) == ("netwatch", True)
    assert "Saved from it: 2 alerts, 1 incidents, 1 mails not sent, 1 silences, 1 memories" in said.text
    assert store.moved_aside == str(aside)


def aside_of(path: Path) -> Path:
    (aside,) = path.parent.glob("netwatch.db.damaged-*Z")
    return aside


async def test_at_the_start_a_damaged_table_is_noticed_and_what_is_open_is_saved(
    settings: StoreSettings, database_path: Path
):
    events = Transaction(events=tuple(event("x" * 3000) for _ in range(200)))
    await filled_and_stopped(settings, events)
    moved = REGISTRY.get_sample_value("netwatch_store_moved_aside_total") or 0
    size = database_path.stat().st_size  # noqa: ASYNC240
    overwrite(database_path, size - 40 * PAGE, random.randbytes(20 * PAGE))

    store = Store(settings)
    await store.start()

    await assert_everything_open_is_there(store, aside_of(database_path))
    assert REGISTRY.get_sample_value("netwatch_store_moved_aside_total") == moved + 1
    await store.commit(mails("new"))
    assert {one.id for one in await store.claim_due(T0, LEASE, 9)} == {"m1", "new"}
    await store.stop()
    assert aside_of(database_path).stat().st_size == size
    again = Store(settings)
    await again.start()
    assert again.moved_aside == str(aside_of(database_path))
    aside_of(database_path).unlink()
    assert again.moved_aside == ""
    await again.stop()


@pytest.mark.parametrize("octets", [b"\0" * PAGE, b"to be or not to be" * 300], ids=["zeros", "text"])
async def test_a_file_that_is_no_database_any_more_is_replaced_by_an_empty_one(
    settings: StoreSettings, database_path: Path, octets: bytes
):
    await filled_and_stopped(settings)
    overwrite(database_path, 0, octets)

    store = Store(settings)
    await store.start()

    assert await store.alerts() == []
    assert "Saved from it: 0 alerts" in (await store.events())[0].text
    await store.commit(mails("new"))
    await store.stop()


async def test_while_running_a_write_that_meets_damage_is_written_into_the_new_database(
    settings: StoreSettings, database_path: Path
):
    await filled_and_stopped(settings, mails(*(f"x{number}" for number in range(500)), message=b"m" * 3000))
    store = Store(settings)
    told: list[str] = []
    store.on_new_database = lambda: told.append("there is a new database")
    await store.start()  # its writer has read nothing yet
    pages = database_path.stat().st_size // PAGE  # noqa: ASYNC240
    for page in range(1, pages):
        if page % 3:
            overwrite(database_path, page * PAGE, random.randbytes(PAGE))

    await asyncio.wait_for(store.commit(mails("after")), PATIENCE_SECONDS)

    assert "after" in {one.id for one in await store.outbox()}
    assert (store.trouble, store.moved_aside) == ("", str(aside_of(database_path)))
    assert [one.kind for one in await store.events()] == ["netwatch"]
    assert told == ["there is a new database"]
    assert (await store.account()).unaccounted == 0
    await store.stop()


async def test_while_running_damage_that_only_a_reader_meets_is_looked_into(
    settings: StoreSettings, database_path: Path
):
    events = Transaction(events=tuple(event("x" * 3000) for _ in range(400)))
    await filled_and_stopped(settings, events)
    store, told = Store(settings), list[str]()
    store.on_new_database = lambda: told.append("there is a new database")
    await store.start()
    size = database_path.stat().st_size  # noqa: ASYNC240
    overwrite(database_path, size - 60 * PAGE, random.randbytes(40 * PAGE))

    with pytest.raises(StoreError, match="damaged"):
        await store.events(limit=10_000)
    await until(lambda: told)  # what was moved aside is there a moment before readers leave it

    await assert_everything_open_is_there(store, aside_of(database_path))
    await store.stop()


async def test_rows_on_both_sides_of_a_bad_page_are_saved(settings: StoreSettings, database_path: Path):
    names = [f"x{number:03}" for number in range(300)]
    await filled_and_stopped(settings, *(mails(name, message=name.encode() * 800) for name in names))
    content = database_path.read_bytes()  # noqa: ASYNC240
    page = content.index(b"x150" * 100) // PAGE
    overwrite(database_path, page * PAGE, random.randbytes(PAGE))

    store = Store(settings)
    await store.start()

    saved = {one.id for one in await store.outbox()}
    assert {"x000", "x299"} <= saved
    assert len(saved) > 250
    assert all(
        one.message == one.id.encode() * 800 for one in await store.outbox() if one.id != "m1" and one.id[1:] != "150"
    )
    await store.stop()


async def test_somebody_elses_file_is_never_moved(settings: StoreSettings, database_path: Path):
    database_path.parent.mkdir()
    database_path.write_text("to be or not to be\n" * 999)  # noqa: ASYNC240

    for _ in range(2):
        with pytest.raises(StoreError, match="damaged"):
            await Store(settings).start()

    assert database_path.read_text().startswith("to be")  # noqa: ASYNC240
    assert list(database_path.parent.glob("*.damaged-*")) == []


async def test_a_new_database_that_a_kill_left_beside_takes_its_place(settings: StoreSettings, database_path: Path):
    await filled_and_stopped(settings)
    database_path.rename(f"{database_path}.rescue")  # noqa: ASYNC240

    store = Store(settings)
    await store.start()

    assert len(await store.alerts()) == 3
    await store.stop()


async def test_a_reader_in_another_process_says_that_it_is_damaged_and_moves_nothing(
    settings: StoreSettings, database_path: Path
):
    await filled_and_stopped(settings)
    overwrite(database_path, PAGE, random.randbytes(100 * PAGE))

    reader = StoreReader(settings)
    with pytest.raises(StoreError, match="damaged"):
        await _read_everything(reader)
    await reader.stop()
    assert database_path.exists()  # noqa: ASYNC240


async def _read_everything(reader: StoreReader) -> None:
    await reader.start()
    await reader.alerts()


async def test_an_agent_that_cannot_replace_a_damaged_database_says_so_and_leaves_it(settings: StoreSettings):
    await filled_and_stopped(settings)
    path = settings.directory / "netwatch.db"
    overwrite(path, 0, bytes(PAGE))
    (settings.directory / "netwatch.db.rescue").mkdir()

    with pytest.raises(StoreError, match=r"netwatch\.db.*cannot be made fit"):
        await Store(settings).start()

    assert path.exists()
