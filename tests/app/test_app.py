"""The whole agent in one process: it starts, shows itself, and stops; what cannot start leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from dataclasses import replace

import pytest

from netwatch.app import App
from netwatch.config import load_settings
from netwatch.engine import LINKS_MEMORY
from netwatch.errors import NetWatchError
from netwatch.model import InvalidFile, Memory, Transaction
from netwatch.store import Store
from tests.patience import PATIENCE_SECONDS

CONFIG = """
credentials:
  lab: {{version: 2c, community: public}}
devices:
  - {{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab, labels: {{site: lab}}}}
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{store}"}}
"""


@pytest.fixture
def config(tmp_path, udp_port, tcp_port):
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(snmp=udp_port, web=tcp_port, store=tmp_path / "netwatch.db"))
    return path


async def fetched(app: App, path: str) -> bytes:
    def fetch() -> bytes:
        with urllib.request.urlopen(app.address + path, timeout=PATIENCE_SECONDS) as answer:
            return answer.read()

    return await asyncio.to_thread(fetch)


async def test_a_configuration_without_receivers_watches_and_mails_nobody(config):
    app = App(load_settings(config))
    assert not app.is_alive()
    await app.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (alerts := json.loads(await fetched(app, "api/v1/alerts"))):  # noqa: ASYNC110  # HTTP wakes nobody
                await asyncio.sleep(0.05)
        assert app.is_alive()
        assert [(alert["rule"], alert["device"], alert["label_site"]) for alert in alerts] == [
            ("DeviceDown", "nobody", "lab")
        ]
        assert json.loads(await fetched(app, "api/v1/outbox")) == []
        assert b"netwatch_build_info" in await fetched(app, "metrics")
    finally:
        await app.stop()
    assert not app.is_alive()


async def test_an_agent_that_cannot_start_stops_what_already_ran(config, tcp_port):
    first = App(load_settings(config))
    await first.start()
    try:
        other = config.with_name("other.yaml")
        other.write_text(config.read_text().replace("netwatch.db", "other.db"))
        second = App(load_settings(other))
        with pytest.raises(NetWatchError, match="something else listens there"):
            await second.start()
        assert not second.is_alive()
    finally:
        await first.stop()


def test_a_broken_profile_is_named_with_its_line_before_anything_starts(config):
    profile = config.with_name("broken.yaml")
    profile.write_text("metrics:\n  - symbol: {OID: 1.3.x, name: n}\n")
    config.write_text(config.read_text() + "profiles: {paths: [broken.yaml]}\n")

    with pytest.raises(InvalidFile, match=r"broken\.yaml:2:\d+"):
        App(load_settings(config))


async def test_a_dead_mans_switch_is_told_by_the_whole_agent_and_its_address_by_nobody(config, tcp_port, capsys):
    asked = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await reader.readline()).startswith(b"GET /secret-token "):
            asked.set()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK")
        await writer.drain()
        writer.close()

    switch = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = switch.sockets[0].getsockname()[1]
    config.write_text(
        config.read_text() + f"heartbeat: {{url: 'http://127.0.0.1:{port}/secret-token', interval: 10s}}\n"
    )
    app = App(load_settings(config))
    await app.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asked.wait()
        metrics = await fetched(app, "metrics")
        assert b'netwatch_heartbeats_total{outcome="sent"}' in metrics
        alerts = json.loads(await fetched(app, "api/v1/alerts"))
        assert {alert["device"] for alert in alerts} <= {"nobody"}
        assert b"secret-token" not in metrics
        assert b"secret-token" not in await fetched(app, "api/v1/events")
    finally:
        await app.stop()
        switch.close()
        await switch.wait_closed()
    said = capsys.readouterr()
    assert "secret-token" not in said.out + said.err


async def test_the_daily_mail_of_the_whole_agent_says_what_is_wrong(config):
    settings = load_settings(config)
    store = Store(settings.store)
    await store.start()
    await store.commit(Transaction(memories=(Memory(scope="daily", key="last", text='"2020-01-01"'),)))
    await store.stop()
    config.write_text(
        config.read_text()
        + "receivers: [{name: noc, email: {to: [noc@example.net]}}]\nroute: {receiver: noc}\n"
        + "smtp: {relays: [{host: 127.0.0.1, port: 1}]}\n"
        + "heartbeat: {daily_mail: {receiver: noc, at: '00:00'}}\n"
    )
    app = App(load_settings(config))
    await app.start()
    try:
        await app._housekeeping.daily.look()
        (mail,) = [row for row in (await app.told())[1] if "NetWatch: " in row.subject]
        assert mail.recipient == "noc@example.net"
        assert b"balanced: every mail is accounted for" in mail.message
    finally:
        await app.stop()


async def test_links_in_mails_that_are_out_stay_good_after_a_damaged_database_was_replaced(config):
    app = App(load_settings(config))
    await app.start()
    try:
        store = app._store
        (key,) = await store.memories(LINKS_MEMORY)
        await store.commit(Transaction(memories=(replace(key, text=None),)))  # as in a new database
        store.on_new_database()
        await store.commit(Transaction())
        assert await store.memories(LINKS_MEMORY) == [key]
    finally:
        await app.stop()
