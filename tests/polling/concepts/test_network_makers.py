"""Devices of makers of network gear, made up: one poll, and what it tells of load, memory, heat and parts."""

from __future__ import annotations

import pytest

from tests.polling.concepts.test_devices import ENTITY, cells, known, shipped, system

__all__ = ["known", "shipped"]
ENTERPRISES = "1.3.6.1.4.1"
HPICF = f"{ENTERPRISES}.11.2.14.11"
CX = f"{ENTERPRISES}.47196.4.1.1.3.11"
H3C = f"{ENTERPRISES}.25506"
TIMOS = f"{ENTERPRISES}.6527.3.1.2"
SB = f"{ENTERPRISES}.9.6.1.101"
NAMED_PORT = ["1.3.6.1.2.1.2.2.1.1.9|2|9", "1.3.6.1.2.1.2.2.1.2.9|4|te9", "1.3.6.1.2.1.31.1.1.1.1.9|4|te9"]


def states(rows):
    return {name: row["hardware_state"] for name, row in rows.items()}


async def test_a_comware_switch_tells_of_its_board_and_not_of_the_heat_of_its_ports(known):
    lines = []
    for row, name, kind in ((2, "Chassis", 3), (7, "Board", 9), (8, "Hot spot", 8), (9, "Port 1", 10)):
        lines += cells(ENTITY, row, c2=name, c5=kind, c7=name)
        lines += cells(f"{H3C}.2.6.1.1.1.1", row, c6=31 if row == 7 else 0, c8=52 if row == 7 else 0,
                       c12=44 if row == 8 else 65535 if row == 2 else 41, c13=65535 if row == 7 else 70,
                       c19=91 if row == 7 else 2)  # fmt: skip
    lines += [*cells(f"{H3C}.8.35.9.1.1.1", 1, c2=1), *cells(f"{H3C}.8.35.9.1.1.1", 2, c2=3)]
    lines += [*cells(f"{H3C}.8.35.9.1.2.1", 1, c2=2), *cells(f"{H3C}.8.8.1.1", 1, c4=90)]

    found = await known(*system("25506.11.1.999", "Comware Platform Software"), *lines)

    assert {name: row["cpu_busy_ratio"] for name, row in found["cpu"].items()} == {"Board": 0.31, "all": 0.31}
    assert found["memory"]["Board"]["memory_used_ratio"] == 0.52
    assert {
        name: (row["sensor_value"], row.get("sensor_high_critical")) for name, row in found["sensor"].items()
    } == {
        "Board": (41, None),
        "Hot spot": (44, 70),
    }
    assert states(found["hardware"]) == {
        "Chassis": "ok", "Board": "critical", "Fan 1": "ok", "Fan 2": "absent", "Power supply 1": "critical",
    }  # fmt: skip


async def test_a_procurve_switch_tells_of_load_fans_supplies_and_light_with_its_limits(known):
    lines = [f"{HPICF}.5.1.9.6.1.0|2|17", "1.3.6.1.4.1.11.2.36.1.1.2.9.0|4|SG1234", *NAMED_PORT]
    lines += cells(f"{HPICF}.5.1.1.2.1.1.1", 1, c1=1, c5=4000, c6=3000, c7=1000)
    lines += [*cells(f"{HPICF}.5.1.54.2.1.1", 1, c4=5), *cells(f"{HPICF}.5.1.54.2.1.1", 2, c4=0)]
    lines += cells(f"{HPICF}.5.1.55.1.1.1", 1, c2=3, c4=31, c6=120, c7=500)
    lines += cells(f"{HPICF}.5.1.55.1.1.1", 2, c2=1, c4=0, c6=0, c7=0)
    lines += cells(f"{HPICF}.5.1.82.1.1.1.1", 9, c9=1, c11=39500, c12=33100, c13=7000, c14=-2500, c15=-99999999,
                   c18=80000, c19=-10000, c30=10000, c31=1000)  # fmt: skip

    found = await known(*system("11.2.3.7.11.999", "HP J0000A Switch, revision KB.16.01"), *lines)

    assert found["cpu"]["all"]["cpu_busy_ratio"] == 0.17
    assert found["memory"]["Slot 1"]["memory_used_ratio"] == 0.25
    assert states(found["hardware"]) == {
        "Fan 1": "ok", "Fan 2": "critical", "Power supply 1": "ok", "Power supply 2": "absent",
    }  # fmt: skip
    light = found["sensor"]["te9 Tx power"]
    assert (light["sensor_value"], light["port"], light["quantity"]) == (-2.5, "te9", "dbm")
    assert light["sensor_high_critical"] == pytest.approx(0)
    assert light["sensor_low_critical"] == pytest.approx(-10)
    assert found["sensor"]["te9 Rx power"]["sensor_value"] is None  # no light at all
    assert found["sensor"]["te9 Tx bias"]["sensor_value"] == 0.007
    (device,) = found["identity"].values()
    assert (device["vendor"], device["serial"], device["version"]) == ("HP", "SG1234", "KB.16.01")


