"""Writes transactions until it is killed, and prints the name of each after its COMMIT (see test_crash)."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

from netwatch.model import Alert, AlertKey, AlertState, Event, OutboxEntry, Supersession, Transaction
from netwatch.store import Store, StoreSettings

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def transaction(name: str) -> Transaction:
    key = AlertKey(rule="r", device=name)
    mails = tuple(
        OutboxEntry(
            id=f"{name}/{recipient}", message_id=f"<{name}@x>", envelope_sender="a@x", recipient=recipient,
            subject="s", message=b"m" * 3000, created_at=NOW, not_before=NOW, group_key=name, thread_id="<one@x>",
        )
        for recipient in ("one@x", "two@x")
    )  # fmt: skip
    return Transaction(
        alerts=(Alert(id=name, key=key, state=AlertState.FIRING, pending_at=NOW),),
        entries=mails,
        supersessions=tuple(Supersession(entry_id=mail.id, subject="also", message=b"also") for mail in mails),
        events=tuple(Event(at=NOW, kind="alert", text=str(n), alert_id=name) for n in range(3)),
    )


async def write_for_ever(url: str, part: str) -> None:
    store = Store(StoreSettings(url=url))
    await store.start()
    number = 0
    while True:
        names = [f"{part}-{number + n}" for n in range(1 + number % 13)]
        futures = [(name, store.commit(transaction(name))) for name in names]
        for name, future in futures:
            future.add_done_callback(lambda _, name=name: os.write(1, f"{name}\n".encode()))
        await futures[-1][1]
        number += len(names)


if __name__ == "__main__":
    asyncio.run(write_for_ever(sys.argv[1], sys.argv[2]))
