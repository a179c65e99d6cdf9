"""The heartbeat beats only while an alert would come through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY

from netwatch.alerts import RouteSettings, build_route
from netwatch.app.health.canary import CANARY, Canary, canary_rule
from netwatch.app.health.heartbeat import Heartbeat
from netwatch.engine import Engine
from netwatch.model import OWN_NAME, Transaction
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.store import MemoryStore, Store, StoreSettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def engine_on(store: MemoryStore | Store) -> Engine:
    receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))
    return Engine(
        rules=[canary_rule()],
        route=build_route(RouteSettings(receiver="noc", group_wait="0s")),
        device_labels={OWN_NAME: {}},
        ledger=store,
        mailer=Mailer(SmtpSettings(), [receiver]),
        clock=clock,
        unlogged=(CANARY,),
    )


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path) -> AsyncIterator[MemoryStore | Store]:
    settings = StoreSettings(url=f"sqlite:///{tmp_path / 'netwatch.db'}")
    opened = MemoryStore() if request.param == "memory" else Store(settings)
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def engine(store) -> AsyncIterator[Engine]:
    made = engine_on(store)
    await made.start()
    yield made
    await made.stop()


class Switch:
    def __init__(self, *words: str) -> None:
        self.words, self.told = list(words), 0

    async def send(self) -> str:
        self.told += 1
        return self.words.pop(0) if self.words else ""


async def fine() -> str:
    return ""


def beating(ping: Switch, fly=fine, **loops: bool) -> Heartbeat:
    turning = {name: lambda turns=turns: turns for name, turns in loops.items()}
    return Heartbeat(fly=fly, loops=turning, ping=ping, clock=clock)


async def test_a_canary_comes_through_and_leaves_nothing_behind(engine, store):
    canary = Canary(engine, engine.desk, store, clock)

    assert await canary.fly() == ""
    assert await canary.fly() == ""

    engine.flush_due(NOW)
    assert engine.desk.alerts() == []
    assert await store.alerts() == []
    assert await store.events() == []
    assert await store.outbox() == []


async def test_rules_that_do_not_see_it_end_it(store):
    class Blind:
        def take_reading(self, reading: object) -> None:
            """See nothing."""

        def alerts(self) -> list[object]:
            return []

    assert await Canary(Blind(), Blind(), store, clock).fly() == "the rules did not see what they should"


async def test_a_database_that_takes_nothing_ends_it(engine, store, monkeypatch):
    class Stuck:
        def commit(self, transaction: Transaction) -> asyncio.Future[None]:
            return asyncio.get_running_loop().create_future()

    monkeypatch.setattr("netwatch.app.health.canary.WRITTEN_WITHIN_SECONDS", 0.05)

    words = await Canary(engine, engine.desk, Stuck(), clock).fly()

    assert words == "the database did not take an alert within 0.05 s"
    assert engine.desk.alerts() == []


async def test_an_alert_left_by_a_crash_does_not_keep_the_next_canary_from_flying(engine, store):
    await Canary(engine, engine.desk, store, clock).fly()
    Canary(engine, engine.desk, store, clock)._read(1)
    assert len(engine.desk.alerts()) == 1

    assert await Canary(engine, engine.desk, store, clock).fly() == ""

    assert engine.desk.alerts() == []


async def test_the_switch_is_told_while_all_is_well():
    switch = Switch()
    before = REGISTRY.get_sample_value("netwatch_heartbeats_total", {"outcome": "sent"})
    heartbeat = beating(switch, polling=True)

    await heartbeat.beat()

    assert switch.told == 1
    assert await heartbeat.vitals(NOW) == {"heartbeat_failures": 0, "heartbeat_trouble": None}
    assert REGISTRY.get_sample_value("netwatch_heartbeats_total", {"outcome": "sent"}) == before + 1
    assert REGISTRY.get_sample_value("netwatch_heartbeat_sent_timestamp_seconds") == NOW.timestamp()


async def test_the_switch_is_not_told_while_a_loop_stands_still_or_the_canary_is_lost():
    async def lost() -> str:
        return "the database did not take an alert within 10 s"

    switch = Switch()
    stuck, sick = beating(switch, polling=False, sending=True), beating(switch, lost, polling=True)
    await stuck.beat()
    await sick.beat()

    assert switch.told == 0
    assert (await stuck.vitals(NOW))["heartbeat_trouble"] == b"polling stands still"
    assert (await sick.vitals(NOW))["heartbeat_trouble"] == b"the database did not take an alert within 10 s"


async def test_failures_in_a_row_are_counted_and_the_first_success_ends_them():
    heartbeat = beating(Switch("no connection to the server", "no connection to the server"))
    told = []
    for _ in range(3):
        await heartbeat.beat()
        told.append((await heartbeat.vitals(NOW))["heartbeat_failures"])

    assert told == [1, 2, 0]
