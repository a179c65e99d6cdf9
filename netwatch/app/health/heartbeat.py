"""Tells a dead man's switch that NetWatch lives: only while a canary comes through and every loop turns.

Whoever is asked for raises the alarm when it is not asked any more, also where NetWatch, its machine or its network
is gone and nobody here could say so. What fails here is counted, and becomes an alert (HeartbeatFailing) as well.

May import: every room below. Called by: netwatch.app.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import structlog
from prometheus_client import Counter, Gauge

from netwatch.app.health.vitals import Vitals

HEARTBEATS = Counter(
    "netwatch_heartbeats_total", "Beats, by outcome: sent, path (NetWatch is not well) or ping (nobody took it)",
    ["outcome"],
)  # fmt: skip
LAST_SENT = Gauge("netwatch_heartbeat_sent_timestamp_seconds", "When the last beat was taken")
for _outcome in ("sent", "path", "ping"):
    HEARTBEATS.labels(_outcome)

log = structlog.get_logger(__name__)


class Sender(Protocol):
    """Who tells the switch."""

    async def send(self) -> str:
        """Tell it once; return why that did not go well, empty when it did."""


class Heartbeat:
    """One beat per `beat()`.

    fly:   sends the canary; returns where it ended, empty when it came through.
    loops: what must turn, by the name people are told: `polling` -> whether it does.
    """

    def __init__(
        self,
        *,
        fly: Callable[[], Awaitable[str]],
        loops: Mapping[str, Callable[[], bool]],
        ping: Sender,
        clock: Callable[[], datetime],
    ) -> None:
        self._fly, self._loops, self._ping, self._clock = fly, loops, ping, clock
        self._failures, self._trouble = 0, ""

    async def beat(self) -> None:
        """See whether all is well, and if so tell the switch."""
        outcome, trouble = "path", await self._path()
        if not trouble:
            outcome, trouble = "ping", await self._ping.send()
        if trouble:
            self._failures += 1
            if trouble != self._trouble:
                log.warning("no heartbeat", why=trouble)
        else:
            outcome, self._failures = "sent", 0
            LAST_SENT.set(self._clock().timestamp())
        self._trouble = trouble
        HEARTBEATS.labels(outcome).inc()

    @property
    def trouble(self) -> str:
        """Return why the last beat failed; empty when it did not."""
        return self._trouble

    async def vitals(self, now: datetime) -> Vitals:
        """Return how often in a row it failed, and why the last time."""
        return {"heartbeat_failures": self._failures, "heartbeat_trouble": self._trouble.encode() or None}

    async def _path(self) -> str:
        still = [name for name, turns in self._loops.items() if not turns()]
        return f"{' and '.join(still)} stands still" if still else await self._fly()
