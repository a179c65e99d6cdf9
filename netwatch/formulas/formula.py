"""One expression, compiled: whole columns in, one column of results out.

Four ways lead through the same expression. Where no input misses a value the code is one list comprehension of
plain Python; where inputs miss all of theirs, it is what then is left of it (see missing). Where some rows do, those
rows take exact code (see kleene) and the others stay plain. Where plain code raises (a division by zero), all rows
take exact code; in pure arithmetic only those that raise. The outcome is the same each way; tests hold all of them
against a slow interpreter.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas.emitter, frame, kleene, missing, nodes. Called by: sources, functions, netwatch.rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from netwatch.compiled.column_twins import packed, uniform
from netwatch.formulas.emitter import exact_code, matcher_key, plain_code
from netwatch.formulas.frame import Frame, Prepared, Source, columns_of
from netwatch.formulas.kleene import EXACT, PLAIN
from netwatch.formulas.missing import Sure, TooTangled, code_without
from netwatch.formulas.nodes import Arithmetic, Function, Kind, Matching, Node, Number, Read

_PURE = (Arithmetic, Function, Number, Read)
MOST_REDUCED = 32
"""Different sets of missing inputs that one expression is compiled for."""
_Column = Callable[..., list[Any]]
"""Compiled code: columns and scalars in, results out."""


class Formula:
    """A compiled expression.

    scalar: one result for the whole table instead of one per row. stateful: it wants to see every reading.
    node: the checked tree it was compiled from, for those who explain a result. made_of: the columns it follows from
    alone, so that it need not be worked out again while they stand still; None where time or memory has a say.
    """

    __slots__ = ("_exact", "_mixed", "_names", "_only", "_plain", "_reduced", "_row", "_space", "_wanted", "inputs",
                 "kind", "made_of", "node", "scalar", "stateful", "text")  # fmt: skip

    def __init__(self, node: Node, text: str) -> None:
        """Compile `node`; `text` is how it was written, and names whatever is remembered for it."""
        sources = {inner.source.key: inner.source for inner in node.walk() if isinstance(inner, Read)}
        matchers = {matcher_key(inner): inner.matcher for inner in node.walk() if isinstance(inner, Matching)}
        self.text = text
        self.node = node
        self.kind: Kind = node.kind
        self.inputs: tuple[Source, ...] = tuple(sources.values())
        self.scalar = all(source.scalar for source in self.inputs)
        self.stateful = any(source.stateful for source in self.inputs)
        self.made_of = columns_of(self.inputs)
        # What sources say of themselves is always the same, and asking each costs more than looking its column up.
        self._wanted = tuple([(source, source.key, source.made_of, source.scalar) for source in self.inputs])
        self._only = node.source if isinstance(node, Read) else None
        variables = {key: f"v{number}" for number, key in enumerate(sources)}
        tests = {key: f"t{number}" for number, key in enumerate(matchers)}
        names, space = {**variables, **tests}, {tests[key]: matcher for key, matcher in matchers.items()}
        self._names, self._space = names, space
        self._reduced: dict[frozenset[str], _Column | None] = {}
        arguments = ", ".join(variables.values())
        self._row = _compiled(f"lambda {arguments}: {exact_code(node, names)}", space)
        plain, exact = plain_code(node, names), f"row({arguments})"
        complete = " and ".join(f"{name} is not None" for name in variables.values()) or "True"
        space["row"] = self._row
        self._plain: _Column = _compiled(self._comprehension(plain), space)
        self._mixed: _Column = _compiled(self._comprehension(f"{plain} if {complete} else {exact}"), space)
        if all(isinstance(inner, _PURE) for inner in node.walk()):  # what cannot be worked out spoils all of it
            space["careful"] = _careful(_compiled(f"lambda {arguments}: {plain}", space))
            exact = f"careful({arguments}) if {complete} else {exact}"
        self._exact: _Column = _compiled(self._comprehension(exact), space)

    def column(self, frame: Frame) -> Sequence[Any]:
        """Return one result per row (one in all, if scalar); None is unknown."""
        return self.prepared(frame)[0]

    def prepared(self, frame: Frame) -> Prepared:
        """Return the column, and whether it is sure that no result is unknown."""
        if self._only is not None:
            return frame.fetch(self._only)
        if (standing := frame.standing(self, self.made_of)) is not None:
            return standing
        values, whole = self._worked_out(frame)
        if self.kind is Kind.TRUTH and values.count(False) == len(values):
            values = one_value(False, len(values))  # the value of every row
        elif whole:
            values = uniform(packed(values))
        return frame.keep(self, self.made_of, (values, whole))

    def _worked_out(self, frame: Frame) -> Prepared:
        columns: list[Any] = []
        missing: list[str] = []
        whole = in_part = True
        for source, key, made_of, scalar in self._wanted:
            values, complete = frame.fetch_of(source, key, made_of)
            columns.append(values[0] if scalar else values)
            if not complete:
                whole = False
                if values.count(None) == len(values):
                    missing.append(key)
                else:
                    in_part = False
        try:
            if whole:
                return self._plain(*columns), True
            reduced = self._without(frozenset(missing)) if missing and in_part else None
            if reduced is _nothing:
                return one_value(None, 1 if self.scalar else frame.size), False
            if reduced is not None:
                return reduced(*columns), False
            return self._mixed(*columns), False
        except ArithmeticError:
            return self._exact(*columns), False

    def _without(self, missing: frozenset[str]) -> _Column | None:
        """Return what is left of the expression where these inputs are missing in every row."""
        if missing in self._reduced:
            return self._reduced[missing]
        if len(self._reduced) >= MOST_REDUCED:
            return None
        try:
            text, sure = code_without(self.node, self._names, missing)
        except TooTangled:
            found = None
        else:
            found = _nothing if sure is Sure.UNKNOWN else _compiled(self._comprehension(text), self._space)
        self._reduced[missing] = found
        return found

    def at(self, frame: Frame, row: int) -> Any:
        """Return the result for one row."""
        return self._row(*(frame.fetch(source)[0][0 if source.scalar else row] for source in self.inputs))

    def _comprehension(self, result: str) -> str:
        """Return code for `result` over all rows; a scalar input is a parameter, a column is looped over."""
        looped = [number for number, source in enumerate(self.inputs) if not source.scalar]
        parameters = ", ".join(
            f"c{number}" if number in looped else f"v{number}" for number in range(len(self.inputs))
        )
        if not looped:
            return f"lambda {parameters}: [{result}]"
        if len(looped) == 1:
            return f"lambda {parameters}: [{result} for v{looped[0]} in c{looped[0]}]"
        variables = ", ".join(f"v{number}" for number in looped)
        columns = ", ".join(f"c{number}" for number in looped)
        return f"lambda {parameters}: [{result} for {variables} in zip({columns})]"


@lru_cache(maxsize=4096)
def one_value(value: bool | None, rows: int) -> list[Any]:
    """Return a column of one value, as most verdicts are: one object for all devices, which nobody changes."""
    return [value] * rows


def _nothing(*columns: Any) -> list[Any]:
    """Stand for an expression of which nothing can be known; nobody calls it."""
    raise AssertionError("what is unknown needs no code")


def _careful(plain: Callable[..., Any]) -> Callable[..., Any]:
    def careful(*arguments: Any) -> Any:
        try:
            return plain(*arguments)
        except ArithmeticError:
            return None

    return careful


def _compiled(source: str, space: Mapping[str, Any]) -> Callable[..., Any]:
    names = {"__builtins__": {}, "zip": zip, **PLAIN, **EXACT, **space}
    function: Callable[..., Any] = eval(compile(source, "<formula>", "eval"), names)  # noqa: S307  # the emitter's own text
    return function
