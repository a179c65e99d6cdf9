"""What stays the same over restarts: our SNMP engine, one boot after the last, and the key of links in mails.

May import: netwatch.engine, netwatch.store, netwatch.traps, netwatch.model. Called by: netwatch.app.
"""

from __future__ import annotations

import time

from netwatch.engine import LINKS_MEMORY, LinkSigner
from netwatch.model import Transaction
from netwatch.store import Store
from netwatch.traps import OwnEngine

TRAPS_MEMORY = "traps"


async def reborn_engine(store: Store) -> OwnEngine:
    """Return our SNMP engine, one boot after the last; written down before it says a word."""
    own = OwnEngine.reborn(await store.memories(TRAPS_MEMORY), time.monotonic())
    await store.commit(Transaction(memories=(own.to_remember(),)))
    return own


async def recall_key(links: LinkSigner, store: Store) -> None:
    """Take back the key that links in mails are signed with; at the very first start, write ours down."""
    if not links.restore(await store.memories(LINKS_MEMORY)):
        await store.commit(Transaction(memories=(links.to_remember(),)))
