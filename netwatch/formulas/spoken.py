"""Writes an expression for people, with its values put in: `up = 0`, `load = 93 > 90`, `load = 4, not > 90`.

A quiet room: no clock, no socket, no database. Nothing here runs while nobody asks why.
May import: netwatch.model, netwatch.formulas.emitter, frame, kleene, nodes, remembering. Called by: netwatch.rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from netwatch.formulas.emitter import ARITHMETIC, COMPARISON, FUNCTION, JUNCTION
from netwatch.formulas.frame import Source
from netwatch.formulas.kleene import EXACT
from netwatch.formulas.nodes import (
    Absence,
    Arithmetic,
    Choice,
    Comparison,
    Function,
    Junction,
    Kind,
    Matching,
    Membership,
    Negation,
    Node,
    Number,
    Read,
    Words,
)
from netwatch.formulas.remembering import A_DAY, Over
from netwatch.model import cleaned, format_duration

UNKNOWN = "unknown"
MAX_TEXT = 80
GROUPED_FROM = 10_000
"""Numbers from here on get separators: 1000 and 941,000,000."""

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "**": 4}
_CHOICE, _SUM, _NEGATIVE, _ATOM = 0, 1, 3, 5

Values = Callable[[Source], Any]
"""What a source says in the row that is explained; None where it is missing."""


def result_of(node: Node, values: Values) -> Any:
    """Return what an expression comes to, None for unknown; the slow way, but for any part of a tree."""

    def of(inner: Node) -> Any:
        return result_of(inner, values)

    match node:
        case Number() | Words():
            return node.value
        case Read():
            return values(node.source)
        case Arithmetic():
            return EXACT[ARITHMETIC[node.operator]](of(node.left), of(node.right))
        case Comparison():
            return EXACT[COMPARISON[node.operator]](of(node.left), of(node.right))
        case Function():
            return EXACT[FUNCTION[node.name]](*map(of, node.arguments))
        case Membership():
            return EXACT["within"](of(node.argument), [option.value for option in node.options])
        case Matching():
            return EXACT["matching"](of(node.argument), node.matcher)
        case Absence():
            return of(node.argument) is None
        case Junction():
            return EXACT[JUNCTION[node.operator]](*map(of, node.arguments))
        case Negation():
            return EXACT["opposite"](of(node.argument))
        case Choice():
            return EXACT["chosen"](of(node.test), of(node.chosen), of(node.otherwise))
    raise AssertionError(f"{type(node).__name__} has no value")


def said(node: Node, values: Values) -> str:
    """Return a condition with its values in it, as a statement that is true: what holds, and what does not."""
    match node:
        case Junction():
            return f" {node.operator} ".join(_inside(argument, node, values) for argument in node.arguments)
        case Comparison():
            return _compared(node, values)
        case Membership():
            return _listed(node, values)
        case Matching():
            holds = result_of(node, values)
            word = ", not matching" if holds is False else " matching"
            return f"{_valued(node.argument, values)}{word} {_quoted(node.pattern)}"
        case Absence():
            missing = result_of(node, values)
            return (
                f"{written(node.argument)} is missing"
                if missing
                else f"{_valued(node.argument, values)}, not missing"
            )
        case Negation(argument=Comparison() | Membership() | Matching() | Absence() as inner):
            return said(inner, values)  # it already says whether it holds
        case Negation():
            return f"not ({said(node.argument, values)})"
    return _valued(node, values)


def parts_of(node: Node) -> list[Node]:
    """Return the conditions that an expression joins by and, or; itself where it joins none."""
    if not isinstance(node, Junction):
        return [node]
    return [part for argument in node.arguments for part in parts_of(argument)]


def written(node: Node) -> str:
    """Return an expression as a file would write it."""
    return _written(node)[0]


def source_text(source: Source) -> str:
    """Return what names an input for people: `rate(ifHCOutOctets)`, `avg_over(load, '5m')`."""
    if isinstance(source, Over):
        share = f"{source.parameter:g}, " if source.function == "quantile_over" else ""
        weekly = source.function == "same_hour" and source.parameter != A_DAY.total_seconds()
        season = f", '{format_duration(timedelta(seconds=source.parameter))}'" if weekly else ""
        return f"{source.function}({source.body.text}, {share}'{format_duration(source.span)}'{season})"
    return source.key


def value_text(value: Any, names: Mapping[int, str] | None = None) -> str:
    """Return a value for people: an enumeration's name, a grouped number, a quoted and cleaned text."""
    if value is None:
        return UNKNOWN
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if names and (name := names.get(value)) is not None:
        return name
    if isinstance(value, timedelta):
        return format_duration(value)
    return number_text(value) if isinstance(value, int | float) else _quoted(str(value))


