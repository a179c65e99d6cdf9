"""A real Alertmanager hears of alerts, sees them end, and forgets none of them in between."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netwatch.model import AlertState, OutboxState, Transaction
from netwatch.notify import DeadLetters, ReceiverSettings, SmtpSettings, WebSender
from netwatch.notify.http.alert import fingerprint_of
from netwatch.notify.http.compose import compose_posts
from netwatch.store import MemoryStore
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

CONFIG = "route: {receiver: nobody, group_wait: 1s}\nreceivers: [{name: nobody}]\nglobal: {resolve_timeout: 1s}\n"


class Alertmanager:
    """A real one on loopback; `alerts()` is what it knows, with those that are over."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = free_port()
        (folder / "am.yml").write_text(CONFIG)
        self._command = [
            program, f"--config.file={folder / 'am.yml'}", f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=", "--log.level=error",
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, "Alertmanager does not start"
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    async def alerts(self) -> list[dict[str, Any]]:
        def asked() -> list[dict[str, Any]]:
            with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=PATIENCE_SECONDS) as answer:
                found: list[dict[str, Any]] = json.load(answer)
                return found

        return await asyncio.to_thread(asked)


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        pytest.skip("Alertmanager is not installed (Debian package: prometheus-alertmanager)")
    peer = Alertmanager(program, tmp_path)
    peer.start()
    yield peer
    peer.stop()


async def until(true: Callable[[Any], bool], look: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true(seen := await look()):
        assert time.monotonic() < deadline, seen
        await asyncio.sleep(0.02)
    return seen


async def test_alerts_fire_there_outlive_its_patience_and_end_when_we_say_so(
    alertmanager, make_alert, make_notification
):
    receiver = ReceiverSettings.model_validate({"name": "noc", "alertmanager": {"urls": [alertmanager.url]}})
    store = MemoryStore()
    await store.start()
    sender = WebSender(DeadLetters(store, SmtpSettings()), [receiver])
    store.on_outbox_commit = sender.wake
    await sender.start()
    began = datetime.now(UTC) - timedelta(minutes=3)
    fires = [make_alert(number, instance=f"ifName=Gi1/0/{number}", firing_at=began) for number in (1, 2)]

    async def tell(*firing, resolved=()):
        notification = replace(make_notification(*firing, resolved=resolved), at=datetime.now(UTC))
        rows = compose_posts(notification, receiver, page="https://nw.example.net")
        await store.commit(Transaction(entries=tuple(rows)))

    async def sent():
        return [row.state for row in await store.outbox()]

    try:
        await tell(*fires)
        known = await until(lambda found: len(found) == 2, alertmanager.alerts)
        await asyncio.sleep(1.5)  # resolve_timeout is 1 s: what has no end of its own would be over
        still = await alertmanager.alerts()
        over = replace(fires[0], state=AlertState.RESOLVED, resolved_at=datetime.now(UTC))
        await tell(fires[1], resolved=[over])
        left = await until(lambda found: len(found) == 1, alertmanager.alerts)
        states = await until(lambda found: found == [OutboxState.SENT] * 2, sent)
    finally:
        await sender.stop()

    one = next(alert for alert in known if alert["labels"]["instance"] == "ifName=Gi1/0/1")
    assert one["labels"]["alertname"] == "InterfaceDown"
    assert one["annotations"] == {"summary": "Gi1/0/7 on core-sw1 is down"}
    assert one["generatorURL"].startswith("https://nw.example.net/explain?rule=InterfaceDown")
    assert one["fingerprint"] == fingerprint_of(one["labels"])
    assert abs(datetime.fromisoformat(one["startsAt"]) - began) < timedelta(seconds=1)
    assert len(still) == 2
    assert left[0]["labels"]["instance"] == "ifName=Gi1/0/2"
    assert states == [OutboxState.SENT] * 2


async def test_an_alertmanager_that_was_away_is_told_in_order_when_it_is_back(
    alertmanager, make_alert, make_notification
):
    receiver = ReceiverSettings.model_validate({"name": "noc", "alertmanager": {"urls": [alertmanager.url]}})
    store, ahead = MemoryStore(), timedelta(0)
    await store.start()
    sender = WebSender(DeadLetters(store, SmtpSettings()), [receiver], clock=lambda: datetime.now(UTC) + ahead)
    store.on_outbox_commit = sender.wake
    await sender.start()
    alertmanager.stop()
    now = datetime.now(UTC)
    alert = make_alert(1, firing_at=now - timedelta(minutes=1))
    over = replace(alert, state=AlertState.RESOLVED, resolved_at=now)

    async def states():
        return [row.state for row in reversed(await store.outbox())]

    try:
        fired = replace(make_notification(alert), at=now - timedelta(seconds=20))
        ended = replace(make_notification(resolved=[over]), at=now)
        await store.commit(Transaction(entries=tuple(compose_posts(fired, receiver))))
        await until(lambda found: found == [OutboxState.DEFERRED], states)
        await store.commit(Transaction(entries=tuple(compose_posts(ended, receiver))))
        alertmanager.start()
        for _ in range(3):
            ahead += timedelta(seconds=8)
            sender.wake()
            await asyncio.sleep(0.1)
        await until(lambda found: found == [OutboxState.SENT] * 2, states)
        first, second = sorted(await store.outbox(), key=lambda row: row.created_at)
        known = await alertmanager.alerts()
    finally:
        await sender.stop()

    assert first.sent_at <= second.sent_at
    assert known == []
