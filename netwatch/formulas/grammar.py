"""The grammar of expressions: Python's, cut down to what cannot do harm.

Numbers, texts, names, comparisons, `in (..)`, `and or not`, `+ - * / % **`, `a if test else b` and calls of our
own functions. No attributes, no subscripts, no other calls; length and depth are bounded before anything recurses.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.foreign, netwatch.syntax. Called by: checker, netwatch.rules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from netwatch.formulas.foreign import advice_on
from netwatch.syntax import parsed_expression

MAX_LENGTH = 2000
MAX_DEPTH = 40

_ALLOWED = (
    ast.Constant, ast.Name, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Call, ast.IfExp,
    ast.Tuple, ast.List, ast.Set, ast.expr_context, ast.boolop, ast.cmpop, ast.operator, ast.unaryop,
)  # fmt: skip
_NAMES = {
    ast.Attribute: "a dot", ast.Subscript: "[ ]", ast.Lambda: "lambda", ast.JoinedStr: "an f-string",
    ast.NamedExpr: ":=", ast.Await: "await", ast.Starred: "*",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing wrong in an expression, `offset` characters from its beginning."""

    offset: int
    message: str


class BadExpression(Exception):
    """The text is no expression at all, or goes beyond the grammar."""

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(flaws)
        super().__init__("; ".join(flaw.message for flaw in self.flaws))


def parse(text: str) -> ast.expr:
    """Return the syntax tree of an expression, every node of it allowed.

    Raises:
        BadExpression: with everything that is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise BadExpression([Flaw(offset=0, message=f"the expression is longer than {MAX_LENGTH} characters")])
    try:
        tree = _tree(text.replace("\n", " ").replace("\r", " "))
    except BadExpression:
        if advice := _advice(text):
            raise BadExpression(advice) from None
        raise
    if _is_too_deep(tree):
        raise BadExpression([Flaw(offset=0, message=f"the expression is nested deeper than {MAX_DEPTH} levels")])
    flaws = [
        Flaw(offset=offset_of(node, text), message=f"{_NAMES.get(type(node), 'this')} is not known in expressions")
        for node in ast.walk(tree)
        if not isinstance(node, _ALLOWED) and isinstance(node, ast.expr)
    ]
    if flaws:
        raise BadExpression(_advice(text) or flaws)
    return tree


def _advice(text: str) -> list[Flaw]:
    """Return what to write in place of words from elsewhere."""
    return [Flaw(offset=offset, message=message) for offset, message in advice_on(text)]


def offset_of(node: ast.expr, text: str) -> int:
    """Return where a node begins, in characters; ast counts UTF-8 bytes."""
    return len(text.encode()[: node.col_offset].decode(errors="ignore"))


def names_in(tree: ast.expr) -> list[ast.Name]:
    """Return the names that stand for columns and labels, in the order written."""
    functions = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions]
    return sorted(names, key=lambda name: name.col_offset)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean X` where something known looks like `name`, else nothing."""
    by_folded = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), by_folded, n=1, cutoff=0.6)
    return f", did you mean {by_folded[close[0]]}?" if close else ""


def _tree(text: str) -> ast.expr:
    try:
        return parsed_expression(text.strip()).body  # `\d` in a pattern is meant as it stands
    except SyntaxError as exc:
        offset = max((exc.offset or 1) - 1, 0)
        raise BadExpression([Flaw(offset=offset, message=_plain_words(exc.msg))]) from None
    except (RecursionError, MemoryError):
        raise BadExpression([Flaw(offset=0, message="the expression is nested too deeply")]) from None
    except ValueError as exc:
        raise BadExpression([Flaw(offset=0, message=f"is no expression: {exc}")]) from None


def _plain_words(message: str) -> str:
    return "is no expression" if message == "invalid syntax" else f"is no expression: {message}"


def _is_too_deep(tree: ast.expr) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
