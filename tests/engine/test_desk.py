"""The desk answers what is so, and asking changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import REACHABILITY, SCALARS, AlertState, TableReading
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
RULES = """
rules:
  - alert: DeviceDown
    expr: up == 0
"""


@pytest.fixture
async def engine():
    store = MemoryStore()
    await store.start()
    built = Engine(
        rules=parse_rules(RULES, "rules.yaml", {"reachability": REACHABILITY}),
        route=build_route(RouteSettings(receiver="noc")),
        device_labels={"sw1": {}},
        ledger=store,
        mailer=Mailer(SmtpSettings(), [ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net"]))]),
        clock=lambda: NOW,
    )
    await built.start()
    yield built
    await built.stop()


def up(value: int) -> TableReading:
    return TableReading(device="sw1", table="reachability", at=NOW, rows=SCALARS, columns={"up": [value]})


async def test_where_nothing_came_in_it_knows_of_nothing(engine):
    desk = engine.desk

    assert desk.alerts() == desk.silences() == []
    assert desk.current("DeviceDown", "sw1", "") is None
    assert desk.verdicts_now("DeviceDown", "sw1") is None
    assert desk.held_off("sw1") == ""


async def test_what_fires_is_found_by_its_row_its_id_and_its_incident(engine):
    engine.take_reading(up(0))
    desk = engine.desk

    (alert,) = desk.alerts()
    assert alert.state is AlertState.FIRING
    assert desk.current("DeviceDown", "sw1", "") == desk.alert(alert.id) == alert
    (group,) = desk.groups_of(alert.id)
    assert desk.group_of_thread(group.thread_id) == group
    assert [match.receiver for match in desk.receivers_of(alert)] == ["noc"]
    assert desk.next_due(alert.id) is not None
    assert desk.muting_of(alert) is None


async def test_what_a_rule_says_of_the_newest_reading_is_known_while_nothing_fires_too(engine):
    engine.take_reading(up(1))
    assert list(engine.desk.verdicts_now("DeviceDown", "sw1").broken) == [False]

    engine.take_reading(up(0))

    assert list(engine.desk.verdicts_now("DeviceDown", "sw1").broken) == [True]
    assert engine.desk.verdicts_now("NoSuchRule", "sw1") is None
