"""The devices of the JSON API, and what they have of each concept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.model import CONCEPTS, Neighbour
from tests.concept_readings import a_switch, concept_reading

from ..house import House, bad_night, status_of


def house_of(*readings, name: str = "sw1", **changes) -> House:
    return House(statuses=[status_of(name, **changes)], tables={name: list(readings)})


def neighbour(device: str, port: str, name: str, **more) -> Neighbour:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    return Neighbour(device=device, if_index="1", port=port, name=name, first_seen=noon, last_seen=noon, **more)


async def test_a_device_says_what_is_known_of_it(serve):
    house = House(
        statuses=[status_of(uptime=timedelta(hours=1), round_trip=timedelta(milliseconds=3), profile="generic-if")]
    )
    client = serve(house)

    (device,) = (await client.get("/api/v1/devices")).json()

    assert device["name"] == "core-sw1"
    assert device["up"] is True
    assert (device["uptime_seconds"], device["round_trip_seconds"]) == (3600.0, 0.003)
    assert (device["credential"], device["version"]) == ("campus", "2c")


async def test_devices_can_be_asked_for_by_whether_they_are_up(serve):
    client = serve(bad_night())

    down = (await client.get("/api/v1/devices", params={"up": "false"})).json()

    assert [device["name"] for device in down] == ["access-sw2"]
    assert len((await client.get("/api/v1/devices")).json()) == 8


async def test_one_device_comes_with_its_rows_rates_and_gaps(serve):
    client = serve(bad_night())

    rows = (await client.get("/api/v1/devices/core-sw1")).json()
    gap = (await client.get("/api/v1/devices/access-sw2")).json()[-1]

    assert (rows[0]["table"], rows[0]["name"]) == ("device", "core-sw1")
    port = next(row for row in rows if row.get("ifName") == "Gi1/0/7")
    assert (port["device"], port["table"], port["index"], port["key"]) == (
        "core-sw1",
        "ifTable",
        "10107",
        "ifName=Gi1/0/7",
    )
    assert port["ifHCOutOctets_per_second"] == 1.1775e8
    assert port["ifOperStatus"] == 1
    assert (gap["table"], gap["gap"]) == ("ifTable", "no answer to 4 requests in 8 s")


async def test_a_device_may_have_any_name(serve):
    name = 'a/b c?d#e%2f"<x>\N{SNOWMAN}'
    client = serve(House(statuses=[status_of(name)]))

    page = await client.get("/")
    link = page.text.split('class="device" href="')[1].split('"')[0]

    assert (await client.get(link)).status_code == 200
    assert (await client.get(f"/api/v1{link}")).json()[0]["name"] == name


async def test_a_concept_is_a_list_of_flat_rows_with_states_as_words(serve):
    client = serve(house_of(*a_switch()))

    fan, *_ = (await client.get("/api/v1/devices/sw1/hardware")).json()
    receive = (await client.get("/api/v1/devices/sw1/sensor")).json()[1]

    assert fan == {
        "device": "sw1", "table": "hardware", "at": "2026-03-01T04:05:06.000Z", "partial": False,
        "partial_because": "", "index": "1", "key": "part=Fan 1", "part": "Fan 1", "part_class": "fan",
        "hardware_word": "shutdown", "hardware_state": "critical", "distrusted": "",
    }  # fmt: skip
    assert (receive["sensor_value"], receive["sensor_state"], receive["quantity"]) == (-16.25, "warning", "dbm")
    assert (receive["sensor_high_critical"], receive["port"]) == (None, "Te1/1/1")


async def test_a_number_that_an_enumeration_does_not_name_stays_a_number(serve):
    client = serve(house_of(concept_reading("interface", {"ifName": "x", "interface_type": 6543})))

    (port,) = (await client.get("/api/v1/devices/sw1/interface")).json()

    assert port["interface_type"] == 6543


async def test_what_is_distrusted_or_in_part_is_said_in_the_row(serve):
    doubts = {"memory_used_bytes": {0: "the device gave more than there is"}}
    memory = concept_reading(
        "memory", {"pool": "RAM", "memory_used_bytes": None}, doubts=doubts, partial=True, partial_because="no answer"
    )
    client = serve(house_of(memory))

    (row,) = (await client.get("/api/v1/devices/sw1/memory")).json()

    assert row["memory_used_bytes"] is None
    assert row["distrusted"] == "memory_used_bytes: the device gave more than there is"
    assert (row["partial"], row["partial_because"]) == (True, "no answer")


@pytest.mark.parametrize("concept", CONCEPTS)
async def test_every_concept_can_be_asked_for_and_is_empty_where_a_device_has_nothing_of_it(serve, concept):
    client = serve(House(statuses=[status_of("sw1")]))

    answer = await client.get(f"/api/v1/devices/sw1/{concept}", params={"limit": 5})

    assert (answer.status_code, answer.json()) == (200, [])


async def test_what_is_no_concept_is_404_with_the_names_of_those_there_are(serve):
    client = serve(house_of())

    answer = await client.get("/api/v1/devices/sw1/sensors")
    nobody = await client.get("/api/v1/devices/nobody/sensor")

    assert answer.status_code == nobody.status_code == 404
    assert answer.json()["error"] == f"no concept is called 'sensors'; there are {', '.join(CONCEPTS)}"
    assert nobody.json()["error"] == "no device is called 'nobody'"


async def test_a_device_whose_name_ends_like_a_concept_is_that_device(serve):
    house = House(
        statuses=[status_of("a"), status_of("a/sensor")],
        tables={"a": a_switch("a"), "a/sensor": [concept_reading("cpu", {"cpu": "1"}, device="a/sensor")]},
    )
    client = serve(house)

    assert (await client.get("/api/v1/devices/a/sensor")).json()[0]["name"] == "a/sensor"
    assert len((await client.get("/api/v1/devices/a/sensor/cpu")).json()) == 1
    assert len((await client.get("/api/v1/devices/a/hardware")).json()) == 3


async def test_rows_come_in_pages_that_go_on_behind_the_last_row_shown(serve):
    rows = [{"sensor": f"s{number}", "quantity": "volts", "sensor_value": number} for number in range(5)]
    house = house_of(concept_reading("sensor", *rows))
    client = serve(house)

    first = await client.get("/api/v1/devices/sw1/sensor", params={"limit": 2})
    after = first.links["next"]["url"]
    house.tables["sw1"] = [concept_reading("sensor", {"sensor": "new"}, *rows)]
    moved = (await client.get(after)).json()
    house.tables["sw1"] = [concept_reading("sensor", rows[0], *rows[2:])]
    taken_away = (await client.get(after)).json()
    house.tables["sw1"] = []
    all_gone = (await client.get(after)).json()

    assert [row["sensor"] for row in first.json()] == ["s0", "s1"]
    assert [row["sensor"] for row in moved] == ["s2", "s3"]
    assert [row["sensor"] for row in taken_away] == ["s2", "s3"]  # s1 is gone: on at its old place
    assert all_gone == []


async def test_a_page_of_one_concept_is_no_place_in_another(serve):
    client = serve(house_of(*a_switch()))

    link = (await client.get("/api/v1/devices/sw1/sensor", params={"limit": 1})).links["next"]["url"]

    assert (await client.get(link.replace("/sensor?", "/hardware?"))).status_code == 400


async def test_a_device_says_who_it_is_and_how_much_it_has_of_each_concept(serve):
    client = serve(house_of(*a_switch()))

    (listed,) = (await client.get("/api/v1/devices")).json()
    itself, *rows = (await client.get("/api/v1/devices/sw1")).json()

    for one in (listed, itself):
        assert [one[f"identity_{name}"] for name in ("vendor", "model", "version", "serial")] == [
            "Cisco", "C9300-48P", "17.9.4", "FOC1",
        ]  # fmt: skip
        assert one["version"] == "2c"  # of SNMP, as ever
    counts = {row["concept"]: row["rows"] for row in rows if row["table"] == "concept"}
    assert list(counts) == [name for name in CONCEPTS if name in counts]
    assert (counts["sensor"], counts["hardware"], counts["identity"]) == (5, 3, 1)
    for row in rows[: len(counts)]:
        assert len((await client.get(row["path"])).json()) == row["rows"]


async def test_neighbours_of_one_device_or_of_all_come_in_pages_and_every_word_of_theirs_is_text(serve):
    nasty = neighbour("core-sw1", "Gi1/0/1", "<script>alert(1)</script>", kinds=("bridge", "router"), peer="core-sw2")
    others = [neighbour("core-sw1", "Gi1/0/2", "phone"), neighbour("core-sw2", "Te1/1", "core-sw1")]
    house = House(statuses=[status_of("core-sw1"), status_of("core-sw2")], known_neighbours=[nasty, *others])
    client = serve(house)

    first = await client.get("/api/v1/neighbours", params={"limit": 2})
    rest = await client.get(first.links["next"]["url"])
    own = (await client.get("/api/v1/neighbours", params={"device": "core-sw2"})).json()

    told = first.json()[0]
    assert (told["neighbour"], told["capabilities"], told["peer"]) == (
        "<script>alert(1)</script>", "bridge router", "core-sw2",
    )  # fmt: skip
    assert (told["first_seen"], told["is_there"], told["is_evidence"]) == ("2026-03-01T12:00:00.000Z", True, False)
    assert [one["port"] for one in rest.json()] == ["Te1/1"]
    assert own == rest.json()
    assert (await client.get("/api/v1/neighbours", params={"device": "x"})).status_code == 404
