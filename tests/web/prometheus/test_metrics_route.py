"""/metrics, /-/healthy, /-/ready over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from netwatch.web import Server, WebSettings, create_app
from netwatch.web.prometheus.metrics_route import MAX_SCRAPES, wants_gzip
from tests.patience import PATIENCE_SECONDS

from ..house import House, bad_night


async def test_metrics_hold_our_own_and_the_devices_series(serve):
    client = serve(bad_night())

    answer = await client.get("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"netwatch_http_requests", "netwatch_device_info", "ifHCInOctets", "hrStorageUsed"} <= names


async def test_openmetrics_and_gzip_are_there_for_who_asks(serve):
    client = serve(bad_night())

    plain = await client.get(
        "/metrics", headers={"Accept": "application/openmetrics-text", "Accept-Encoding": "identity"}
    )
    packed = await client.get(
        "/metrics", headers={"Accept": "application/openmetrics-text", "Accept-Encoding": "gzip"}
    )

    assert plain.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert plain.text.endswith("# EOF\n")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text.endswith("# EOF\n")
    assert packed.headers["vary"] == "Accept, Accept-Encoding"


async def test_text_1_0_0_and_its_escaping_are_there_for_who_asks(serve):
    client = serve(bad_night())

    plain = await client.get("/metrics", headers={"Accept": "text/plain;version=0.0.4"})
    dotted = await client.get(
        "/metrics", headers={"Accept": "text/plain;version=1.0.0;escaping=dots", "Accept-Encoding": "gzip"}
    )

    assert dotted.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8; escaping=dots"
    devices = [line for line in plain.text.splitlines() if line.startswith("netwatch_device_info{")]
    assert devices
    there = [line.replace("__", "_") for line in dotted.text.splitlines()]
    assert all("netwatch__device__info" in dotted.text and line in there for line in devices)
    assert "netwatch_device_info" not in dotted.text


@pytest.mark.parametrize(
    ("accept_encoding", "wanted"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=1.0", True),
        ("gzip;q=0", False),
        ("*", False),
        ("x-gzip", False),
    ],
)
def test_gzip_is_given_when_asked_for_by_name(accept_encoding, wanted):
    assert wants_gzip(accept_encoding) is wanted


@pytest.mark.parametrize("path", ["/metrics", "/-/healthy", "/", "/api/v1/devices", "/events"])
async def test_head_answers_without_a_body(serve, path):
    client = serve(bad_night())

    answer = await client.head(path)

    assert (answer.status_code, answer.content) == (200, b"")


async def test_healthy_while_the_loop_runs_and_ready_once_everything_started(serve):
    house = House(waiting_for="the store is being opened")
    client = serve(house)

    assert (await client.get("/-/healthy")).text == "NetWatch is healthy.\n"
    unready = await client.get("/-/ready")
    assert (unready.status_code, unready.text) == (503, "the store is being opened\n")
    house.waiting_for = ""
    ready = await client.get("/-/ready")
    assert (ready.status_code, ready.text) == (200, "NetWatch is ready.\n")


async def test_what_is_in_trouble_is_still_ready_and_says_so(serve):
    client = serve(House(own_problems=["the disk is full; alerts and mails are written from the reserve"]))

    ready = await client.get("/-/ready")

    assert ready.status_code == 200
    assert ready.text == "NetWatch is ready.\nthe disk is full; alerts and mails are written from the reserve\n"


@dataclass
class Slow:
    """A renderer that waits for the test."""

    go_on: asyncio.Event
    content_type = "text/plain"
    content_encoding = ""

    def render(self, accept: str = "", *, gzip: bool = False, device: str = "") -> Slow:
        return self

    @property
    def chunks(self) -> AsyncIterator[bytes]:
        return self._chunks()

    async def _chunks(self) -> AsyncIterator[bytes]:
        yield b"begun\n"
        await self.go_on.wait()


async def test_scrapes_beyond_what_is_answered_are_turned_away():
    slow = Slow(asyncio.Event())
    settings = WebSettings(listen="127.0.0.1:0")
    server = Server(create_app(House(), slow, settings, "9.9.9"), settings)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE_SECONDS) as client:
        scrapes = [client.stream("GET", "/metrics") for _ in range(MAX_SCRAPES)]
        for scrape in scrapes:
            await scrape.__aenter__()
        refused = await client.get("/metrics")
        slow.go_on.set()
        for scrape in scrapes:
            await scrape.__aexit__(None, None, None)

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert (await client.get("/metrics")).status_code == 200
    await server.stop()
