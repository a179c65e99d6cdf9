"""The pages of devices: found by name and address, one with all that was read of it."""

from __future__ import annotations

from ..house import House, alert_of, bad_night, status_of
from .seen import Seen


async def test_a_device_page_shows_interfaces_tables_gaps_and_alerts(serve):
    client = serve(bad_night())

    page = Seen((await client.get("/devices/core-sw1")).text).text
    gone = Seen((await client.get("/devices/access-sw2")).text).text
    partial = Seen((await client.get("/devices/nas1")).text).text

    assert "942 Mb/s" in page
    assert "Gi1/0/7 on core-sw1 is 94 % full" in page
    assert "sysUpTime" in page
    assert "no answer to 4 requests in 8 s" in gone
    assert "Read in part only: hrStorageTable" in partial


async def test_devices_can_be_found_by_name_and_address_and_come_in_pages(serve):
    house = House(statuses=[status_of(f"sw{number}", address=f"192.0.2.{number % 250}") for number in range(450)])
    client = serve(house)

    async def names(**asked: object) -> list[str]:
        page = (await client.get("/devices", params=asked)).text
        return [part.split(">")[1].split("<")[0] for part in page.split('class="device"')[1:]]

    assert len(await names()) == 200
    assert (await names(page=3))[-1] == "sw449"
    assert await names(q="SW44") == ["sw44", *[f"sw{number}" for number in range(440, 450)]]
    assert await names(q="192.0.2.249") == ["sw249"]
    assert await names(page=99, q="sw1") == await names(q="sw1")
    assert "No device matches" in (await client.get("/devices", params={"q": "nobody"})).text
    assert "all 450 devices" in (await client.get("/")).text


async def test_an_alert_of_a_sender_that_is_not_watched_leads_to_its_traps(serve):
    house = House(known_alerts=[alert_of("LinkDown", "2001:db8::7")], statuses=[status_of("192.0.2.1")])
    client = serve(house)

    link = (await client.get("/alerts")).text.split('class="device" href="')[1].split('"')[0]

    answer = await client.get(link)
    assert (answer.status_code, answer.headers["location"]) == (307, "/traps?q=2001%3Adb8%3A%3A7")
    assert (await client.get("/devices/192.0.2.1")).status_code == 200
