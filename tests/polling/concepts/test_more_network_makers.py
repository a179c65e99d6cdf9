"""Further makers of network gear, made up: one poll, and what it tells of load, memory, heat, parts and licences."""

from __future__ import annotations

import pytest

from tests.polling.concepts.test_devices import ENTITY, SENSOR, cells, known, shipped, system
from tests.polling.concepts.test_network_makers import ENTERPRISES, states

__all__ = ["known", "shipped"]
ARISTA = f"{ENTERPRISES}.30065.3.12.1.1.1"
TIMOS_LIGHT = f"{ENTERPRISES}.6527.3.1.2.2.4.31.1"
STACK = f"{ENTERPRISES}.9.9.500.1.2"
LICENCES = f"{ENTERPRISES}.9.9.543.1.2.3.1"


def parts(*rows):
    return [line for row, name, kind in rows for line in cells(ENTITY, row, c2=name, c5=kind, c7=name)]


@pytest.mark.parametrize(("branch", "cpu"), [("800", "all"), ("801", "Module 0")])
async def test_an_omniswitch_of_either_generation_tells_of_its_parts(known, branch, cpu):
    chassis = f"{ENTERPRISES}.6486.{branch}.1.1.1"
    lines = parts((1, "Chassis 1", 3), (2, "Supply 1", 6), (3, "Supply 2", 6), (4, "Module 4", 9))
    for row, status in ((1, 1), (2, 1), (3, 7), (4, 7)):
        lines += cells(f"{chassis}.1.1.1.1", row, c2=status)
    lines += [*cells(f"{chassis}.3.1.1.11.1", "1.1", c2=2), *cells(f"{chassis}.3.1.1.11.1", "1.2", c2=1)]
    health = f"{ENTERPRISES}.6486.{branch}.1.2.1.16.1.1.1"
    if branch == "800":
        lines += [*cells(f"{chassis}.3.1.1.3.1", 1, c4=44), f"{health}.14.0|2|12", f"{health}.10.0|2|61"]
    else:
        lines += [*cells(f"{chassis}.1.1.2.1", 1, c1=44, c2=60, c3=85), *cells(f"{health}.1.1", 0, c11=12, c8=61)]

    found = await known(*system(f"6486.{branch}.1.1.2.1"), *lines)

    assert states(found["hardware"]) == {
        "Chassis 1": "ok", "Supply 1": "ok", "Supply 2": "critical", "Module 4": "absent",
        "Fan 1 of Chassis 1": "ok", "Fan 2 of Chassis 1": "critical",
    }  # fmt: skip
    assert found["sensor"]["Chassis 1"]["sensor_value"] == 44
    assert found["cpu"][cpu]["cpu_busy_ratio"] == 0.12
    assert [row["memory_used_ratio"] for row in found["memory"].values()] == [0.61]
    assert found["identity"]["Alcatel-Lucent Enterprise"]["vendor"] == "Alcatel-Lucent Enterprise"


async def test_a_sonicwall_and_a_netscaler_say_who_they_are_and_how_busy(known):
    wall, scaler = f"{ENTERPRISES}.8741", f"{ENTERPRISES}.5951.4.1.1"
    one = await known(*system("8741.1"), f"{wall}.2.1.1.1.0|4|TZ 670", f"{wall}.2.1.1.2.0|4|AB12",
                      f"{wall}.2.1.1.3.0|4|7.0.1", f"{wall}.1.3.1.1.0|66|1000",
                      f"{wall}.1.3.1.2.0|66|250", f"{wall}.1.3.1.3.0|66|7",
                      f"{wall}.1.3.1.4.0|66|33")  # fmt: skip
    lines = [f"{scaler}.1.0|4|NetScaler NS13.1: Build 48.47.nc, Date: Apr 12 2023", f"{scaler}.11.0|4|MPX-9100",
             f"{scaler}.41.1.0|66|9", f"{scaler}.41.2.0|66|21"]  # fmt: skip
    for row, name, value in ((1, "CPU0Temperature", 60), (2, "CPUFan0Speed", 9750), (3, "AuxFan0Speed", 0),
                             (4, "12VoltSupply", 12040), (5, "PowerSupply1FailureStatus", 2)):  # fmt: skip
        lines += cells(f"{scaler}.41.7.1", row, c1=name, c2=value)
    other = await known(*system("5951.1"), *lines)

    (wall_identity,), (scaler_identity,) = one["identity"].values(), other["identity"].values()
    assert (wall_identity["model"], wall_identity["serial"], wall_identity["version"]) == ("TZ 670", "AB12", "7.0.1")
    assert one["pool"]["Connections"]["pool_used_ratio"] == 0.25
    assert (scaler_identity["model"], scaler_identity["version"]) == ("MPX-9100", "NS13.1: Build 48.47.nc")
    assert {name: (row["sensor_value"], row["quantity"]) for name, row in other["sensor"].items()} == {
        "CPU0Temperature": (60, "celsius"), "CPUFan0Speed": (9750, "rpm"), "12VoltSupply": (12.04, "volts"),
    }  # fmt: skip
    assert states(other["hardware"]) == {"PowerSupply1FailureStatus": "critical"}


