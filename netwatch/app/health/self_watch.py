"""NetWatch watching itself: its own state becomes a reading, held against the same rules as everybody else's.

May import: every room below. Called by: netwatch.app, which lets it look every few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog
from prometheus_client import Counter

from netwatch.app.health.vitals import Vitals
from netwatch.model import OWN_NAME, SCALARS, SELF, TableReading, Value

ERRORS = Counter("netwatch_self_watch_errors_total", "Times a part of NetWatch could not say how it is")
log = structlog.get_logger(__name__)


class Organ(Protocol):
    """A part of NetWatch that can say how it is."""

    async def vitals(self, now: datetime) -> Vitals:
        """Return columns of the table `netwatch`; what is left out is unknown."""


class ReadingSink(Protocol):
    """Who holds readings against rules."""

    def take_reading(self, reading: TableReading) -> None:
        """Take one in."""


class SelfWatch:
    """Asks every part how it is, and tells the engine as the device `netwatch`."""

    def __init__(
        self,
        organs: Sequence[Organ],
        sink: ReadingSink,
        clock: Callable[[], datetime],
        moves: Callable[[], int | None] = lambda: 0,
    ) -> None:
        """`moves` says how often the database has followed a clock that was set, None while it is yet to."""
        self._organs, self._sink, self._clock, self._moves = organs, sink, clock, moves

    async def look(self) -> None:
        """Take one reading of everything; what cannot be asked is unknown, which never ends an alert.

        Ages in the database mean nothing while it is yet to follow a clock that was set: then the next look counts.
        """
        now, moves = self._clock(), self._moves()
        if moves is None:
            return
        found: dict[str, Value] = dict.fromkeys(SELF.columns)
        for organ in self._organs:
            found.update(await self._ask(organ, now))
        if moves != self._moves():
            return
        columns = {name: [value] for name, value in found.items()}
        self._sink.take_reading(TableReading(device=OWN_NAME, table=SELF.name, at=now, rows=SCALARS, columns=columns))

    async def _ask(self, organ: Organ, now: datetime) -> Vitals:
        try:
            return await organ.vitals(now)
        except Exception as exc:  # noqa: BLE001  # one that fails must not blind us for the others
            ERRORS.inc()
            log.warning("a part of NetWatch cannot say how it is", part=type(organ).__name__, error=str(exc))
            return {}