async def test_words_of_an_aruba_cx_switch_are_states(known):
    lines = []
    for row, word in enumerate(("ok", "fault_input", "fault_output", "absent", "wondrous"), start=1):
        lines += cells(f"{CX}.2.1.1", f"1.{row}", c3=f"1/{row}", c4=word, c7=60, c8=500)
    for row, word in enumerate(("ok", "fault", "empty"), start=1):
        lines += cells(f"{CX}.5.1.1", f"1.1.{row}", c4=f"1/1/{row}", c5=word, c8=9000)
    for row, word in enumerate(("normal", "emergency"), start=1):
        lines += cells(f"{CX}.3.1.1", f"1.1.1.{row}", c5=f"Zone-{row}", c6=word, c7=23500 * row)

    found = await known(*system("47196.4.1.1.1.999", "FL.10.13.1000"), *lines)

    assert states(found["hardware"]) == {
        "Power supply 1/1": "ok", "Power supply 1/2": "warning", "Power supply 1/3": "critical",
        "Power supply 1/4": "absent", "Power supply 1/5": "unknown",
        "Fan 1/1/1": "ok", "Fan 1/1/2": "critical", "Fan 1/1/3": "absent",
    }  # fmt: skip
    assert (found["sensor"]["Zone-1"]["sensor_value"], found["sensor"]["Zone-1"]["sensor_state"]) == (23.5, "ok")
    assert (found["sensor"]["Zone-2"]["sensor_value"], found["sensor"]["Zone-2"]["sensor_state"]) == (47, "critical")


async def test_a_nokia_router_tells_of_load_memory_boards_and_light(known):
    lines = [f"{TIMOS}.1.1.1.0|66|12", f"{TIMOS}.1.1.9.0|66|3000", f"{TIMOS}.1.1.10.0|66|1000", *NAMED_PORT]
    for row, name, kind, state, temperature in (
        (1, "chassis", 3, 2, 36), (2, "Slot 1", 8, 5, 48), (3, "Slot 2", 8, 7, -128), (4, "1/1/1", 13, 5, -128),
    ):  # fmt: skip
        lines += cells(f"{TIMOS}.2.1.8.1", f"1.{row}", c4="3HE0", c5=f"NS{row}", c7=kind, c8=name, c16=state,
                       c17=1 if temperature > 0 else 2, c18=temperature, c19=75)  # fmt: skip
    lines += [*cells(f"{TIMOS}.2.1.4.1", "1.1", c2=3), *cells(f"{TIMOS}.2.1.4.1", "1.2", c2=4)]
    lines += cells(f"{TIMOS}.2.4.31.1", "1.9", c1=7680, c5=17920, c6=33000, c11=5000, c16=10000, c21=1000,
                   c23=100, c25=20000)  # fmt: skip

    found = await known(*system("6527.1.3.999", "TiMOS-C-22.10.R1 cpm/hops64 Nokia 7750 SR"), *lines)

    assert found["cpu"]["all"]["cpu_busy_ratio"] == 0.12
    assert found["memory"]["System"]["memory_used_bytes"] == 3_072_000
    assert found["memory"]["System"]["memory_used_ratio"] == 0.75
    assert states(found["hardware"]) == {
        "chassis": "ok", "Slot 1": "critical", "Slot 2": "absent", "Fan tray 1.1": "ok", "Fan tray 1.2": "critical",
    }  # fmt: skip
    assert (found["sensor"]["Slot 1"]["sensor_value"], found["sensor"]["Slot 1"]["sensor_high_critical"]) == (48, 75)
    assert "Slot 2" not in found["sensor"]
    light = found["sensor"]["te9 Rx power"]
    assert (light["sensor_value"], light["port"]) == (pytest.approx(-10), "te9")
    assert light["sensor_low_critical"] == pytest.approx(-20)
    assert found["sensor"]["te9 Tx bias"]["sensor_value"] == 0.01
    (device,) = found["identity"].values()
    assert (device["vendor"], device["serial"], device["os"]) == ("Nokia", "NS1", "TiMOS")


