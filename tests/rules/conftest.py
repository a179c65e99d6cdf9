"""A table of interfaces to write rules about, and readings of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from netwatch.model import REACHABILITY, SELF, ColumnKind, InvalidFile, RowSet, TableReading, TableSchema
from netwatch.rules import Rule, TableMemory, evaluate, parse_rules

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


def rule_of(expr: str, **more: Any) -> Rule:
    fields = {"alert": "Test", "expr": expr, **{key.rstrip("_"): value for key, value in more.items()}}
    text = "rules:\n  - " + "\n    ".join(f"{key}: {_scalar(value)}" for key, value in fields.items())
    return parse_rules(text + "\n", "test.yaml", SCHEMA)[0]


def _scalar(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_scalar(inner)}" for key, inner in value.items()) + "}"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass(frozen=True)
class Workshop:
    """What the tests of this room are built with."""

    schema: Mapping[str, TableSchema]
    noon: datetime
    rule: Callable[..., Rule]
    reading: Callable[..., TableReading]
    rows: Callable[..., RowSet]
    memory: Callable[[], TableMemory]

    def judge(self, expr: str, columns: Mapping[str, Sequence[Any]], **more: Any) -> list[bool | None]:
        """Return what a rule of one expression says of the rows of one reading."""
        reading = self.reading(columns, **more)
        return list(evaluate(self.rule(expr), reading, self.memory()).broken)

    def story(self, expr: str, *readings: TableReading) -> list[list[bool | None]]:
        """Return what it says of one reading after the other."""
        rule, memory = self.rule(expr), self.memory()
        return [list(evaluate(rule, reading, memory).broken) for reading in readings]

    def complaints(self, text: str) -> list[str]:
        """Return the problems of a rule file."""
        try:
            parse_rules(text, "test.yaml", self.schema)
        except InvalidFile as exc:
            return [str(problem) for problem in exc.problems]
        return []

    def complaint(self, expr: str, **more: Any) -> str:
        """Return the problems of a rule of one expression, as one text."""
        try:
            self.rule(expr, **more)
        except InvalidFile as exc:
            return "\n".join(problem.message for problem in exc.problems)
        return ""


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop(
        schema=SCHEMA, noon=NOON, rule=rule_of, reading=reading, rows=rows_named,
        memory=lambda: TableMemory("sw1", "ifTable"),
    )  # fmt: skip
