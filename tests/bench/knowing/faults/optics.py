"""Faults of light on receivers, and darkness that is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netwatch.model import Tag, Value
from tests.bench.knowing.corpus import Name
from tests.bench.knowing.faults.planting import Change, Fault, Held, Plant, column, number, oid, rows, words

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
ENTITY_NAMES = (f"{ENTITY}.7", f"{ENTITY}.2")
CISCO_SENSOR, SENSOR = "1.3.6.1.4.1.9.9.91.1.1.1.1", "1.3.6.1.2.1.99.1.1.1"
JUNIPER_DOM, MIKROTIK_OPTICS = "1.3.6.1.4.1.2636.3.60.1.1.1.1", "1.3.6.1.4.1.14988.1.1.19.1.1"
CISCO_LIMIT, NO_LIMIT = "1.3.6.1.4.1.9.9.91.1.2.1.1", -32768
DBM, WATTS = 14, 6
DARK_DBM = -40.0
WEAK_DBM = -33.0
"""Below what any receiver needs, where none of its own limits says what it needs."""


def _receivers(held: Held, table: str, kinds: tuple[int, ...]) -> Iterator[Name]:
    for index, _ in rows(held, f"{table}.1", kinds, {}):
        name = "".join(words(held, (f"{ENTITY}.2", f"{ENTITY}.7"), index)).lower()
        if any(word in name for word in ("rx", "receive", "recv")):
            yield index


def _light(held: Held, table: str, *, begins_dark: bool, kinds: tuple[int, ...]) -> Change | None:
    """Light on a receiver goes from -3 dBm to next to nothing, or it is dark from the beginning."""
    for index in sorted(_receivers(held, table, kinds), key=lambda row: not _is_port_up(held, row)):
        name = (*oid(f"{table}.4"), *index)
        cell = held.get(name)
        scale, precision = number(held, f"{table}.2", index, 9), number(held, f"{table}.3", index)
        if cell is None or not isinstance(cell[1], int):
            continue
        is_dbm = number(held, f"{table}.1", index) == DBM

        def raw(dbm: float, is_dbm: bool = is_dbm, unit: int = 3 * (scale - 9), digits: int = precision) -> int:
            value = dbm if is_dbm else 10.0 ** (dbm / 10) / 1000
            return round(value * 10.0 ** (digits - unit))

        status = [((*oid(f"{table}.5"), *index), Tag.INTEGER, 1)]
        port = port_in("".join(words(held, ENTITY_NAMES, index)), held)
        up = [] if port is None else _port_up(held, port)
        before: list[tuple[Name, Tag, Value]] = [
            *status,
            *up,
            (name, cell[0], raw(DARK_DBM if begins_dark else -3.0)),
        ]
        limits = [limit for limit in _low_limits(held, index) if table == CISCO_SENSOR]
        weak = min(limits) - raw(1.0) if limits and is_dbm else raw(WEAK_DBM)
        fault = [] if begins_dark else [(name, cell[0], weak)]
        return Change(before=before, fault=fault, names=words(held, ENTITY_NAMES, index))
    return None


def _low_limits(held: Held, index: Name) -> list[int]:
    """Return the low thresholds of a sensor of CISCO-ENTITY-SENSOR-MIB, as raw as its value."""
    return [
        value
        for place, (_, value) in column(held, f"{CISCO_LIMIT}.4").items()
        if place[: len(index)] == index
        and number(held, f"{CISCO_LIMIT}.3", place) in (1, 2)
        and isinstance(value, int)
        and value != NO_LIMIT
    ]


def _is_port_up(held: Held, index: Name) -> bool:
    """Return whether the port that a receiver's name speaks of is up, so that light on it means something."""
    port = port_in("".join(words(held, ENTITY_NAMES, index)), held)
    return port is not None and number(held, "1.3.6.1.2.1.2.2.1.8", port) == 1


def weakens(table: str, *kinds: int) -> Plant:
    """Return the plant of a receiver of an entity sensor table whose light weakens."""
    return lambda held: _light(held, table, begins_dark=False, kinds=kinds)


