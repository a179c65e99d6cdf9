"""When an alert fires: `for` and keep_firing_for of NetWatch's engine, proven by the real `promtool test rules`.

A hundred rows come and go at random for an hour, under rules with all sorts of hold times. The engine says which
alerts fire at each minute, and promtool, which evaluates the same rules on the same values, must agree to each.
NETWATCH_SEED=... repeats a run that failed.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import random
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwatch.alerts import RouteSettings, build_route
from netwatch.engine import Engine
from netwatch.model import AlertState, ColumnKind, RowSet, TableReading, TableSchema
from netwatch.notify import Mailer, SmtpSettings
from netwatch.rules import parse_rules
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS

BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINUTES = 60
ROWS = 100
HOLD = ("0s", "1m", "3m", "7m")
KEEP = ("0s", "1m", "2m", "5m")
TABLE = TableSchema(name="t", columns={"bad": ColumnKind.GAUGE}, labels=("row",))
RULES = {f"For{hold}Keep{keep}": (hold, keep) for hold, keep in itertools.product(HOLD, KEEP)}

log = logging.getLogger(__name__)

Firing = Mapping[tuple[int, str], frozenset[str]]
"""Minute and rule -> the rows that fire."""


@pytest.fixture
def promtool() -> str:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian package: prometheus)")
    return program


async def test_an_alert_fires_at_the_very_minutes_at_which_prometheus_lets_it_fire(promtool, tmp_path):
    seed = os.environ.get("NETWATCH_SEED") or secrets.token_hex(8)
    log.warning("repeat with NETWATCH_SEED=%s", seed)
    values = [ups_and_downs(random.Random(f"{seed}-{row}")) for row in range(ROWS)]

    firing = await firing_in_netwatch(values)

    assert sum(len(rows) for rows in firing.values()) > ROWS, "too quiet to prove anything"
    assert judged_by(promtool, tmp_path, values, firing) == "SUCCESS"


async def test_where_data_is_missing_prometheus_ends_an_alert_and_netwatch_keeps_it(promtool, tmp_path):
    """The one difference that is meant: missing data is not health; it ends nothing and resets no hold time."""
    values = [[0, 1, 1, 1, 1, 1, None, None, 1, 1, 0, 0]]

    firing = await firing_in_netwatch(values)

    assert minutes_of(firing, "For3mKeep0s") == [4, 5, 6, 7, 8, 9]
    theirs = {(minute, rule): frozenset[str]() for minute, rule in firing if rule == "For3mKeep0s"}
    theirs |= {(minute, "For3mKeep0s"): frozenset({"0"}) for minute in (4, 5)}
    assert judged_by(promtool, tmp_path, values, theirs) == "SUCCESS"


def ups_and_downs(dice: random.Random) -> list[int | None]:
    """Return an hour of a row's value, which stays as it is for one to ten minutes at a time."""
    values: list[int | None] = []
    while len(values) < MINUTES:
        values += [dice.randint(0, 1)] * dice.randint(1, 10)
    return values[:MINUTES]


async def firing_in_netwatch(values: Sequence[Sequence[int | None]]) -> Firing:
    rules = [
        {"alert": name, "expr": "bad == 1", "for": hold, "keep_firing_for": keep}
        for name, (hold, keep) in RULES.items()
    ]
    store, now = MemoryStore(), BEGIN
    engine = Engine(
        rules=parse_rules(json.dumps({"rules": rules}), "rules.yaml", {"t": TABLE}),
        route=build_route(RouteSettings(receiver="noc")),
        device_labels={"sw1": {}},
        ledger=store,
        mailer=Mailer(SmtpSettings(), []),
        clock=lambda: now,
    )
    await store.start()
    await engine.start()
    names = tuple(str(row) for row in range(len(values)))
    rows = RowSet(index=names, keys=tuple(f"row={name}" for name in names), labels={"row": names})
    firing = {}
    for minute in range(len(values[0])):
        now = BEGIN + minute * MINUTE
        columns = {"bad": [row[minute] for row in values]}
        engine.take_reading(TableReading(device="sw1", table="t", at=now, rows=rows, columns=columns))
        fires = [alert for alert in engine.desk.alerts() if alert.state is AlertState.FIRING]
        for name in RULES:
            firing[minute, name] = frozenset(alert.labels["row"] for alert in fires if alert.key.rule == name)
    await engine.stop()
    return firing


def judged_by(promtool: str, folder: Path, values: Sequence[Sequence[int | None]], firing: Firing) -> str:
    """Return promtool's judgement of what is said to fire."""
    rules = [
        {"alert": name, "expr": "bad == 1", "for": hold, "keep_firing_for": keep}
        for name, (hold, keep) in RULES.items()
    ]
    series = [
        {"series": f'bad{{row="{row}"}}', "values": " ".join("stale" if one is None else str(one) for one in story)}
        for row, story in enumerate(values)
    ]
    expected = [
        {"eval_time": f"{minute}m", "alertname": name, "exp_alerts": [{"exp_labels": {"row": row}} for row in rows]}
        for (minute, name), rows in firing.items()
    ]
    test = {"interval": "1m", "input_series": series, "alert_rule_test": expected}
    (folder / "rules.yml").write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}))
    (folder / "test.yml").write_text(
        json.dumps({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]})
    )
    command = [promtool, "test", "rules", "test.yml"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    return "SUCCESS" if answer.returncode == 0 else answer.stdout + answer.stderr


def minutes_of(firing: Firing, rule: str) -> list[int]:
    return [minute for (minute, name), rows in firing.items() if name == rule and rows]
