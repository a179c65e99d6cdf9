"""What the tests of this room are built with: expressions about a table of interfaces, put to readings of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from netwatch.formulas import WITH_MEMORY, BadExpression, Checker, Formula, Frame, Kind, Node, Signature, parse
from netwatch.model import RowSet, TableReading
from netwatch.rules import TableMemory

from .table import SCHEMA, reading, rows_named


@dataclass(frozen=True)
class Workshop:
    """Expressions about ifTable, with a memory as rules have one."""

    reading: Callable[..., TableReading]
    rows: Callable[..., RowSet]

    def checked(
        self, expr: str, kind: Kind | None = Kind.TRUTH, functions: Mapping[str, Signature] = WITH_MEMORY
    ) -> tuple[Node | None, str]:
        """Return the tree of an expression, and all that is wrong in it, a line each."""
        checker = Checker(expr, SCHEMA["ifTable"], functions)
        try:
            node = checker.check(parse(expr), kind)
        except BadExpression as exc:
            return None, "\n".join(flaw.message for flaw in exc.flaws)
        return node, "\n".join(flaw.message for flaw in checker.flaws)

    def node(self, expr: str, kind: Kind | None = Kind.TRUTH) -> Node:
        """Return the tree of an expression in which nothing is wrong."""
        node, complaint = self.checked(expr, kind)
        assert node is not None, complaint
        assert complaint == ""
        return node

    def formula(self, expr: str) -> Formula:
        """Return a compiled condition."""
        return Formula(self.node(expr), expr)

    def complaint(self, expr: str) -> str:
        """Return what is wrong in a condition."""
        return self.checked(expr)[1]

    def judge(self, expr: str, columns: Mapping[str, Sequence[Any]], **more: Any) -> list[bool | None]:
        """Return what a condition comes to in the rows of one reading."""
        return self.story(expr, self.reading(columns, **more))[0]

    def story(self, expr: str, *readings: TableReading) -> list[list[bool | None]]:
        """Return what it comes to in one reading after the other."""
        formula, memory = self.formula(expr), TableMemory("sw1", "ifTable")
        return [list(formula.column(memory.frame_of(one))) for one in readings]

    def frame(self, columns: Mapping[str, Sequence[Any]], **more: Any) -> Frame:
        """Return a reading without a past."""
        return Frame(self.reading(columns, **more))


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop(reading=reading, rows=rows_named)
