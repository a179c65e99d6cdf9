"""Kills a writing process without warning: what it was told is written is there, and nothing is there by halves."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from netwatch.model import OutboxState
from netwatch.store import StoreReader, StoreSettings
from tests.patience import PATIENCE_SECONDS

WRITER = Path(__file__).with_name("endless_writer.py")
ROUNDS = 5


def run_and_kill(settings: StoreSettings, part: str, told: Path, after_seconds: float) -> set[str]:
    """Let a process write, kill it a random while after its first COMMIT, and return what it was told is written."""
    with told.open("wb") as out:
        child = subprocess.Popen([sys.executable, str(WRITER), settings.url, part], stdout=out)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while told.stat().st_size == 0 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(after_seconds)
    finally:
        child.kill()
        child.wait()
    return set(told.read_text().split())


@pytest.mark.parametrize("killed", range(ROUNDS))
async def test_a_killed_writer_loses_nothing_it_promised_and_leaves_no_halves(
    settings: StoreSettings, tmp_path: Path, killed: int
):
    promised = run_and_kill(settings, f"round{killed}", tmp_path / "told", random.uniform(0, 0.25))

    reader = StoreReader(settings)
    await reader.start()
    alerts = {alert.id for alert in await reader.alerts()}
    rows = await reader.outbox()
    said = await reader.events(limit=10**9)
    account = await reader.account()
    await reader.stop()
    entries = Counter(one.group_key for one in rows)
    events = Counter(one.alert_id for one in said if one.kind == "alert")
    assert promised
    assert promised <= alerts
    assert entries == dict.fromkeys(alerts, 2)
    assert events == dict.fromkeys(alerts, 3)
    assert account.unaccounted == 0
    superseded = {one.id for one in rows if one.state is OutboxState.SUPERSEDED}
    assert {one.recipient for one in rows if one.id not in superseded} == {"one@x", "two@x"}
    assert len(superseded) == len(rows) - 2, "of each recipient only the newest waits"
    assert {one.entry_id for one in said if one.kind == "delivery"} == superseded
