"""Brings beside each sensor of a port how that port is: light that is missing on a port switched off is no news.

Sensors name their port as ENTITY-MIB does (GigabitEthernet1/0/7), interfaces as IF-MIB does (Gi1/0/7). Optics that
name no port may have it in their own name (`DOM RX Power Sensor for Ethernet21`).
A quiet room: values in, values out. May import: netwatch.model. Called by: meanings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from netwatch.model import Column, ReadingGap, RowSet, TableReading
from netwatch.model.concepts import DISABLED, DOWN, UP
from netwatch.polling.concepts.source import are_the_same
from netwatch.polling.standing.columns import Standing

COLUMN: Final = "sensor_port_state"
ADMIN: Final = "interface_admin"
OPER: Final = "interface_oper"
_NAME: Final = re.compile(r"([A-Za-z][A-Za-z-]*?)\s?(\d[\d/.:]*)")
OF_OPTICS: Final = frozenset({"dbm", "amperes"})
_ADMIN_UP: Final = 1
_STATES: Final[Mapping[int, int]] = {1: UP, 2: DOWN, 6: DOWN, 7: DOWN}
"""By ifOperStatus; of a port that is tested, dormant or unknown nobody knows."""


class PortStates:
    """The ports of one device; given its readings in the order of the concepts, interfaces before sensors."""

    def __init__(self) -> None:
        self._interfaces: TableReading | None = None
        self._made_of: tuple[RowSet, RowSet] | None = None
        self._rows: Sequence[int | None] = ()
        self._standing = Standing()
        self._states: tuple[object, ...] = ()
        self._column: Mapping[str, Column] = {}

    def beside(self, outcome: TableReading | ReadingGap) -> TableReading | ReadingGap:
        """Return a reading of sensors with the states of their ports; everything else as it is."""
        if outcome.table == "interface":
            self._interfaces = outcome if isinstance(outcome, TableReading) else None
        if outcome.table != "sensor" or isinstance(outcome, ReadingGap):
            return outcome
        if self._interfaces is None:
            return outcome
        rows = self._interfaces.rows
        if self._made_of is None or self._made_of[0] is not rows or self._made_of[1] is not outcome.rows:
            self._rows, self._made_of = rows_of_ports(outcome.rows, rows), (rows, outcome.rows)
        if not any(row is not None for row in self._rows):
            return outcome
        made_of = (self._rows, *(self._interfaces.columns.get(name) for name in (ADMIN, OPER)))
        if not are_the_same(made_of, self._states):
            states = _states(self._interfaces.columns, len(rows.index))
            found = [None if row is None else states[row] for row in self._rows]
            self._states, self._column = made_of, self._standing.of({COLUMN: found})
        return replace(outcome, columns={**outcome.columns, **self._column})


def rows_of_ports(sensors: RowSet, interfaces: RowSet) -> list[int | None]:
    """Return for each sensor the number of its port, None where there is none or more than one of that name."""
    by_name: dict[str, int | None] = {}
    for row, name in enumerate(interfaces.labels.get("ifName", ())):
        for known in {name.strip().lower(), short_name(name)} - {""}:
            by_name[known] = None if known in by_name else row
    empty = ("",) * len(sensors.index)
    names, ports, quantities = (sensors.labels.get(name, empty) for name in ("sensor", "port", "quantity"))
    found: list[int | None] = []
    for name, port, quantity in zip(names, ports, quantities, strict=True):
        where = _found(by_name, port) if port else None
        found.append(_in_name(by_name, name) if where is None and quantity in OF_OPTICS else where)
    return found


def _in_name(by_name: Mapping[str, int | None], name: str) -> int | None:
    """Return the port that a name consists of or contains."""
    if (exact := _found(by_name, name)) is not None:
        return exact
    found = {by_name.get(short) for word in name.split() if (short := short_name(word.strip(",;:()")))} - {None}
    return found.pop() if len(found) == 1 else None


def short_name(name: str) -> str:
    """Return the two letters and the numbers that the long and the short name of a port share, else nothing."""
    found = _NAME.fullmatch(name.strip())
    return f"{found[1][:2].lower()} {found[2]}" if found is not None else ""


def _found(by_name: Mapping[str, int | None], port: str) -> int | None:
    exact = by_name.get(port.strip().lower()) if port.strip() else None
    return exact if exact is not None else by_name.get(short_name(port) or port)


def _states(columns: Mapping[str, Column], count: int) -> list[int | None]:
    nothing = (None,) * count
    admin: Sequence[Any] = columns.get(ADMIN, nothing)
    oper: Sequence[Any] = columns.get(OPER, nothing)
    return [
        DISABLED if wanted is not None and wanted != _ADMIN_UP else _STATES.get(state)
        for wanted, state in zip(admin, oper, strict=True)
    ]
