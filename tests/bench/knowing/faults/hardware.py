"""Faults of fans, supplies, sensors, batteries, and of the supplies of printers."""

from __future__ import annotations

from typing import cast

from netwatch.model import Tag, Value
from tests.bench.knowing.faults.planting import (
    Change,
    Fault,
    Held,
    column,
    grafted,
    number,
    oid,
    rows,
    stays,
    turns,
    words,
)

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
ENTITY_NAMES = (f"{ENTITY}.7", f"{ENTITY}.2")
POWER_SUPPLY, FAN = 6, 7
ENVMON, FRU = "1.3.6.1.4.1.9.9.13.1", "1.3.6.1.4.1.9.9.117.1"
CISCO_SENSOR, CISCO_LIMIT = "1.3.6.1.4.1.9.9.91.1.1.1.1", "1.3.6.1.4.1.9.9.91.1.2.1.1"
JUNIPER, JUNIPER_DOM = "1.3.6.1.4.1.2636.3.1.13.1", "1.3.6.1.4.1.2636.3.60.1.1.1.1"
STACK = "1.3.6.1.4.1.9.9.500.1.2.1.1.6"
UPS, APC, PRINTER = "1.3.6.1.2.1.33.1", "1.3.6.1.4.1.318.1.1.1", "1.3.6.1.2.1.43.11.1.1"
SENSOR = "1.3.6.1.2.1.99.1.1.1"
MIKROTIK_OPTICS = "1.3.6.1.4.1.14988.1.1.19.1.1"
ENTITY_STATE, POE = "1.3.6.1.2.1.131.1.1.1", "1.3.6.1.2.1.105.1.3.1.1"
FORTIGATE_SENSOR = "1.3.6.1.4.1.12356.101.4.3.2.1"
DELL_DISK = "1.3.6.1.4.1.674.10892.5.5.1.20.130.4.1"
SWITCHES = ("procurve_2520", "comware", "awplus", "zxr10", "xos")
TONER_AND_INK = (3, 5, 6)
CELSIUS, DBM, WATTS = 8, 14, 6
FAN_RULES, SUPPLY_RULES = ("FanFailed", "HardwareFailed"), ("PowerSupplyFailed", "HardwareFailed")


def too_hot(held: Held) -> Change | None:
    """A sensor of CISCO-ENVMON-MIB passes its threshold, and the device says so too."""
    for index, tag in rows(held, f"{ENVMON}.3.1.6", (1,), {}):
        limit = number(held, f"{ENVMON}.3.1.4", index)
        value = held.get((*oid(f"{ENVMON}.3.1.3"), *index))
        if limit and value is not None:
            fault = [
                ((*oid(f"{ENVMON}.3.1.3"), *index), value[0], limit + 20),
                ((*oid(f"{ENVMON}.3.1.6"), *index), tag, 3),
            ]
            return Change(fault=fault, names=words(held, (f"{ENVMON}.3.1.2",), index))
    return None


def beyond_cisco_limit(held: Held) -> Change | None:
    """A temperature of CISCO-ENTITY-SENSOR-MIB passes the highest of its own thresholds."""
    for index, _ in rows(held, f"{CISCO_SENSOR}.1", (CELSIUS,), {}):
        limits = [
            value
            for (place, (_, value)) in column(held, f"{CISCO_LIMIT}.4").items()
            if place[: len(index)] == index and number(held, f"{CISCO_LIMIT}.3", place) in (3, 4)
        ]
        cell = held.get((*oid(f"{CISCO_SENSOR}.4"), *index))
        if limits and cell is not None and isinstance(cell[1], int) and 0 < cell[1] < max(cast(list[int], limits)):
            hot = max(cast(list[int], limits)) + 5 * 10 ** number(held, f"{CISCO_SENSOR}.3", index)
            return Change(
                fault=[((*oid(f"{CISCO_SENSOR}.4"), *index), cell[0], hot)], names=words(held, ENTITY_NAMES, index)
            )
    return None


def red_alarm(held: Held) -> Change | None:
    """A Juniper that has no alarm has the red one on."""
    name = oid("1.3.6.1.4.1.2636.3.4.2.3.1.0")
    return None if name not in held else Change(before=[(name, Tag.INTEGER, 2)], fault=[(name, Tag.INTEGER, 3)])


