"""Devices as they were found in the field, cut down: what one poll tells of them by the shipped profiles."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from netwatch.model import CONCEPTS, Credential, Device
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import load_library
from netwatch.snmp import Snmp
from tests.odd_agent import OddAgent
from tests.patience import PATIENCE_SECONDS

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
SENSOR = "1.3.6.1.2.1.99.1.1.1"
STORAGE = "1.3.6.1.2.1.25.2.3.1"
FILE_SYSTEM = "1.3.6.1.2.1.25.3.8.1"
UPS = "1.3.6.1.2.1.33.1"
UCD = "1.3.6.1.4.1.2021.4"
RAM, OTHER, FIXED, NETWORK = (f"1.3.6.1.2.1.25.2.1.{kind}" for kind in (2, 1, 4, 10))


def system(number: str = "99999.1", describes: str = "Test device") -> list[str]:
    return [
        f"1.3.6.1.2.1.1.1.0|4|{describes}",
        f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{number}",
        "1.3.6.1.2.1.1.3.0|67|8640000",
        "1.3.6.1.2.1.1.5.0|4|case1",
    ]


def cells(entry: str, index: object, **columns: object) -> list[str]:
    """Return the cells of a row: `c5=3` is column 5, an INTEGER, a text is an OCTET STRING or, dotted, an OID."""
    found = []
    for name, value in columns.items():
        tag = 2 if isinstance(value, int) else 6 if str(value).startswith("1.3.6.") else 4
        found.append(f"{entry}.{name.removeprefix('c')}.{index}|{tag}|{value}")
    return found


@pytest.fixture(scope="module")
def shipped():
    return load_library()


@pytest.fixture
def known(shipped):
    """Return what is known of a device that answers so: by concept, its rows by their first label."""

    async def known_of(*lines: str) -> dict[str, dict[str, dict[str, Any]]]:
        client = Snmp(PollingSettings())
        await client.start()
        with OddAgent(list(lines)) as agent:
            device = Device(
                name="case1",
                address="127.0.0.1",
                port=agent.port,
                credential=Credential(name="lab", version="2c", community=SecretStr("public")),
                timeout=timedelta(seconds=PATIENCE_SECONDS),
            )
            _, readings = await poll_once(device, shipped, client)
        await client.stop()
        return {reading.table: rows_of(reading) for reading in readings if reading.table in CONCEPTS}

    return known_of


def rows_of(reading):
    concept = CONCEPTS[reading.table]
    rows = {}
    for number in range(len(reading.rows.index)):
        labels = reading.rows.labels_of(number)
        words = {name: concept.enums.get(name, {}) for name in reading.columns}
        values = {name: words[name].get(column[number], column[number]) for name, column in reading.columns.items()}
        rows[labels[concept.labels[0]]] = {**labels, **values}
    return rows


async def test_disks_are_known_whose_agent_leaves_their_index_out(known):
    lines = [
        line
        for row in (1, 2)
        for line in cells(STORAGE, row, c2=FIXED, c3=f"/disk{row}", c4=512, c5=1000 * row, c6=400 * row)
    ]

    storage = (await known(*system(), *lines))["storage"]

    assert [(one["path"], one["storage_size_bytes"], one["storage_used_ratio"]) for one in storage.values()] == [
        ("/disk1", 512_000, 0.4),
        ("/disk2", 1_024_000, 0.4),
    ]


async def test_sensors_of_entity_mib_are_in_base_units_whoever_made_the_device(known):
    parts = (("Inlet temperature", 8, 9, 2, 2350), ("Fan 1", 10, 9, 0, 5400), ("PSU 12 V", 4, 9, 3, 12060),
             ("PSU 1 power", 6, 8, 1, 4500), ("Humidity", 9, 9, 0, 41), ("Door closed", 12, 9, 0, 1))  # fmt: skip
    lines = cells(ENTITY, 1, c2="Chassis", c5=3, c10="10.10.1000", c11="SN000001", c13="MODEL-48")
    for row, (name, kind, scale, precision, value) in enumerate(parts, start=10):
        lines += cells(ENTITY, row, c2=name, c4=1, c5=8, c7=name)
        lines += cells(SENSOR, row, c1=kind, c2=scale, c3=precision, c4=value, c5=1)

    found = await known(*system("99999.1"), *lines)

    assert {name: (one["sensor_value"], one["quantity"]) for name, one in found["sensor"].items()} == {
        "Inlet temperature": (23.5, "celsius"), "Fan 1": (5400, "rpm"), "PSU 12 V": (12.06, "volts"),
        "PSU 1 power": (0.45, "watts"), "Humidity": (0.41, "ratio"), "Door closed": (1, "count"),
    }  # fmt: skip
    assert found["sensor"]["Fan 1"]["part"] == "Chassis"
    (device,) = found["identity"].values()
    assert (device["model"], device["serial"], device["version"]) == ("MODEL-48", "SN000001", "10.10.1000")


async def test_a_sensor_in_a_port_knows_the_port_and_light_is_told_in_decibels_too(known):
    lines = [
        *cells(ENTITY, 1, c2="Chassis", c5=3),
        *cells(ENTITY, 7, c2="Port 7", c4=1, c5=10, c7="eth7"),
        *cells(ENTITY, 70, c2="SFP", c4=7, c5=9, c7="sfp7"),
        *cells(ENTITY, 71, c2="SFP receive power", c4=70, c5=8, c7="sfp7 rx"),
        *cells(SENSOR, 71, c1=6, c2=7, c3=0, c4=500, c5=1),
    ]

    light = (await known(*system(), *lines))["sensor"]["sfp7 rx"]

    assert (light["quantity"], light["port"], light["part"]) == ("dbm", "eth7", "sfp7")
    assert light["sensor_value"] == pytest.approx(-3.0103)


async def test_what_an_unavailable_sensor_says_is_no_value(known):
    lines = [
        *cells(ENTITY, 1, c7="temp 1"), *cells(ENTITY, 2, c7="temp 2"),
        *cells("1.3.6.1.4.1.9.9.91.1.1.1.1", 1, c1=8, c2=9, c3=1, c4=-32768, c5=2),
        *cells("1.3.6.1.4.1.9.9.91.1.1.1.1", 2, c1=8, c2=9, c3=1, c4=415, c5=1),
        *cells("1.3.6.1.4.1.9.9.91.1.2.1.1", "2.1", c2=10, c3=4, c4=600),
        *cells("1.3.6.1.4.1.9.9.91.1.2.1.1", "2.2", c2=30, c3=4, c4=700),
    ]  # fmt: skip

    sensors = (await known(*system("9.1.1709"), *lines))["sensor"]

    assert (sensors["temp 1"]["sensor_value"], sensors["temp 1"]["sensor_state"]) == (None, "absent")
    assert (sensors["temp 2"]["sensor_value"], sensors["temp 2"]["sensor_state"]) == (41.5, "ok")
    assert (sensors["temp 2"]["sensor_high_warning"], sensors["temp 2"]["sensor_high_critical"]) == (60.0, 70.0)


async def test_no_light_that_is_told_as_none_and_no_limit_that_is_told_as_none_is_believed(known):
    entry, limits = "1.3.6.1.4.1.9.9.91.1.1.1.1", "1.3.6.1.4.1.9.9.91.1.2.1.1"
    lines = [
        *cells(ENTITY, 1, c7="Eth1/1 Rx"), *cells(ENTITY, 2, c7="Eth1/2 Rx"), *cells(ENTITY, 3, c7="12 V"),
        *cells(entry, 1, c1=14, c2=8, c3=0, c4=0, c5=1),
        *cells(entry, 2, c1=14, c2=8, c3=0, c4=-2310, c5=1),
        *cells(entry, 3, c1=4, c2=8, c3=0, c4=12060, c5=1),
        *cells(limits, "3.1", c2=30, c3=4, c4=-32768),
    ]  # fmt: skip

    sensors = (await known(*system("9.1.1709"), *lines))["sensor"]

    assert {name: one["sensor_value"] for name, one in sensors.items()} == {"Eth1/2 Rx": -2.31, "12 V": 12.06}
    assert sensors["12 V"]["sensor_high_critical"] is None


async def test_a_ups_is_known_by_the_standard_whoever_made_it(known):
    lines = [
        *cells(f"{UPS}.1", 0, c1="Maker", c2="Model 3000"),
        *cells(f"{UPS}.2", 0, c1=2, c3=42, c4=98, c5=544, c7=27),
        *cells(f"{UPS}.3.3.1", 1, c2=500, c3=231),
        *cells(f"{UPS}.4", 0, c1=3),
        *cells(f"{UPS}.4.4.1", 1, c2=230, c3=52, c5=38),
    ]

    found = await known(*system("2254.2.4", "UPS"), *lines)

    values = {}
    for reading in found["sensor"].values():
        values[reading["sensor"], reading["quantity"]] = reading["sensor_value"]
    assert values["Battery charge", "ratio"] == 0.98
    assert values["Battery runtime", "seconds"] == 42 * 60
    assert values["Output 1 load", "ratio"] == 0.38
    assert {"Battery", "Output"} <= set(found["hardware"])
    assert {one["hardware_state"] for one in found["hardware"].values()} == {"ok"}
    (device,) = found["identity"].values()
    assert (device["vendor"], device["model"]) == ("Maker", "Model 3000")


@pytest.mark.parametrize(("source", "state"), [(3, "ok"), (5, "warning"), (2, "critical")])
async def test_a_ups_on_battery_is_a_warning_and_one_without_output_critical(known, source, state):
    hardware = (await known(*system("2254.2.4"), *cells(f"{UPS}.4", 0, c1=source)))["hardware"]

    assert hardware["Output"]["hardware_state"] == state


async def test_sensors_whose_numbers_are_texts_have_numbers(known):
    entry = "1.3.6.1.4.1.12356.101.4.3.2.1"
    lines = [
        *cells(entry, 1, c2="CPU temperature", c3="45.2", c4=0),
        *cells(entry, 2, c2="Fan 1", c3="4800", c4=0),
        *cells(entry, 3, c2="+12V", c3="12.11", c4=0),
        *cells(entry, 4, c2="PS1 Status", c3="0", c4=1),
    ]

    found = await known(*system("12356.101.1.1003"), *lines)

    assert {name: (one["sensor_value"], one["quantity"]) for name, one in found["sensor"].items()} == {
        "CPU temperature": (45.2, "celsius"), "Fan 1": (4800, "rpm"), "+12V": (12.11, "volts"),
    }  # fmt: skip
    assert found["hardware"]["PS1 Status"]["hardware_state"] == "critical"


async def test_caches_are_no_used_memory(known):
    memory = [
        *cells(STORAGE, 1, c2=RAM, c3="RAM", c4=1024, c5=4_000_000, c6=3_930_000),
        *cells(STORAGE, 2, c2=OTHER, c3="RAM (Buffers)", c4=1024, c5=4_000_000, c6=300_000),
        *cells(STORAGE, 3, c2=OTHER, c3="RAM (Cache)", c4=1024, c5=4_000_000, c6=2_270_000),
    ]

    pools = (await known(*system("30065.1.3011.1"), *memory))["memory"]

    assert list(pools) == ["RAM"]
    assert pools["RAM"]["memory_used_ratio"] == pytest.approx(0.34)


async def test_caches_are_taken_off_the_memory_they_are_caches_in_and_not_off_a_larger_swap(known):
    memory = [
        *cells(STORAGE, 1, c2=RAM, c3="Physical memory", c4=1024, c5=1000, c6=900),
        *cells(STORAGE, 3, c2="1.3.6.1.2.1.25.2.1.3", c3="Virtual memory", c4=1024, c5=5000, c6=1900),
        *cells(STORAGE, 6, c2=OTHER, c3="Memory buffers", c4=1024, c5=1000, c6=100),
        *cells(STORAGE, 7, c2=OTHER, c3="Cached memory", c4=1024, c5=600, c6=600),
        *cells(STORAGE, 10, c2="1.3.6.1.2.1.25.2.1.3", c3="Swap space", c4=1024, c5=4000, c6=1000),
    ]

    pools = (await known(*system(), *memory))["memory"]

    assert {name: one["memory_used_ratio"] for name, one in pools.items()} == {
        "Physical memory": pytest.approx(0.2),
        "Virtual memory": pytest.approx(0.38),
        "Swap space": pytest.approx(0.25),
    }


async def test_a_cache_that_tells_its_size_alone_is_as_full_as_it_is_large(known):
    memory = [
        *cells(STORAGE, 1, c2=RAM, c3="Physical memory", c4=1024, c5=1000, c6=960),
        *cells(STORAGE, 7, c2=OTHER, c3="Cached memory", c4=1024, c5=560),
    ]

    pools = (await known(*system(), *memory))["memory"]

    assert pools["Physical memory"]["memory_used_ratio"] == pytest.approx(0.4)


async def test_net_snmps_own_memory_stands_instead_of_that_with_caches(known):
    memory = [
        *cells(STORAGE, 1, c2=RAM, c3="Physical memory", c4=1024, c5=1000, c6=900),
        *cells(UCD, 0, c5=1000, c6=100, c14=100, c15=600),
    ]

    pools = (await known(*system("8072.3.2.10"), *memory))["memory"]

    assert {name: one["memory_used_ratio"] for name, one in pools.items()} == {"Physical memory": pytest.approx(0.2)}


async def test_a_file_system_that_cannot_be_written_is_known_as_such(known):
    lines = []
    for row, (path, access) in enumerate((("/", 1), ("/dev", 2), ("/packages", 2), ("/rom", 2)), start=1):
        lines += cells(STORAGE, row, c1=row, c2=FIXED, c3=path, c4=512, c5=1000, c6=1000)
        lines += cells(FILE_SYSTEM, 30 + row, c5=access, c7=row)

    storage = (await known(*system("2636.1.1.1.2.29"), *lines))["storage"]

    assert {path: one["storage_read_only"] for path, one in storage.items()} == {
        "/": 0, "/dev": 1, "/packages": 1, "/rom": 1,
    }  # fmt: skip


async def test_an_image_that_is_full_by_nature_is_no_disk_to_write_to(known):
    disks = (("/", 4096, 900), ("/data", 4096, 1000), ("/dev/md0, mounted on: /packages/mnt/jbase", 2048, 1000),
             ("/rom", 262144, 1000), ("devfs: dev file system, mounted on: /dev", 512, 2))  # fmt: skip
    lines = []
    for row, (path, units, used) in enumerate(disks, start=1):
        lines += cells(STORAGE, row, c1=row, c2=FIXED, c3=path, c4=units, c5=max(used, 1000), c6=used)

    storage = (await known(*system("2636.1.1.1.2.29"), *lines))["storage"]

    assert [path for path, one in storage.items() if one["storage_read_only"] == 1] == [disk[0] for disk in disks[2:]]


async def test_a_disk_of_more_than_two_to_the_31_units_is_not_negative(known):
    lines = [
        *cells(STORAGE, 1, c2=FIXED, c3="/big", c4=4096, c5=-1_294_967_296, c6=1_500_000_000),
        *cells(STORAGE, 2, c2=NETWORK, c3="/mnt/nfs", c4=4096, c5=100, c6=10),
    ]

    storage = (await known(*system(), *lines))["storage"]

    assert storage["/big"]["storage_size_bytes"] == 4096 * 3_000_000_000
    assert storage["/big"]["storage_used_ratio"] == 0.5
    assert (storage["/big"]["storage_fixed"], storage["/mnt/nfs"]["storage_fixed"]) == (1, 0)


async def test_cores_memory_and_supplies_of_an_ios_xe_switch_are_known(known):
    process = "1.3.6.1.4.1.9.9.109.1.1"
    lines = [
        *cells(ENTITY, 470, c7="Power Supply Module 1"),
        *cells(f"{process}.1.1", 1, c2=0, c8=25, c12=2_000_000, c13=6_000_000),
        *(line for core in (1, 2, 3, 4) for line in cells(f"{process}.2.1", f"1.{core}", c3=core * 10, c5=core * 10)),
        *cells("1.3.6.1.4.1.9.9.117.1.1.2.1", 470, c2=8),
    ]

    found = await known(*system("9.1.2494"), *lines)

    cores = [one["cpu_busy_ratio"] for one in found["cpu"].values() if one["scope"] == "core"]
    assert cores == [0.1, 0.2, 0.3, 0.4]
    assert [one["cpu_busy_ratio"] for one in found["cpu"].values() if one["scope"] == "device"] == [0.25]
    assert [one["memory_used_ratio"] for one in found["memory"].values()] == [0.25]
    supply = found["hardware"]["Power Supply Module 1"]
    assert (supply["part_class"], supply["hardware_state"], supply["hardware_word"]) == (
        "supply",
        "critical",
        "failed",
    )


async def test_places_with_nothing_in_them_are_absent(known):
    lines = [
        *cells("1.3.6.1.4.1.9.9.13.1.5.1", 1, c2="PS1", c3=1),
        *cells("1.3.6.1.4.1.9.9.13.1.5.1", 2, c2="PS2", c3=5),
        *cells("1.3.6.1.4.1.9.9.500.1.2.1.1", 1001, c1=1, c6=4),
        *cells("1.3.6.1.4.1.9.9.500.1.2.1.1", 2001, c1=2, c6=9),
    ]

    hardware = (await known(*system("9.1.1208"), *lines))["hardware"]

    assert {part: one["hardware_state"] for part, one in hardware.items()} == {
        "PS1": "ok", "PS2": "absent", "Switch 1": "ok", "Switch 2": "absent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [(6, 2, "ok"), (2, 2, "absent"), (8, 7, "absent"), (8, 3, "critical"), (3, 2, "warning")],
)
async def test_a_supply_of_a_router_is_bad_where_it_failed_and_not_where_somebody_took_it_out(
    known, state, reason, expected
):
    lines = cells("1.3.6.1.4.1.2636.3.1.15.1", "2.1.0.0", c5="PEM 0", c6=7, c8=state, c10=reason)

    hardware = (await known(*system("2636.1.1.1.2.29"), *lines))["hardware"]

    assert (hardware["PEM 0"]["part_class"], hardware["PEM 0"]["hardware_state"]) == ("supply", expected)


async def test_a_cage_without_an_optic_measures_nothing(known):
    entry = "1.3.6.1.4.1.14988.1.1.19.1.1"
    lines = [
        *cells(entry, 1, c2="sfp1", c5=0, c6=0, c7=0, c8=0, c9=0, c10=0),
        *cells(entry, 2, c2="sfp2", c5=85000, c6=31, c7=3299, c8=6, c9=-2410, c10=-3055),
    ]

    sensors = (await known(*system("14988.1"), *lines))["sensor"]

    assert {one["port"] for one in sensors.values()} == {"sfp2"}
    assert sensors["sfp2 Rx"]["sensor_value"] == -3.055


async def test_a_printers_supplies_are_shares_and_what_is_not_known_is_said_in_words(known):
    entry = "1.3.6.1.2.1.43.11.1.1"
    lines = [
        *cells(entry, "1.1", c5=3, c6="Black toner", c8=3000, c9=600),
        *cells(entry, "1.2", c5=4, c6="Waste toner", c8=-2, c9=-3),
    ]

    supplies = (await known(*system("11.2.3.9.1"), *lines))["supply"]

    assert (supplies["Black toner"]["supply_level_ratio"], supplies["Black toner"]["kind"]) == (0.2, "toner")
    assert supplies["Waste toner"]["supply_level_ratio"] is None
    assert supplies["Waste toner"]["supply_word"] == "some left"


async def test_power_over_ethernet_is_a_pool_of_watts_and_an_absent_member_none(known):
    entry = "1.3.6.1.2.1.105.1.3.1.1"

    found = await known(*system(), *cells(entry, 1, c2=370, c3=1, c4=115), *cells(entry, 2, c2=0, c3=2, c4=0))

    assert list(found["pool"]) == ["PoE 1"]
    assert found["pool"]["PoE 1"]["pool_used_ratio"] == pytest.approx(115 / 370)
    assert found["hardware"]["PoE 1"]["hardware_state"] == "ok"
