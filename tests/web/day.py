"""A switch whose days are known: traffic that comes and goes, an hour in which it was away, a warm sensor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from netwatch.app.history import CELLS
from netwatch.history import availability_of
from netwatch.model import AlertState, Availability, Past
from tests.concept_readings import concept_reading

from .house import House, alert_of, status_of

NAME = "core-sw1"
PORTS = tuple(f"Gi1/0/{number}" for number in range(1, 13))
SENSORS = {"Inlet": "celsius", "PSU1": "volts", "Te1/1 rx": "dbm"}
MINUTE = 60_000
AWAY_HOURS = (5.0, 4.0)
"""From so many hours before now to so many it was away."""


def _wave(at: float, hours: float = 24.0, shift: float = 0.0) -> float:
    return 0.5 + 0.5 * math.sin(at / 3.6e6 * math.tau / hours + shift)


def _noise(at: float, seed: float) -> float:
    return abs(math.sin(at / 6e4 * 12.9898 + seed * 78.233) * 43758.5453) % 1.0


def value_of(table: str, key: str, column: str, at: float) -> object:
    """Return what a column was, at milliseconds since 1970."""
    seed = sum(map(ord, key)) % 17
    busy = _wave(at, shift=seed / 9) ** 2 * (0.7 + 0.6 * _noise(at, seed))
    values: Mapping[str, object] = {
        "interface_in_bits_per_second": 6.4e8 * busy / (1 + seed % 5),
        "interface_out_bits_per_second": 2.2e8 * busy * _noise(at, seed + 1) / (1 + seed % 3),
        "interface_speed_bits_per_second": 1e9,
        "interface_utilization_ratio": 0.64 * busy / (1 + seed % 5),
        "interface_errors_per_second": 0.4 if _noise(at, seed) > 0.97 else 0.0,
        "interface_discards_per_second": 2.0 * busy if _noise(at, seed + 2) > 0.9 else 0.0,
        "interface_oper": 1,
        "cpu_busy_ratio": 0.15 + 0.5 * busy,
        "memory_used_ratio": 0.55 + 0.1 * _wave(at, 11), "memory_used_bytes": 2.2e9 + 4e8 * _wave(at, 11),
        "memory_size_bytes": 4.0 * 2**30,
        "storage_used_ratio": 0.81, "storage_used_bytes": 6.6e9, "storage_size_bytes": 8.0 * 2**30,
        "sensor_state": 1,
        "up": 1, "round_trip_seconds": 0.0022 + 0.004 * busy * _noise(at, 3), "usual_round_trip_seconds": 0.003,
        "ping_round_trip_seconds": 0.0012 + 0.003 * busy * _noise(at, 4), "loss_ratio": 0.0,
    }  # fmt: skip
    if table == "sensor" and column != "sensor_state":
        middle, swing, limits = {
            "Inlet": (31.0, 9.0, (None, 5.0, 40.0, 55.0)), "PSU1": (12.0, 0.1, (11.4, None, None, 12.6)),
            "Te1/1 rx": (-6.0, 1.5, (-14.4, -13.0, None, 0.5)),
        }[key.removeprefix("sensor=")]  # fmt: skip
        names = ("sensor_low_critical", "sensor_low_warning", "sensor_high_warning", "sensor_high_critical")
        return {"sensor_value": middle + swing * (busy - 0.3), **dict(zip(names, limits, strict=True))}[column]
    return values.get(column)


class Day:
    """The history of that switch: a reading a minute, and beyond 36 hours lowest, mean and highest of five."""

    is_kept = True

    def __init__(self, *, known_for: timedelta = timedelta(days=60)) -> None:
        self.known_for = known_for

    async def rows(self, device: str, table: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        return [(key, labels) for key, labels in rows_of(table).items()]

    async def past(
        self, device: str, table: str, key: str, columns: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Past]:
        step = 0 if until - since <= timedelta(hours=36) else 5 * MINUTE
        now = datetime.now(since.tzinfo)
        end = round(until.timestamp() * 1000)
        begin = max(round(since.timestamp() * 1000), round((now - self.known_for).timestamp() * 1000))
        away = [round((now - timedelta(hours=hours)).timestamp() * 1000) for hours in AWAY_HOURS]
        times = [at for at in range(begin - begin % (step or MINUTE), end, step or MINUTE) if at >= begin]
        found = {}
        for column in columns:
            values = [self._value(table, key, column, at, away) for at in times]
            kept = [(at, one) for at, one in zip(times, values, strict=True) if one is not None]
            past = Past(step=step)
            lows, highs = ([_spread(one, share, step) for _, one in kept] for share in (0.8, 1.3))
            past.add([at for at, _ in kept], lows, [one for _, one in kept], highs)
            found[column] = past
        return found

    async def column(
        self, device: str, table: str, column: str, since: datetime, until: datetime, step: timedelta
    ) -> Mapping[str, tuple[Mapping[str, str], Past]]:
        found = {}
        for key, labels in rows_of(table).items():
            past = (await self.past(device, table, key, (column,), since, until))[column]
            if past.times:
                found[key] = (labels, past)
        return found

    async def availability(self, device: str, spans: Sequence[timedelta], until: datetime) -> Sequence[Availability]:
        found = []
        for span in spans:
            past = await self.past(device, "reachability", "", ("up",), until - span, until)
            found.append(availability_of(past["up"], until - span, until, CELLS))
        return found

    @staticmethod
    def _value(table: str, key: str, column: str, at: int, away: Sequence[int]) -> object:
        if away[0] <= at < away[1]:
            return 0 if column == "up" else None
        return value_of(table, key, column, at)


def _spread(value: object, share: float, step: int) -> object:
    return value * share if step and isinstance(value, float) else value


def rows_of(table: str) -> Mapping[str, Mapping[str, str]]:
    """Return keys and labels of a table's rows."""
    return {
        "interface": {f"ifName={name}": {"ifName": name, "ifAlias": f"to rack {name[-1]}"} for name in PORTS},
        "sensor": {f"sensor={name}": {"sensor": name, "quantity": unit} for name, unit in SENSORS.items()},
        "cpu": {"cpu=0": {"cpu": "0", "scope": "device"}}, "memory": {"pool=RAM": {"pool": "RAM"}},
        "storage": {"path=/flash": {"path": "/flash"}}, "reachability": {"": {}},
    }.get(table, {})  # fmt: skip


