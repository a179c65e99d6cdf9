"""What tests of this folder write and look at."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from netwatch.mailbox.dead_addresses import DEAD_AFTER, DeadAddresses
from netwatch.model import Transaction
from netwatch.store import Store, StoreSettings


def known_dead(database: Path, address: str) -> None:
    """Write a database as an agent does whose mails came back often enough."""
    addresses, now = DeadAddresses(), datetime.now(UTC)

    async def write() -> None:
        store = Store(StoreSettings(url=f"sqlite:///{database}"))
        await store.start()
        for _ in range(DEAD_AFTER):
            _, memories = addresses.refused(address, "550 5.1.1 no such mailbox", now)
            addresses.note(memories)
            await store.commit(Transaction(memories=tuple(memories)))
        await store.stop()

    asyncio.run(write())


def listing(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {one.name: one.read_bytes() for one in folder.iterdir()}