def poe_row(power: int, used: int) -> list[tuple[str, Tag, Value]]:
    """Return the row of a group of ports that give power, in watts."""
    return [
        (f"{POE}.2.1", Tag.GAUGE32, power),
        (f"{POE}.3.1", Tag.INTEGER, 1),
        (f"{POE}.4.1", Tag.GAUGE32, used),
    ]


def toner_low(held: Held) -> Change | None:
    """A cartridge of a printer comes to two in a hundred."""
    for index, tag in rows(held, f"{PRINTER}.9", (), {f"{PRINTER}.5": TONER_AND_INK}):
        most = number(held, f"{PRINTER}.8", index)
        if most > 10 and number(held, f"{PRINTER}.9", index) > 0.2 * most:
            low = ((*oid(f"{PRINTER}.9"), *index), tag, most * 2 // 100)
            return Change(fault=[low], names=words(held, (f"{PRINTER}.6",), index))
    return None


FANS = (
    Fault(
        name="a fan fails (CISCO-ENVMON-MIB)",
        rules=FAN_RULES,
        plant=turns(f"{ENVMON}.4.1.3", 3, well=(1,), names=(f"{ENVMON}.4.1.2",)),
    ),
    Fault(
        name="a fan tray fails (CISCO-ENTITY-FRU-CONTROL-MIB)",
        rules=FAN_RULES,
        plant=turns(f"{FRU}.4.1.1.1", 3, well=(2,), names=ENTITY_NAMES),
    ),
    Fault(
        name="a fan fails (JUNIPER-MIB)",
        rules=FAN_RULES,
        plant=turns(f"{JUNIPER}.6", 6, well=(2, 3), names=(f"{JUNIPER}.5",), where={f"{JUNIPER}.1": (4,)}),
    ),
)
SUPPLIES = (
    Fault(
        name="a supply fails (CISCO-ENVMON-MIB)",
        rules=SUPPLY_RULES,
        plant=turns(f"{ENVMON}.5.1.3", 3, well=(1,), names=(f"{ENVMON}.5.1.2",)),
    ),
    Fault(
        name="a supply fails (CISCO-ENTITY-FRU-CONTROL-MIB)",
        rules=SUPPLY_RULES,
        plant=turns(f"{FRU}.1.2.1.2", 8, well=(2,), names=ENTITY_NAMES, where={f"{ENTITY}.5": (POWER_SUPPLY,)}),
    ),
    Fault(
        name="a supply fails (JUNIPER-MIB)",
        rules=SUPPLY_RULES,
        plant=turns(f"{JUNIPER}.6", 6, well=(2, 3), names=(f"{JUNIPER}.5",), where={f"{JUNIPER}.1": (2,)}),
    ),
)
PARTS = (
    Fault(
        name="a stack member does not match (CISCO-STACKWISE-MIB)",
        rules=("HardwareFailed",),
        plant=turns(STACK, 6, well=(4,), names=ENTITY_NAMES),
    ),
    Fault(
        name="a disk crashes (SYNOLOGY-DISK-MIB)",
        rules=("HardwareFailed",),
        plant=turns("1.3.6.1.4.1.6574.2.1.1.5", 5, well=(1,), names=("1.3.6.1.4.1.6574.2.1.1.2",)),
    ),
    Fault(
        name="a disk fails (IDRAC-MIB)",
        rules=("HardwareFailed",),
        plant=turns(f"{DELL_DISK}.24", 5, well=(3,), names=(f"{DELL_DISK}.55",)),
    ),
    Fault(name="the red alarm is on (JUNIPER-ALARM-MIB)", rules=("DeviceAlarm",), plant=red_alarm),
    Fault(
        name="a part stops (ENTITY-STATE-MIB)",
        rules=("HardwareFailed", "FanFailed", "PowerSupplyFailed"),
        plant=turns(f"{ENTITY_STATE}.3", 2, well=(3,), names=ENTITY_NAMES, where={f"{ENTITY_STATE}.2": (4,)}),
    ),
    Fault(
        name="a power source equipment, grafted, is faulty (POWER-ETHERNET-MIB)",
        rules=SUPPLY_RULES,
        plant=grafted(poe_row(370, 100), [(f"{POE}.3.1", Tag.INTEGER, 3)]),
        only=SWITCHES,
    ),
    Fault(
        name="the power over Ethernet, grafted, is used up",
        rules=("PoolExhausted",),
        plant=grafted(poe_row(370, 100), [(f"{POE}.4.1", Tag.GAUGE32, 366)], "PoE"),
        only=SWITCHES,
    ),
)
SENSORS = (
    Fault(
        name="a temperature is called critical (CISCO-ENVMON-MIB)",
        rules=("SensorAlarm",),
        plant=turns(f"{ENVMON}.3.1.6", 3, well=(1,), names=(f"{ENVMON}.3.1.2",)),
    ),
    Fault(
        name="a sensor, grafted, raises its alarm (FORTINET-FORTIGATE-MIB)",
        rules=("SensorAlarm", "SensorBeyondLimit", "HardwareFailed"),
        plant=grafted(
            [
                (f"{FORTIGATE_SENSOR}.1.1", Tag.INTEGER, 1),
                (f"{FORTIGATE_SENSOR}.2.1", Tag.OCTET_STRING, b"CPU Die Temp"),
                (f"{FORTIGATE_SENSOR}.3.1", Tag.OCTET_STRING, b"61"),
                (f"{FORTIGATE_SENSOR}.4.1", Tag.INTEGER, 0),
            ],
            [(f"{FORTIGATE_SENSOR}.4.1", Tag.INTEGER, 1)],
            "CPU Die Temp",
        ),
        only=("fortigate",),
    ),
    Fault(name="a temperature passes its threshold (CISCO-ENVMON-MIB)", rules=("SensorBeyondLimit",), plant=too_hot),
    Fault(
        name="a temperature passes its threshold (CISCO-ENTITY-SENSOR-MIB)",
        rules=("SensorBeyondLimit",),
        plant=beyond_cisco_limit,
    ),
)
POWER = (
    Fault(
        name="a UPS runs on battery (UPS-MIB)",
        rules=("UpsOnBattery", "UpsOutputOnBattery"),
        plant=turns(f"{UPS}.4.1", 5, well=(3,)),
    ),
    Fault(
        name="a UPS runs on battery (PowerNet-MIB)",
        rules=("UpsOnBattery", "UpsOutputOnBattery"),
        plant=turns(f"{APC}.4.1.1", 3, well=(2,)),
    ),
    Fault(
        name="the battery of a UPS is low",
        rules=("UpsBatteryLow",),
        plant=turns(f"{UPS}.2.1", 3, well=(2,), beside={f"{UPS}.2.3": 2, f"{UPS}.2.4": 6, f"{UPS}.4.1": 5}),
    ),
    Fault(name="toner is low", rules=("SupplyLow",), plant=toner_low),
)
SILENT = (
    Fault(
        name="a fan bay that is empty (CISCO-ENVMON-MIB)",
        rules=FAN_RULES,
        plant=stays(f"{ENVMON}.4.1.3", 5, well=(1,)),
    ),
    Fault(
        name="a supply bay that is empty (CISCO-ENVMON-MIB)",
        rules=SUPPLY_RULES,
        plant=stays(f"{ENVMON}.5.1.3", 5, well=(1,)),
    ),
    Fault(
        name="a supply that is switched off (CISCO-ENTITY-FRU-CONTROL-MIB)",
        rules=SUPPLY_RULES,
        plant=stays(f"{FRU}.1.2.1.2", 3, well=(2,), where={f"{ENTITY}.5": (POWER_SUPPLY,)}),
    ),
    Fault(
        name="a stack member that is provisioned only",
        rules=("HardwareFailed",),
        plant=stays(STACK, 9, well=(4,)),
    ),
    Fault(
        name="a cartridge whose level nobody knows",
        rules=("SupplyLow",),
        plant=stays(f"{PRINTER}.9", -2),
    ),
    Fault(
        name="a cartridge that holds some",
        rules=("SupplyLow",),
        plant=stays(f"{PRINTER}.9", -3),
    ),
)
