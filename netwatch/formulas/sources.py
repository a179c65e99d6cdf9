"""Where an expression's values come from: columns, rates and labels of the reading, and what is made of them.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.formulas.formula, frame, nodes. Called by: checker, functions.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from netwatch.formulas.formula import Formula
from netwatch.formulas.frame import NOTHING, Frame, Prepared, columns_of, only, rate_name
from netwatch.formulas.nodes import Kind
from netwatch.model import Missing, Value

MAX_TEXT = 1000
_NUMBERS = frozenset((int, float, bool, type(None)))


class _Plain:
    """What a source of the reading itself has in common."""

    __slots__ = ()
    scalar = False
    stateful = False

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return that more than columns has a say."""
        return None


@dataclass(frozen=True, slots=True)
class Numbers(_Plain):
    """A gauge, an enumeration, or a counter as it stands."""

    key: str

    @property
    def made_of(self) -> AbstractSet[str]:
        """Return the column."""
        return only(self.key)

    def read(self, frame: Frame) -> Prepared:
        """Return the column; whatever is no number counts as missing."""
        return numbers(frame.reading.columns.get(self.key), frame.size)


@dataclass(frozen=True, slots=True)
class Texts(_Plain):
    """A text column."""

    key: str

    @property
    def made_of(self) -> AbstractSet[str]:
        """Return the column."""
        return only(self.key)

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

    @property
    def made_of(self) -> AbstractSet[str]:
        """Return nothing: what rows are called is the same while they are."""
        return NOTHING

    def read(self, frame: Frame) -> Prepared:
        """Return one text per row."""
        column = frame.reading.rows.labels.get(self.name)
        return (unknown(frame.size), frame.size == 0) if column is None else (column, True)


@dataclass(frozen=True, slots=True)
class Rates(_Plain):
    """rate(counter): the increase per second that polling worked out."""

    name: str
    key: str

    @property
    def made_of(self) -> AbstractSet[str]:
        """Return the rate."""
        return only(rate_name(self.name))

    def read(self, frame: Frame) -> Prepared:
        """Return the column of rates."""
        return numbers(frame.reading.rates.get(self.name), frame.size)


@dataclass(frozen=True, slots=True)
class Now(_Plain):
    """now(): when the reading was made, in seconds since 1970."""

    key: str = "now()"

    scalar = True

    def read(self, frame: Frame) -> Prepared:
        """Return the one value."""
        return [frame.reading.at.timestamp()], True


@dataclass(frozen=True, slots=True)
class Uptime(_Plain):
    """How long the device's agent had been running when the reading was made, in 1/100 s."""

    key: str = "uptime"

    scalar = True

    def read(self, frame: Frame) -> Prepared:
        """Return the one value, unknown where sysUpTime was not asked with the reading."""
        uptime = frame.reading.uptime
        return [None if uptime is None else uptime.total_seconds() * 100], uptime is not None


@dataclass(frozen=True, slots=True)
class OfSystem(_Plain):
    """A scalar that the device says of itself (sysUpTime, sysName), in an expression about another table."""

    source: Numbers | Texts
    key: str

    scalar = True

    def read(self, frame: Frame) -> Prepared:
        """Return the one value of the newest reading of the scalars; unknown where there is none."""
        system = frame.memory.system() if frame.memory is not None else None
        values = system.fetch(self.source)[0] if system is not None else ()
        return ([values[0]], values[0] is not None) if len(values) == 1 else ([None], False)


@dataclass(frozen=True, slots=True)
class Limit(_Plain):
    """limit('name', 70): the number, or what `limits` of the configuration say for the row."""

    name: str
    default: float
    key: str

    @property
    def made_of(self) -> AbstractSet[str]:
        """Return the column in which the configuration's limits stand."""
        return only(self.name)

    def read(self, frame: Frame) -> Prepared:
        """Return one number per row."""
        given = frame.reading.columns.get(self.name)
        if given is None:
            return [self.default] * frame.size, True
        return [self.default if value is None else value for value in given], True


SOON = timedelta(seconds=1)
"""Readings closer than this have no rate, and their increases wait for the next."""


@dataclass(frozen=True, slots=True)
class _Base(_Plain):
    """What the next increase is counted from: the value now, or an earlier one where no rate could be told yet."""

    name: str
    key: str

    def read(self, frame: Frame) -> Prepared:
        """Return the values."""
        now = frame.fetch(Numbers(self.name))
        previous = frame.previous
        if previous is None or not timedelta(0) <= frame.reading.at - previous.reading.at < SOON:
            return now
        rates, _ = numbers(frame.reading.rates.get(self.name), frame.size)
        before, _ = frame.before(self)
        values = [
            old if rate is None and new is not None and old is not None else new
            for new, old, rate in zip(now[0], before, rates, strict=True)
        ]
        return values, None not in values


@dataclass(frozen=True, slots=True)
class Increases(_Plain):
    """delta(counter): the increase since the reading before, where a rate exists; allows for one wrap.

    An agent that serves its last answer again has no rate to tell. There the increase it told before still stands:
    what counts events must not be forgotten for as long as an agent caches.
    """

    name: str
    key: str
    modulus: int

    def read(self, frame: Frame) -> Prepared:
        """Return the column of increases."""
        column, base = _base_of(self.name)
        after, _ = frame.fetch(column)
        frame.fetch(base)
        before, _ = frame.before(base)
        rates, whole = numbers(frame.reading.rates.get(self.name), frame.size)
        values = [
            None if new is None or old is None or rate is None else (new - old) % self.modulus
            for new, old, rate in zip(after, before, rates, strict=True)
        ]
        if not whole and _lives_on(frame):
            held, _ = frame.before(self)
            values = [
                stood if rate is None and new == old else value
                for value, new, old, rate, stood in zip(values, after, before, rates, held, strict=True)
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

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return the columns of what it goes over."""
        return self.body.made_of

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
        """Return whether there is one value; the bodies are all alike in this, but for plain numbers."""
        return self.bodies[0].scalar

    @property
    def stateful(self) -> bool:
        """Return whether any of them remembers readings."""
        return any(body.stateful for body in self.bodies)

    @property
    def made_of(self) -> AbstractSet[str] | None:
        """Return the columns of all it chooses from."""
        return columns_of(self.bodies)

    def read(self, frame: Frame) -> Prepared:
        """Return the values, with gaps filled from one body after the other."""
        values, whole = self.bodies[0].prepared(frame)
        for body in self.bodies[1:]:
            if not whole or body.stateful:
                more, _ = body.prepared(frame)
                more = more if body.inputs else [*more] * len(values)
                values = [b if a is None else a for a, b in zip(values, more, strict=True)]
                whole = None not in values
        return values, whole


@cache
def _base_of(name: str) -> tuple[Numbers, _Base]:
    """Return what an increase reads; made once, for it is asked for with every reading."""
    return Numbers(name), _Base(name, f"base({name})")


def _lives_on(frame: Frame) -> bool:
    """Return whether nothing says that the device began anew since the reading before."""
    if frame.previous is None:
        return False
    now, before = frame.reading.uptime, frame.previous.reading.uptime
    return now is None or before is None or now >= before


def unknown(size: int) -> list[None]:
    """Return a column of which nothing is known."""
    return [None] * size


def numbers(column: Sequence[Value] | None, size: int) -> Prepared:
    """Return a column of numbers and None; a device may answer with a text where its MIB says number."""
    if column is None:
        return unknown(size), size == 0
    if type(column) is array:  # of numbers alone
        return column, True
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
