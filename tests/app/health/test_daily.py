"""The daily mail comes once a day, whatever clocks and restarts do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwatch.app.health.canary import CANARY
from netwatch.app.health.daily import DailyMail, daily_of, due_day
from netwatch.model import (
    Account,
    Alert,
    AlertKey,
    AlertState,
    Credential,
    Device,
    DeviceStatus,
    Memory,
    OutboxState,
    Transaction,
)
from netwatch.notify import Daily, Letterhead, compose_daily
from netwatch.store import MemoryStore

BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = time(8)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("now", "hour", "last", "due"), [
    ("2026-03-01 06:59", EIGHT, None, None),
    ("2026-03-01 07:00", EIGHT, None, "2026-03-01"),
    ("2026-03-01 07:00", EIGHT, "2026-02-28", "2026-03-01"),
    ("2026-03-01 23:00", EIGHT, "2026-03-01", None),              # midnight there, and not yet eight
    ("2026-03-02 07:00", EIGHT, "2026-03-01", "2026-03-02"),
    ("2026-03-01 15:00", EIGHT, "2026-02-20", "2026-03-01"),      # after an absence: late, and once
    ("2026-02-27 09:00", EIGHT, "2026-03-01", None),              # the clock was set back: not twice
    ("2026-03-30 06:00", EIGHT, "2026-03-29", "2026-03-30"),      # summer time
    ("2026-03-30 05:59", EIGHT, "2026-03-29", None),
    ("2026-03-29 01:29", time(2, 30), "2026-03-28", None),        # an hour that is skipped
    ("2026-03-29 01:30", time(2, 30), "2026-03-28", "2026-03-29"),
    ("2026-10-25 00:30", time(2, 30), "2026-10-24", "2026-10-25"),  # an hour that comes twice
    ("2026-10-25 01:30", time(2, 30), "2026-10-25", None),
])  # fmt: skip
def test_a_mail_is_due_from_its_hour_on_once_a_day(now, hour, last, due):
    written = date.fromisoformat(last) if last else None

    assert due_day(at(now), hour, BERLIN, written) == (date.fromisoformat(due) if due else None)


class House:
    def __init__(self, store: MemoryStore, now: datetime) -> None:
        self.store, self.now = store, now
        self.mail = DailyMail(
            hour=EIGHT,
            zone=BERLIN,
            ledger=store,
            report=self.report,
            compose=lambda daily: compose_daily(
                daily, receiver="noc", recipients=["noc@example.net"], letterhead=Letterhead(sender="nw@example.net")
            ),
            clock=lambda: self.now,
        )

    async def report(self, now: datetime) -> Daily:
        return Daily(at=now, up=3)

    async def run(self, **span: float) -> None:
        """Let time pass, looking twice a minute."""
        end = self.now + timedelta(**span)
        while self.now < end:
            await self.mail.look()
            self.now += timedelta(seconds=30)

    async def written(self) -> list[datetime]:
        return sorted(entry.created_at for entry in await self.store.outbox())


@pytest.fixture
async def store() -> AsyncIterator[MemoryStore]:
    opened = MemoryStore()
    await opened.start()
    yield opened
    await opened.stop()


async def test_a_week_has_seven_mails_each_at_its_hour_through_summer_time(store):
    house = House(store, at("2026-03-26 00:00"))
    await house.mail.start()

    await house.run(days=7)

    assert await house.written() == [
        at(f"2026-03-{day} {hour}:00")
        for day, hour in ((26, "07"), (27, "07"), (28, "07"), (29, "06"), (30, "06"), (31, "06"))
    ] + [at("2026-04-01 06:00")]


async def test_restarts_make_no_second_mail_and_lose_none(store):
    for begin in ("2026-03-01 06:00", "2026-03-01 07:10", "2026-03-02 11:00", "2026-03-02 12:30"):
        house = House(store, at(begin))
        await house.mail.start()
        await house.run(hours=1.5)

    assert await house.written() == [at("2026-03-01 07:00"), at("2026-03-02 11:00")]


async def test_the_very_first_agent_does_not_begin_with_a_mail_that_is_late(store):
    house = House(store, at("2026-03-01 15:00"))
    await house.mail.start()
    await house.run(hours=1)

    assert await house.written() == []
    again = House(store, at("2026-03-01 17:00"))
    await again.mail.start()
    await again.run(hours=1)
    assert await again.written() == []


@pytest.mark.parametrize("hours", [1, -1, -30])
async def test_a_clock_that_is_set_makes_no_second_mail(store, hours):
    house = House(store, at("2026-03-01 06:00"))
    await house.mail.start()
    await house.run(hours=2)
    house.now += timedelta(hours=hours)
    await house.run(hours=20)

    assert len([one for one in await house.written() if one < at("2026-03-02 00:00")]) == 1


async def test_a_memory_of_another_version_is_forgotten(store):
    await store.commit(Transaction(memories=(Memory(scope="daily", key="last", text="{}"),)))
    house = House(store, at("2026-03-01 06:59"))
    await house.mail.start()

    await house.run(minutes=2)

    assert await house.written() == [at("2026-03-01 07:00")]


def test_the_report_counts_devices_alerts_and_mails():
    credential = Credential(name="c", version="2c")

    def status(name: str, up: bool | None) -> DeviceStatus:
        return DeviceStatus(device=Device(name=name, address="192.0.2.1", credential=credential), up=up)

    def alert(rule: str, state: AlertState, **annotations: str) -> Alert:
        key = AlertKey(rule=rule, device="sw2")
        return Alert(id=rule, key=key, state=state, pending_at=at("2026-03-01"), annotations=annotations)

    daily = daily_of(
        at("2026-03-01"),
        statuses=[status("sw1", True), status("sw2", False), status("sw3", None)],
        alerts=[
            alert("DeviceDown", AlertState.FIRING, summary="sw2 does not answer"), alert("Bare", AlertState.FIRING),
            alert("Waiting", AlertState.PENDING), alert(CANARY, AlertState.FIRING),
        ],
        account=Account(written=9, pruned=1, by_state={OutboxState.QUEUED: 2, OutboxState.SENT: 5}),
        sent=4,
        dead=1,
        problems=["the disk is full"],
    )  # fmt: skip

    assert (daily.up, daily.down, daily.unseen) == (1, ("sw2",), ("sw3",))
    assert daily.firing == ("sw2 does not answer", "sw2 Bare")
    assert (daily.sent, daily.waiting, daily.dead, daily.unaccounted) == (4, 2, 1, 1)
    assert not daily.is_well
