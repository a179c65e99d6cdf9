"""The pages of devices: found by name and address, one with all that was read of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from netwatch.model import Neighbour, ReadingGap
from tests.concept_readings import a_switch, concept_reading

from ..house import House, alert_of, bad_night, status_of, trap_of
from .seen import Seen

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


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


async def test_one_device_is_shown_without_a_look_at_all_the_others(serve):
    house = House(statuses=[status_of(f"sw{number}") for number in range(20)])
    client = serve(house)

    answers = [
        await client.get(path)
        for path in ("/devices/sw7", "/devices/192.0.2.99", "/api/v1/devices/sw7", "/api/v1/devices/sw7/sensor")
    ]

    assert [answer.status_code for answer in answers] == [200, 307, 200, 200]
    assert house.looks_at_all == 0


async def test_a_list_of_devices_builds_the_statuses_of_those_it_shows(serve):
    house = House(statuses=[status_of(f"sw{number}", up=number != 7) for number in range(300)])
    client = serve(house)

    first, listed = (await client.get("/")).text, (await client.get("/devices")).text

    assert first.index("sw7<") < first.index("sw0<")  # what needs a look stands first
    assert listed.count('class="device"') == 200
    assert house.looks_at_all == 0


async def test_an_alert_of_a_sender_that_is_not_watched_leads_to_its_traps(serve):
    house = House(known_alerts=[alert_of("LinkDown", "2001:db8::7")], statuses=[status_of("192.0.2.1")])
    client = serve(house)

    link = (await client.get("/alerts")).text.split('class="device" href="')[1].split('"')[0]

    answer = await client.get(link)
    assert (answer.status_code, answer.headers["location"]) == (307, "/traps?q=2001%3Adb8%3A%3A7")
    assert (await client.get("/devices/192.0.2.1")).status_code == 200


async def page_of(serve, *readings, **more) -> str:
    client = serve(House(statuses=[status_of("sw1")], tables={"sw1": list(readings)}, **more))
    return str((await client.get("/devices/sw1")).text)


async def test_a_device_page_says_who_it_is_what_is_wrong_and_then_concept_by_concept_what_it_has(serve):
    page = Seen(await page_of(serve, *a_switch())).text

    order = [
        "Cisco C9300-48P", "serial FOC1", "What is wrong", "Te1/1/1 receive warning, -16.25 dBm",
        "Fan 1 critical, shutdown", "192.0.2.9 down, active", "Interfaces", "940 Mb/s", "Processors", "Memory",
        "3.9 GiB of 8 GiB", "Storage", "Sensors", "23.5 °C", "5,400 rpm", "12.06 V", "Hardware", "Peers", "64512",
        "1 h 2 min", "1,204", "Clients", "Inventory", "PWR-C1", "Neighbours", "Te1/1", "VLANs", "voice",
    ]  # fmt: skip
    at, missed = 0, []
    for text in order:
        found = page.find(text, at)
        at, missed = (found, missed) if found >= 0 else (at, [*missed, text])
    assert missed == []
    assert "\N{EN DASH}" not in page.partition("What is wrong")[2].partition("What happened")[0]


async def test_tables_as_the_device_gave_them_are_folded_behind_all_that_they_mean(serve):
    page = await page_of(serve, *a_switch(), *bad_night().tables["core-sw1"])

    meant, _, raw = page.partition('<details id="raw">')
    assert "ifHCInOctets" not in meant
    assert "ifHCInOctets" in raw
    assert "sysUpTime" in raw
    assert "netwatch_" not in page
    assert 'id="raw-sensor"' not in raw  # concepts are not shown twice


async def test_a_device_of_which_nothing_is_known_but_its_tables_shows_them_unfolded(serve):
    system = [one for one in bad_night().tables["core-sw1"] if one.table == "system"]

    assert '<details id="raw" open>' in await page_of(serve, *system)


async def test_long_lists_lead_to_the_api_which_has_all(serve):
    parts = ({"part": f"p{number}", "hardware_state": "ok"} for number in range(300))
    ports = ({"ifIndex": number, "ifName": f"Gi{number}"} for number in range(300))

    page = await page_of(serve, concept_reading("hardware", *parts), concept_reading("interface", *ports))

    assert '200 of 300; <a href="/api/v1/devices/sw1/hardware">the API</a> has all' in page
    assert '200 of 300; <a href="/api/v1/devices/sw1/interface">the API</a> has all' in page
    assert (page.count(">p"), page.count(">Gi")) == (200, 200)


async def test_what_is_distrusted_is_said_beside_the_value(serve):
    doubts = {"memory_used_bytes": {0: "more in use than there is"}}
    memory = concept_reading("memory", {"pool": "RAM", "memory_size_bytes": 2**30}, doubts=doubts)

    page = Seen(await page_of(serve, memory)).text

    assert "of 1 GiBmore in use than there is" in page


async def test_tables_that_were_not_read_for_one_reason_are_one_sentence(serve):
    at = datetime.now(UTC)
    gaps = [
        ReadingGap(device="sw1", table=table, at=at, reason=reason)
        for table, reason in (("ifTable", "no answer"), ("sensor", "no answer"), ("peer", "refused"))
    ]

    page = Seen(await page_of(serve, missed={"sw1": gaps})).text

    assert page.count("could not be read") == 2
    assert "ifTable, sensor could not be read just now: no answer" in page


async def test_each_port_shows_who_stands_there_and_nothing_of_his_words_is_obeyed(serve):
    def there(index: str, name: str, **more) -> Neighbour:
        return Neighbour(device="sw1", if_index=index, port="", name=name, first_seen=NOON, last_seen=NOON, **more)

    house = House(statuses=[status_of("sw1")], tables={"sw1": a_switch()}, known_neighbours=[
        there("1", "core2.example.net", peer="core2", peer_port="Te1/1", kinds=("bridge",)),
        there("2", "<script>alert(1)</script>" + "x" * 500, remote_port="eth0", is_there=False),
        there("1", "acc9", is_evidence=True, vlans=("20", "100")),
        there("", "of a port that is not known"),
    ])  # fmt: skip
    page = (await serve(house).get("/devices/sw1")).text

    assert '<a href="/devices/core2">core2 Te1/1</a> <small>bridge</small>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "x" * 200 not in page
    assert "heard last" in page
    assert "<small>VLAN 20, 100</small> <small>seen <time " in page


async def test_a_device_page_has_addresses_vlans_duplex_the_inventory_tree_traps_by_name_and_what_is_distrusted(
    serve,
):
    house = House(statuses=[status_of("sw1")])
    house.tables["sw1"] = [
        concept_reading("interface", {"ifIndex": "7", "ifName": "Gi0/7", "interface_duplex": "full"},
                        doubts={"interface_speed_bits_per_second": {0: "it says 2^64"}}),
        concept_reading("address", {"address": "192.0.2.1", "prefix_length": "24", "ifIndex": "7"}),
        concept_reading("mac", {"mac": "00:00:5e:00:53:01", "vlan": "30", "port": "Gi0/7"}),
        concept_reading("component", {"part": "optic 1", "parent": "chassis"}, {"part": "chassis"}),
    ]  # fmt: skip
    house.heard.append(trap_of(device="sw1"))

    page = (await serve(house).get("/devices/sw1")).text

    for words in ("192.0.2.1/24", "VLAN 30, 1 station", "full duplex", 'class="depth depth-1">optic 1', "linkDown",
                  "and distrusts", "it says 2^64", "Facts, that is"):  # fmt: skip
        assert words in page, words


async def test_a_port_has_the_vlan_of_its_own_in_its_row_and_in_the_api(serve):
    house = House(statuses=[status_of("sw1")])
    house.tables["sw1"] = [
        *a_switch("sw1"), concept_reading("port_vlan", {"port": "Gi1/0/1", "ifIndex": "1", "vlan": "95"}),
    ]  # fmt: skip
    client = serve(house)

    page = (await client.get("/devices/sw1")).text
    rows = (await client.get("/api/v1/devices/sw1/port_vlan")).json()

    row = page[page.index('title="ifIndex 1"') :].partition("</tr>")[0]
    assert "VLAN 95 without a tag" in Seen(row).text
    assert "VLANs of ports, without a tag" in page
    assert '"vlan": "95"' in json.dumps(rows)