def is_dark(table: str, *kinds: int) -> Plant:
    """Return the plant of a receiver that is dark from the beginning: nobody has plugged anything in."""
    return lambda held: _light(held, table, begins_dark=True, kinds=kinds)


def is_switched_off(table: str, *kinds: int) -> Plant:
    """Return the plant of a receiver that goes dark as its port is switched off."""

    def plant(held: Held) -> Change | None:
        change = _light(held, table, begins_dark=False, kinds=kinds)
        port = None if change is None else port_in("".join(change.names), held)
        if change is None or port is None:
            return None
        off = [(place, tag, 2) for place, tag, _ in _port_up(held, port)]
        return replace(change, fault=[*change.fault, *off])

    return plant


def port_in(text: str, held: Held) -> Name | None:
    """Return the ifIndex of the port that a text names, the longest name if several do."""
    named = {
        name.decode("utf-8", "replace"): index
        for under in ("1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2")
        for index, (_, name) in column(held, under).items()
        if isinstance(name, bytes) and name.strip()
    }
    return next((named[name] for name in sorted(named, key=len, reverse=True) if name in text), None)


def juniper_weakens(held: Held) -> Change | None:
    """Light on a receiver of JUNIPER-DOM-MIB, in hundredths of a dBm."""
    for index, tag in rows(held, f"{JUNIPER_DOM}.5", (), {}):
        name = (*oid(f"{JUNIPER_DOM}.5"), *index)
        port = words(held, ("1.3.6.1.2.1.31.1.1.1.1",), index)
        return Change(before=[(name, tag, -300), *_port_up(held, index)], fault=[(name, tag, -3300)], names=port)
    return None


def mikrotik_weakens(held: Held) -> Change | None:
    """Light on a receiver of MIKROTIK-MIB, in thousandths of a dBm."""
    for index, tag in rows(held, f"{MIKROTIK_OPTICS}.10", (), {}):
        name = (*oid(f"{MIKROTIK_OPTICS}.10"), *index)
        names = words(held, (f"{MIKROTIK_OPTICS}.2",), index)
        port = port_in("".join(names), held)
        up = [] if port is None else _port_up(held, port)
        return Change(before=[(name, tag, -3000), *up], fault=[(name, tag, -33000)], names=names)
    return None


def _port_up(held: Held, index: Name) -> list[tuple[Name, Tag, Value]]:
    """Return what makes the port of that ifIndex one that is up."""
    places = [(*oid(f"1.3.6.1.2.1.2.2.1.{number}"), *index) for number in (7, 8)]
    return [(place, held[place][0], 1) for place in places if place in held]


OPTICS = (
    Fault(
        name="light on a receiver weakens (CISCO-ENTITY-SENSOR-MIB)",
        rules=("OpticalPowerLow",),
        plant=weakens(CISCO_SENSOR, DBM),
    ),
    Fault(
        name="light on a receiver weakens (ENTITY-SENSOR-MIB)",
        rules=("OpticalPowerLow",),
        plant=weakens(SENSOR, WATTS, DBM),
    ),
    Fault(name="light on a receiver weakens (JUNIPER-DOM-MIB)", rules=("OpticalPowerLow",), plant=juniper_weakens),
    Fault(name="light on a receiver weakens (MIKROTIK-MIB)", rules=("OpticalPowerLow",), plant=mikrotik_weakens),
)
SILENT = (
    Fault(name="a receiver that is dark (Cisco)", rules=("OpticalPowerLow",), plant=is_dark(CISCO_SENSOR, DBM)),
    Fault(
        name="a receiver that is dark (ENTITY-SENSOR-MIB)",
        rules=("OpticalPowerLow", "SensorBeyondLimit"),
        plant=is_dark(SENSOR, WATTS, DBM),
    ),
    Fault(
        name="a receiver whose port is switched off (Cisco)",
        rules=("OpticalPowerLow", "SensorBeyondLimit", "InterfaceDown"),
        plant=is_switched_off(CISCO_SENSOR, DBM),
    ),
    Fault(
        name="a receiver whose port is switched off (ENTITY-SENSOR-MIB)",
        rules=("OpticalPowerLow", "SensorBeyondLimit", "InterfaceDown"),
        plant=is_switched_off(SENSOR, WATTS, DBM),
    ),
)
