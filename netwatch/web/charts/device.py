"""Chooses the charts that the page of a device begins with: what is wrong first, then what every device is asked for.

A quiet room. May import: netwatch.model, plan. Called by: netwatch.web.pages.devices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from netwatch.model import CONCEPTS, REACHABILITY, TableReading
from netwatch.web.charts.plan import Plan, plans_of, series_path

MOST_CHARTS: Final = 8
MOST_ALERTING: Final = 3
BUSIEST_PORTS: Final = 2
POINTS: Final = 150
"""Of a chart in half a page; a day in steps of ten minutes."""
SPAN: Final = "24h"
Measure = Callable[[TableReading, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChart:
    """One chart of a row, and where it leads to."""

    device: str
    table: str
    row: str
    title: str
    plan: Plan

    @property
    def is_strip(self) -> bool:
        """Return whether it shows states."""
        return self.plan.columns[0] == "up" or self.plan.columns[0].endswith(("_state", "_oper"))

    @property
    def series(self) -> str:
        """Return where a script fetches what to draw."""
        return series_path(self.device, self.table, self.row, self.plan.columns, SPAN, POINTS)

    @property
    def page(self) -> str:
        """Return where there is more of it."""
        return f"/history?{self._asked}"

    @property
    def picture(self) -> str:
        """Return where it is as a picture."""
        return f"/history.svg?{self._asked}&{urlencode({'chart': self.plan.title})}"

    @property
    def _asked(self) -> str:
        return urlencode({"device": self.device, "table": self.table, "row": self.row, "span": SPAN})


def first_charts(device: str, readings: Iterable[TableReading], alerting: Collection[str] = ()) -> list[RowChart]:
    """Return at most eight charts of what was read last.

    alerting: the keys of rows with a firing alert.
    """
    by_table = {reading.table: reading for reading in readings if reading.rows.keys}
    found: dict[tuple[str, str, str], RowChart] = {}
    for one in _wanted(device, by_table, alerting):
        found.setdefault((one.table, one.row, one.plan.title), one)
    return list(found.values())[:MOST_CHARTS]


def _wanted(device: str, read: Mapping[str, TableReading], alerting: Collection[str]) -> Iterator[RowChart]:
    up, round_trip, lost = plans_of(REACHABILITY.name)
    yield RowChart(device=device, table=REACHABILITY.name, row="", title=up.title, plan=up)
    yield from _alerting(device, read, alerting)
    traffic, _, errors, _ = plans_of("interface")
    for number in _highest(read.get("interface"), _traffic, BUSIEST_PORTS):
        yield _chart(device, read["interface"], number, traffic)
    for number in _highest(read.get("cpu"), _whole_device, 1):
        yield _chart(device, read["cpu"], number, plans_of("cpu")[0])
    for table in ("memory", "storage"):
        for number in _highest(read.get(table), _column(f"{table}_used_ratio"), 1):
            yield _chart(device, read[table], number, plans_of(table)[0])
    for number in _highest(read.get("sensor"), _closeness, 1):
        yield _chart(device, read["sensor"], number, plans_of("sensor")[0])
    yield RowChart(device=device, table=REACHABILITY.name, row="", title=round_trip.title, plan=round_trip)
    for number in _highest(read.get("interface"), _faults, 1):
        yield _chart(device, read["interface"], number, errors)
    yield RowChart(device=device, table=REACHABILITY.name, row="", title=lost.title, plan=lost)


def _alerting(device: str, read: Mapping[str, TableReading], alerting: Collection[str]) -> Iterator[RowChart]:
    left = MOST_ALERTING
    for table, reading in read.items():
        plans = plans_of(table)
        for number, key in enumerate(reading.rows.keys):
            if key in alerting and plans and left:
                left -= 1
                yield _chart(device, reading, number, plans[0])


def _chart(device: str, reading: TableReading, number: int, plan: Plan) -> RowChart:
    labels = reading.rows.labels
    first = "ifName" if reading.table == "interface" else CONCEPTS[reading.table].labels[0]
    names = labels.get(first)
    key = reading.rows.keys[number]
    name = (names[number] if names is not None else "") or key
    words = _WORDS.get(reading.table) or plan.title
    title = words if len(reading.rows.keys) == 1 and reading.table in _WORDS else f"{words} of {name}"
    return RowChart(device=device, table=reading.table, row=key, title=title, plan=plan)


_UP: Final = next(number for number, word in CONCEPTS["interface"].enums["interface_oper"].items() if word == "up")
_WORDS: Final[Mapping[str, str]] = {"sensor": "Sensor", "cpu": "CPU", "memory": "Memory", "storage": "Storage"}
"""How charts of a table are called, where that is not their own title; the only row of these needs no name."""


def _highest(reading: TableReading | None, measure: Measure, count: int) -> Sequence[int]:
    """Return the numbers of the rows of which most is measured; none of which nothing or less than nothing is."""
    if reading is None:
        return ()
    ranked = [(measure(reading, number), -number) for number in range(len(reading.rows.keys))]
    return [-number for value, number in sorted(ranked, reverse=True)[:count] if value > -math.inf]


def _value(reading: TableReading, column: str, number: int) -> float:
    """Return a number, less than any where there is none."""
    values = reading.columns.get(column, ())
    value = values[number] if number < len(values) else None
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else -math.inf


def _column(name: str) -> Measure:
    return lambda reading, number: _value(reading, name, number)


def _traffic(reading: TableReading, number: int) -> float:
    """Return the busier way of a port; less than any of one that carries nothing and is not up."""
    some = max(
        _value(reading, "interface_in_bits_per_second", number),
        _value(reading, "interface_out_bits_per_second", number),
    )
    return some if some > 0 or _value(reading, "interface_oper", number) in (_UP, -math.inf) else -math.inf


def _faults(reading: TableReading, number: int) -> float:
    """Return how many errors and discards there are a second, less than any where there are none."""
    some = max(
        _value(reading, "interface_errors_per_second", number),
        _value(reading, "interface_discards_per_second", number),
    )
    return some if some > 0 else -math.inf


def _whole_device(reading: TableReading, number: int) -> float:
    """Return how busy a processor is; the mean of all of a device comes before any of them."""
    scopes = reading.rows.labels.get("scope")
    value = _value(reading, "cpu_busy_ratio", number)
    return value + 10 if scopes is not None and scopes[number] == "device" else value


def _closeness(reading: TableReading, number: int) -> float:
    """Return how close a sensor is to its upper limit; those without one come after all, temperatures first."""
    value = _value(reading, "sensor_value", number)
    limit = max(_value(reading, f"sensor_high_{one}", number) for one in ("critical", "warning"))
    if value > -math.inf and limit > 0:
        return value / limit
    quantities = reading.rows.labels.get("quantity")
    is_warm = quantities is not None and quantities[number] == "celsius"
    return (value - 1e6 if is_warm else -1e9) if value > -math.inf else value
