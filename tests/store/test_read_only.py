"""A database that may only be read: the agent goes on, waits in bounded memory, says so, and writes it all later."""

from __future__ import annotations

from pathlib import Path

from .mounts import run_with_mounts

READ_ONLY = """
import asyncio, resource, subprocess, sys
from pathlib import Path
from netwatch.errors import StoreError
from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings, backlog, writer
from tests.patience import PATIENCE_SECONDS
from tests.store.nouns import alert, entry, event, mails, memory, trap

writer.LOOK_SECONDS = 3600
backlog.BOUND_BYTES = 2_000_000
disk = Path(sys.argv[1])

async def main():
    store = Store(StoreSettings(url=f"sqlite:///{disk}/netwatch.db", reserve=1))
    await store.start()  # its writer connects with its first job
    subprocess.run(["mount", "--bind", disk, disk], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", disk], check=True)
    waiting = [store.commit(mails("m0"))]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not store.trouble:
            await asyncio.sleep(0.01)
    assert "the database may not be written" in store.trouble, store.trouble
    assert await store.outbox() == []

    refused = []
    for number in range(1, 400):
        kept = Transaction(alerts=(alert(f"a{number}"),), entries=(entry(f"m{number}", message=b"m" * 5000),))
        waiting.append(store.commit(kept))
        refused += [store.commit(Transaction(events=(event("x" * 2000),) * 5)) for _ in range(20)]
        refused += [store.commit(Transaction(traps=(trap(),) * 20)) for _ in range(5)]
        refused.append(store.commit(Transaction(memories=(memory("counter", str(number)),))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await asyncio.sleep(0)
    left_out = [one for one in refused if one.done() and isinstance(one.exception(), StoreError)]
    assert len(left_out) > 9000, len(left_out)
    assert not any(one.done() for one in waiting)
    assert "left out so far" in store.degraded, store.degraded

    subprocess.run(["mount", "-o", "remount,rw,bind", disk], check=True)
    await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_SECONDS)
    await store.commit(Transaction())
    assert store.degraded == "", store.degraded
    assert len(await store.outbox()) == 400 and len(await store.alerts()) == 399
    assert await store.memories("hold") == [memory("counter", "399")]
    (said,) = await store.events(limit=1)
    assert "this was left out" in said.text, said
    await store.stop()
    print("well", peak)

asyncio.run(main())
"""


def test_a_read_only_database_costs_the_logs_and_no_alert(tmp_path: Path):
    assert "well" in run_with_mounts(READ_ONLY, tmp_path)
