"""What people change over HTTP, on the real engine and store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from netwatch.app import App
from netwatch.config import load_settings
from tests.patience import PATIENCE_SECONDS

CONFIG = """
credentials:
  lab: {{version: 2c, community: public}}
devices:
  - {{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
route: {{receiver: noc, group_wait: 0s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: netwatch@example.net, relays: [{{host: 127.0.0.1, port: {smtp}, tls: none}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""


@pytest.fixture
def config(tmp_path, udp_port, tcp_port) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(snmp=udp_port, smtp=9, web=tcp_port, store=tmp_path / "netwatch.db"))
    return path


@pytest.fixture
async def client(config) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an agent whose one device does not answer; it waits for the alert."""
    app = App(load_settings(config))
    await app.start()
    try:
        async with (
            httpx.AsyncClient(base_url=app.address, timeout=PATIENCE_SECONDS) as client,
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            while not (await client.get("/api/v2/alerts")).json():  # noqa: ASYNC110  # HTTP wakes nobody
                await asyncio.sleep(0.05)
            yield client
    finally:
        await app.stop()


def posted(**changes: object) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "matchers": [{"name": "device", "value": "nobody", "isRegex": False}], "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=2)).isoformat(), "createdBy": "anna", "comment": "being replaced",
    } | changes  # fmt: skip


async def texts(client: httpx.AsyncClient, kind: str) -> list[str]:
    return [event["text"] for event in (await client.get("/api/v1/events")).json() if event["kind"] == kind]


async def test_a_silence_holds_back_what_it_covers_and_outlives_a_restart(client, config):
    made = (await client.post("/api/v2/silences", json=posted())).json()["silenceID"]
    (alert,) = (await client.get("/api/v2/alerts")).json()

    assert alert["status"] == {
        "state": "suppressed", "silencedBy": [made], "inhibitedBy": [], "mutedBy": [],
    }  # fmt: skip
    assert any("being replaced" in text for text in await texts(client, "silence"))

    await client.delete(f"/api/v2/silence/{made}")
    (alert,) = (await client.get("/api/v2/alerts")).json()

    assert alert["status"]["state"] == "active"
    assert any("ended by API" in text for text in await texts(client, "silence"))
