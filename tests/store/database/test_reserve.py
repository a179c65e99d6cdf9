"""A reserve on the disk: real space, given up when the disk is full, made again when there is room."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from netwatch.store import Store, StoreSettings
from netwatch.store.database.reserve import IN_USE, MIB, NO_ROOM, Reserve

from ..mounts import run_with_mounts
from ..nouns import mails


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db-reserve"


def test_the_space_is_taken_for_real_and_by_its_owner_alone(path: Path):
    reserve = Reserve(path, 2 * MIB)

    assert reserve.keep()

    assert path.stat().st_blocks * 512 >= 2 * MIB
    assert path.stat().st_mode & 0o777 == 0o600
    assert (reserve.used, reserve.trouble) == (False, "")
    assert REGISTRY.get_sample_value("netwatch_store_reserve_bytes") == 2 * MIB


def test_it_is_given_up_once_and_made_again_when_there_is_room(path: Path):
    reserve = Reserve(path, MIB)
    reserve.keep()

    assert (reserve.give_up(), reserve.give_up()) == (True, False)
    assert (reserve.used, reserve.trouble, path.exists()) == (True, IN_USE, False)
    assert REGISTRY.get_sample_value("netwatch_store_reserve_bytes") == 0
    assert reserve.keep()
    assert (reserve.used, reserve.trouble, path.exists()) == (False, "", True)


def test_the_last_of_the_space_is_left_to_others(path: Path):
    reserve = Reserve(path, 2**60)

    assert not reserve.keep()

    assert (reserve.trouble, reserve.used, path.exists()) == (NO_ROOM, False, False)


def test_no_reserve_is_no_trouble(path: Path):
    reserve = Reserve(path, 0)

    assert reserve.keep()
    assert not reserve.give_up()
    assert (reserve.trouble, path.exists()) == ("", False)


def test_a_disk_with_room_is_not_called_full(path: Path):
    assert not Reserve(path, MIB).disk_is_full()
    assert list(path.parent.iterdir()) == []


async def test_a_store_keeps_a_reserve_also_while_it_is_stopped(settings: StoreSettings, database_path: Path):
    store = Store(settings.model_copy(update={"reserve": 1}))
    await store.start()
    await store.commit(mails("m1"))
    await store.stop()

    assert database_path.with_name("netwatch.db-reserve").stat().st_size == MIB


FULL_DISK = """
import asyncio, os, subprocess, sys
from pathlib import Path
from netwatch.errors import StoreError
from netwatch.model import Event, Memory, OutboxState, Transaction
from netwatch.store import Store, StoreSettings, writer
from tests.patience import PATIENCE_SECONDS
from tests.store.nouns import T0, LEASE, alert, entry, event, mails, memory, trap

writer.LOOK_SECONDS = 0.05
disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", disk], check=True)
ballast = disk / "somebody elses"

def fill():
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(os.urandom(65536))
                file.flush()
        except OSError:
            pass

def big(name):
    return Transaction(entries=(entry(name, message=os.urandom(200_000)),), events=(event(name),))

async def until(condition):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)

async def main():
    store = Store(StoreSettings(url=f"sqlite:///{disk}/netwatch.db", reserve=3))
    await store.start()
    await store.commit(mails("before"))
    assert store.degraded == ""
    fill()
    number = 0
    while not store.reserve_used:
        await asyncio.wait_for(store.commit(big(f"m{number}")), PATIENCE_SECONDS)
        number += 1
    await store.commit(big("last"))
    assert not Path(disk, "netwatch.db-reserve").exists()
    assert "alerts and mails are written from the reserve" in store.degraded, store.degraded
    assert store.trouble == "", store.trouble
    futures = [store.commit(Transaction(events=(event(),))), store.commit(Transaction(traps=(trap(), trap())))]
    for refused in futures:
        try:
            await asyncio.wait_for(refused, PATIENCE_SECONDS)
        except StoreError as exc:
            assert "left out" in str(exc)
        else:
            raise AssertionError("space was short, and it was spent on a log")
    await store.commit(Transaction(traps=(trap(),), alerts=(alert(),), events=(event("of an alert"),)))
    await store.commit(Transaction(memories=(memory("k", "1"),), events=(event(),)))
    await store.commit(Transaction())
    assert await store.traps() == []
    assert [one.text for one in await store.events(limit=1)] == ["of an alert"]
    assert await store.alerts() == [alert()] and await store.memories("hold") == [memory("k", "1")]
    assert "left out so far: 2 lines of the event log, 3 traps of the log" in store.degraded, store.degraded
    assert len(await store.claim_due(T0, LEASE, 999)) == number + 2

    async def fill_up():
        while not store.trouble:
            store.commit(big(f"n{fill_up.number}"))
            fill_up.number += 1
            await asyncio.sleep(0.005)
    fill_up.number = 0
    await asyncio.wait_for(fill_up(), PATIENCE_SECONDS)
    assert "the disk is full" in store.trouble, store.trouble
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    await until(lambda: store.degraded == "")
    assert Path(disk, "netwatch.db-reserve").stat().st_size == 3 * 2**20
    await store.commit(Transaction())
    (said,) = await store.events(limit=1)
    assert said.kind == "netwatch" and "this was left out: 2 lines of the event log, 3 traps" in said.text, said
    counts = await store.outbox_counts()
    assert counts[OutboxState.QUEUED] == fill_up.number, counts
    assert (await store.account()).unaccounted == 0
    await store.stop()

    fill()
    again = Store(StoreSettings(url=f"sqlite:///{disk}/netwatch.db", reserve=3))
    await again.start()
    await again.commit(mails("after a start on a full disk"))
    await again.stop()
    print("well")

asyncio.run(main())
"""


def test_on_a_full_disk_alerts_and_mails_are_written_into_the_reserve(tmp_path: Path):
    assert "well" in run_with_mounts(FULL_DISK, tmp_path)
