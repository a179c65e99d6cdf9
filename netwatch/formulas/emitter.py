"""Writes an expression as Python text, twice: for rows where nothing is missing, and for rows where something is.

Only names chosen here, numbers and quoted texts reach the output; nothing of a file gets there as it stands.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.nodes. Called by: formula, spoken.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwatch.formulas.nodes import (
    Absence,
    Arithmetic,
    Choice,
    Comparison,
    Function,
    Junction,
    Matching,
    Membership,
    Negation,
    Node,
    Number,
    Read,
    Words,
)

ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo", "**": "exact_power"}
COMPARISON = {"==": "equal", "!=": "unequal", "<": "less", "<=": "at_most", ">": "more", ">=": "at_least"}
JUNCTION = {"and": "all_of", "or": "any_of"}
FUNCTION = {
    "min": "exact_min", "max": "exact_max", "abs": "exact_abs", "negative": "negative",
    "dbm": "exact_dbm", "unsigned": "exact_unsigned", "signed": "exact_signed", "number": "exact_number",
    "elapsed": "exact_elapsed", "date": "exact_date",
}  # fmt: skip
"""What an operator or function is called in kleene.EXACT."""


def matcher_key(node: Matching) -> str:
    """Return under which key `names` holds the variable of a compiled pattern."""
    return f"matches {node.pattern}"


def plain_code(node: Node, names: Mapping[str, str]) -> str:
    """Return the code for a row where every value is there; `names` gives variables for sources and patterns."""

    def code(inner: Node) -> str:
        return plain_code(inner, names)

    match node:
        case Arithmetic(operator="**", left=Number(value=10)):
            return f"tens[{code(node.right)}]"
        case Arithmetic(operator="**"):
            return f"power({code(node.left)}, {code(node.right)})"
        case Arithmetic() | Comparison():
            return f"({code(node.left)} {node.operator} {code(node.right)})"
        case Function(name="negative"):
            return f"(-{code(node.arguments[0])})"
        case Function():
            return f"{node.name}({', '.join(map(code, node.arguments))})"
        case Membership():
            return f"({code(node.argument)} in {_options(node)})"
        case Matching():
            return f"{names[matcher_key(node)]}({code(node.argument)})"
        case Absence():
            return f"({code(node.argument)} is None)"
        case Junction():
            return f"({f' {node.operator} '.join(map(code, node.arguments))})"
        case Negation():
            return f"(not {code(node.argument)})"
        case Choice():
            return f"({code(node.chosen)} if {code(node.test)} else {code(node.otherwise)})"
    return _leaf(node, names)


def exact_code(node: Node, names: Mapping[str, str]) -> str:
    """Return the code for a row where values may be None."""

    def code(inner: Node) -> str:
        return exact_code(inner, names)

    match node:
        case Arithmetic():
            return f"{ARITHMETIC[node.operator]}({code(node.left)}, {code(node.right)})"
        case Comparison():
            return f"{COMPARISON[node.operator]}({code(node.left)}, {code(node.right)})"
        case Function():
            return f"{FUNCTION[node.name]}({', '.join(map(code, node.arguments))})"
        case Membership():
            return f"within({code(node.argument)}, {_options(node)})"
        case Matching():
            return f"matching({code(node.argument)}, {names[matcher_key(node)]})"
        case Absence():
            return f"({code(node.argument)} is None)"
        case Junction():
            return f"{JUNCTION[node.operator]}({', '.join(map(code, node.arguments))})"
        case Negation():
            return f"opposite({code(node.argument)})"
        case Choice():
            return f"chosen({code(node.test)}, {code(node.chosen)}, {code(node.otherwise)})"
    return _leaf(node, names)


def _leaf(node: Node, names: Mapping[str, str]) -> str:
    match node:
        case Number() | Words():
            return repr(node.value)
        case Read():
            return names[node.source.key]
    raise AssertionError(f"{type(node).__name__} has no code")


def _options(node: Membership) -> str:
    return f"({', '.join(repr(option.value) for option in node.options)},)"
