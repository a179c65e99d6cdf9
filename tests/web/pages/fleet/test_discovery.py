"""The page of what sweeps found."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from netwatch.model import DiscoveredDevice, DiscoveryState
from netwatch.web import WebSettings, create_app

from ...conftest import Stage
from ...house import House
from ..seen import Seen

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TAKEN = DiscoveredDevice(
    name="sw1", address="192.0.2.2", credential="core", first_seen=NOON, last_seen=NOON, taken_at=NOON
)
WAITING = DiscoveredDevice(
    name="<b>sw2", address="192.0.2.3", others=("192.0.2.9",), sys_descr="<script>", first_seen=NOON, last_seen=NOON
)


async def test_what_was_found_is_shown_what_waits_first_and_none_of_its_words_are_obeyed(serve):
    client = serve(House(swept=DiscoveryState(ranges=("192.0.2.0/24",), ended_at=NOON, devices=(TAKEN, WAITING))))

    text = (await client.get("/discovery")).text
    page = Seen(text).text
    rows = (await client.get("/api/v1/discovery")).json()

    for words in ("<b>sw2", "192.0.2.9", "<script>", "netwatch discover --found --write", "The last sweep was done"):
        assert words in page
    assert page.index("<b>sw2") < page.index("sw1")
    assert "<b>sw2" not in text
    assert [(one["device"], one["state"], one["other_addresses"]) for one in rows] == [
        ("sw1", "taken", ""), ("<b>sw2", "waiting", "192.0.2.9"),
    ]  # fmt: skip


async def test_what_waits_can_be_ticked_by_who_may_and_the_page_does_not_come_anew_meanwhile(serve):
    house = House(swept=DiscoveryState(ranges=("192.0.2.0/24",), ended_at=NOON, devices=(TAKEN, WAITING)))

    text = (await serve(house).get("/discovery")).text
    stage = Stage()
    stage.put_up(house, None)
    shut = create_app(stage, stage, WebSettings(read_only=True), "9.9.9", actions=stage.actions)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=shut), base_url="http://127.0.0.1") as client:
        nobody = (await client.get("/discovery")).text
        refused = await client.post("/discovery/take", data={"address": "192.0.2.3", "seen": "1", "author": "anna"})

    assert text.count('type="checkbox"') == 1
    assert 'name="address" value="192.0.2.3"' in text
    assert 'noscript class="refresh"' not in text  # without that mark live.js leaves the page as it is
    assert 'type="checkbox"' not in nobody
    assert 'action="/discovery/take"' not in nobody
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DiscoveryState(), "discovery.ranges names no network"),
        (DiscoveryState(ranges=("192.0.2.0/24",)), "discovery.interval has the agent look by itself"),
        (DiscoveryState(ranges=("192.0.2.0/24",), size=65536, asked=1024), "at 1,024 of 65,536 addresses"),
        (DiscoveryState(ranges=("192.0.2.0/24",), trouble="the disk is full"), "broke off: the disk is full"),
    ],
)
async def test_where_sweeps_stand_is_said(serve, state, words):
    page = Seen((await serve(House(swept=state)).get("/discovery")).text).text

    assert words in " ".join(page.split())
