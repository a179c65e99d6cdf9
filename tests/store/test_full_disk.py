"""A real limit on the size of files, as a full disk shows itself: the writer waits and goes on once there is room."""

from __future__ import annotations

import subprocess
import sys

from netwatch.store import StoreSettings
from tests.patience import PATIENCE_SECONDS

SCRIPT = """
import asyncio, resource, signal, sys
from netwatch.model import Event, Transaction
from netwatch.store import Store, StoreSettings
from datetime import datetime, UTC
from tests.patience import PATIENCE_SECONDS

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def room(bytes):
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))

async def main():
    store = Store(StoreSettings(url=sys.argv[1]))
    await store.start()
    room(200_000)
    event = Event(at=datetime.now(UTC), kind="alert", text="x" * 5000)
    futures = []
    while not store.trouble:
        futures.append(store.commit(Transaction(events=(event,) * 3)))
        await asyncio.sleep(0.002)
    waiting = [f for f in futures if not f.done()]
    assert waiting, "trouble, and nothing waits"
    room(resource.RLIM_INFINITY)
    await asyncio.wait_for(asyncio.gather(*futures), PATIENCE_SECONDS)
    assert store.trouble == ""
    assert len(await store.events(limit=10**6)) == 3 * len(futures)
    await store.stop()
    print("kept", len(waiting) > 0)

asyncio.run(main())
"""


def test_a_disk_that_takes_no_more_costs_time_and_nothing_else(settings: StoreSettings):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, settings.url],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept True" in done.stdout
    assert done.stdout.count("the store cannot write") == 1
