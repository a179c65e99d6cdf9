"""What an agent found out about addresses: which refuse mail for good. Its database is left as it is.

May import: netwatch.errors, netwatch.mailbox, netwatch.model, netwatch.store. Called by: check.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from netwatch.errors import StoreError
from netwatch.mailbox import DEAD_ADDRESSES_MEMORY, DeadAddresses, Refusals
from netwatch.model import Memory
from netwatch.store import StoreReader, StoreSettings


def dead_addresses(settings: StoreSettings, now: datetime) -> tuple[Sequence[Refusals], str]:
    """Return the addresses that are dead, and where that cannot be read, why; before the first start none are."""
    addresses = DeadAddresses()
    try:
        store = StoreReader(settings, without_a_trace=True)
        addresses.restore(asyncio.run(_memories(store)) if store.is_there() else ())
    except StoreError as exc:
        return (), str(exc)
    return addresses.dead(now), ""


async def _memories(store: StoreReader) -> Sequence[Memory]:
    await store.start()
    try:
        return await store.memories(DEAD_ADDRESSES_MEMORY)
    finally:
        await store.stop()
