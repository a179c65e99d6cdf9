"""What only a database can do: open, refuse to open, be read from outside, be in trouble and recover."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from netwatch.errors import StoreError
from netwatch.model import OutboxState, Transaction
from netwatch.store import Store, StoreReader, StoreSettings
from tests.patience import PATIENCE_SECONDS

from .nouns import LEASE, T0, alert, entry, event, mails


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the writer's thread
            await asyncio.sleep(0.01)


@contextmanager
def held_locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that says at once that it is locked, and a writer that asks again soon."""
    monkeypatch.setattr("netwatch.store.database.sqlite.BUSY_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr("netwatch.store.writer.LAST_RETRY_SECONDS", 0.1)


async def opened(settings: StoreSettings) -> Store:
    store = Store(settings)
    await store.start()
    return store


async def test_what_was_written_is_there_after_a_restart(settings: StoreSettings):
    store = await opened(settings)
    await store.commit(Transaction(alerts=(alert(),), entries=(entry(),)))
    await store.claim_due(T0, LEASE, limit=1)
    await store.stop()

    again = await opened(settings)
    assert await again.unfinished() == [alert()]
    assert (await again.outbox_counts())[OutboxState.UNKNOWN] == 1
    await again.stop()


async def test_a_stop_writes_what_still_waits(settings: StoreSettings):
    store = await opened(settings)
    futures = [store.commit(mails(f"m{number}")) for number in range(700)]
    await store.stop()

    assert all(future.done() for future in futures)
    reader = StoreReader(settings)
    await reader.start()
    assert (await reader.outbox_counts())[OutboxState.QUEUED] == 700
    await reader.stop()


async def test_a_burst_shares_commits(settings: StoreSettings):
    store = await opened(settings)
    commits = counted("netwatch_store_commit_duration_seconds_count")
    written = counted("netwatch_store_transactions_total", outcome="committed")

    await asyncio.gather(*(store.commit(mails(f"m{number}")) for number in range(500)))

    assert counted("netwatch_store_transactions_total", outcome="committed") == written + 500
    assert counted("netwatch_store_commit_duration_seconds_count") < commits + 50
    await store.stop()


async def test_one_bad_transaction_in_a_full_batch_is_found(settings: StoreSettings):
    store = await opened(settings)
    refused = counted("netwatch_store_transactions_total", outcome="refused")
    await store.commit(mails("twice"))

    futures = [store.commit(mails("twice" if number == 137 else f"m{number}")) for number in range(300)]
    results = await asyncio.gather(*futures, return_exceptions=True)

    assert [number for number, result in enumerate(results) if result is not None] == [137]
    assert isinstance(results[137], StoreError)
    assert counted("netwatch_store_transactions_total", outcome="refused") == refused + 1
    await store.stop()


@pytest.mark.usefixtures("impatient")
async def test_a_locked_database_costs_time_and_nothing_else(settings: StoreSettings, database_path: Path):
    store = await opened(settings)
    errors = counted("netwatch_store_errors_total", kind="locked")
    with held_locked(database_path):
        waiting = [store.commit(mails("m1")), store.commit(mails("m2"))]
        await until(lambda: counted("netwatch_store_errors_total", kind="locked") > errors)
        await until(lambda: "another program holds the database locked" in store.trouble)
        assert str(database_path) in store.trouble
        assert counted("netwatch_store_queue_length") == 2
        assert await store.outbox() == []
        assert not any(future.done() for future in waiting)

    await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_SECONDS)
    assert store.trouble == ""
    assert {one.id for one in await store.outbox()} == {"m1", "m2"}
    await store.stop()


@pytest.mark.usefixtures("impatient")
async def test_the_log_says_trouble_once_and_its_end_once(
    settings: StoreSettings, database_path: Path, capsys: pytest.CaptureFixture[str]
):
    store = await opened(settings)
    errors = counted("netwatch_store_errors_total", kind="locked")
    with held_locked(database_path):
        waiting = store.commit(mails("m1"))
        await until(lambda: counted("netwatch_store_errors_total", kind="locked") > errors + 3)
    await asyncio.wait_for(waiting, PATIENCE_SECONDS)
    await store.stop()

    said = capsys.readouterr().out
    assert said.count("the store cannot write") == 1
    assert said.count("the store writes again") == 1


@pytest.mark.usefixtures("impatient")
async def test_a_stop_does_not_wait_for_ever_and_says_what_is_lost(settings: StoreSettings, database_path: Path):
    store = await opened(settings)
    with held_locked(database_path):
        waiting = [store.commit(mails("m1")), store.commit(mails("m2"))]
        await store.stop(drain_for=timedelta(seconds=0.2))

        for future in waiting:
            with pytest.raises(StoreError, match=r"not written: .*locked"):
                await future


@pytest.mark.usefixtures("impatient")
async def test_a_claim_nobody_waits_for_leases_nothing(settings: StoreSettings, database_path: Path):
    store = await opened(settings)
    await store.commit(mails("m1"))
    with held_locked(database_path):
        first = store.commit(Transaction(events=(event(),)))
        claim = asyncio.create_task(store.claim_due(T0, LEASE, limit=1))
        await until(lambda: store.trouble != "")
        claim.cancel()
        with suppress(asyncio.CancelledError):
            await claim
    await asyncio.wait_for(first, PATIENCE_SECONDS)

    assert [one.id for one in await store.claim_due(T0, LEASE, limit=1)] == ["m1"]
    await store.stop()


