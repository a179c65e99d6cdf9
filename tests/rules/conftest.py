"""Rules about a table of interfaces, and their verdicts on readings of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from netwatch.model import InvalidFile, RowSet, TableReading, TableSchema
from netwatch.rules import Rule, TableMemory, evaluate, parse_rules

from ..formulas.table import NOON, SCHEMA, reading, rows_named


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
