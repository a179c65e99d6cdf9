"""What comes round by itself: the look at ourselves, the heartbeat, the daily mail, the end of what is too old.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from datetime import timedelta

import structlog

from netwatch.app.clock.following import Clockwork
from netwatch.app.clock.watch import MISTRUST_FOR
from netwatch.app.health.daily import DailyMail
from netwatch.app.health.heartbeat import Heartbeat
from netwatch.app.health.last_resort import LastResort
from netwatch.app.health.self_watch import SelfWatch
from netwatch.config import Settings
from netwatch.engine import Engine
from netwatch.notify import Daily, Weekly
from netwatch.polling import Ticker
from netwatch.store import Store

SELF_WATCH_INTERVAL = timedelta(seconds=10)
PRUNE_INTERVAL = timedelta(hours=1)
DAILY_LOOK_INTERVAL = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class Housekeeping:
    """The rounds between `start()` and `stop()`; what nobody wants is None."""

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        engine: Engine,
        clockwork: Clockwork,
        watch: SelfWatch,
        heartbeat: Heartbeat | None,
        daily: DailyMail[Daily] | None,
        weekly: DailyMail[Weekly] | None,
        last_resort: LastResort | None,
    ) -> None:
        self._settings, self._store, self._engine, self._clockwork = settings, store, engine, clockwork
        self._watch, self._heartbeat, self.daily, self._weekly = watch, heartbeat, daily, weekly
        self._last_resort = last_resort
        self._ticker = Ticker()

    async def start(self) -> None:
        """Begin the rounds."""
        self._ticker.every(SELF_WATCH_INTERVAL, "self-watch", self._watch.look)
        self._ticker.every(SELF_WATCH_INTERVAL, "measure", self._engine.measure)
        if self._last_resort is not None:
            self._ticker.every(SELF_WATCH_INTERVAL, "last resort", self._last_resort.look)
        if self._heartbeat is not None:
            self._ticker.every(self._settings.heartbeat.interval, "heartbeat", self._heartbeat.beat)
        if self.daily is not None:
            await self.daily.start()
            self._ticker.every(DAILY_LOOK_INTERVAL, "daily mail", self.daily.look)
        if self._weekly is not None:
            await self._weekly.start()
            self._ticker.every(DAILY_LOOK_INTERVAL, "weekly report", self._weekly.look)
        self._ticker.every(PRUNE_INTERVAL, "retention", self._prune)
        self._ticker.start()

    async def stop(self) -> None:
        """End them."""
        await self._ticker.stop()

    async def _prune(self) -> None:
        if self._clockwork.watch.set_by(MISTRUST_FOR) > timedelta(0):
            return  # a clock set years ahead by mistake would have the whole history deleted
        gone = await self._store.prune(self._clockwork.clock.now() - self._settings.store.retention)
        if gone:
            log.info("retention removed what ended long ago", rows=gone)
