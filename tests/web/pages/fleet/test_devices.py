"""The list of devices: filtered, sorted and searched by all that people know a device by."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from netwatch.model import DeviceStatus
from tests.concept_readings import a_switch, concept_reading

from ...house import House, alert_of, status_of
from ..seen import HOSTILE, Seen


def labelled(name: str, address: str, profile: str = "", **labels: str) -> DeviceStatus:
    status = status_of(name, address=address, profile=profile)
    return replace(status, device=replace(status.device, labels=labels))


def three_sites() -> House:
    house = House(
        statuses=[
            labelled("sw10", "10.0.0.10", "cisco", site="berlin", role="core"),
            labelled("sw2", "10.0.0.2", "generic-if", site="bonn"),
            labelled("r1", "2001:db8::1", "cisco", site="berlin", role="edge"),
            labelled("ups1", "10.0.0.100", "ups"),
        ],
        known_alerts=[alert_of("PortDown", "r1")],
    )
    house.tables["sw2"] = a_switch("sw2")
    house.tables["ups1"] = [
        concept_reading("identity", {"vendor": "APC", "serial": "AS1234", "chassis": "00:c0:b7:aa:bb:cc"})
    ]
    return house


async def names(client, **asked: object) -> list[str]:
    page = (await client.get("/devices", params=asked)).text
    return [part.split(">")[1].split("<")[0] for part in page.split('class="device"')[1:]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "SW"}, ["sw2", "sw10"]),
        ({"q": "2001:db8"}, ["r1"]),
        ({"q": "bonn"}, ["sw2"]),  # a label
        ({"q": "uplink"}, ["sw2"]),  # the alias of a port
        ({"q": "foc1"}, ["sw2"]),  # a serial number
        ({"q": "as1234"}, ["ups1"]),
        ({"q": "00C0.B7AA.BBCC"}, ["ups1"]),  # a hardware address, however it is spelled
        ({"q": "00-C0-B7-AA-BB-CC"}, ["ups1"]),
        ({"state": "alert"}, ["r1"]),
        ({"profile": "cisco"}, ["r1", "sw10"]),
        ({"vendor": "apc"}, ["ups1"]),
        ({"labels": "site=berlin"}, ["r1", "sw10"]),
        ({"labels": 'site=~"b.*", role!="edge"'}, ["sw2", "sw10"]),
        ({"labels": 'vendor="Cisco"'}, ["sw2"]),
        ({"labels": "site=berlin", "state": "up"}, ["sw10"]),
        ({"q": "nobody"}, []),
    ],
)
async def test_a_device_is_found_by_whatever_people_know_of_it(serve, asked, found):
    assert await names(serve(three_sites()), **asked) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("state", ["r1", "sw2", "sw10", "ups1"]),
        ("name", ["r1", "sw2", "sw10", "ups1"]),
        ("address", ["sw2", "sw10", "ups1", "r1"]),
        ("profile", ["sw10", "r1", "sw2", "ups1"]),
        ("vendor", ["ups1", "sw2", "r1", "sw10"]),
        ("site", ["r1", "sw10", "sw2", "ups1"]),  # a label; those without one stand last
    ],
)
async def test_devices_are_sorted_by_the_server_forwards_and_backwards(serve, sort, order):
    client = serve(three_sites())

    assert sorted(await names(client, sort=sort)) == sorted(order)
    if sort not in ("profile", "vendor"):  # within equals the worst stands first, as without an order
        assert await names(client, sort=sort) == order
    assert await names(client, sort=sort, backward="true") == (await names(client, sort=sort))[::-1]


async def test_what_is_asked_for_stays_from_page_to_page_and_from_heading_to_heading(serve):
    house = House(statuses=[labelled(f"sw{number}", "192.0.2.1", site="berlin") for number in range(450)])
    client = serve(house)

    page = (await client.get("/devices", params={"labels": "site=berlin", "sort": "name", "page": 2})).text

    links = re.findall(r'href="(/devices\?[^"]*)"', page)
    assert [link for link in links if "page=" in link] != []
    assert all("labels=site%3Dberlin" in link for link in links)
    assert 'aria-sort="ascending"' in page
    assert len(await names(client, labels="site=berlin", page=3)) == 50


async def test_a_condition_that_is_none_is_said_and_the_list_still_stands(serve):
    client = serve(three_sites())

    answer = await client.get("/devices", params={"labels": "berlin"})

    assert answer.status_code == 400
    assert "is not a matcher such as" in Seen(answer.text).text
    assert "sw10" in answer.text
    assert (await client.get("/devices", params={"state": "dead"})).status_code == 400


async def test_hostile_questions_come_back_as_text(serve):
    client = serve(three_sites())

    page = (
        await client.get("/devices", params=dict.fromkeys(("q", "vendor", "labels", "sort", "profile"), HOSTILE))
    ).text

    assert "<script>alert" not in page
    assert Seen(page).wrong == []
