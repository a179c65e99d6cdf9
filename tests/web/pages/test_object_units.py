"""In what the numbers of a device's own tables are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.model import RowSet, TableReading
from netwatch.web.pages.object_units import unit_of
from netwatch.web.pages.tables import raw_table


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("ifHCInOctets", "octets"), ("ifInUcastPkts", "packets"), ("ifOutErrors", "packets"), ("ifHighSpeed", "Mb/s"),
        ("sysUpTime", "1/100 s"), ("hrProcessorLoad", "%"), ("ciscoMemoryPoolUsedBytes", "octets"),
        ("someSizeKBytes", "KiB"), ("psuOutputMilliwatts", "mW"), ("fanRpm", "rpm"), ("upsSecondsOnBattery", "s"),
        ("tempCelsius", "°C"), ("etherStatsOctets64", "octets"), ("ifIndex", ""), ("ifOperStatus", ""),
    ],
)  # fmt: skip
def test_the_unit_is_what_the_mib_module_means(column, unit):
    assert unit_of(column) == unit


def test_storage_in_units_of_its_own_is_a_size():
    rows = RowSet(index=("1", "2"), keys=("1", "2"), labels={"hrStorageDescr": ("/", "/boot")})
    columns = {"hrStorageSize": [262_144_000, 10], "hrStorageUsed": [1000, None],
               "hrStorageAllocationUnits": [4096, None]}  # fmt: skip
    reading = TableReading(device="nas1", table="hrStorageTable", at=datetime.now(UTC), rows=rows, columns=columns)

    table = raw_table(reading, None)

    texts = [[cell.text for cell in cells] for _, _, cells in table.lines]
    assert texts[0][:2] == ["1,000 GiB", "3.91 MiB"]
    assert table.units == {"hrStorageSize": "", "hrStorageUsed": "", "hrStorageAllocationUnits": "octets"}
