"""The agent keeps a history, and pages read it; where none is kept nothing is wrong."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from netwatch.app import App
from netwatch.app.history import PastViews
from netwatch.config import load_settings
from netwatch.history import HistoryReader, HistorySettings, Recorder
from netwatch.model import Past
from tests.history.past import START, every
from tests.patience import PATIENCE_SECONDS

CONFIG = """
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{folder}/netwatch.db"}}
"""
ASKED = "api/v1/history?device=nobody&table=reachability&column=up"


@pytest.fixture
def config(tmp_path, udp_port, tcp_port):
    path = tmp_path / "netwatch.yaml"
    path.write_text(CONFIG.format(snmp=udp_port, web=tcp_port, folder=tmp_path))
    return path


async def fetched(app: App, path: str) -> bytes:
    def fetch() -> bytes:
        with urllib.request.urlopen(app.address + path, timeout=PATIENCE_SECONDS) as answer:
            return answer.read()

    return await asyncio.to_thread(fetch)


async def checks(app: App, least: int) -> list[dict[str, object]]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(told := json.loads(await fetched(app, ASKED))) < least:  # noqa: ASYNC110 # HTTP wakes nobody
            await asyncio.sleep(0.1)
    return told


async def test_the_whole_agent_keeps_what_it_sees_and_tells_it_at_once(config, tmp_path):
    app = App(load_settings(config))
    await app.start()
    try:
        told = await checks(app, 2)
        drawn = json.loads(await fetched(app, "api/v1/series?device=nobody&table=reachability&columns=up&since=1h"))
        vector = json.loads(await fetched(app, "prometheus/api/v1/query?query=netwatch_device_up"))
        end = datetime.now(UTC).timestamp()
        span = f"query=netwatch_device_up&start={end - 60}&end={end}&step=1"
        ranged = json.loads(await fetched(app, f"prometheus/api/v1/query_range?{span}"))
    finally:
        await app.stop()

    assert drawn["series"][0]["column"] == "up"
    assert set(drawn["series"][0]["mean"]) <= {0, 1, None}
    for result in (vector, ranged):
        (series,) = result["data"]["result"]
        assert series["metric"]["instance"] == "nobody"
    reader = HistoryReader(tmp_path / "netwatch-history.db")
    now = datetime.now(UTC)
    kept = reader.lines("nobody", "reachability", "", ["up"], since=now - timedelta(hours=1), until=now)["up"]
    assert {one["value"] for one in told} == {0}
    assert len(kept.times) >= len(told)
    assert set(kept.means) == {0}


async def test_pages_see_what_is_in_the_file_and_what_is_not_yet(tmp_path):
    keeps = Recorder(tmp_path / "h.db", HistorySettings(), clock=lambda: START, turn_seconds=0.01)
    views = PastViews(keeps.path, keeps)
    await keeps.start()
    for one in every(timedelta(minutes=1), timedelta(minutes=33)):
        keeps.take(one)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await views.rows("sw1", "interface"):  # noqa: ASYNC110 # a thread wakes nobody
            await asyncio.sleep(0.01)
        column = "interface_oper"
        while True:
            asked = ("sw1", "interface", "ifName=Gi1", [column], START, START + timedelta(hours=1))
            if len(times := (await views.past(*asked))[column].times) == 33:
                break
            await asyncio.sleep(0.01)
    await keeps.stop()

    assert times == sorted(set(times))
    assert views.is_kept


async def test_where_none_is_kept_nothing_is_told_and_nothing_is_wrong(tmp_path):
    views = PastViews(tmp_path / "h.db", None)
    now = datetime.now(UTC)

    assert not views.is_kept
    assert list(views.trouble()) == []
    assert await views.rows("sw1", "cpu") == ()
    assert await views.past("sw1", "cpu", "", ["cpu_busy_ratio"], now - timedelta(hours=1), now) == {}


async def test_a_column_of_every_row_is_told_from_the_file_and_from_what_is_not_written_yet(tmp_path):
    recorder = Recorder(tmp_path / "history.db", HistorySettings(), clock=lambda: START + timedelta(minutes=30))
    views = PastViews(tmp_path / "history.db", recorder)
    await recorder.start()
    try:
        for reading in every(timedelta(minutes=1), timedelta(minutes=30)):
            recorder.take(reading)
        async with asyncio.timeout(PATIENCE_SECONDS):
            found = await column_of(views)
            while len(found.get("ifName=Gi1", ({}, Past()))[1].times) < 30:  # a thread wakes nobody
                await asyncio.sleep(0.05)
                found = await column_of(views)
    finally:
        await recorder.stop()
        await views.stop()

    assert found.keys() == {"ifName=Gi1", "ifName=Gi2", "ifName=Gi3"}
    labels, past = found["ifName=Gi2"]
    assert labels["ifName"] == "Gi2"
    assert past.times == sorted(set(past.times))


async def column_of(views: PastViews, step: timedelta = timedelta(0)):
    until = START + timedelta(minutes=30)
    return await views.column("sw1", "interface", "interface_in_bits_per_second", START, until, step)


async def test_where_nothing_is_kept_there_is_no_column(tmp_path):
    assert await column_of(PastViews(tmp_path / "history.db", None)) == {}