COLUMNS: Mapping[str, Sequence[str]] = {
    "interface": ("interface_in_bits_per_second", "interface_out_bits_per_second", "interface_speed_bits_per_second",
                  "interface_utilization_ratio", "interface_errors_per_second", "interface_discards_per_second"),
    "sensor": ("sensor_value", "sensor_low_critical", "sensor_low_warning", "sensor_high_warning",
               "sensor_high_critical"),
    "cpu": ("cpu_busy_ratio",), "memory": ("memory_used_bytes", "memory_size_bytes", "memory_used_ratio"),
    "storage": ("storage_used_bytes", "storage_size_bytes", "storage_used_ratio"),
}  # fmt: skip


def switch_now(now: datetime) -> list:
    """Return the last readings of that switch."""
    at = now.timestamp() * 1000
    found = []
    for table, columns in COLUMNS.items():
        rows = []
        for number, (key, labels) in enumerate(rows_of(table).items(), 1):
            values = {name: value_of(table, key, name, at) for name in columns}
            states = {"interface": {"interface_oper": "up", "interface_admin": "up", "ifIndex": number},
                      "sensor": {"sensor_state": "ok"}}.get(table, {})  # fmt: skip
            rows.append({**labels, **states, **{name: one for name, one in values.items() if one is not None}})
        reading = concept_reading(table, *rows, device=NAME, at=now)
        found.append(replace(reading, rows=replace(reading.rows, keys=tuple(rows_of(table)))))
    return found


def a_day(now: datetime, known_for: timedelta = timedelta(days=60)) -> House:
    """Return the house of that switch, with an alert of now and one that is over."""
    status = status_of(NAME, last_polled_at=now, round_trip=timedelta(milliseconds=3))
    house = House(statuses=[status], history=Day(known_for=known_for))
    house.tables[NAME] = switch_now(now)
    house.known_alerts = [
        alert_of("InterfaceSaturated", NAME, instance=f"ifName={PORTS[0]}", firing_at=now - timedelta(hours=2),
                 summary=f"{PORTS[0]} is 94 % full", value=9.4e8, threshold=9e8),
        alert_of("DeviceDown", NAME, severity="critical", firing_at=now - timedelta(hours=AWAY_HOURS[0]),
                 resolved_at=now - timedelta(hours=AWAY_HOURS[1]), summary=f"{NAME} did not answer",
                 state=AlertState.RESOLVED),
    ]  # fmt: skip
    return house
