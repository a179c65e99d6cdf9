"""What is answered of Prometheus' language; the rest is named in words, so that nobody looks for a mistake.

May import: netwatch.model, netwatch.promql, nodes. Called by: netwatch.web.prometheus.query_route.
"""

from __future__ import annotations

from typing import Final

from netwatch import promql
from netwatch.model import Matcher, bounded_matcher, parse_duration
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
    VectorOf,
    is_scalar,
)

OVER: Final = frozenset({"rate", "increase", "avg_over_time", "min_over_time", "max_over_time"})
GATHERING: Final = frozenset({"sum", "avg", "min", "max", "count", "topk", "bottomk"})
_RANKING: Final = frozenset({"topk", "bottomk"})
_COMPARING: Final = frozenset({"==", "!=", ">", "<", ">=", "<="})
_SETS: Final = frozenset({"or", "and", "unless"})
_ELSEWHERE: Final = "; NetWatch answers selectors, {}, arithmetic, comparisons, and, or, unless, and {}".format(
    ", ".join(sorted(OVER)), ", ".join(sorted(GATHERING))
)


def answered(query: str) -> Node:
    """Return what is to be worked out for an expression.

    Raises:
        QueryRefused: it is wrong, or has something that is not answered here.
    """
    try:
        tree = promql.parse(query)
    except promql.NotPromql as exc:
        raise QueryRefused(str(exc)) from exc
    node = _node(tree)
    if _is_range(node):
        raise QueryRefused("a range can only be given to a function, as in rate(name[5m])")
    return node


def answered_selector(query: str) -> Selector:
    """Return a selector that stands alone, as `match[]` has it.

    Raises:
        QueryRefused: it is none.
    """
    node = answered(query)
    if not isinstance(node, Selector):
        raise QueryRefused(f"{query!r} is not a selector such as netwatch_device_up")
    return node


def _node(tree: promql.Tree) -> Node:
    match tree:
        case promql.Number():
            return Number(tree.value)
        case promql.Text():
            raise QueryRefused(f"a text is not answered{_ELSEWHERE}")
        case promql.Selector():
            return _selector(tree)
        case promql.Subquery():
            raise QueryRefused(f"a range of an expression ([5m:1m]) is not answered{_ELSEWHERE}")
        case promql.Negative():
            return _negated(_node(tree.inner))
        case promql.Operation():
            return _joined(tree)
        case promql.Call():
            return _aggregation(tree) if tree.name in promql.AGGREGATIONS else _call(tree)


def _is_range(node: Node) -> bool:
    return isinstance(node, Selector) and node.range_seconds is not None


def _selector(tree: promql.Selector) -> Selector:
    for what, said in (("offset", tree.offset), ("@", tree.instant)):
        if said:
            raise QueryRefused(f"{what!r} is not answered{_ELSEWHERE}")
    named = (Matcher(label=NAME, text=tree.name),) if tree.name else ()
    matchers = (*named, *(_matcher(*one) for one in tree.matchers))
    if all(one.holds({}) for one in matchers):
        raise QueryRefused('a selector names something, as in netwatch_device_up or {instance="sw1"}')
    try:
        seconds = parse_duration(tree.span).total_seconds() if tree.span else None
    except ValueError as exc:
        raise QueryRefused(f"a range: {exc}") from exc
    if seconds == 0:
        raise QueryRefused("a range is longer than nothing")
    return Selector(matchers, ",".join(map(str, matchers)), seconds)


def _matcher(label: str, operator: str, text: str) -> Matcher:
    try:
        matches = bounded_matcher(text) if operator.endswith("~") else None
    except ValueError as exc:
        raise QueryRefused(f"{text!r}: {exc}") from exc
    return Matcher(label=label, text=text, negated=operator.startswith("!"), matches=matches)


def _negated(node: Node) -> Node:
    if _is_range(node):
        raise QueryRefused("a range has no sign")
    return Number(-node.value) if isinstance(node, Number) else Negated(node)


def _call(tree: promql.Call) -> Node:
    if tree.name != "vector" and tree.name not in OVER:
        raise QueryRefused(f"{tree.name}() is not answered{_ELSEWHERE}")
    nodes = [_node(one) for one in tree.arguments]
    if tree.name == "vector":
        if len(nodes) != 1 or not is_scalar(nodes[0]):
            raise QueryRefused("vector() is of a number")
        return VectorOf(nodes[0])
    if len(nodes) != 1 or not isinstance(nodes[0], Selector) or nodes[0].range_seconds is None:
        raise QueryRefused(f"{tree.name}() is of a range, as in {tree.name}(name[5m])")
    return Over(tree.name, nodes[0])


def _aggregation(tree: promql.Call) -> Node:
    if tree.name not in GATHERING:
        raise QueryRefused(f"{tree.name}() is not answered{_ELSEWHERE}")
    nodes, count = [_node(one) for one in tree.arguments], 0
    if tree.name in _RANKING:
        how_many = nodes.pop(0) if nodes else None
        if not isinstance(how_many, Number) or not 1 <= how_many.value <= 1e6:
            raise QueryRefused(f"{tree.name}() wants a whole number first, as in {tree.name}(10, name)")
        count = int(how_many.value)
    if len(nodes) != 1 or is_scalar(nodes[0]) or _is_range(nodes[0]):
        raise QueryRefused(f"{tree.name}() is of series")
    return Gathered(tree.name, nodes[0], tree.by or (), tree.without, count)


def _joined(tree: promql.Operation) -> Node:
    operator = tree.operator
    for what in (operator if operator in ("^", "%") else "", tree.matching, "bool" if tree.is_bool else ""):
        if what:
            raise QueryRefused(f"{what!r} is not answered{_ELSEWHERE}")
    left, right = _node(tree.left), _node(tree.right)
    if _is_range(left) or _is_range(right):
        raise QueryRefused(f"{operator!r} is not of ranges")
    if operator in _SETS and (is_scalar(left) or is_scalar(right)):
        raise QueryRefused(f"{operator!r} is of series on both sides")
    if operator in _COMPARING and is_scalar(left) and is_scalar(right):
        raise QueryRefused("two numbers are not compared")
    return Binary(operator, left, right)
