"""The page of what sweeps found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.model import DiscoveredDevice, DiscoveryState

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
