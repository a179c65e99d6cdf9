"""Reads an expression. What Prometheus knows and this does not is named in words, so that nobody looks for a mistake.

From loose to tight: `or`; `and`, `unless`; `==`, `!=`, `>`, `<`, `>=`, `<=`; `+`, `-`; `*`, `/`; a sign; and then
a number, an expression in brackets, a selector, a function of a range, an aggregation.

May import: netwatch.model, nodes, tokens. Called by: netwatch.web.prometheus.query_route.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

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
from netwatch.web.prometheus.promql.tokens import Token, tokens_of

OVER: Final = frozenset({"rate", "increase", "avg_over_time", "min_over_time", "max_over_time"})
GATHERING: Final = frozenset({"sum", "avg", "min", "max", "count", "topk", "bottomk"})
_RANKING: Final = frozenset({"topk", "bottomk"})
_COMPARING: Final = ("==", "!=", ">", "<", ">=", "<=")
_LEVELS: Final[Sequence[Sequence[str]]] = (("or",), ("and", "unless"), _COMPARING, ("+", "-"), ("*", "/"))
MOST_DEEP: Final = 30
_ELSEWHERE: Final = "; NetWatch answers selectors, {}, arithmetic, comparisons, and, or, unless, and {}".format(
    ", ".join(sorted(OVER)), ", ".join(sorted(GATHERING))
)
_MODIFIERS: Final = frozenset({"offset", "@", "on", "ignoring", "group_left", "group_right", "bool", "^", "%"})


def parse(query: str) -> Node:
    """Return the tree of an expression.

    Raises:
        QueryRefused: it is wrong, or has something that is not answered here.
    """
    reader = _Reader(list(tokens_of(query)))
    node = reader.expression()
    reader.expect_end()
    if isinstance(node, Selector) and node.range_seconds is not None:
        raise QueryRefused("a range can only be given to a function, as in rate(name[5m])")
    return node


def parse_selector(query: str) -> Selector:
    """Return a selector that stands alone, as `match[]` has it.

    Raises:
        QueryRefused: it is none.
    """
    node = parse(query)
    if not isinstance(node, Selector):
        raise QueryRefused(f"{query!r} is not a selector such as netwatch_device_up")
    return node


class _Reader:
    """Goes through the words once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0

    def expression(self, level: int = 0) -> Node:
        """Read what binds as tightly as a level, or tighter."""
        if level == len(_LEVELS):
            return self._unary()
        left = self.expression(level + 1)
        while (operator := self._taken(*_LEVELS[level])) is not None:
            self._refuse_modifiers()
            left = _joined(operator, left, self.expression(level + 1))
        return left

    def expect_end(self) -> None:
        """Complain of whatever is left."""
        self._refuse_modifiers()
        if self._next.kind != "end":
            raise self._unexpected("the end, or an operator,")

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _taken(self, *texts: str) -> str | None:
        """Take one of these words if it comes next."""
        token = self._next
        if token.kind in ("sign", "name") and token.text in texts:
            return self._take().text
        return None

    def _expect(self, *texts: str) -> str:
        found = self._taken(*texts)
        if found is None:
            raise self._unexpected(" or ".join(map(repr, texts)))
        return found

    def _unexpected(self, wanted: str) -> QueryRefused:
        token = self._next
        return QueryRefused(f"letter {token.at + 1} of the expression: {wanted} should stand before {token.text!r}")

    def _refuse_modifiers(self) -> None:
        if self._next.kind in ("name", "sign") and self._next.text in _MODIFIERS:
            raise QueryRefused(f"{self._next.text!r} is not answered{_ELSEWHERE}")

    def _unary(self) -> Node:
        sign = self._taken("+", "-")
        if sign is None:
            return self._primary()
        self._deeper()
        node = self._unary()
        self._depth -= 1
        if isinstance(node, Selector) and node.range_seconds is not None:
            raise QueryRefused("a range has no sign")
        if sign == "+":
            return node
        return Number(-node.value) if isinstance(node, Number) else Negated(node)

    def _primary(self) -> Node:
        token = self._next
        if token.kind == "number":
            return Number(float(self._take().text))
        if token.text == "(" and token.kind == "sign":
            return self._inside(self.expression)
        if token.text == "{" and token.kind == "sign":
            return self._selector("")
        if token.kind != "name":
            raise self._unexpected("a selector, a number or a function")
        name = self._take().text
        if name.lower() in ("inf", "nan") and self._next.text != "{":
            return Number(float(name))
        if name in GATHERING and (self._next.text in ("(", "by", "without")):
            return self._aggregation(name)
        if self._next.text == "(" and self._next.kind == "sign":
            return self._call(name)
        return self._selector(name)

    def _inside(self, read: Callable[[], Node]) -> Node:
        """Read what stands in brackets."""
        self._deeper()
        self._expect("(")
        node = read()
        self._refuse_modifiers()
        self._expect(")")
        self._depth -= 1
        return node

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise QueryRefused(f"brackets stand in each other at most {MOST_DEEP} deep")

    def _call(self, name: str) -> Node:
        if name == "vector":
            node = self._inside(self.expression)
            if not is_scalar(node):
                raise QueryRefused("vector() is of a number")
            return VectorOf(node)
        if name not in OVER:
            raise QueryRefused(f"{name}() is not answered{_ELSEWHERE}")
        node = self._inside(self.expression)
        if not isinstance(node, Selector) or node.range_seconds is None:
            raise QueryRefused(f"{name}() is of a range, as in {name}(name[5m])")
        return Over(name, node)

    def _aggregation(self, name: str) -> Node:
        labels, without = self._grouping()
        count = 0

        def inner() -> Node:
            nonlocal count
            if name in _RANKING:
                how_many = self.expression()
                if not isinstance(how_many, Number) or not 1 <= how_many.value <= 1e6:
                    raise QueryRefused(f"{name}() wants a whole number first, as in {name}(10, name)")
                count = int(how_many.value)
                self._expect(",")
            return self.expression()

        node = self._inside(inner)
        if not labels and not without:
            labels, without = self._grouping()
        if is_scalar(node) or (isinstance(node, Selector) and node.range_seconds is not None):
            raise QueryRefused(f"{name}() is of series")
        return Gathered(name, node, labels, without, count)

    def _grouping(self) -> tuple[tuple[str, ...], bool]:
        how = self._taken("by", "without")
        if how is None:
            return (), False
        self._expect("(")
        labels = []
        while self._taken(")") is None:
            if self._next.kind != "name":
                raise self._unexpected("a label")
            labels.append(self._take().text)
            if self._taken(",") is None:
                self._expect(")")
                break
        return tuple(labels), how == "without"

    def _selector(self, name: str) -> Selector:
        matchers = [Matcher(label=NAME, text=name)] if name else []
        if self._taken("{") is not None:
            while self._taken("}") is None:
                matchers.append(self._matcher())
                if self._taken(",") is None:
                    self._expect("}")
                    break
        if not any(_asks_for_something(one) for one in matchers):
            raise QueryRefused('a selector names something, as in netwatch_device_up or {instance="sw1"}')
        seconds = None
        if self._taken("[") is not None:
            token = self._take()
            if token.kind != "duration":
                raise QueryRefused(f"a range is a duration such as [5m], not {token.text!r}")
            seconds = parse_duration(token.text).total_seconds()
            if self._next.text.startswith(":"):
                raise QueryRefused(f"a range of an expression ([5m:1m]) is not answered{_ELSEWHERE}")
            self._expect("]")
            if not seconds:
                raise QueryRefused("a range is longer than nothing")
        self._refuse_modifiers()
        return Selector(tuple(matchers), ",".join(map(str, matchers)), seconds)

    def _matcher(self) -> Matcher:
        if self._next.kind != "name":
            raise self._unexpected("a label")
        label = self._take().text
        operator = self._expect("=", "!=", "=~", "!~")
        if self._next.kind != "text":
            raise self._unexpected("a text in quotes")
        text = self._take().text
        try:
            matches = bounded_matcher(text) if operator.endswith("~") else None
        except ValueError as exc:
            raise QueryRefused(f"{text!r}: {exc}") from exc
        return Matcher(label=label, text=text, negated=operator.startswith("!"), matches=matches)


def _asks_for_something(matcher: Matcher) -> bool:
    return not matcher.holds({})


def _joined(operator: str, left: Node, right: Node) -> Node:
    for side in (left, right):
        if isinstance(side, Selector) and side.range_seconds is not None:
            raise QueryRefused(f"{operator!r} is not of ranges")
    if operator in ("or", "and", "unless") and (is_scalar(left) or is_scalar(right)):
        raise QueryRefused(f"{operator!r} is of series on both sides")
    if operator in _COMPARING and is_scalar(left) and is_scalar(right):
        raise QueryRefused("two numbers are not compared")
    return Binary(operator, left, right)
