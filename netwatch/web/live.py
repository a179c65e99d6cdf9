"""Tells open pages that something changed, by server-sent events; a page that cannot hear it reloads by itself.

One watcher looks at the house every two seconds for all open pages, and only while there are any.
May import: netwatch.web. Called by: netwatch.web.app, netwatch.web.server, which ends the streams when it stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog

from netwatch.errors import NetWatchError
from netwatch.web.actions import Actions, NoActions
from netwatch.web.metrics import EVENT_STREAMS
from netwatch.web.slots import Slots
from netwatch.web.views import NoTraps, TrapLog, Views

LOOK_EVERY_SECONDS = 2.0
TICK_EVERY_SECONDS = 15.0
MAX_STREAMS = 100
_log = structlog.get_logger(__name__)


class Live:
    """The event streams of open pages."""

    def __init__(
        self,
        views: Views,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
        trap_log: TrapLog | None = None,
        actions: Actions | None = None,
    ) -> None:
        self._views, self._actions = views, actions or NoActions()
        self._trap_log = trap_log or NoTraps()
        self._look_every = look_every_seconds
        self._watcher: asyncio.Task[None] | None = None
        self._turn = asyncio.Event()
        self._streams = 0
        self.slots = Slots(MAX_STREAMS)
        self._closed = False

    async def stream(self) -> AsyncIterator[str]:
        """Yield `change` when something did, else `tick` now and then; ends when the server stops."""
        self._enter()
        try:
            yield "retry: 5000\n\n"
            while not self._closed:
                yield f"event: {await self._next_word()}\ndata:\n\n"
        finally:
            self._leave()

    def close(self) -> None:
        """End all streams."""
        self._closed = True
        self._wake()

    def _enter(self) -> None:
        self._streams += 1
        EVENT_STREAMS.inc()
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch(), name="web watcher")

    def _leave(self) -> None:
        self._streams -= 1
        EVENT_STREAMS.dec()
        if self._streams == 0 and self._watcher is not None:
            self._watcher.cancel()
            self._watcher = None

    async def _next_word(self) -> str:
        try:
            async with asyncio.timeout(TICK_EVERY_SECONDS):
                await self._turn.wait()
        except TimeoutError:
            return "tick"
        return "bye" if self._closed else "change"

    def _wake(self) -> None:
        """Wake all who wait now; who comes later waits for the next turn."""
        self._turn.set()
        self._turn = asyncio.Event()

    async def _watch(self) -> None:
        before = await self._fingerprint()
        while True:
            await asyncio.sleep(self._look_every)
            now = await self._fingerprint()
            if now != before:
                before = now
                self._wake()

    async def _fingerprint(self) -> int:
        """Return a number that changes when a page would; what moves all the time (rates, ages) is left to ticks."""
        try:
            devices = tuple((sign.device.name, sign.up, sign.trouble) for sign in self._views.stand())
            alerts = tuple(
                (alert.id, alert.state, alert.healthy_since, alert.gone_at, alert.acked_at)
                for alert in await self._views.alerts()
            )
            silences = tuple((silence.id, silence.ends_at) for silence in self._actions.silences())
            mails = tuple(sorted((await self._views.outbox_counts()).items()))
            traps = tuple(trap.at for trap in await self._trap_log.traps(1))
            own = (*self._views.problems(), *((relay.name, relay.up) for relay in self._views.relays()))
        except NetWatchError as exc:
            _log.warning("web_look_failed", error=str(exc))
            return 0
        return hash((devices, alerts, silences, mails, traps, own))