def number_text(value: float) -> str:
    """Return a number with at most four digits after what matters, grouped where it is large."""
    if isinstance(value, float) and not value.is_integer():
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
        if 0 < abs(value) < 0.001:
            return f"{value:.3g}"
        comma = "," if abs(value) >= GROUPED_FROM else ""
        text = f"{value:{comma}.{max(4 - whole, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    number = int(value)
    return f"{number:,}" if abs(number) >= GROUPED_FROM else str(number)


def _inside(argument: Node, outer: Junction, values: Values) -> str:
    text = said(argument, values)
    return f"({text})" if isinstance(argument, Junction) and argument.operator != outer.operator else text


def _compared(node: Comparison, values: Values) -> str:
    names = _names_of(node.left) or _names_of(node.right)
    sides = result_of(node.left, values), result_of(node.right, values)
    holds = EXACT[COMPARISON[node.operator]](*sides)
    left, right = _with_value(node.left, sides[0], names), _with_value(node.right, sides[1], names)
    if holds is not None and node.operator in ("==", "!=") and node.left.is_constant is not node.right.is_constant:
        told, constant = (right, left) if node.left.is_constant else (left, right)
        return told if holds is (node.operator == "==") else f"{told}, not {constant}"
    return f"{left}, not {node.operator} {right}" if holds is False else f"{left} {node.operator} {right}"


def _listed(node: Membership, values: Values) -> str:
    names = _names_of(node.argument)
    word = {True: ", one of", False: ", none of", None: " in"}[result_of(node, values)]
    options = ", ".join(_constant(option, names) for option in node.options)
    return f"{_valued(node.argument, values)}{word} {options}"


def _valued(node: Node, values: Values) -> str:
    return _with_value(node, result_of(node, values), None)


def _with_value(node: Node, value: Any, names: Mapping[int, str] | None) -> str:
    if isinstance(node, Number | Words):
        return _constant(node, names)
    if node.is_constant:
        return written(node)
    return f"{_bound(node, _SUM)} = {value_text(value, names or _names_of(node))}"


def _constant(node: Number | Words, names: Mapping[int, str] | None) -> str:
    if isinstance(node, Words):
        return _quoted(node.value)
    named = names.get(int(node.value)) if names and float(node.value).is_integer() else None
    return node.name or named or (number_text(node.value) if isinstance(node.value, int) else _literal(node))


def _literal(node: Number) -> str:
    """Write a rule's number as short as it can be: 0.9, 1e6."""
    if isinstance(node.value, int):
        return str(node.value)
    short = f"{node.value:g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return short if float(short) == node.value else repr(node.value)


def _written(node: Node) -> tuple[str, int]:
    """Return a text and how tightly it binds."""
    match node:
        case Number():
            return (_quoted(node.name) if node.name else _literal(node)), _ATOM if node.value >= 0 else _NEGATIVE
        case Words():
            return _quoted(node.value), _ATOM
        case Read():
            return source_text(node.source), _ATOM
        case Arithmetic():
            level = _PRECEDENCE[node.operator]
            power = node.operator == "**"
            left = _bound(node.left, level + 1 if power else level)
            return f"{left} {node.operator} {_bound(node.right, level if power else level + 1)}", level
        case Function(name="negative"):
            return f"-{_bound(node.arguments[0], _NEGATIVE)}", _NEGATIVE
        case Function():
            return f"{node.name}({', '.join(map(written, node.arguments))})", _ATOM
        case Choice():
            chosen, otherwise = _bound(node.chosen, _SUM), _bound(node.otherwise, _SUM)
            return f"{chosen} if {written(node.test)} else {otherwise}", _CHOICE
        case Comparison():
            return f"{_bound(node.left, _SUM)} {node.operator} {_bound(node.right, _SUM)}", _CHOICE
        case Membership():
            return f"{_bound(node.argument, _SUM)} in ({', '.join(map(written, node.options))})", _CHOICE
        case Matching():
            return f"matches({written(node.argument)}, {_quoted(node.pattern)})", _ATOM
        case Absence():
            return f"absent({written(node.argument)})", _ATOM
        case Negation():
            return f"not {_bound(node.argument, _ATOM)}", _CHOICE
        case Junction():
            return f" {node.operator} ".join(_joined(inner, node) for inner in node.arguments), _CHOICE
    raise AssertionError(f"{type(node).__name__} has no text")


def _bound(node: Node, level: int) -> str:
    text, own = _written(node)
    return text if own >= level else f"({text})"


def _joined(node: Node, outer: Junction) -> str:
    text = written(node)
    return f"({text})" if isinstance(node, Junction) and node.operator != outer.operator else text


def _quoted(text: str) -> str:
    clean = cleaned(text)
    return f"'{clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 2] + '..'}'"


def _names_of(node: Node) -> Mapping[int, str] | None:
    return node.names if isinstance(node, Read) and node.kind is Kind.NUMBER else None
