"""Where an expression's values come from: columns, rates and labels of the reading, and what is made of them.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.formulas.formula, frame, nodes. Called by: checker, functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netwatch.formulas.formula import Formula
from netwatch.formulas.frame import Frame, Prepared
from netwatch.formulas.nodes import Kind
from netwatch.model import Missing, Value

MAX_TEXT = 1000
_NUMBERS = frozenset((int, float, bool, type(None)))


class _Plain:
    """What a source of the reading itself has in common."""

    __slots__ = ()
    scalar = False
    stateful = False


@dataclass(frozen=True, slots=True)
class Numbers(_Plain):
    """A gauge, an enumeration, or a counter as it stands."""

    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return the column; whatever is no number counts as missing."""
        return numbers(frame.reading.columns.get(self.key), frame.size)


@dataclass(frozen=True, slots=True)
class Texts(_Plain):
    """A text column."""

    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return the column as text."""
        column = frame.reading.columns.get(self.key)
        values = unknown(frame.size) if column is None else [_as_text(value) for value in column]
        return values, None not in values


@dataclass(frozen=True, slots=True)
class Labels(_Plain):
    """A label of the rows."""

    name: str

    @property
    def key(self) -> str:
        """Return the label's name; a column of the same name would have been taken instead."""
        return self.name

    def read(self, frame: Frame) -> Prepared:
        """Return one text per row."""
        column = frame.reading.rows.labels.get(self.name)
        return (unknown(frame.size), frame.size == 0) if column is None else (column, True)


@dataclass(frozen=True, slots=True)
class Rates(_Plain):
    """rate(counter): the increase per second that polling worked out."""

    name: str
    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return the column of rates."""
        return numbers(frame.reading.rates.get(self.name), frame.size)


@dataclass(frozen=True, slots=True)
class Increases(_Plain):
    """delta(counter): the increase since the reading before, where a rate exists; allows for one wrap."""

    name: str
    key: str
    modulus: int

    def read(self, frame: Frame) -> Prepared:
        """Return the column of increases."""
        after, _ = numbers(frame.reading.columns.get(self.name), frame.size)
        before, _ = frame.before(Numbers(self.name))
        rates, _ = numbers(frame.reading.rates.get(self.name), frame.size)
        values = [
            None if new is None or old is None or rate is None else (new - old) % self.modulus
            for new, old, rate in zip(after, before, rates, strict=True)
        ]
        return values, None not in values


@dataclass(frozen=True, slots=True)
class Earlier(_Plain):
    """last(column): the value in the reading before."""

    source: Numbers | Texts
    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return the values that the same rows had."""
        return frame.before(self.source)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """min, max, sum, avg or count over the rows; rows with a missing value are left out, as in SQL."""

    function: str
    body: Formula
    key: str

    scalar = True

    @property
    def stateful(self) -> bool:
        """Return whether what it goes over remembers readings."""
        return self.body.stateful

    def read(self, frame: Frame) -> Prepared:
        """Return the one value; unknown where rows exist and nothing is known of any."""
        rows = self.body.column(frame)
        known = [value for value in rows if value is not None]
        if self.function == "count":
            counted = sum(known) if self.body.kind is Kind.TRUTH else len(known)
            value = None if rows and not known else counted
        else:
            value = _aggregated(self.function, known)
        return [value], value is not None


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """coalesce(a, b, ..): the first that is not missing, row by row; later ones are looked at only where needed."""

    bodies: tuple[Formula, ...]
    key: str

    @property
    def scalar(self) -> bool:
        """Return whether there is one value; the bodies are all alike in this."""
        return self.bodies[0].scalar

    @property
    def stateful(self) -> bool:
        """Return whether any of them remembers readings."""
        return any(body.stateful for body in self.bodies)

    def read(self, frame: Frame) -> Prepared:
        """Return the values, with gaps filled from one body after the other."""
        values, whole = self.bodies[0].prepared(frame)
        for body in self.bodies[1:]:
            if not whole or body.stateful:
                more, _ = body.prepared(frame)
                values = [b if a is None else a for a, b in zip(values, more, strict=True)]
                whole = None not in values
        return values, whole


def unknown(size: int) -> list[None]:
    """Return a column of which nothing is known."""
    return [None] * size


def numbers(column: Sequence[Value] | None, size: int) -> Prepared:
    """Return a column of numbers and None; a device may answer with a text where its MIB says number."""
    if column is None:
        return unknown(size), size == 0
    try:
        sum(column)  # type: ignore[arg-type]  # the quickest test whether all are numbers: it fails if not
    except TypeError:
        clean = _NUMBERS.issuperset(map(type, column))
        return column if clean else [value if type(value) in _NUMBERS else None for value in column], False
    return column, True


def _as_text(value: Value) -> str | None:
    if value is None or isinstance(value, Missing):
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text[:MAX_TEXT]


def _aggregated(function: str, known: Sequence[Any]) -> Any:
    try:
        return _AGGREGATES[function](known) if known else None
    except ArithmeticError:
        return None


def _mean(known: Sequence[Any]) -> Any:
    return sum(known) / len(known)


_AGGREGATES: Mapping[str, Callable[[Sequence[Any]], Any]] = {"min": min, "max": max, "sum": sum, "avg": _mean}
