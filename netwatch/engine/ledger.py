"""Where the corridor writes everything down, and what it takes back from there at a start.

May import: netwatch.model. Called by: netwatch.engine.engine; satisfied by netwatch.store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from netwatch.model import Alert, AlertGroup, AlertState, Memory, Silence, Transaction, TrapEvent


class Ledger(Protocol):
    """Where everything is written down, in the order handed in."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write it whole or not at all; the future is done once it is durable."""

    async def unfinished(self) -> Sequence[Alert]:
        """Return the alerts that are not over, and those that open groups still tell of."""

    async def groups(self) -> Sequence[AlertGroup]:
        """Return the incidents that are not over."""

    async def memories(self, scope: str) -> Sequence[Memory]:
        """Return what was remembered under a scope."""

    async def silences(self) -> Sequence[Silence]:
        """Return every silence that is kept."""

    async def traps_since(self, mark: int | None, limit: int) -> tuple[int, Sequence[TrapEvent]]:
        """Return the traps logged after a mark (without one the last), oldest first, and the mark to go on from."""

    async def alerts(self, states: Collection[AlertState] | None, limit: int | None) -> Sequence[Alert]:
        """Return alerts of some states, the youngest first."""
