"""NetWatch watching itself: its own state becomes a reading, held against the same rules as everybody else's.

May import: every room below. Called by: netwatch.app.app, which lets it look every few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from prometheus_client import Gauge

from netwatch.model import SCALARS, SELF, Column, OutboxEntry, OutboxState, TableReading

OWN_NAME = "netwatch"
"""The device name under which NetWatch watches itself."""
DEAD_FOR = timedelta(days=1)
DEAD_LETTERS_SEEN = 1000

OUTBOX = Gauge("netwatch_outbox_messages", "Mails in the outbox, one per recipient, by state", ["state"])
OLDEST_UNSENT_SECONDS = Gauge("netwatch_outbox_oldest_unsent_seconds", "Age of the oldest mail not yet sent")


class Ledger(Protocol):
    """Who knows the outbox."""

    async def oldest_unsent(self) -> datetime | None:
        """Return when the oldest mail that is not sent was written, None where none waits."""

    async def outbox_counts(self) -> Mapping[OutboxState, int]:
        """Return how many mails are in each state."""

    async def outbox(self, states: Collection[OutboxState] | None, limit: int) -> Sequence[OutboxEntry]:
        """Return the newest mails first."""


class Relays(Protocol):
    """Who knows the mail relays."""

    @property
    def relays_up(self) -> int:
        """Return how many take mail."""

    @property
    def relays_down(self) -> int:
        """Return how many are left alone at the moment."""


class Punctuality(Protocol):
    """Who knows how late polls are."""

    @property
    def lag_seconds(self) -> float:
        """Return by how much the latest start of the last minute was late."""

    @property
    def late_ratio(self) -> float:
        """Return the share of late starts in the last minute, 0 to 1."""


class ReadingSink(Protocol):
    """Who holds readings against rules."""

    def take_reading(self, reading: TableReading) -> None:
        """Take one in."""


class SelfWatch:
    """Asks the rooms how they are, and tells the engine as the device `netwatch`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        relays: Relays,
        polls: Punctuality,
        sink: ReadingSink,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger, self._relays, self._polls, self._sink, self._clock = ledger, relays, polls, sink, clock

    async def look(self) -> None:
        """Take one reading of everything."""
        now = self._clock()
        columns: dict[str, Column] = {
            "relays_down": [self._relays.relays_down],
            "relays_up": [self._relays.relays_up],
            "oldest_unsent_seconds": [await self._oldest_unsent_seconds(now)],
            "dead_letters": [await self._dead_letters(now)],
            "polls_late_ratio": [self._polls.late_ratio],
            "poll_lag_seconds": [self._polls.lag_seconds],
        }
        self._sink.take_reading(TableReading(device=OWN_NAME, table=SELF.name, at=now, rows=SCALARS, columns=columns))

    async def _oldest_unsent_seconds(self, now: datetime) -> float:
        oldest = await self._ledger.oldest_unsent()
        age = (now - oldest).total_seconds() if oldest else 0.0
        OLDEST_UNSENT_SECONDS.set(age)
        return age

    async def _dead_letters(self, now: datetime) -> int:
        """Return how many mails were refused for good in the last day: what somebody should still look at."""
        counts = await self._ledger.outbox_counts()
        for state in OutboxState:
            OUTBOX.labels(state).set(counts.get(state, 0))
        if not counts.get(OutboxState.DEAD):
            return 0
        dead = await self._ledger.outbox({OutboxState.DEAD}, DEAD_LETTERS_SEEN)
        return sum(entry.last_tried_at is not None and now - entry.last_tried_at < DEAD_FOR for entry in dead)
