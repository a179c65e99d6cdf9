"""Found devices that somebody has watched on the page: seen first, written into a file of NetWatch's own, audited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from netwatch.app import App
from netwatch.config import TAKEN_FILE, load_settings
from netwatch.discovery import Findings, read_taken
from netwatch.discovery.findings import write_findings
from netwatch.model import DiscoveredDevice
from tests.patience import PATIENCE_SECONDS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = """
credentials:
  lab: {{version: 2c, community: public}}
defaults: {{credential: lab}}
devices:
  - {{name: first, address: 127.0.0.1, port: {snmp}}}
discovery: {{ranges: [192.0.2.0/29], credentials: [lab]}}
route: {{receiver: noc}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: netwatch@example.net, relays: [{{host: 127.0.0.1, port: 9, tls: none}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""


def found(number: int) -> DiscoveredDevice:
    return DiscoveredDevice(
        name=f"sw{number}", address=f"192.0.2.{number}", credential="lab", first_seen=NOON, last_seen=NOON
    )


@pytest.fixture
def config(tmp_path, udp_port, tcp_port) -> Path:
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(snmp=udp_port, web=tcp_port, store=tmp_path / "netwatch.db"))
    write_findings(tmp_path / "netwatch-found.json", Findings(ended_at=NOON, devices=(found(2), found(3))))
    return path


@pytest.fixture
def grown() -> list[str]:
    return []


@pytest.fixture
async def client(config, grown) -> AsyncIterator[httpx.AsyncClient]:
    app = App(load_settings(config), grown=lambda: grown.append("grown"))
    await app.start()
    try:
        async with httpx.AsyncClient(base_url=app.address, timeout=PATIENCE_SECONDS) as client:
            yield client
    finally:
        await app.stop()


async def test_what_is_ticked_is_shown_first_and_then_watched_by_who_said_so(client, config, grown):
    settings = load_settings(config)
    assert 'value="192.0.2.2"' in (await client.get("/discovery")).text

    shown = await client.post("/discovery/take", data={"address": "192.0.2.2"})
    assert "{name: sw2, address: 192.0.2.2}" in shown.text
    assert not settings.discovery_file(TAKEN_FILE).exists()
    assert grown == []

    done = await client.post("/discovery/take", data={"address": "192.0.2.2", "seen": "1", "author": "anna"})
    assert (done.status_code, done.headers["location"]) == (303, "/discovery")
    assert read_taken(settings.discovery_file(TAKEN_FILE)) == [{"name": "sw2", "address": "192.0.2.2"}]
    assert grown == ["grown"]
    assert [device.name for device in load_settings(config).devices] == ["first", "sw2"]
    assert {one["device"]: one["state"] for one in (await client.get("/api/v1/discovery")).json()} == {
        "sw2": "taken", "sw3": "waiting",
    }  # fmt: skip
    told = [one for one in (await client.get("/api/v1/events")).json() if one["device"] == "sw2"]
    assert [one["text"] for one in told] == ["anna has it watched from now on; a sweep found it at 192.0.2.2"]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 404, "none of the devices was chosen"),
        ({"address": "192.0.2.9"}, 404, "none of the devices was chosen"),
        ({"address": "192.0.2.9", "seen": "1", "author": "anna"}, 404, "none of these devices waits any more"),
        ({"address": "192.0.2.2", "seen": "1"}, 400, "name"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_nothing_is_written(client, config, fields, status, words):
    answer = await client.post("/discovery/take", data=fields)

    assert (answer.status_code, words in answer.text) == (status, True)
    assert not load_settings(config).discovery_file(TAKEN_FILE).exists()
