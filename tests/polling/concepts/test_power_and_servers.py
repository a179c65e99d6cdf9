"""Servers, storage and power supplies with tables of their makers: what one poll tells of them."""

from __future__ import annotations

import pytest

from tests.polling.concepts.test_devices import cells, known, shipped, system

__all__ = ["known", "shipped"]

HEALTH, RARITAN = "1.3.6.1.4.1.232.6.2", "1.3.6.1.4.1.13742.6"
EPDU, IDRAC, POWERNET = "1.3.6.1.4.1.534.6.6.7", "1.3.6.1.4.1.674.10892.5", "1.3.6.1.4.1.318.1.1"


async def test_a_proliant_tells_temperatures_with_their_limit_fans_and_supplies(known):
    found = await known(
        *system("232.9.4.11"),
        "1.3.6.1.4.1.232.2.2.2.1.0|4|CZ0123",
        "1.3.6.1.4.1.232.2.2.4.2.0|4|ProLiant Example",
        *cells(f"{HEALTH}.6.8.1", "0.1", c1=0, c2=1, c4=21, c5=42, c6=2, c7=9, c8="Inlet"),
        *cells(f"{HEALTH}.6.8.1", "0.2", c1=0, c2=2, c4=40, c5=70, c6=3, c7=15, c8="CPU 1"),
        *cells(f"{HEALTH}.6.8.1", "0.3", c1=0, c2=3, c4=0, c5=-99, c6=1, c7=1, c8="CPU 2"),
        *cells(f"{HEALTH}.6.7.1", "0.1", c1=0, c2=1, c4=3, c9=4, c11="Fan A", c12=30),
        *cells(f"{HEALTH}.6.7.1", "0.2", c1=0, c2=2, c4=2, c9=1, c11="Fan B", c12=0),
        *cells(f"{HEALTH}.9.3.1", "0.1", c1=0, c2=1, c3=3, c4=2, c6=230, c7=95, c8=500, c10="P1", c11="S1"),
        *cells(f"{HEALTH}.9.3.1", "0.2", c1=0, c2=2, c3=2, c4=1, c6=0, c7=0, c8=0, c10="", c11=""),
    )

    assert (found["sensor"]["Inlet"]["sensor_value"], found["sensor"]["Inlet"]["sensor_high_warning"]) == (21, 42)
    assert found["sensor"]["CPU 1"]["sensor_high_critical"] == 70
    assert found["sensor"]["CPU 1"]["sensor_state"] == "warning"
    assert "CPU 2" not in found["sensor"]
    assert {part: row["hardware_state"] for part, row in found["hardware"].items()} == {
        "Fan A": "critical",
        "Power supply 1": "ok",
    }
    [identity] = found["identity"].values()
    assert (identity["vendor"], identity["model"], identity["serial"]) == ("HPE", "ProLiant Example", "CZ0123")


async def test_a_raritan_tells_its_values_with_the_digits_of_the_table_beside(known):
    found = await known(
        *system("13742.6"),
        *cells(f"{RARITAN}.3.2.1.1", "1", c2="Raritan", c3="PX9", c4="RAR1"),
        *cells(f"{RARITAN}.3.3.4.1", "1.1.1", c7=1),
        *cells(f"{RARITAN}.3.3.4.1", "1.1.4", c7=0),
        *cells(f"{RARITAN}.5.2.3.1", "1.1.1", c2=1, c3=5, c4=123),
        *cells(f"{RARITAN}.3.6.3.1", "1.1", c2=10, c4="Rack", c16=7, c17=1),
        *cells(f"{RARITAN}.5.5.3.1", "1.1", c2=1, c3=4, c4=215),
        *cells(f"{RARITAN}.3.3.4.1", "1.1.5", c7=0),
        *cells(f"{RARITAN}.5.2.3.1", "1.1.5", c2=2, c3=-1, c4=0),
    )

    assert set(found["sensor"]) == {"Inlet 1", "Rack"}
    assert found["sensor"]["Rack"]["sensor_value"] == pytest.approx(21.5)
    assert found["sensor"]["Inlet 1"]["sensor_value"] == pytest.approx(12.3)
    assert found["sensor"]["Inlet 1"]["sensor_state"] == "warning"
    [identity] = found["identity"].values()
    assert (identity["model"], identity["serial"]) == ("PX9", "RAR1")


