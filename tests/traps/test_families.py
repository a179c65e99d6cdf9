"""Traps of every family that a shipped rule knows, sent by the real snmptrap: the alert, its words, its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime

import pytest

from netwatch.alerts import build_route
from netwatch.alerts.settings import RouteSettings
from netwatch.engine import Engine
from netwatch.mib import load_index
from netwatch.model import Alert, AlertState, shipped_directory
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.profiles import load_library
from netwatch.rules import load_rule_book
from netwatch.store.memory import MemoryStore
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings
from tests.patience import PATIENCE_SECONDS

from .families import FAMILIES
from .peers import device

AT_ONCE = 4
"""Processes of snmptrap that run beside each other."""


@pytest.fixture
async def store(udp_port: int) -> AsyncIterator[MemoryStore]:
    """What an engine with the shipped rules and names remembers, which hears of one device, polled by nobody."""
    names = load_index()
    rules = load_rule_book(
        sorted(shipped_directory("rules").glob("*.yaml")), load_library([]).schema(), names
    ).trap_rules
    store = MemoryStore()
    noc = ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))
    engine = Engine(
        rules=[], trap_rules=rules, names=names, route=build_route(RouteSettings(receiver="noc", group_wait="0s")),
        device_labels={"router": {}}, ledger=store, mailer=Mailer(SmtpSettings(), [noc]),
        clock=lambda: datetime.now(UTC),
    )  # fmt: skip
    settings = TrapSettings(listen=[f"127.0.0.1:{udp_port}"], communities=["public"])
    receiver = TrapReceiver(settings, [device()], engine)
    for part in (store, engine, receiver):
        await part.start()
    yield store
    for part in (receiver, engine, store):
        await part.stop()


async def test_each_family_begins_its_alert_and_ends_it(net_snmp, store: MemoryStore, udp_port: int):
    async def send(traps: Iterable[str]) -> None:
        listed = [trap.split() for trap in traps]
        ask = ["snmptrap", "-v", "2c", "-c", "public", f"127.0.0.1:{udp_port}", ""]
        for at in range(0, len(listed), AT_ONCE):
            few = [net_snmp(*ask, *(word.replace("_", " ") for word in one)) for one in listed[at : at + AT_ONCE]]
            assert {code for code, _ in await asyncio.gather(*few)} == {0}

    await send(one.begin for one in FAMILIES)
    await _heard(store, len(FAMILIES))
    begun = await _firing(store)
    said = {one: _found(begun, one.rule, one.key) for one in FAMILIES}

    assert {one.rule: one.key for one, alert in said.items() if alert is None} == {}
    assert {one: alert.labels["severity"] for one, alert in said.items() if alert} == {
        one: one.severity for one in FAMILIES
    }
    assert [one.words for one, alert in said.items() if alert and one.words not in alert.annotations["summary"]] == []
    assert len(begun) == len(FAMILIES), sorted({alert.key.rule for alert in begun} - {one.rule for one in FAMILIES})

    await send(one.end for one in FAMILIES if one.end)
    await _heard(store, len(FAMILIES) + sum(1 for one in FAMILIES if one.end))

    assert sorted(alert.key.rule for alert in await _firing(store)) == sorted(
        one.rule for one in FAMILIES if not one.end
    )


async def _heard(store: MemoryStore, count: int) -> None:
    """Wait till so many traps are in the log."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(await store.traps(limit=count)) < count:
        assert time.monotonic() < deadline, "traps were sent and not heard"
        await asyncio.sleep(0.01)


async def _firing(store: MemoryStore) -> list[Alert]:
    return [alert for alert in await store.unfinished() if alert.state in (AlertState.FIRING, AlertState.PENDING)]


def _found(alerts: Iterable[Alert], rule: str, key: str) -> Alert | None:
    return next((one for one in alerts if one.key.rule == rule and key in one.key.instance), None)
