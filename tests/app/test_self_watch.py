"""What NetWatch says of itself: a reading of the device `netwatch`, taken from the rooms as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from netwatch.app.self_watch import SelfWatch
from netwatch.model import SELF, OutboxEntry, OutboxState, TableReading, Transaction
from netwatch.store import MemoryStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class House:
    """The rooms as the self-watch sees them, each with what a test lets it say."""

    store: MemoryStore = field(default_factory=MemoryStore)
    relays_up: int = 1
    relays_down: int = 0
    lag_seconds: float = 0.0
    late_ratio: float = 0.0
    readings: list[TableReading] = field(default_factory=list)

    def take_reading(self, reading: TableReading) -> None:
        self.readings.append(reading)

    async def said(self) -> dict[str, object]:
        """Return what one look says, column by column."""
        watch = SelfWatch(ledger=self.store, relays=self, polls=self, sink=self, clock=lambda: NOW)
        await watch.look()
        return {name: column[0] for name, column in self.readings[-1].columns.items()}

    async def mail(self, name: str, ago: timedelta, **fields: object) -> None:
        at = NOW - ago
        entry = OutboxEntry(
            id=name, message_id=f"<{name}@netwatch>", envelope_sender="n@example.net", recipient="noc@example.net",
            subject="[DOWN] sw1", message=b"", created_at=at, not_before=at,
        )  # fmt: skip
        await self.store.commit(Transaction(entries=(replace(entry, **fields),)))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    await house.store.start()
    yield house
    await house.store.stop()


async def test_one_look_fills_every_column_of_the_device_netwatch(house):
    said = await house.said()

    assert set(said) == set(SELF.columns)
    assert (house.readings[0].device, house.readings[0].table, house.readings[0].at) == ("netwatch", "netwatch", NOW)


async def test_relays_and_the_punctuality_of_polls_are_told_as_they_are(house):
    house.relays_up, house.relays_down, house.lag_seconds, house.late_ratio = 1, 2, 3.5, 0.25

    said = await house.said()

    assert (said["relays_up"], said["relays_down"]) == (1, 2)
    assert (said["poll_lag_seconds"], said["polls_late_ratio"]) == (3.5, 0.25)


async def test_the_oldest_mail_not_sent_is_told_by_its_age(house):
    await house.mail("old", timedelta(minutes=20), state=OutboxState.DEFERRED)
    await house.mail("older", timedelta(minutes=40), state=OutboxState.SENT, sent_at=NOW)

    assert (await house.said())["oldest_unsent_seconds"] == 1200.0
    assert REGISTRY.get_sample_value("netwatch_outbox_oldest_unsent_seconds") == 1200.0
    assert REGISTRY.get_sample_value("netwatch_outbox_messages", {"state": "sent"}) == 1
    assert REGISTRY.get_sample_value("netwatch_outbox_messages", {"state": "dead"}) == 0


async def test_dead_letters_are_those_of_the_last_day(house):
    for name, ago in (("fresh", timedelta(hours=23)), ("stale", timedelta(hours=25))):
        await house.mail(name, ago, state=OutboxState.DEAD, last_tried_at=NOW - ago)

    assert (await house.said())["dead_letters"] == 1
