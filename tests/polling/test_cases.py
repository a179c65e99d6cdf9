"""Devices as they were found in the field, cut down: what a poll reads of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from netwatch.model import Credential, Device, TableReading
from netwatch.polling import PollingSettings, poll_once
from netwatch.profiles import load_library
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
