"""Holds the alerts of the last day for whoever draws them: the band of all, and the strips of devices.

May import: netwatch.model, netwatch.web. Called by: first, netwatch.web.pages.fleet.devices.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from netwatch.model import Alert
from netwatch.web.pages.front.day import DAY, Band, band_of
from netwatch.web.pages.front.strips import strips_of
from netwatch.web.views import Views

GOOD_FOR_SECONDS: Final = 30.0


class LastDay:
    """The alerts of the last day; what is over is read from the store twice a minute at most, whoever asks."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._over: Sequence[Alert] = ()
        self._read_at = float("-inf")

    async def band(self, firing: Sequence[Alert]) -> Band:
        """Return the band of all alerts; `firing` are those that stand."""
        now = datetime.now(UTC)
        return await asyncio.to_thread(band_of, await self._all(firing, now), self._views.severities, now)

    async def strips(self, firing: Sequence[Alert], devices: Sequence[str]) -> dict[str, Markup]:
        """Return the strip of each of some devices, by name."""
        now = datetime.now(UTC)
        alerts = await self._all(firing, now)
        return await asyncio.to_thread(strips_of, alerts, devices, self._views.severities, now)

    async def _all(self, firing: Sequence[Alert], now: datetime) -> Sequence[Alert]:
        if time.monotonic() >= self._read_at + GOOD_FOR_SECONDS:
            self._over = await self._views.over_since(now - DAY)
            self._read_at = time.monotonic()
        return [*firing, *self._over]