async def test_members_and_ports_of_a_cisco_stack_are_parts_and_its_licences_run_out(known):
    lines = []
    for number, (state, role) in enumerate(((4, 1), (4, 2), (9, 3), (11, 3)), start=1):
        lines += cells(f"{STACK}.1.1", 1000 * number, c1=number, c3=role, c6=state)
    lines += [
        *cells(f"{STACK}.2.1", 5180, c1=1),
        *cells(f"{STACK}.2.1", 5181, c1=2),
        *cells(f"{STACK}.2.1", 5182, c1=3),
    ]
    for index, name, kind, status, left in (("1.1.1", "ipservices", 1, 3, 86400), ("1.1.2", "lanbase", 4, 3, 0),
                                            ("1.1.3", "ipbase", 8, 2, 4838400)):  # fmt: skip
        lines += cells(LICENCES, index, c3=name, c5=kind, c8=left, c14=status)

    found = await known(*system("9.1.1208"), *lines)

    assert states(found["hardware"]) == {
        "Switch 1": "ok", "Switch 2": "ok", "Switch 3": "absent", "Switch 4": "absent",
        "Stack port 5180": "ok", "Stack port 5181": "absent", "Stack port 5182": "absent",
    }  # fmt: skip
    assert {name: row["redundancy_role"] for name, row in found["redundancy"].items()} == {
        "Switch 1": "master", "Switch 2": "member",
    }  # fmt: skip
    licenses = found["license"].items()
    assert {name: (row["license_state"], row.get("license_expires_in_seconds")) for name, row in licenses} == {
        "ipservices (demo)": ("ok", 86400),
        "lanbase (permanent)": ("ok", None),
        "ipbase (evalRightToUse)": ("ok", None),
    }


async def test_the_limits_of_aristas_sensors_are_in_the_units_of_what_they_measure(known):
    lines = parts((7, "Inlet", 8), (8, "DOM TX Power Sensor", 8))
    lines += cells(SENSOR, 7, c1=8, c2=9, c3=1, c4=418, c5=1) + cells(SENSOR, 8, c1=6, c2=8, c3=4, c4=2210, c5=1)
    lines += cells(ARISTA, 7, c1=-1000000000, c2=-1000000000, c3=950, c4=1000)
    lines += cells(ARISTA, 8, c1=890, c2=709, c3=6310, c4=7940)

    found = await known(*system("30065.1.3011"), *lines)

    inlet, light = found["sensor"]["Inlet"], found["sensor"]["DOM TX Power Sensor"]
    limits = ("sensor_low_critical", "sensor_low_warning", "sensor_high_warning", "sensor_high_critical")
    assert [inlet.get(name) for name in limits] == [None, None, 95, 100]
    assert light["quantity"] == "dbm"
    assert [round(light[name], 2) for name in limits] == [-11.49, -10.51, -2.0, -1.0]


@pytest.mark.parametrize(("calibrated", "limit"), [(1, None), (2, -13.01)])
async def test_light_that_others_are_to_calibrate_has_no_limits(known, calibrated, limit):
    lines = cells(TIMOS_LIGHT, "1.35684352", c1=5505, c5=24320, c21=2000, c22=1000, c23=500, c24=15000, c25=20000,
                  c40=calibrated)  # fmt: skip

    found = await known(*system("6527.1.3.17"), *lines)

    rx = next(row for name, row in found["sensor"].items() if name.endswith("Rx power"))
    assert round(rx["sensor_value"], 2) == -6.99
    low = rx.get("sensor_low_critical")
    assert (None if low is None else round(low, 2)) == limit


async def test_a_supply_of_an_aruba_controller_that_is_inactive_is_said_to_be_away_or_broken(known):
    supply = f"{ENTERPRISES}.14823.2.2.1.2.1.18.1"

    found = await known(*system("14823.1.1.36"), *cells(supply, 1, c2=1), *cells(supply, 2, c2=2))

    assert states(found["hardware"]) == {"Power supply 1": "ok", "Power supply 2": "absent"}
    assert found["hardware"]["Power supply 2"]["hardware_word"] == "inactive or not present"


@pytest.mark.parametrize(("number", "serial", "name"), [
    (1041, "FG1K5D3I00000001", "FortiGate 100E"), (999999, "FG100E4Q17000001", "FortiGate 100E"),
    (999999, "FGT60FTK20000001", "FortiGate 60F"), (999999, "FWF61FTK20000001", "FortiWiFi 61F"),
    (999999, "FG1K5D3I00000001", "FGT_1500D"),
])  # fmt: skip
async def test_a_fortigate_is_called_as_its_maker_calls_it(known, number, serial, name):
    lines = [f"{ENTERPRISES}.12356.100.1.1.1.0|4|{serial}", *cells(ENTITY, 1, c2="Fortinet", c5=3, c13="FGT_1500D")]

    found = await known(*system(f"12356.101.1.{number}"), *lines)

    (identity,) = found["identity"].values()
    assert (identity["model"], identity["serial"]) == (name, serial)
