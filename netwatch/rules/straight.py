"""Templates as plain Python: what most annotations are made of comes to one expression over the names they read.

A storm of alerts renders three templates each, and Jinja2 needs longer to set the scene for one than the text takes.
What is not known here (None is returned) or fails is left to Jinja2, which the same tree was parsed by: it is the
twin, and a test holds both to the same texts.

A quiet room: no clock, no socket, no database.
May import: netwatch.rules.filters. Called by: templates.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import Undefined, nodes

from netwatch.rules.filters import FILTERS, shown

Look = Mapping[str, Any]
"""What names stand for; `nothing` where that is not known."""
Straight = Callable[[Look, Look], str]
"""Returns the text, given names and labels."""

nothing = Undefined()
_COMPARISONS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
_TESTS = {"defined": "not isinstance({}, Undefined)", "none": "({} is None)", "number": "isinstance({}, Number)"}
_LABELS = "labels"
_OF_DICTS = frozenset(dir(dict))


class _NotStraight(Exception):
    """Something in a template is not known here."""


def _text(value: Any) -> str:
    return value if type(value) is str else str(shown(value))


_SPACE: Mapping[str, Any] = {
    "__builtins__": {}, "text": _text, "str": str, "map": map, "isinstance": isinstance, "Undefined": Undefined,
    "Number": numbers.Number, "F": FILTERS,
}  # fmt: skip


def straight(tree: nodes.Template, reserved: Mapping[str, Any]) -> Straight | None:
    """Return a template as a function; None where it holds what is not known here.

    reserved: names that mean something of Jinja2's own.
    """
    try:
        source = f"lambda name, label: ''.join(({_parts(tree.body, reserved)}))"
        made: Straight = eval(source, dict(_SPACE))  # noqa: S307  # built here of names and constants, each by repr()
    except (_NotStraight, SyntaxError, RecursionError, MemoryError):  # those of Python where it is nested too deep
        return None
    return made


def _parts(body: list[nodes.Node], reserved: Mapping[str, Any]) -> str:
    return "".join(f"{one}, " for node in body for one in _outputs(node, reserved))


def _outputs(node: nodes.Node, reserved: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(node, nodes.Output):
        for one in node.nodes:
            yield repr(one.data) if isinstance(one, nodes.TemplateData) else f"text({_value(one, reserved)})"
    elif isinstance(node, nodes.If):
        otherwise = "()"
        rest = [(branch.test, branch.body) for branch in node.elif_]
        otherwise = f"({_parts(node.else_, reserved)})"
        for test, body in reversed([(node.test, node.body), *rest]):
            otherwise = f"(({_parts(body, reserved)}) if {_value(test, reserved)} else {otherwise})"
        yield f"*{otherwise}"
    else:
        raise _NotStraight


def _value(node: nodes.Node, reserved: Mapping[str, Any]) -> str:
    def value(one: nodes.Node) -> str:
        return _value(one, reserved)

    match node:
        case nodes.Const(value=constant) if constant is None or type(constant) in (str, int, float, bool):
            return f"({constant!r})"
        case nodes.Name(name=name) if name not in reserved and name != _LABELS:
            return f"name[{name!r}]"
        case nodes.Getattr(node=nodes.Name(name="labels"), attr=name) if name not in _OF_DICTS:
            return f"label[{name!r}]"
        case nodes.Getitem(node=nodes.Name(name="labels"), arg=nodes.Const(value=str(name))) if name not in _OF_DICTS:
            return f"label[{name!r}]"
        case nodes.Filter(node=nodes.Expr() as of, name=name, args=args, kwargs=[], dyn_args=None, dyn_kwargs=None):
            return f"F[{name!r}]({', '.join(map(value, (of, *args)))})"
        case nodes.CondExpr(test=test, expr1=first, expr2=nodes.Expr() as second):
            return f"({value(first)} if {value(test)} else {value(second)})"
        case nodes.Compare(expr=first, ops=operands) if all(one.op in _COMPARISONS for one in operands):
            return f"({value(first)}{''.join(f' {_COMPARISONS[one.op]} {value(one.expr)}' for one in operands)})"
        case nodes.Test(node=of, name=name, args=[], kwargs=[], dyn_args=None, dyn_kwargs=None) if name in _TESTS:
            return f"({_TESTS[name].format(value(of))})"
        case nodes.Concat(nodes=parts):
            return f"''.join(map(str, ({''.join(f'{value(one)}, ' for one in parts)})))"
        case nodes.Not(node=of):
            return f"(not {value(of)})"
        case nodes.And(left=left, right=right):
            return f"({value(left)} and {value(right)})"
        case nodes.Or(left=left, right=right):
            return f"({value(left)} or {value(right)})"
    raise _NotStraight
