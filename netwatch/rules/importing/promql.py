"""Reads an expression of Prometheus into a tree.

A quiet room; strict: what is not understood is said, with the character where it stands.
May import: nothing. Called by: translating.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TEXT = 10_000
MAX_DEPTH = 60
_TOKEN = re.compile(
    r"""\s*(?:#[^\n]*)?\s*(?:
      (?P<duration>(?:\d+(?:ms|[smhdwy]))+)(?![\w.])
    | (?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?:Inf|NaN)\b)
    | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    | (?P<sign>==|!=|>=|<=|=~|!~|[-+*/%^=<>(){}\[\],:@])
    )""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and", "unless"), ("==", "!=", ">", "<", ">=", "<="), ("+", "-"), ("*", "/", "%"))
_AGGREGATIONS = frozenset({
    "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "topk", "bottomk", "quantile", "count_values",
})  # fmt: skip


class NotRead(ValueError):
    """The text is no expression that is understood; says why."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    text: str


@dataclass(frozen=True, slots=True)
class Selector:
    """Series of a name with matchers, over a span where one is written."""

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()
    span: str = ""
    offset: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """An expression over a span: a subquery."""

    inner: Tree
    span: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function; `by` are the labels of an aggregation, None where it is over everything or is none."""

    name: str
    arguments: tuple[Tree, ...]
    by: tuple[str, ...] | None = None
    without: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """Two expressions and what is between them; is_bool: a comparison that gives 0 or 1."""

    operator: str
    left: Tree
    right: Tree
    is_bool: bool = False


@dataclass(frozen=True, slots=True)
class Negative:
    """A sign before an expression."""

    inner: Tree


Tree = Number | Text | Selector | Span | Call | Operation | Negative


def parse(text: str) -> Tree:
    """Return the tree of an expression.

    Raises:
        NotRead: it is none that is understood.
    """
    if len(text) > MAX_TEXT:
        raise NotRead(f"the expression is longer than {MAX_TEXT} characters")
    reader = _Reader(text)
    tree = reader.level(0)
    if reader.kind:
        raise NotRead(f"{reader.word!r} is not understood at character {reader.at}")
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._place][0]

    @property
    def word(self) -> str:
        return self._tokens[self._place][1]

    @property
    def at(self) -> int:
        return self._tokens[self._place][2]

    def _next(self) -> str:
        word = self.word
        self._place += 1
        return word

    def _is(self, *words: str) -> bool:
        return self.kind in ("sign", "name") and self.word in words

    def _take(self, word: str) -> None:
        if not self._is(word):
            raise NotRead(f"{word!r} is missing before {self.word or 'the end'!r}")
        self._place += 1

    def level(self, number: int) -> Tree:
        if number == len(_LEVELS):
            return self._power()
        left = self.level(number + 1)
        while self._is(*_LEVELS[number]):
            operator = self._next()
            is_bool = self._modifiers()
            left = Operation(operator, left, self.level(number + 1), is_bool)
        return left

    def _modifiers(self) -> bool:
        """Pass over what says which rows belong together: here those of one row do."""
        is_bool = False
        while self._is("bool", "on", "ignoring", "group_left", "group_right"):
            if self._next() == "bool":
                is_bool = True
            elif self._is("("):
                self._labels()
        return is_bool

    def _power(self) -> Tree:
        if self._is("-", "+"):
            sign = self._next()
            inner = self._power()
            return Negative(inner) if sign == "-" else inner
        base = self._behind(self._atom())
        if self._is("^"):
            self._next()
            return Operation("^", base, self._power())
        return base

    def _atom(self) -> Tree:
        self._depth += 1
        if self._depth > MAX_DEPTH * 10:
            raise NotRead("the expression has too many parts")
        if self.kind == "number":
            return Number(self._next())
        if self.kind == "string":
            return Text(_unquoted(self._next()))
        if self._is("("):
            self._next()
            inner = self.level(0)
            self._take(")")
            return inner
        if self._is("{"):
            return self._selector("")
        if self.kind != "name":
            raise NotRead(f"{self.word or 'the end'!r} is not understood at character {self.at}")
        name = self._next()
        if name in _AGGREGATIONS and self._is("(", "by", "without"):
            return self._aggregation(name)
        if self._is("("):
            return Call(name, self._arguments())
        return self._selector(name)

    def _aggregation(self, name: str) -> Tree:
        by, without = self._grouping()
        arguments = self._arguments()
        if by is None:
            by, without = self._grouping()
        return Call(name, arguments, by, without)

    def _grouping(self) -> tuple[tuple[str, ...] | None, bool]:
        if not self._is("by", "without"):
            return None, False
        without = self._next() == "without"
        return self._labels(), without

    def _labels(self) -> tuple[str, ...]:
        self._take("(")
        found = []
        while not self._is(")"):
            found.append(self._next())
            if self._is(","):
                self._next()
            if not self.kind:
                raise NotRead("')' is missing")
        self._take(")")
        return tuple(found)

    def _arguments(self) -> tuple[Tree, ...]:
        self._take("(")
        found = []
        while not self._is(")"):
            found.append(self.level(0))
            if not self._is(")"):
                self._take(",")
        self._take(")")
        return tuple(found)

    def _selector(self, name: str) -> Tree:
        matchers = []
        if self._is("{"):
            self._next()
            while not self._is("}"):
                label, operator = self._next(), self._next()
                if operator not in ("=", "!=", "=~", "!~") or self.kind != "string":
                    raise NotRead(f"{label}{operator}{self.word} is no matcher")
                matchers.append((label, operator, _unquoted(self._next())))
                if not self._is("}"):
                    self._take(",")
            self._take("}")
        name = next((text for label, operator, text in matchers if (label, operator) == ("__name__", "=")), name)
        if not name:
            raise NotRead("series without a name")
        return Selector(name, tuple(one for one in matchers if one[0] != "__name__"))

    def _behind(self, tree: Tree) -> Tree:
        while self._is("[", "offset", "@"):
            word = self._next()
            if word == "@":
                raise NotRead("'@' asks for one instant")
            if word == "offset":
                tree = self._moved(tree)
                continue
            span = self._next()
            if self._is(":"):
                self._next()
                if not self._is("]"):
                    self._next()
                tree = Span(tree, span)
            elif isinstance(tree, Selector):
                tree = Selector(tree.name, tree.matchers, span, tree.offset)
            else:
                raise NotRead("a span behind something that is no series")
            self._take("]")
        return tree

    def _moved(self, tree: Tree) -> Tree:
        if not isinstance(tree, Selector) or self.kind != "duration":
            raise NotRead("'offset' behind something that is no series")
        return Selector(tree.name, tree.matchers, tree.span, self._next())


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found, at = [], 0
    depth = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            if not re.sub(r"#[^\n]*", "", text[at:]).strip():
                break
            raise NotRead(f"{text[at:].strip()[:20]!r} is not understood at character {at}")
        kind = str(match.lastgroup)
        depth += {"(": 1, ")": -1}.get(match[kind], 0)
        if depth > MAX_DEPTH:
            raise NotRead("the expression is nested too deep")
        found.append((kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, ("", "", len(text))]


def _unquoted(text: str) -> str:
    inner = text[1:-1]
    return inner if text[0] == "`" else re.sub(r"\\(.)", r"\1", inner)
