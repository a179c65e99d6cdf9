"""How many transactions a second the store takes: one after the other, and in a burst that shares COMMITs.

Run it: `python tests/bench/bench_store.py`. Besides the store it times bare sqlite3 with the same durability in the
same directory, so that the ratio says what the store costs beside the disk.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from netwatch.model import Alert, AlertKey, AlertState, Event, OutboxEntry, Transaction
from netwatch.store import Store, StoreSettings

NOW = datetime(2024, 1, 1, tzinfo=UTC)
BURST = 10_000
SINGLY = 500


def transaction(number: int) -> Transaction:
    """One alert that fires: its row, one mail of usual size, two lines of the event log."""
    name = f"a{number}"
    alert = Alert(
        id=name, key=AlertKey(rule="InterfaceDown", device=f"sw{number}", instance="ifName=Gi1/0/7"),
        state=AlertState.FIRING, labels={"severity": "critical", "ifName": "Gi1/0/7"}, pending_at=NOW,
        annotations={"summary": "Gi1/0/7 is down"},
    )  # fmt: skip
    mail = OutboxEntry(
        id=name, message_id=f"<{name}@x>", envelope_sender="a@x", recipient="b@x", subject="down",
        message=b"m" * 4000, created_at=NOW, not_before=NOW, alert_ids=(name,),
    )  # fmt: skip
    events = tuple(Event(at=NOW, kind="alert", text="fired: down for 30s", alert_id=name) for _ in range(2))
    return Transaction(alerts=(alert,), entries=(mail,), events=events)


def bare_commits(path: Path) -> float:
    """Commits per second of sqlite3 alone, one small row each."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (a)")
    started = time.perf_counter()
    for number in range(SINGLY):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.close()
    return SINGLY / (time.perf_counter() - started)


async def main() -> None:
    """Print the figures of one run."""
    with tempfile.TemporaryDirectory() as directory:
        bare = bare_commits(Path(directory) / "bare.db")
        store = Store(StoreSettings(url=f"sqlite:///{directory}/netwatch.db"))
        await store.start()
        transactions = [transaction(number) for number in range(BURST + SINGLY)]

        started = time.perf_counter()
        for one in transactions[:SINGLY]:
            await store.commit(one)
        singly = SINGLY / (time.perf_counter() - started)

        started, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        await asyncio.gather(*map(store.commit, transactions[SINGLY:]))
        seconds, now = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        await store.stop()
    print(f"bare sqlite3, synchronous=FULL   {bare:10,.0f} commits/s")
    print(f"store, each awaited              {singly:10,.0f} transactions/s   {singly / bare:6.2f} of bare")
    burst = BURST / seconds
    print(f"store, a burst of {BURST:,}         {burst:10,.0f} transactions/s   {burst / bare:6.2f} of bare")
    print(f"CPU of one transaction           {cpu / BURST * 1e6:10,.0f} us (alert, mail of 4 kB, two events)")


if __name__ == "__main__":
    asyncio.run(main())
