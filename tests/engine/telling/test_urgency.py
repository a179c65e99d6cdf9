"""Graver news never waits: whatever is open and was told, what is critical is told group_wait after it fired."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import SCALARS, ColumnKind, TableReading, TableSchema
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
TABLE = TableSchema(name="t", columns={"trouble": ColumnKind.GAUGE, "grave": ColumnKind.GAUGE})
RULES = """
rules:
  - {alert: Trouble, expr: trouble == 1, labels: {severity: warning}}
  - {alert: Grave, expr: grave == 1, labels: {severity: critical}}
"""
DEVICES = {f"sw{number}": {"site": f"s{number % 4}"} for number in range(20)}


@pytest.mark.parametrize("group_by", ["device", "site"])
async def test_in_any_state_of_alerts_and_groups_a_critical_one_is_written_within_group_wait(group_by):
    """Six hours of random faults, with the timing of the default configuration; no storm, which is counted apart."""
    dice, now, ids, store = random.Random(7), [START], count(1), MemoryStore()
    smtp = SmtpSettings.model_validate(
        {"from": "n@example.net", "storm": {"mails": 10_000, "critical_mails": 10_000}}
    )
    engine = Engine(
        rules=parse_rules(RULES, "rules.yaml", {"t": TABLE}),
        route=build_route(RouteSettings(receiver="noc", group_by=[group_by])),
        device_labels=DEVICES, ledger=store, clock=lambda: now[0], new_id=lambda: f"id{next(ids)}",
        mailer=Mailer(smtp, [ReceiverSettings(name="noc", email=EmailSettings(to=["a@example.net"]))]),
    )  # fmt: skip
    await store.start()
    await engine.start()
    states = {name: [0, 0] for name in DEVICES}
    for _ in range(6 * 3600 // 2):
        now[0] += timedelta(seconds=2)
        for name in dice.sample(list(DEVICES), 1) if dice.random() < 0.05 else ():
            states[name][dice.randrange(2)] ^= 1
            columns = dict(zip(("trouble", "grave"), ([value] for value in states[name]), strict=True))
            engine.take_reading(TableReading(device=name, table="t", at=now[0], rows=SCALARS, columns=columns))
        while (due := engine.flush_due(now[0])) is not None and due <= now[0]:
            pass
    alerts = {alert.id: alert for alert in await store.alerts(limit=100_000)}
    told: dict[str, datetime] = {}
    for event in await store.events(limit=100_000):
        if event.kind == "notify" and event.alert_id in alerts:
            told[event.alert_id] = min(told.get(event.alert_id, event.at), event.at)
    await engine.stop()

    long_enough, recently = timedelta(seconds=34), now[0] - timedelta(minutes=1)
    lasting = [
        alert for alert in alerts.values()
        if alert.key.rule == "Grave" and alert.firing_at < recently
        and (alert.resolved_at or now[0]) - alert.firing_at > long_enough
    ]  # fmt: skip
    waits = sorted(told[alert.id] - alert.firing_at for alert in lasting)
    assert len(waits) > 100
    assert waits[-1] <= timedelta(seconds=32)  # group_wait, and the two seconds between looks