async def test_a_small_business_switch_measures_its_optics_row_by_row(known):
    lines = [f"{SB}.1.8.0|2|33", *NAMED_PORT]
    lines += [*cells(f"{SB}.83.1.1.1", 1, c2="fan1", c3=1), *cells(f"{SB}.83.1.2.1", 2, c2="rps", c3=5)]
    for kind, value in ((5, 41), (6, 3300000), (7, 20000), (8, -2000), (9, -8500)):
        lines += [*cells(f"{SB}.90.1.2.1", f"9.{kind}", c3=value), *cells(f"{SB}.90.1.2.1", f"10.{kind}", c3=0)]

    found = await known(*system("9.6.1.94.99.1", "48-Port Gigabit Managed Switch"), *lines)

    assert found["cpu"]["all"]["cpu_busy_ratio"] == 0.33
    assert states(found["hardware"]) == {"fan1": "ok", "rps": "absent"}
    assert {name: row["sensor_value"] for name, row in found["sensor"].items() if name != "te9"} == {
        "te9 Tx bias": 0.02, "te9 Tx power": -2.0, "te9 Rx power": -8.5,
    }  # fmt: skip
    assert all(row["port"] == "te9" for row in found["sensor"].values())  # the empty cage says nothing


async def test_a_processor_that_is_not_measured_is_no_load(known):
    found = await known(*system("9.6.1.94.99.1", "Switch"), f"{SB}.1.8.0|2|101")

    assert found["cpu"] == {}


async def test_each_access_point_of_an_instant_cluster_is_a_part_with_load_and_memory(known):
    entry, lines = f"{ENTERPRISES}.14823.2.3.3.1.2.1.1", []
    for last, state in ((1, 1), (2, 2)):
        lines += cells(
            entry, f"2.0.0.0.0.{last}", c2=f"ap{last}", c4=f"CN{last}", c6="515", c7=20, c8=300, c10=400, c11=state
        )

    found = await known(*system("14823.1.2.999", "ArubaOS (MODEL: 515), Version 8.10.0.0"), *lines)

    assert states(found["hardware"]) == {"ap1": "ok", "ap2": "critical"}
    assert found["cpu"]["ap2"]["cpu_busy_ratio"] == 0.2
    assert found["memory"]["ap1"]["memory_used_ratio"] == 0.25
    (device,) = found["identity"].values()
    assert (device["vendor"], device["model"], device["serial"]) == ("Aruba", "515", "CN1")


async def test_a_cisco_server_tells_of_each_part_by_its_name(known):
    entry = f"{ENTERPRISES}.9.9.719.1"
    lines = [
        *cells(f"{entry}.15.12.1", 1, c2="sys/fan-1", c10=1),
        *cells(f"{entry}.15.12.1", 2, c2="sys/fan-2", c10=2),
    ]
    lines += [
        *cells(f"{entry}.15.56.1", 1, c2="sys/psu-1", c7=1, c8=0),
        *cells(f"{entry}.45.4.1", 0, c2="sys/pd-1", c9=6),
    ]
    lines += cells(f"{entry}.41.2.1", 1, c2="sys/cpu-1", c10=55)

    found = await known(*system("9.1.9999", "Cisco Integrated Management Controller"), *lines)

    assert states(found["hardware"]) == {
        "sys/fan-1": "ok", "sys/fan-2": "critical", "sys/psu-1": "ok", "sys/pd-1": "absent",
    }  # fmt: skip
    assert found["sensor"]["sys/cpu-1"]["sensor_value"] == 55
