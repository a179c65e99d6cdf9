"""Reads an expression into a tree.

From loose to tight: `or`; `and`, `unless`; `==`, `!=`, `>`, `<`, `>=`, `<=`; `+`, `-`; `*`, `/`, `%`; a sign; `^`;
and then a number, a text, an expression in brackets, a selector, a function, an aggregation.

May import: nothing. Called by: rules, web, through the door of this room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from netwatch.promql.tokens import DURATION, NotPromql, Token, tokens_of
from netwatch.promql.tree import Call, Negative, Number, Operation, Selector, Subquery, Text, Tree

AGGREGATIONS: Final = frozenset({
    "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
})  # fmt: skip
MOST_DEEP: Final = 40
MOST_PARTS: Final = 150
"""Operators of one expression: whoever goes through a tree may do so by recursion."""
_LEVELS: Final[Sequence[Sequence[str]]] = (
    ("or",), ("and", "unless"), ("==", "!=", ">", "<", ">=", "<="), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_MATCHING: Final = ("on", "ignoring")
_GROUPING: Final = ("group_left", "group_right")


def parse(query: str) -> Tree:
    """Return the tree of an expression.

    Raises:
        NotPromql: it is none that is understood.
    """
    reader = _Reader(list(tokens_of(query)))
    tree = reader.expression()
    reader.expect_end()
    return tree


class _Reader:
    """Goes through the words once."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._place, self._depth, self._parts = tokens, 0, 0, 0

    def expression(self, level: int = 0) -> Tree:
        """Read what binds as tightly as a level, or tighter."""
        if level == len(_LEVELS):
            return self._signed()
        left = self.expression(level + 1)
        while (operator := self._taken(*_LEVELS[level])) is not None:
            self._one_more()
            is_bool = self._taken("bool") is not None
            matching = self._matching()
            left = Operation(operator, left, self.expression(level + 1), is_bool, matching)
        return left

    def expect_end(self) -> None:
        """Complain of whatever is left."""
        if self._next.kind != "end":
            raise self._unexpected("the end, or an operator,")

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        return self._next.kind in ("sign", "name") and self._next.text in texts

    def _taken(self, *texts: str) -> str | None:
        """Take one of these words if it comes next."""
        return self._take().text if self._is(*texts) else None

    def _expect(self, *texts: str) -> str:
        found = self._taken(*texts)
        if found is None:
            raise self._unexpected(" or ".join(map(repr, texts)))
        return found

    def _unexpected(self, wanted: str) -> NotPromql:
        token = self._next
        return NotPromql(f"letter {token.at + 1} of the expression: {wanted} should stand before {token.text!r}")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_DEEP:
            raise NotPromql(f"brackets, signs and powers stand in each other at most {MOST_DEEP} deep")

    def _one_more(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise NotPromql(f"an expression has at most {MOST_PARTS} operators")

    def _matching(self) -> str:
        how = self._taken(*_MATCHING) or ""
        if how:
            self._labels()
            if self._taken(*_GROUPING) and self._is("("):
                self._labels()
        return how

    def _signed(self) -> Tree:
        sign = self._taken("+", "-")
        if sign is None:
            return self._power()
        self._deeper()
        inner = self._signed()
        self._depth -= 1
        return Negative(inner) if sign == "-" else inner

    def _power(self) -> Tree:
        base = self._behind(self._atom())
        if self._taken("^") is None:
            return base
        self._one_more()
        self._deeper()
        is_bool, matching = self._taken("bool") is not None, self._matching()
        exponent = self._signed()
        self._depth -= 1
        return Operation("^", base, exponent, is_bool, matching)

    def _atom(self) -> Tree:
        token = self._next
        if token.kind == "number":
            return Number(self._take().text)
        if token.kind == "text":
            return Text(self._take().text)
        if self._is("("):
            return self._listed(1)[0]
        if self._is("{"):
            return self._selector("")
        if token.kind != "name":
            raise self._unexpected("a selector, a number or a function")
        name = self._take().text
        if name.lower() in ("inf", "nan") and not self._is("{"):
            return Number(name)
        if name in AGGREGATIONS and self._is("(", "by", "without"):
            return self._aggregation(name)
        return Call(name, self._listed()) if self._is("(") else self._selector(name)

    def _listed(self, most: int | None = None) -> tuple[Tree, ...]:
        """Read expressions in brackets with commas between them."""
        self._deeper()
        self._expect("(")
        found: list[Tree] = []
        while most is not None or self._taken(")") is None:
            found.append(self.expression())
            if len(found) == most or self._taken(",") is None:
                self._expect(")")
                break
        self._depth -= 1
        return tuple(found)

    def _aggregation(self, name: str) -> Tree:
        by, without = self._grouping()
        arguments = self._listed()
        if by is None:
            by, without = self._grouping()
        return Call(name, arguments, by, without)

    def _grouping(self) -> tuple[tuple[str, ...] | None, bool]:
        how = self._taken("by", "without")
        return (None, False) if how is None else (self._labels(), how == "without")

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        labels = []
        while self._taken(")") is None:
            if self._next.kind != "name":
                raise self._unexpected("a label")
            labels.append(self._take().text)
            if self._taken(",") is None:
                self._expect(")")
                break
        return tuple(labels)

    def _selector(self, name: str) -> Selector:
        matchers: list[tuple[str, str, str]] = []
        if self._taken("{") is not None:
            while self._taken("}") is None:
                matchers.append(self._matcher())
                if self._taken(",") is None:
                    self._expect("}")
                    break
        if not name:
            name = next((text for label, operator, text in matchers if (label, operator) == ("__name__", "=")), "")
            matchers = [one for one in matchers if one != ("__name__", "=", name)]
        return Selector(name, tuple(matchers))

    def _matcher(self) -> tuple[str, str, str]:
        if self._next.kind != "name":
            raise self._unexpected("a label")
        label = self._take().text
        operator = self._expect("=", "!=", "=~", "!~")
        if self._next.kind != "text":
            raise self._unexpected("a text in quotes")
        return label, operator, self._take().text

    def _behind(self, tree: Tree) -> Tree:
        """Read a range, an offset and an instant behind what they are of."""
        while (what := self._taken("[", "offset", "@")) is not None:
            if what == "[":
                tree = self._ranged(tree)
            elif not isinstance(tree, Selector):
                raise NotPromql(f"{what!r} stands behind something that is no series")
            elif what == "offset":
                tree = replace(tree, offset=self._duration("an offset", "5m"))
            else:
                tree = replace(tree, instant=self._instant())
        return tree

    def _ranged(self, tree: Tree) -> Tree:
        span = self._duration("a range", "[5m]")
        if self._next.kind == "name" and self._next.text.startswith(":"):
            tree = Subquery(tree, span, self._step())
        elif isinstance(tree, Selector):
            tree = replace(tree, span=span)
        else:
            raise NotPromql("a range stands behind something that is no series")
        self._expect("]")
        return tree

    def _step(self) -> str:
        """Read what stands behind a range; a colon begins names too, so `:1m` is one word."""
        text = self._take().text.removeprefix(":")
        if not text:
            return "" if self._is("]") else self._duration("a step", "[5m:1m]")
        if not DURATION.fullmatch(text):
            raise NotPromql(f"a step is a duration such as [5m:1m], not {text!r}")
        return text

    def _duration(self, what: str, such: str) -> str:
        if self._next.kind != "duration":
            raise NotPromql(f"{what} is a duration such as {such}, not {self._next.text!r}")
        return self._take().text

    def _instant(self) -> str:
        sign = self._taken("+", "-") or ""
        if self._next.kind == "number":
            return sign + self._take().text
        word = self._expect("start", "end")
        self._expect("(")
        self._expect(")")
        return f"{word}()"
