"""The ledger's account as metrics: rows ever written = rows pruned + rows in each state, or something is very wrong.

May import: netwatch.model. Called by: app, every few seconds, through the door of this room.
"""

from __future__ import annotations

from netwatch.model import Account
from netwatch.store.metrics import OUTBOX_PRUNED, OUTBOX_UNACCOUNTED, OUTBOX_WRITTEN


def show_account(account: Account) -> int:
    """Set the gauges, and return how many rows are unaccounted for: 0, or NetWatch has a fault."""
    OUTBOX_WRITTEN.set(account.written)
    OUTBOX_PRUNED.set(account.pruned)
    OUTBOX_UNACCOUNTED.set(account.unaccounted)
    return account.unaccounted