async def test_a_commit_nobody_waits_for_is_still_written(settings: StoreSettings):
    store = await opened(settings)
    store.commit(mails("m1")).cancel()
    await store.commit(Transaction())

    assert [one.id for one in await store.outbox()] == ["m1"]
    await store.stop()


async def test_reads_do_not_wait_for_a_writer(settings: StoreSettings, database_path: Path):
    store = await opened(settings)
    await store.commit(mails("m1"))
    with held_locked(database_path):
        assert len(await asyncio.wait_for(store.outbox(), PATIENCE_SECONDS)) == 1
    await store.stop()


async def test_another_process_may_look_while_the_agent_runs(settings: StoreSettings):
    store = await opened(settings)
    await store.commit(mails("m1"))

    script = (
        "import asyncio, sys\n"
        "from netwatch.store import StoreReader, StoreSettings\n"
        "async def look():\n"
        "    reader = StoreReader(StoreSettings(url=sys.argv[1]))\n"
        "    await reader.start()\n"
        "    print([one.id for one in await reader.outbox()])\n"
        "    await reader.stop()\n"
        "asyncio.run(look())\n"
    )

    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, settings.url, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(child.communicate(), PATIENCE_SECONDS)

    assert said.decode().strip() == "['m1']"
    await store.stop()


async def test_a_reader_opens_a_database_at_rest_and_cannot_write(settings: StoreSettings):
    store = await opened(settings)
    await store.commit(mails("m1"))
    await store.stop()

    reader = StoreReader(settings)
    await reader.start()
    assert len(await reader.outbox()) == 1
    await reader.stop()
    with pytest.raises(StoreError, match="not open"):
        await reader.outbox()


async def test_a_reader_says_that_there_is_no_database_yet(settings: StoreSettings, database_path: Path):
    with pytest.raises(StoreError, match=f"no database at {database_path}: has `netwatch run` been started"):
        await StoreReader(settings).start()
    assert not database_path.exists()  # noqa: ASYNC240


async def test_a_stopped_store_is_one_file_that_can_be_copied(settings: StoreSettings, database_path: Path):
    store = Store(settings)
    await store.start()
    await store.commit(Transaction(alerts=(alert(),)))
    await store.alerts()

    await store.stop()

    assert not database_path.with_name("netwatch.db-wal").exists()


async def test_two_agents_never_work_on_one_database(settings: StoreSettings, database_path: Path):
    first, second = Store(settings), Store(settings)
    await first.start()

    with pytest.raises(StoreError, match=f"{database_path}: another agent works on this database; stop it"):
        await second.start()
    await second.stop()
    reader = StoreReader(settings)
    await reader.start()
    assert await reader.alerts() == []
    await reader.stop()
    await first.stop()

    await second.start()
    await second.stop()


async def test_a_start_that_fails_leaves_the_database_to_others(settings: StoreSettings, text_file: Path):
    with pytest.raises(StoreError, match="damaged"):
        await Store(settings).start()
    text_file.unlink()  # noqa: ASYNC240

    again = Store(settings)
    await again.start()
    await again.stop()


@pytest.fixture
def text_file(database_path: Path) -> Path:
    database_path.parent.mkdir()
    database_path.write_text("to be or not to be\n" * 999)
    return database_path


async def test_a_file_that_is_no_database_is_named_with_what_to_do(settings: StoreSettings, text_file: Path):
    with pytest.raises(StoreError, match=f"{text_file}: the database file is damaged.*move it away"):
        await Store(settings).start()
    with pytest.raises(StoreError, match="damaged"):
        await StoreReader(settings).start()
    assert text_file.read_text().startswith("to be")  # noqa: ASYNC240


async def test_a_path_that_cannot_be_written_is_named_with_what_to_do(tmp_path: Path):
    (tmp_path / "file").touch()
    settings = StoreSettings(url=f"sqlite:///{tmp_path}/file/netwatch.db")

    with pytest.raises(
        StoreError, match=r"cannot open .*/file/netwatch\.db for writing: (Not a directory|File exists); give"
    ):
        await Store(settings).start()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://db/netwatch", "nonsense", ""])
def test_a_url_that_names_no_file_is_refused_in_words(url: str):
    with pytest.raises(ValueError, match="must be sqlite:///"):
        StoreSettings(url=url)
    with pytest.raises(StoreError, match=r"store\.url"):
        Store(StoreSettings.model_construct(url=url))


async def test_where_files_cannot_be_locked_another_agent_may_live_and_its_leases_stand(
    settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
):
    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    first, second = Store(settings), Store(settings)
    await first.start()
    await first.commit(mails("m1"))
    await first.claim_due(T0, LEASE, 1)

    await second.start()

    found = await second.outbox_entry("m1")
    assert found is not None
    assert (found.state, found.lease_until) == (OutboxState.SENDING, T0 + LEASE)
    await second.stop()
    await first.stop()
