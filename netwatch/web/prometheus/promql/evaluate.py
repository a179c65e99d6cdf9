"""Works an expression out at some instants, from readings.

Every series is a row of values, one per instant, None where it has none; an expression works on whole rows.

A quiet room. May import: netwatch.model, nodes, ranges. Called by: netwatch.web.prometheus.query_route.
"""

from __future__ import annotations

import math
import operator
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netwatch.web.prometheus.promql.gathering import gathered
from netwatch.web.prometheus.promql.nodes import (
    NAME,
    Binary,
    Gathered,
    Negated,
    Node,
    Number,
    Over,
    QueryRefused,
    Selector,
    TooMuch,
    VectorOf,
    is_scalar,
)
from netwatch.web.prometheus.promql.ranges import over
from netwatch.web.prometheus.promql.rows import Labels, Row, Values, key_of

LOOKBACK_MS: Final = 300_000
"""For so long a value stands where no newer one came, as in Prometheus; longer where readings are rarer."""
MOST_VALUES: Final = 4_000_000
"""Of one expression; series times instants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The readings of one series: milliseconds since 1970, rising; None where one brought no value.

    stands_ms: for how long a value stands where no newer one came.
    """

    labels: Labels
    times: Sequence[int]
    values: Sequence[float | None]
    stands_ms: float = LOOKBACK_MS


Given = Mapping[Selector, Sequence[Samples]]


def evaluate(node: Node, given: Given, at: Sequence[float]) -> list[Row]:
    """Return the series of an expression at some instants, milliseconds since 1970, rising.

    given: the readings of each selector, far enough back. A number is one series without labels.

    Raises:
        QueryRefused: series do not go together.
        TooMuch: it would be too many values.
    """
    match node:
        case Number(value):
            return [Row({}, [value] * len(at))]
        case Selector():
            _bound(len(given[node]), at)
            return [Row(one.labels, _newest(one, at)) for one in given[node]]
        case Over(function, selector):
            _bound(len(given[selector]), at)
            return [_over(function, selector, one, at) for one in given[selector]]
        case VectorOf(inner):
            return evaluate(inner, given, at)
        case Negated(inner):
            rows = evaluate(inner, given, at)
            return [Row(_nameless(row.labels), _mapped(row.values, operator.neg)) for row in rows]
        case Gathered(how, inner, labels, without, count):
            return gathered(evaluate(inner, given, at), how, labels, without=without, count=count)
        case Binary(how, left, right):
            return _binary(how, _Side.of(left, given, at), _Side.of(right, given, at))
    raise AssertionError(node)


def _bound(series: int, at: Sequence[float]) -> None:
    if series * len(at) > MOST_VALUES:
        raise TooMuch(
            f"{series:,} series at {len(at):,} instants are more than the {MOST_VALUES:,} values that are worked"
            " out at a time; ask for fewer series or a longer step"
        )


def _newest(samples: Samples, at: Sequence[float]) -> list[float | None]:
    """Return the newest value at each instant, None where that is too old or has no value."""
    times, values = samples.times, samples.values
    found: list[float | None] = []
    for now in at:
        place = bisect_right(times, now) - 1
        found.append(values[place] if place >= 0 and now - times[place] < samples.stands_ms else None)
    return found


def _over(function: str, selector: Selector, samples: Samples, at: Sequence[float]) -> Row:
    known = [(when, value) for when, value in zip(samples.times, samples.values, strict=True) if value is not None]
    times, values = [when for when, _ in known], [value for _, value in known]
    return Row(_nameless(samples.labels), over(function, times, values, (selector.range_seconds or 0) * 1000, at))


def _nameless(labels: Labels) -> Labels:
    return {name: text for name, text in labels.items() if name != NAME}


def _mapped(values: Values, change: Callable[[float], float]) -> list[float | None]:
    return [None if value is None else change(value) for value in values]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of an operator; a number has one row."""

    rows: list[Row]
    is_number: bool

    @classmethod
    def of(cls, node: Node, given: Given, at: Sequence[float]) -> _Side:
        return cls(evaluate(node, given, at), is_scalar(node))


def _binary(how: str, left: _Side, right: _Side) -> list[Row]:
    if how in ("and", "or", "unless"):
        return _set(how, left.rows, right.rows)
    if left.is_number and right.is_number:
        return [Row({}, _joined(how, left.rows[0].values, right.rows[0].values))]
    if right.is_number:
        return [_side(how, row, row.values, right.rows[0].values, is_left=True) for row in left.rows]
    if left.is_number:
        return [_side(how, row, left.rows[0].values, row.values, is_left=False) for row in right.rows]
    others = _by_key(right.rows, "right")
    found = []
    for key, row in _by_key(left.rows, "left").items():
        if key in others:
            found.append(_side(how, row, row.values, others[key].values, is_left=True))
    return found


def _by_key(rows: Sequence[Row], side: str) -> dict[tuple[tuple[str, str], ...], Row]:
    """Return rows by their labels without the name; two alike do not go together with one."""
    found: dict[tuple[tuple[str, str], ...], Row] = {}
    for row in rows:
        key = key_of(_nameless(row.labels))
        if key in found:
            raise QueryRefused(f"several series of the {side} side have the labels {dict(key)}")
        found[key] = row
    return found


def _side(how: str, row: Row, left: Values, right: Values, *, is_left: bool) -> Row:
    """Return two rows of values as one; a comparison keeps the series' own values where it holds."""
    if how in _COMPARISONS:
        holds = _COMPARISONS[how]
        own = left if is_left else right
        kept = [
            value if a is not None and b is not None and holds(a, b) else None
            for a, b, value in zip(left, right, own, strict=True)
        ]
        return Row(row.labels, kept)
    return Row(_nameless(row.labels), _joined(how, left, right))


def _joined(how: str, left: Values, right: Values) -> list[float | None]:
    work = _ARITHMETIC[how]
    return [None if a is None or b is None else work(a, b) for a, b in zip(left, right, strict=True)]


def _divided(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)


_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divided,
}  # fmt: skip
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


def _set(how: str, left: list[Row], right: list[Row]) -> list[Row]:
    """Return `and`, `or` and `unless`: instant by instant, by all labels but the name."""
    if how == "or":
        return [*left, *_masked(right, _present(left), wanted=False)]
    return _masked(left, _present(right), wanted=how == "and")


def _present(rows: Sequence[Row]) -> Mapping[tuple[tuple[str, str], ...], list[bool]]:
    found: dict[tuple[tuple[str, str], ...], list[bool]] = {}
    for row in rows:
        here = [value is not None for value in row.values]
        key = key_of(_nameless(row.labels))
        found[key] = [a or b for a, b in zip(found[key], here, strict=True)] if key in found else here
    return found


def _masked(
    rows: Sequence[Row], present: Mapping[tuple[tuple[str, str], ...], list[bool]], *, wanted: bool
) -> list[Row]:
    """Return rows where others are present, or where they are not."""
    found = []
    for row in rows:
        there = present.get(key_of(_nameless(row.labels)))
        if there is None:
            if not wanted:
                found.append(row)
            continue
        kept = [value if is_there is wanted else None for value, is_there in zip(row.values, there, strict=True)]
        found.append(replace(row, values=kept))
    return found
