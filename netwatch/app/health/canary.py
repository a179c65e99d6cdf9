"""An alert that never reaches anybody, sent through the whole of NetWatch to see whether one that should would.

A reading is held against a rule, an alert begins, is written to the database, is read back from there, and ends
again. It stays pending all its life, so that nobody is ever told of it.

May import: every room below. Called by: netwatch.app.health.heartbeat; app.app, which gives the engine the rule.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from netwatch.app.health.self_watch import ReadingSink
from netwatch.errors import StoreError
from netwatch.model import OWN_NAME, SCALARS, Alert, ColumnKind, TableReading, TableSchema, Transaction
from netwatch.rules import Rule, parse_rules

CANARY = "NetWatchCanary"
TABLE = TableSchema(name="netwatch_canary", columns={"canary": ColumnKind.GAUGE})
WRITTEN_WITHIN_SECONDS = 10.0
_RULES = f"""
rules:
  - alert: {CANARY}
    expr: canary > 0
    for: 3650d
    labels: {{severity: info}}
    annotations: {{summary: a canary}}
"""


class Alerts(Protocol):
    """The engine's desk, as the canary sees it."""

    def alerts(self) -> Sequence[Alert]:
        """Return what is pending or firing."""


class Ledger(Protocol):
    """The database, as the canary sees it."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write it, after everything before it."""

    async def alerts_of(self, rule: str, device: str, limit: int | None) -> Sequence[Alert]:
        """Return the alerts of a rule on a device, the youngest first."""


def canary_rule() -> Rule:
    """Return the rule the canary is held against."""
    return parse_rules(_RULES, "canary", {TABLE.name: TABLE})[0]


class Canary:
    """Flies at every `fly()`."""

    def __init__(self, corridor: ReadingSink, desk: Alerts, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._corridor, self._desk, self._ledger, self._clock = corridor, desk, ledger, clock

    async def fly(self) -> str:
        """Go through the whole way once; return where it ended, in words, and empty when it came through."""
        try:
            async with asyncio.timeout(WRITTEN_WITHIN_SECONDS):
                return await self._through()
        except TimeoutError:
            return f"the database did not take an alert within {WRITTEN_WITHIN_SECONDS:g} s"
        except StoreError as exc:
            return f"the database cannot be read or written: {exc}"

    async def _through(self) -> str:
        self._read(1)
        begun = {alert.id for alert in self._desk.alerts() if alert.key.rule == CANARY}
        if not begun:
            return "the rules did not see what they should"
        try:
            await self._ledger.commit(Transaction())
            if not begun & await self._kept():
                return "an alert was written and is not in the database"
        finally:
            self._read(0)
        await self._ledger.commit(Transaction())
        return "an alert that ended is still in the database" if begun & await self._kept() else ""

    def _read(self, canary: int) -> None:
        self._corridor.take_reading(
            TableReading(
                device=OWN_NAME, table=TABLE.name, at=self._clock(), rows=SCALARS, columns={"canary": [canary]}
            )
        )  # fmt: skip

    async def _kept(self) -> set[str]:
        return {alert.id for alert in await self._ledger.alerts_of(CANARY, OWN_NAME, 10)}
