"""The functions that look further back than the reading before, for those who bring a memory.

    seen(condition)           whether it was ever true for this row, this reading included
    avg_over(x, '5m')  min_over(..)  max_over(..) over the readings of the last 5 minutes
    forecast(x, '4h')         where the straight line through the last 4 hours (one day at most) stands 4 hours from
                              now; unknown until a quarter of that time was seen, in three readings or more

What is kept, and how, is the affair of the frame's memory; without one all of them are unknown.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.formulas.checker, formula, frame, functions, nodes, sources.
Called by: spoken, and the checker, which is given WITH_MEMORY.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from netwatch.formulas.checker import Checker, Signature
from netwatch.formulas.formula import Formula
from netwatch.formulas.frame import Frame, Prepared
from netwatch.formulas.functions import FUNCTIONS, body_of, reading
from netwatch.formulas.nodes import Kind, Node, Read, Words, Wrong
from netwatch.formulas.sources import unknown
from netwatch.model import SCALARS, parse_duration

MAX_SPAN = timedelta(days=1)
"""How far back a window reaches."""
MAX_HORIZON = timedelta(days=365)


class _Remembered:
    """What a source that remembers readings has in common."""

    __slots__ = ()
    stateful = True

    body: Formula

    @property
    def scalar(self) -> bool:
        """Return whether it is about the whole table."""
        return self.body.scalar


@dataclass(frozen=True, slots=True)
class Seen(_Remembered):
    """seen(condition): whether it was ever true for the row, this reading included; survives a restart."""

    body: Formula
    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return the flags, having noted rows where the condition is true now."""
        rows = SCALARS if self.body.scalar else frame.reading.rows
        if frame.memory is None:
            return unknown(len(rows.keys)), False
        if self.body.stateful:
            self.body.column(frame)
        return frame.memory.seen(self.key, rows, lambda: self.body.column(frame))


@dataclass(frozen=True, slots=True)
class Over(_Remembered):
    """avg_over, min_over, max_over and forecast: something over the readings of a time span."""

    function: str
    body: Formula
    span: timedelta
    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return one value per row, this reading included."""
        rows = SCALARS if self.body.scalar else frame.reading.rows
        if frame.memory is None:
            return unknown(len(rows.keys)), False
        now = self.body.column(frame)
        values = frame.memory.over(self.key, self.function, self.span, frame.reading.at, rows, now)
        return values, None not in values


def _seen(checker: Checker, node: ast.Call, name: str) -> Node:
    body = body_of(checker, node.args[0], Kind.TRUTH)
    if isinstance(body, Wrong):
        return body
    return Read(source=Seen(body, f"seen({body.text})"), kind=Kind.TRUTH, offset=checker.offset(node))


def _over(checker: Checker, node: ast.Call, name: str) -> Node:
    body = body_of(checker, node.args[0], Kind.NUMBER)
    span = _span(checker, node.args[1], MAX_HORIZON if name == "forecast" else MAX_SPAN)
    if isinstance(body, Wrong) or span is None:
        return Wrong(offset=checker.offset(node))
    return reading(checker, node, Over(name, body, span, f"{name}({body.text}, {span.total_seconds():g})"))


def _span(checker: Checker, node: ast.expr, most: timedelta) -> timedelta | None:
    written = checker.check(node)
    try:
        span = parse_duration(written.value) if isinstance(written, Words) else timedelta(0)
    except (ValueError, OverflowError):
        span = timedelta(0)
    if not timedelta(0) < span <= most:
        days = "a day" if most == MAX_SPAN else f"{most.days} days"
        checker.wrong(node, f"a time span in quotes is wanted here, such as '5m' or '4h', of {days} at most")
        return None
    return span


WITH_MEMORY: Mapping[str, Signature] = {
    **FUNCTIONS,
    "seen": Signature(usage="seen(condition)", least=1, most=1, build=_seen),
    "avg_over": Signature(usage="avg_over(x, '5m')", least=2, most=2, build=_over),
    "min_over": Signature(usage="min_over(x, '5m')", least=2, most=2, build=_over),
    "max_over": Signature(usage="max_over(x, '5m')", least=2, most=2, build=_over),
    "forecast": Signature(usage="forecast(x, '4h')", least=2, most=2, build=_over),
}
"""Every function there is."""
