"""The only room that writes SQL: alerts, groups, events, memories and the outbox.

`Store` keeps them in a database through one writer, `StoreReader` only looks (also from another process, while the
agent runs), `append_events` adds to the event log from there, `retry_entry` and `drop_entry` change outbox rows for
a person, `back_up` copies all of it and `restore` takes a copy, `MemoryStore` does what `Store` does without a disk.

May import: netwatch.model, netwatch.errors. Called by: app, cli; engine and notify know it as a Protocol.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.store.account import show_account
    from netwatch.store.append import append_events, events_fault
    from netwatch.store.backup import Backup, back_up
    from netwatch.store.by_hand import drop_entry, retry_entry
    from netwatch.store.by_hand_decision import Act, Handled
    from netwatch.store.memory import MemoryStore
    from netwatch.store.reader import StoreReader
    from netwatch.store.restoring import Restored, restore
    from netwatch.store.settings import StoreSettings
    from netwatch.store.store import Store
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "Store", "StoreReader", "MemoryStore", "StoreSettings",
    "append_events", "events_fault", "retry_entry", "drop_entry", "Act", "Handled", "show_account",
    "Backup", "back_up", "Restored", "restore",
]  # fmt: skip
