"""Writes an expression as Python text for readings in which some inputs are missing in every row.

A sensor without limits, a port without an alias: whole columns are missing for good, and what follows of that is
worked out once and not row by row. What is left is plain code; a part that may still be unknown is None.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.emitter, nodes. Called by: formula.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import Enum

from netwatch.formulas.emitter import JUNCTION, plain_code
from netwatch.formulas.nodes import Absence, Choice, Junction, Negation, Node, Read


class Sure(Enum):
    """Whether a part has a value: in every row, in none, or it depends on the row."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    MAYBE = "maybe"


Code = tuple[str, Sure]
_NOTHING: Code = ("None", Sure.UNKNOWN)


class TooTangled(Exception):
    """The expression is better worked out row by row."""


def code_without(node: Node, names: Mapping[str, str], missing: Collection[str]) -> Code:
    """Return the code for a row in which the sources with these keys are missing and all others are there.

    Raises:
        TooTangled: something that may be unknown stands where a value is needed.
    """

    def code(inner: Node) -> Code:
        return code_without(inner, names, missing)

    match node:
        case Read():
            return _NOTHING if node.source.key in missing else (plain_code(node, names), Sure.KNOWN)
        case Absence():
            text, sure = code(node.argument)
            return ("True" if sure is Sure.UNKNOWN else f"({text} is None)"), Sure.KNOWN
        case Junction():
            return _junction(node, code)
        case Choice():
            return _choice(node, code)
        case Negation():
            text, sure = code(node.argument)
            return (
                (f"opposite({text})" if sure is Sure.MAYBE else f"(not {text})", sure) if text != "None" else _NOTHING
            )
    if not any(isinstance(inner, Read) and inner.source.key in missing for inner in node.walk()):
        return plain_code(node, names), Sure.KNOWN
    sures = {code(part)[1] for part in node.parts()}
    if Sure.UNKNOWN in sures:
        return _NOTHING
    raise TooTangled


def _junction(node: Junction, code: Callable[[Node], Code]) -> Code:
    parts = [code(argument) for argument in node.arguments]
    known = [text for text, sure in parts if sure is Sure.KNOWN]
    if len(known) == len(parts):
        return f"({f' {node.operator} '.join(known)})", Sure.KNOWN
    if any(sure is Sure.MAYBE for _, sure in parts):
        return f"{JUNCTION[node.operator]}({', '.join(text for text, _ in parts)})", Sure.MAYBE
    if not known:
        return _NOTHING
    together = f" {node.operator} ".join(known)
    return (
        f"(None if {together} else False)" if node.operator == "and" else f"(True if {together} else None)"
    ), Sure.MAYBE


def _choice(node: Choice, code: Callable[[Node], Code]) -> Code:
    (test, is_sure), (chosen, one), (otherwise, other) = code(node.test), code(node.chosen), code(node.otherwise)
    if is_sure is Sure.UNKNOWN or one is other is Sure.UNKNOWN:
        return _NOTHING
    if is_sure is Sure.MAYBE:
        return f"chosen({test}, {chosen}, {otherwise})", Sure.MAYBE
    sure = Sure.KNOWN if one is other is Sure.KNOWN else Sure.MAYBE
    return f"({chosen} if {test} else {otherwise})", sure
