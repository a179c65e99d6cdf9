"""Finds expressions that no reading can ever make true, or none can make false.

Every comparison with a literal splits what its other side may be into a few regions; one point of each stands for
all. The whole expression is tried on every combination of points, each side taken as free of the others. If none
comes out true the expression is never true, whatever the readings; the reverse does not hold, and too many
combinations are not tried at all: this is a net for slips such as `x > 90 and x < 80`, not a theorem prover.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.nodes, emitter, sources, checker, remembering. Called by: netwatch.rules.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise, product
from math import prod
from typing import Any

from netwatch.formulas.checker import constant_value
from netwatch.formulas.emitter import plain_code
from netwatch.formulas.frame import Source
from netwatch.formulas.nodes import (
    Arithmetic,
    Choice,
    Comparison,
    Function,
    Junction,
    Kind,
    Membership,
    Negation,
    Node,
    Number,
    Read,
    Words,
    without_leading_factor,
)
from netwatch.formulas.remembering import COUNTING, Over
from netwatch.formulas.sources import Aggregate, FirstKnown, Increases, Rates

MAX_COMBINATIONS = 4096
_OTHER_TEXT = "\0"
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

Point = float | str | bool


def outcomes(node: Node) -> set[bool]:
    """Return which of True and False the expression could come to, as far as can be told cheaply."""
    found: set[bool] = set()
    for points in _combinations([node]):
        found.add(_holds(node, points))
        if len(found) == 2:
            break
    return found or {True, False}


def common_ground(node: Node, other: Node) -> str | None:
    """Return a value for which both expressions are true, where both compare one and the same thing with numbers."""
    node, other = _in_units(node), _in_units(other)
    if len(_subjects([node, other])) != 1:
        return None
    for points in _combinations([node, other]):
        if _holds(node, points) and _holds(other, points):
            value = next(iter(points.values()))
            return f"{value:g}" if isinstance(value, float) else repr(value)
    return None


def _in_units(node: Node) -> Node:
    """Write `a > 0.9 * b` as `a / b > 0.9`, true to each other while b is positive."""
    if isinstance(node, Comparison) and (split := without_leading_factor(node.right)) is not None:
        left = Arithmetic(operator="/", left=node.left, right=split[1])
        return Comparison(operator=node.operator, left=left, right=split[0])
    return node


def _combinations(nodes: list[Node]) -> Iterator[dict[str, Point]]:
    subjects = _subjects(nodes)
    if prod(len(points) for points in subjects.values()) > MAX_COMBINATIONS:
        return
    for points in product(*subjects.values()):
        yield dict(zip(subjects, points, strict=True))


def _subjects(nodes: list[Node]) -> dict[str, list[Point]]:
    """Return the points to try for each thing that is compared or true by itself."""
    literals: dict[str, set[float] | set[str] | None] = {}
    never_negative: set[str] = set()
    for node in nodes:
        for subject, values in _atoms(node):
            known = literals.setdefault(_text(subject), None if values is None else set(values))
            if values is not None and known is not None:
                known.update(values)
            if values is not None and is_never_negative(subject):
                never_negative.add(_text(subject))
    return {
        text: _points_from_zero(values) if text in never_negative else _points(values)
        for text, values in literals.items()
    }


def is_never_negative(node: Node) -> bool:
    """Return whether a number is 0 or more whatever the readings say: rates, counts, and what is made of them."""
    match node:
        case Number():
            return node.value >= 0
        case Read(source=source):
            return _source_is_never_negative(source)
        case Arithmetic(operator="+" | "*" | "/"):
            return all(map(is_never_negative, node.parts()))
        case Arithmetic(operator="**"):
            return is_never_negative(node.left)
        case Function(name="abs"):
            return True
        case Function(name="max"):
            return any(map(is_never_negative, node.arguments))
        case Function(name="min"):
            return all(map(is_never_negative, node.arguments))
        case Choice():
            return is_never_negative(node.chosen) and is_never_negative(node.otherwise)
    return False


def _source_is_never_negative(source: Source) -> bool:
    match source:
        case Rates() | Increases():
            return True
        case Aggregate():
            return source.function == "count" or is_never_negative(source.body.node)
        case FirstKnown():
            return all(is_never_negative(body.node) for body in source.bodies)
        case Over():
            counts = source.function in COUNTING
            keeps = source.function not in ("forecast", "delta_over")
            return counts or (keeps and is_never_negative(source.body.node))
    return False


def _points_from_zero(values: set[float] | set[str] | None) -> list[Point]:
    """Return points for what is never negative: 0 is one, and so is something between it and the least literal."""
    numbers = {value for value in values or () if not isinstance(value, str)}
    return [point for point in _points(numbers | {0.0}) if isinstance(point, float) and point >= 0]


def _points(values: set[float] | set[str] | None) -> list[Point]:
    if values is None:
        return [False, True]
    texts = [value for value in values if isinstance(value, str)]
    if texts:
        return [*sorted(texts), _OTHER_TEXT]
    numbers = sorted(float(value) for value in values)
    between = [(low + high) / 2 for low, high in pairwise(numbers)]
    below, above = numbers[0] - abs(numbers[0]) - 1, numbers[-1] + abs(numbers[-1]) + 1
    return [below, *numbers, *between, above]


def _atoms(node: Node) -> Iterator[tuple[Node, list[Any] | None]]:
    """Yield what the expression hangs on, with the literals it is compared to; None for what is true by itself."""
    match node:
        case Junction() | Negation():
            for part in node.parts():
                yield from _atoms(part)
        case Comparison() if (split := _literal_side(node)) is not None:
            yield split[0], [split[2]]
        case Membership():
            yield node.argument, [option.value for option in node.options]
        case _:
            yield node, None


def _holds(node: Node, points: Mapping[str, Point]) -> bool:
    match node:
        case Junction():
            return (all if node.operator == "and" else any)(_holds(part, points) for part in node.arguments)
        case Negation():
            return not _holds(node.argument, points)
        case Comparison() if (split := _literal_side(node)) is not None:
            return _OPERATORS[split[1]](points[_text(split[0])], split[2])
        case Membership():
            return points[_text(node.argument)] in [option.value for option in node.options]
    return bool(points[_text(node)])


def _literal_side(node: Comparison) -> tuple[Node, str, float | str] | None:
    """Return subject, operator and literal of a comparison that has a literal side, the literal on the right."""
    for subject, literal, word in (
        (node.left, node.right, node.operator),
        (node.right, node.left, _MIRRORED[node.operator]),
    ):
        if isinstance(literal, Words):
            return subject, word, literal.value
        if isinstance(literal, Number):
            return subject, word, literal.value
        if literal.kind is Kind.NUMBER and literal.is_constant and (value := constant_value(literal)) is not None:
            return subject, word, value
    return None


class _Itself(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def _text(node: Node) -> str:
    return plain_code(node, _Itself())
