"""Says which columns of a table share a chart, and what each of them is in it.

A quiet room. May import: netwatch.model. Called by: netwatch.web.pages, netwatch.web.api, device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from netwatch.model import CONCEPTS, REACHABILITY, ColumnKind


class Role(StrEnum):
    """What a column is in a chart. Above and below: of a zero line; capacity: how high both can be."""

    LINE = "line"
    ABOVE = "above"
    BELOW = "below"
    CAPACITY = "capacity"
    LOW_CRITICAL = "low_critical"
    LOW_WARNING = "low_warning"
    HIGH_WARNING = "high_warning"
    HIGH_CRITICAL = "high_critical"
    STATE = "state"


_ROLES: Final[Mapping[str, Role]] = {
    "interface_in_bits_per_second": Role.ABOVE,
    "interface_out_bits_per_second": Role.BELOW,
    "interface_speed_bits_per_second": Role.CAPACITY,
    "memory_size_bytes": Role.CAPACITY,
    "storage_size_bytes": Role.CAPACITY,
    "sensor_low_critical": Role.LOW_CRITICAL,
    "sensor_low_warning": Role.LOW_WARNING,
    "sensor_high_warning": Role.HIGH_WARNING,
    "sensor_high_critical": Role.HIGH_CRITICAL,
}
BOUNDS: Final = frozenset({Role.CAPACITY, Role.LOW_CRITICAL, Role.LOW_WARNING, Role.HIGH_WARNING, Role.HIGH_CRITICAL})
"""What a chart is not drawn for where there is nothing else."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One chart of a row: its title and its columns."""

    title: str
    columns: tuple[str, ...]


_PLANS: Final[Mapping[str, Sequence[Plan]]] = {
    "interface": (
        Plan("Traffic", ("interface_in_bits_per_second", "interface_out_bits_per_second",
                         "interface_speed_bits_per_second")),
        Plan("How full", ("interface_utilization_ratio",)),
        Plan("Errors and discards", ("interface_errors_per_second", "interface_discards_per_second")),
        Plan("State", ("interface_oper",)),
    ),
    "sensor": (
        Plan("Value", ("sensor_value", "sensor_high_critical", "sensor_high_warning", "sensor_low_warning",
                       "sensor_low_critical")),
        Plan("State", ("sensor_state",)),
    ),
    "cpu": (Plan("Busy", ("cpu_busy_ratio",)),),
    "memory": (
        Plan("How full", ("memory_used_ratio",)), Plan("Used", ("memory_used_bytes", "memory_size_bytes")),
    ),
    "storage": (
        Plan("How full", ("storage_used_ratio",)), Plan("Used", ("storage_used_bytes", "storage_size_bytes")),
        Plan("Read only", ("storage_read_only",)),
    ),
    REACHABILITY.name: (
        Plan("Up", ("up",)),
        Plan("Round trip", ("round_trip_seconds", "ping_round_trip_seconds", "usual_round_trip_seconds")),
        Plan("Pings lost", ("loss_ratio",)),
    ),
}  # fmt: skip


def plans_of(table: str) -> Sequence[Plan]:
    """Return the charts of a row of a table; where nobody has thought of some each number has its own."""
    return _PLANS.get(table) or tuple(Plan(title_of(name), (name,)) for name in numbers_of(table))


def role_of(table: str, column: str) -> Role:
    """Return what a column is in its chart."""
    return Role.STATE if states_of(table, column) is not None else _ROLES.get(column, Role.LINE)


def states_of(table: str, column: str) -> Mapping[int, str] | None:
    """Return the words of a column that says a state, None of numbers."""
    if table == REACHABILITY.name:
        return {1: "up", 0: "away"} if column in ("up", "snmp_up", "ping_up") else None
    return CONCEPTS[table].enums.get(column)


def numbers_of(table: str) -> tuple[str, ...]:
    """Return the columns of a table that can be drawn; none of a table without history."""
    if table == REACHABILITY.name:
        columns = REACHABILITY.columns
    else:
        concept = CONCEPTS.get(table)
        columns = concept.columns if concept is not None and not concept.is_fact else {}
    return tuple(name for name, kind in columns.items() if kind is not ColumnKind.TEXT)


def title_of(column: str) -> str:
    """Write `interface_in_bits_per_second` as people say it: `in`."""
    words = column.removesuffix("_bits_per_second").removesuffix("_per_second")
    words = words.removesuffix("_ratio").removesuffix("_bytes").removesuffix("_seconds")
    first, _, rest = words.partition("_")
    return (rest if first in CONCEPTS and rest else words).replace("_", " ")


def series_path(device: str, table: str, row: str, columns: Sequence[str], since: str, points: int = 0) -> str:
    """Return where a script fetches what to draw."""
    asked = {"device": device, "table": table, "row": row, "columns": ",".join(columns), "since": since}
    return f"/api/v1/series?{urlencode(asked | ({'points': str(points)} if points else {}))}"
