"""Devices as they were found in the field, cut down: what a poll reads of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Device, TableReading
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import load_library
from netwatch.rules import load_rules
from netwatch.snmp import Snmp
from tests.odd_agent import OddAgent
from tests.patience import PATIENCE_SECONDS

SYSTEM = (
    "1.3.6.1.2.1.1.1.0|4|Test device",
    "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1",
    "1.3.6.1.2.1.1.3.0|67|8640000",
    "1.3.6.1.2.1.1.5.0|4|case1",
)
PORT = (
    "1.3.6.1.2.1.2.2.1.2.1|4|GE1",
    "1.3.6.1.2.1.2.2.1.5.1|66|1000000000",
    "1.3.6.1.2.1.2.2.1.7.1|2|1",
    "1.3.6.1.2.1.2.2.1.8.1|2|1",
    "1.3.6.1.2.1.2.2.1.10.1|65|1000",
    "1.3.6.1.2.1.31.1.1.1.1.1|4|GE1",
)


@pytest.fixture(scope="session")
def shipped():
    return load_library()


async def tables_of(agent, library) -> dict[str, TableReading]:
    client = Snmp(PollingSettings())
    await client.start()
    device = Device(
        name="case1",
        address="127.0.0.1",
        port=agent.port,
        credential=Credential(name="lab", version="2c", community=SecretStr("public")),
        timeout=timedelta(seconds=PATIENCE_SECONDS),
    )
    _, readings = await poll_once(device, library, client)
    await client.stop()
    return {reading.table: reading for reading in readings}


def column(reading, name):
    return dict(zip(reading.rows.index, reading.columns[name], strict=True))


async def test_a_row_whose_oid_is_too_long_costs_its_table_that_row_and_says_so(shipped):
    long = "1.3.6.1.2.1.2.2.1.8.1." + ".".join(["1"] * 119)
    with OddAgent([*SYSTEM, *PORT, "1.3.6.1.2.1.25.3.3.1.2.1|2|7", f"{long}|2|1"]) as agent:
        tables = await tables_of(agent, shipped)

    interfaces = tables["ifTable"]
    assert interfaces.rows.labels["ifName"] == ("GE1",)
    assert interfaces.partial
    assert "130 numbers" in interfaces.partial_because
    assert column(tables["hrProcessorTable"], "hrProcessorLoad") == {"1": 7}


async def test_interfaces_without_a_status_are_read(shipped):
    ports = [line for line in PORT if not line.startswith("1.3.6.1.2.1.2.2.1.8.")]
    second = [line.replace(".1|", ".2|", 1).replace("GE1", "GE2").replace("|1000", "|2000") for line in ports]
    with OddAgent([*SYSTEM, *ports, *second]) as agent:
        interfaces = (await tables_of(agent, shipped))["ifTable"]

    assert interfaces.rows.labels["ifName"] == ("GE1", "GE2")
    assert column(interfaces, "ifInOctets") == {"1": 1000, "2": 2000}
    assert column(interfaces, "ifOperStatus") == {"1": None, "2": None}
    assert column(interfaces, "ifSpeed")["1"] == 1_000_000_000
    assert not interfaces.partial


async def test_storage_without_its_index_column_is_read(shipped):
    storage = [
        line
        for row in range(1, 5)
        for line in (
            f"1.3.6.1.2.1.25.2.3.1.3.{row}|4|/disk{row}",
            f"1.3.6.1.2.1.25.2.3.1.4.{row}|2|512",
            f"1.3.6.1.2.1.25.2.3.1.5.{row}|2|{row * 1000}",
            f"1.3.6.1.2.1.25.2.3.1.6.{row}|2|{row * 100}",
        )
    ]
    with OddAgent([*SYSTEM, *storage]) as agent:
        found = (await tables_of(agent, shipped))["hrStorageTable"]

    assert found.rows.index == ("1", "2", "3", "4")
    assert column(found, "hrStorageUsed") == {"1": 100, "2": 200, "3": 300, "4": 400}


async def test_what_an_unavailable_sensor_says_is_no_value(shipped):
    sensors = [
        line
        for row, value, status in ((1, -32768, 2), (2, 415, 1), (3, 999, 3))
        for line in (
            f"1.3.6.1.2.1.47.1.1.1.1.7.{row}|4|temp {row}",
            f"1.3.6.1.4.1.9.9.91.1.1.1.1.1.{row}|2|8",
            f"1.3.6.1.4.1.9.9.91.1.1.1.1.2.{row}|2|9",
            f"1.3.6.1.4.1.9.9.91.1.1.1.1.3.{row}|2|1",
            f"1.3.6.1.4.1.9.9.91.1.1.1.1.4.{row}|2|{value}",
            f"1.3.6.1.4.1.9.9.91.1.1.1.1.5.{row}|2|{status}",
        )
    ]
    cisco = [line.replace("99999.1", "9.1.1709") for line in SYSTEM]
    with OddAgent([*cisco, *sensors]) as agent:
        found = (await tables_of(agent, shipped))["entSensorValueTable"]

    assert column(found, "entSensorValue") == {"1": None, "2": 415, "3": None}
    assert found.doubts_of(0) == {"entSensorValue": "entSensorStatus is unavailable"}
    assert found.doubts_of(2) == {"entSensorValue": "entSensorStatus is nonoperational"}
    assert not found.partial


async def test_sensors_that_say_their_numbers_in_texts_can_be_computed_with(shipped, tmp_path):
    fortinet = [line.replace("|6|1.3.6.1.4.1.99999.1", "|4|1.3.6.1.4.1.12356.101.1.1003") for line in SYSTEM]
    sensors = [
        line
        for row, name, value in ((1, "CPU temperature", "45.2"), (2, "Fan 1", "4800"), (3, "PS2", "N/A"))
        for line in (
            f"1.3.6.1.4.1.12356.101.4.3.2.1.2.{row}|4|{name}",
            f"1.3.6.1.4.1.12356.101.4.3.2.1.3.{row}|4|{value}",
            f"1.3.6.1.4.1.12356.101.4.3.2.1.4.{row}|2|0",
        )
    ]
    with OddAgent([*fortinet, *sensors]) as agent:
        found = (await tables_of(agent, shipped))["fgHwSensorTable"]
    path = tmp_path / "rules.yaml"
    path.write_text(
        "rules:\n  - alert: Hot\n    expr: fgHwSensorEntValue > 40 and fgHwSensorEntName == 'CPU temperature'\n"
    )
    rules = load_rules([path], shipped.schema())

    assert column(found, "fgHwSensorEntValue") == {"1": 45.2, "2": 4800, "3": None}
    assert found.doubts_of(2) == {"fgHwSensorEntValue": 'the device gave "N/A", no number'}
    assert 'fgHwSensorEntValue.3: the device gave "N/A", no number' in found.partial_because
    assert [rule.name for rule in rules] == ["Hot"]


async def test_a_speed_below_half_a_megabit_is_the_one_that_ifspeed_says(shipped):
    slow = [line.replace("|1000000000", "|384000") for line in PORT]
    with OddAgent([*SYSTEM, *slow, "1.3.6.1.2.1.31.1.1.1.15.1|66|0"]) as agent:
        found = (await tables_of(agent, shipped))["ifTable"]

    assert column(found, "ifSpeed") == {"1": 384_000}
    assert column(found, "ifHighSpeed") == {"1": None}  # so that coalesce(ifHighSpeed * 1e6, ifSpeed) is the speed


async def test_a_table_that_says_text_where_numbers_belong_names_the_text(shipped):
    with OddAgent([*SYSTEM, *PORT, "1.3.6.1.2.1.25.3.3.1.2.1|4|busy"]) as agent:
        found = (await tables_of(agent, shipped))["hrProcessorTable"]

    assert found.partial_because == 'hrProcessorLoad.1: the device gave "busy", no number'


async def test_the_sensors_of_a_device_that_no_profile_is_for_are_read(shipped):
    sensors = [
        line
        for row, kind, scale, precision, value in (
            (1, 8, 9, 1, 235), (2, 10, 9, 0, 5400), (3, 4, 9, 2, 1206), (4, 6, 9, 0, 450),
        )
        for line in (
            f"1.3.6.1.2.1.99.1.1.1.1.{row}|2|{kind}",
            f"1.3.6.1.2.1.99.1.1.1.2.{row}|2|{scale}",
            f"1.3.6.1.2.1.99.1.1.1.3.{row}|2|{precision}",
            f"1.3.6.1.2.1.99.1.1.1.4.{row}|2|{value}",
            f"1.3.6.1.2.1.99.1.1.1.5.{row}|2|1",
        )
    ]  # fmt: skip
    with OddAgent([*SYSTEM, *PORT, *sensors]) as agent:
        found = (await tables_of(agent, shipped))["entPhySensorTable"]

    assert column(found, "entPhySensorValue") == {"1": 235, "2": 5400, "3": 1206, "4": 450}
    assert found.rows.labels["entPhySensorType"] == ("celsius", "rpm", "voltsDC", "watts")


async def test_a_ups_whose_sysobjectid_says_nothing_is_read_as_one(shipped):
    ups = (
        "1.3.6.1.2.1.33.1.2.3.0|2|42",
        "1.3.6.1.2.1.33.1.2.4.0|2|98",
        "1.3.6.1.2.1.33.1.3.3.1.2.1|2|500",
        "1.3.6.1.2.1.33.1.3.3.1.3.1|2|231",
        "1.3.6.1.2.1.33.1.4.4.1.2.1|2|230",
        "1.3.6.1.2.1.33.1.4.4.1.5.1|2|38",
    )
    with OddAgent([*SYSTEM, *ups]) as agent:
        found = await tables_of(agent, shipped)

    assert column(found["system"], "upsEstimatedChargeRemaining") == {"": 98}
    assert column(found["system"], "upsEstimatedMinutesRemaining") == {"": 42}
    assert column(found["upsInputTable"], "upsInputVoltage") == {"1": 231}
    assert column(found["upsOutputTable"], "upsOutputPercentLoad") == {"1": 38}
