"""A table of interfaces to write expressions about, and readings of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.model import REACHABILITY, SELF, ColumnKind, RowSet, TableReading, TableSchema

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATES = {1: "up", 2: "down", 7: "lowerLayerDown"}

SCHEMA: Mapping[str, TableSchema] = {
    "ifTable": TableSchema(
        name="ifTable",
        columns={
            "ifInOctets": ColumnKind.COUNTER32,
            "ifHCInOctets": ColumnKind.COUNTER64,
            "ifHCOutOctets": ColumnKind.COUNTER64,
            "ifHighSpeed": ColumnKind.GAUGE,
            "ifMtu": ColumnKind.GAUGE,
            "ifOperStatus": ColumnKind.ENUM,
            "ifAdminStatus": ColumnKind.ENUM,
            "ifPhysAddress": ColumnKind.TEXT,
        },
        labels=("ifName", "ifAlias"),
        enums={"ifOperStatus": STATES, "ifAdminStatus": {1: "up", 2: "down"}},
    ),
    "cpuTable": TableSchema(name="cpuTable", columns={"load": ColumnKind.GAUGE}, labels=("ifName",)),
    "system": TableSchema(
        name="system",
        columns={"sysUpTime": ColumnKind.GAUGE, "sysName": ColumnKind.TEXT, "sysDescr": ColumnKind.TEXT},
    ),
    "reachability": REACHABILITY,
    "netwatch": SELF,
}


def rows_named(*names: str) -> RowSet:
    return RowSet(
        index=tuple(str(number) for number in range(1, len(names) + 1)),
        keys=tuple(f"ifName={name}" for name in names),
        labels={"ifName": names, "ifAlias": tuple(f"to {name}" for name in names)},
    )


def reading(
    columns: Mapping[str, Sequence[Any]],
    *,
    rates: Mapping[str, Sequence[float | None]] | None = None,
    rows: RowSet | None = None,
    seconds: float = 0,
    table: str = "ifTable",
) -> TableReading:
    size = len(next(iter([*columns.values(), *(rates or {}).values()])))
    return TableReading(
        device="sw1",
        table=table,
        at=NOON + timedelta(seconds=seconds),
        rows=rows or rows_named(*(f"p{number}" for number in range(size))),
        columns=columns,
        rates=rates or {},
    )
