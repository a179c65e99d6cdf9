"""The functions that look further back than the reading before, for those who bring a memory.

    seen(condition)           whether it was ever true for this row, this reading included
    avg_over(x, '5m')  min_over(..)  max_over(..)  sum_over(..)  stddev_over(..): the readings of the last 5 minutes
    count_over(x, '5m')       how many readings there were; count_over(condition, '5m'): in how many of them it held
    changes_over(x, '1h')     how often the value changed
    last_over(x, '1h')        the newest value that is not missing
    delta_over(x, '1h')       difference to the oldest value of the hour; of a counter, its increase
    quantile_over(x, 0.95, '1h')  what 95 of 100 values are below
    offset(x, '1h')           the value an hour ago
    forecast(x, '4h')         where the straight line through the last 4 hours (one day at most) stands 4 hours from
                              now; unknown until a quarter of that time was seen, in three readings or more
    same_hour(x, '7d')        the mean of this hour of the day on the 7 days before; same_hour(x, '28d', '7d'): of
                              this hour of the week in the 4 weeks before

What is kept, and how, is the affair of the frame's memory; without one all of them are unknown. What looks back over
more than a day at columns alone can be worked out of a history of means: `from_history` says of which columns.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.formulas.checker, formula, frame, functions, nodes, sources.
Called by: spoken, and the checker, which is given WITH_MEMORY.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from netwatch.formulas.checker import Checker, Signature
from netwatch.formulas.formula import Formula
from netwatch.formulas.frame import Frame, Prepared
from netwatch.formulas.functions import FUNCTIONS, body_of
from netwatch.formulas.nodes import Kind, Node, Number, Read, Words, Wrong
from netwatch.formulas.sources import Numbers, unknown
from netwatch.model import SCALARS, WITH_HISTORY, parse_duration

MAX_SPAN = timedelta(days=8)
"""How far back a window reaches."""
MAX_HORIZON = timedelta(days=365)
LONG = timedelta(days=1)
"""What looks back further than this is a question for a history, where there is one."""
LONGEST_SEASONS = timedelta(days=92)
A_DAY = timedelta(days=1)
HISTORIC = frozenset((
    "avg_over", "min_over", "max_over", "last_over", "delta_over", "quantile_over", "offset", "forecast", "same_hour",
))  # fmt: skip
"""What can be told from lowest, mean and highest of five minutes; sums, counts and changes cannot."""
COUNTING = ("count_over", "changes_over", "stddev_over")
"""Windows whose result is never negative, whatever they look at."""


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

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return the columns of the condition: of an outcome that is noted already, nothing new follows."""
        return self.body.made_of

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
    """avg_over, changes_over, offset, forecast and the like: something over the readings of a time span."""

    function: str
    body: Formula
    span: timedelta
    key: str
    parameter: float = 0.0
    from_history: frozenset[str] = frozenset()
    """The columns that a history must know for it; none where only what was read itself will do."""

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return that time has a say."""
        return None

    def read(self, frame: Frame) -> Prepared:
        """Return one value per row, this reading included."""
        rows = SCALARS if self.body.scalar else frame.reading.rows
        if frame.memory is None:
            return unknown(len(rows.keys)), False
        now = self.body.column(frame)
        if self.function == "count_over":
            now = _counted(now, self.body.kind)
        if self.from_history and (told := frame.memory.long_ago(self, frame.reading.at, rows, now)) is not None:
            return told, None not in told
        if self.function == "same_hour":
            return unknown(len(rows.keys)), False
        values = frame.memory.over(self.key, self.function, self.span, frame.reading.at, rows, now, self.parameter)
        return values, None not in values


def _seen(checker: Checker, node: ast.Call, name: str) -> Node:
    body = body_of(checker, node.args[0], Kind.TRUTH)
    if isinstance(body, Wrong):
        return body
    return Read(source=Seen(body, f"seen({body.text})"), kind=Kind.TRUTH, offset=checker.offset(node))


def _counted(values: Sequence[Any], kind: Kind) -> list[Any]:
    """Return what each row of a reading counts for: 1 where it is known, or where a condition holds."""
    if kind is Kind.TRUTH:
        return [None if value is None else int(value) for value in values]
    return [int(value is not None) for value in values]


def _over(checker: Checker, node: ast.Call, name: str) -> Node:
    wanted = None if name in _OF_ANY_KIND else Kind.NUMBER
    body = body_of(checker, node.args[0], wanted)
    span = _span(checker, node.args[-1], MAX_HORIZON if name == "forecast" else MAX_SPAN)
    parameter = _share(checker, node.args[1]) if name == "quantile_over" else 0.0
    if isinstance(body, Wrong) or span is None or parameter is None:
        return Wrong(offset=checker.offset(node))
    if name == "offset" and body.kind is Kind.TRUTH:
        return checker.wrong(node.args[0], "a number or text is wanted here, and this is true or false")
    return _window(checker, node, name, body, span, parameter)


_OF_ANY_KIND = ("count_over", "changes_over", "last_over", "offset")


def _delta_over(checker: Checker, node: ast.Call, name: str) -> Node:
    """Return the increase of a counter as a sum of increases, which no restart spoils; else a plain difference."""
    argument = node.args[0]
    kind = checker.table.columns.get(argument.id) if isinstance(argument, ast.Name) else None
    if kind is None or not kind.is_counter:
        return _over(checker, node, name)
    increase = ast.copy_location(ast.Call(ast.Name("delta", ast.Load()), [argument], []), argument)
    ast.fix_missing_locations(increase)
    return _over(checker, ast.copy_location(ast.Call(node.func, [increase, *node.args[1:]], []), node), "sum_over")


def _window(checker: Checker, node: ast.Call, name: str, body: Formula, span: timedelta, parameter: float) -> Node:
    extra = f"{parameter:g}, " if name == "quantile_over" else ""
    source = Over(
        name, body, span, f"{name}({body.text}, {extra}{span.total_seconds():g})", parameter,
        _of_history(name, body, span),
    )  # fmt: skip
    keeps = name in ("last_over", "offset")
    names = body.node.names if keeps and isinstance(body.node, Read) else None
    kind = body.kind if keeps else Kind.NUMBER
    return Read(source=source, kind=kind, names=names, offset=checker.offset(node))


def _of_history(name: str, body: Formula, span: timedelta) -> frozenset[str]:
    """Return the columns of which a history would do, none where it would not: only means are left of states."""
    plain = isinstance(body.node, Read)
    if name not in HISTORIC or (span <= LONG and name != "same_hour") or body.kind is not Kind.NUMBER:
        return frozenset()
    if name in ("min_over", "max_over") and not plain:
        return frozenset()
    reads = [node for node in body.node.walk() if isinstance(node, Read)]
    if not all(isinstance(read.source, Numbers) and not read.names for read in reads):
        return frozenset()
    return frozenset(read.source.key for read in reads)


def _same_hour(checker: Checker, node: ast.Call, name: str) -> Node:
    body = body_of(checker, node.args[0], Kind.NUMBER)
    span = _span(checker, node.args[1], LONGEST_SEASONS)
    season = _span(checker, node.args[2], LONGEST_SEASONS) if len(node.args) > 2 else A_DAY
    if isinstance(body, Wrong) or span is None or season is None:
        return Wrong(offset=checker.offset(node))
    if season % A_DAY or span % season:
        said = "the same hour comes back after whole days: '7d', or '28d' and '7d' for the same day of the week"
        return checker.wrong(node.args[-1], said)
    columns = _of_history(name, body, span)
    if not columns or checker.table.name not in WITH_HISTORY:
        return checker.wrong(
            node.args[0], "columns of a concept with numbers are wanted here, which history keeps, and nothing else"
        )
    key = f"same_hour({body.text}, {span.total_seconds():g}, {season.total_seconds():g})"
    source = Over(name, body, span, key, season.total_seconds(), columns)
    return Read(source=source, kind=Kind.NUMBER, offset=checker.offset(node))


def _share(checker: Checker, node: ast.expr) -> float | None:
    written = checker.check(node)
    if isinstance(written, Number) and 0 <= written.value <= 1:
        return written.value
    checker.wrong(node, "a share from 0 to 1 is wanted here, such as 0.95")
    return None


def _span(checker: Checker, node: ast.expr, most: timedelta) -> timedelta | None:
    written = checker.check(node)
    try:
        span = parse_duration(written.value) if isinstance(written, Words) else timedelta(0)
    except (ValueError, OverflowError):
        span = timedelta(0)
    if not timedelta(0) < span <= most:
        said = f"a time span in quotes is wanted here, such as '5m' or '4h', of {most.days} days at most"
        checker.wrong(node, said)
        return None
    return span


def _windows(*names: str) -> dict[str, Signature]:
    return {name: Signature(usage=f"{name}(x, '5m')", least=2, most=2, build=_over) for name in names}


WITH_MEMORY: Mapping[str, Signature] = {
    **FUNCTIONS,
    "seen": Signature(usage="seen(condition)", least=1, most=1, build=_seen),
    **_windows("avg_over", "min_over", "max_over", "sum_over", "count_over", "stddev_over", "changes_over"),
    "last_over": Signature(usage="last_over(x, '1h')", least=2, most=2, build=_over),
    "delta_over": Signature(usage="delta_over(x, '1h')", least=2, most=2, build=_delta_over),
    "quantile_over": Signature(usage="quantile_over(x, 0.95, '1h')", least=3, most=3, build=_over),
    "offset": Signature(usage="offset(x, '1h')", least=2, most=2, build=_over),
    "forecast": Signature(usage="forecast(x, '4h')", least=2, most=2, build=_over),
    "same_hour": Signature(usage="same_hour(x, '7d')", least=2, most=3, build=_same_hour),
}
"""Every function there is."""