@pytest.mark.parametrize(("scale", "value", "celsius"), [(0, 235, 23.5), (1, 770, 25.0)])
async def test_an_epdu_tells_temperatures_in_the_scale_it_is_set_to(known, scale, value, celsius):
    found = await known(
        *system("534.6.6.7"),
        *cells(f"{EPDU}.1.2.1", "0", c2="ePDU", c4="G1", c5="1.0", c9=scale),
        *cells(f"{EPDU}.7.1.1", "0.1", c2="Rack", c3=1, c4=value, c5=0, c6=-1, c7=-1, c8=-1, c9=value + 180),
        *cells(f"{EPDU}.7.1.1", "0.2", c2="None", c3=0, c4=0, c5=0, c6=-1, c7=-1, c8=-1, c9=-1),
    )

    assert list(found["sensor"]) == ["Rack"]
    assert found["sensor"]["Rack"]["sensor_value"] == pytest.approx(celsius)
    assert found["sensor"]["Rack"]["sensor_high_critical"] > celsius
    assert found["sensor"]["Rack"]["sensor_low_critical"] is None


@pytest.mark.parametrize(("scale", "value", "celsius"), [(1, 24, 24), (2, 77, 25)])
async def test_an_environment_monitor_of_apc_tells_temperatures_in_the_scale_it_is_set_to(
    known, scale, value, celsius
):
    found = await known(
        *system("318.1.3.8.4"),
        f"{POWERNET}.10.4.2.1.0|2|{scale}",
        *cells(f"{POWERNET}.10.4.2.3.1", "0.1", c1=0, c2=1, c3="Rack", c5=value, c6=0, c7=2, c8=2),
        *cells(f"{POWERNET}.10.4.2.3.1", "0.2", c1=0, c2=2, c3="None", c5=-1, c6=-1, c7=1, c8=1),
    )

    assert list(found["sensor"]) == ["Rack"]
    assert found["sensor"]["Rack"]["sensor_value"] == pytest.approx(celsius)
    assert found["sensor"]["Rack"]["sensor_state"] == "warning"


async def test_a_drac_tells_what_a_server_is_made_of_and_no_battery_that_is_missing(known):
    found = await known(
        *system("674.10892.5"),
        f"{IDRAC}.1.3.12.0|4|PowerEdge Example",
        f"{IDRAC}.1.3.2.0|4|TAG1",
        f"{IDRAC}.1.1.8.0|4|7.0",
        *cells(f"{IDRAC}.4.1100.50.1", "1.1", c1=1, c2=1, c5=5, c8="DIMM A1"),
        *cells(f"{IDRAC}.4.600.20.1", "1.1", c1=1, c2=1, c5=3, c7=16, c8="PG 1", c16=1),
        *cells(f"{IDRAC}.5.1.20.140.1.1", "1", c1=1, c4=4, c36="Mirror"),
        *cells(f"{IDRAC}.5.1.20.130.15.1", "1", c1=1, c4=5, c6=4, c21="Old battery"),
        *cells(f"{IDRAC}.5.1.20.130.4.1", "1", c1=1, c4=7, c24=2, c49=255, c55="Disk 1"),
    )

    assert {part: (row["part_class"], row["hardware_state"]) for part, row in found["hardware"].items()} == {
        "DIMM A1": ("module", "critical"),
        "PG 1": ("sensor", "ok"),
        "Mirror": ("raid", "warning"),
        "Disk 1": ("disk", "critical"),
    }
    assert not found.get("sensor")
    [identity] = found["identity"].values()
    assert (identity["vendor"], identity["model"], identity["version"]) == ("Dell", "PowerEdge Example", "7.0")
