"""What can be seen of an expression of Prometheus without translating it.

A quiet room. May import: netwatch.promql, netwatch.rules.importing. Called by: translating.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from netwatch.promql import Call, Negative, Number, Operation, Selector, Subquery, Tree
from netwatch.rules.importing.words import COMPARISONS

ANSWERS = frozenset({"up", "netwatch_device_up"})
"""Series that say whether a device answers."""
DEEPEST = 20
"""Recorded expressions within one another."""


def lender(tree: Tree) -> Selector | None:
    """Return the series that lends labels, however it is made to be 1."""
    while True:
        if isinstance(tree, Call) and tree.name in ("max", "min", "avg", "group", "sum") and len(tree.arguments) == 1:
            tree = tree.arguments[0]
        elif isinstance(tree, Operation) and tree.operator in ("*", "+", "^", ">", "==", ">=") and _is_constant(tree):
            tree = tree.left
        else:
            return tree if isinstance(tree, Selector) else None


def _is_constant(tree: Operation) -> bool:
    return isinstance(tree.right, Number)


def says_up(tree: Tree, wanted: bool) -> bool:
    """Return whether an expression says of a device that it is up, or where not wanted that it is down."""
    if not isinstance(tree, Operation) or tree.operator not in COMPARISONS:
        return False
    is_up = isinstance(tree.left, Selector) and tree.left.name in ANSWERS and isinstance(tree.right, Number)
    said = (tree.operator, getattr(tree.right, "text", ""))
    return is_up and said in ({("==", "1"), (">", "0"), ("!=", "0")} if wanted else {("==", "0"), ("!=", "1")})


def selectors_in(tree: Tree, records: Mapping[str, Tree], depth: int = 0) -> Iterator[Selector]:
    """Yield every series of an expression, those of recorded ones with the matchers put to them."""
    match tree:
        case Selector() if tree.name in records and depth < DEEPEST:
            for inner in selectors_in(records[tree.name], records, depth + 1):
                yield replace(inner, matchers=(*inner.matchers, *tree.matchers))
        case Selector():
            yield tree
        case Operation():
            yield from selectors_in(tree.left, records, depth)
            yield from selectors_in(tree.right, records, depth)
        case Call():
            for one in tree.arguments:
                yield from selectors_in(one, records, depth)
        case Negative() | Subquery():
            yield from selectors_in(tree.inner, records, depth)
        case _:
            pass
