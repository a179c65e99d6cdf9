"""Readings of a switch as polls bring them, for the tests of this room."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from netwatch.model import RowSet, TableReading

START = datetime(2026, 3, 2, tzinfo=UTC)


def rows_of(ports: int = 3, first: int = 1) -> RowSet:
    numbers = range(first, first + ports)
    return RowSet(
        index=tuple(map(str, numbers)),
        keys=tuple(f"ifName=Gi{number}" for number in numbers),
        labels={"ifName": tuple(f"Gi{number}" for number in numbers), "ifAlias": ("",) * ports},
    )


def reading(
    at: datetime, columns: Mapping[str, list[object]] | None = None, rows: RowSet | None = None, **more: object
) -> TableReading:
    rows = rows or rows_of()
    given = {
        "device": "sw1",
        "table": "interface",
        "at": at,
        "rows": rows,
        "columns": columns or columns_at(at, rows),
    }
    return TableReading(**{**given, **more})


def columns_at(at: datetime, rows: RowSet) -> dict[str, list[object]]:
    """Traffic that comes and goes with the day, and an interface that stays up."""
    hour = at.timestamp() / 3600
    traffic = [1e8 * (1.5 + math.sin(hour * math.tau / 24)) + port * 1e6 for port in range(len(rows.keys))]
    return {
        "interface_in_bits_per_second": traffic,
        "interface_oper": [1] * len(rows.keys),
        "interface_speed_bits_per_second": [1e9] * len(rows.keys),
    }


def every(
    step: timedelta, span: timedelta, start: datetime = START, rows: RowSet | None = None, **more: object
) -> Iterator[TableReading]:
    rows = rows or rows_of()
    for number in range(span // step):
        yield reading(start + number * step, rows=rows, **more)
