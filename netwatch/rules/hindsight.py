"""What rules want to know of days past, and how an answer is worked out of five-minute and hourly lines.

A question is a function over more than a day of one table of a device, or `same_hour`; what looks into the history
answers it elsewhere, every few minutes, and rules go on with the last answer meanwhile. A row that is known for less
than half of the span (for a forecast a quarter) has no answer: a young history must not raise an alert.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, windows. Called by: memory, long_windows; netwatch.app, which looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Protocol

from netwatch.formulas import MAX_SPAN, Formula, Frame, Read
from netwatch.model import RowSet, Stretch, TableReading
from netwatch.rules.gathering import GATHERED, Gathering

HOUR = timedelta(hours=1)
LEAST_PACE = timedelta(minutes=5)
TURNS = 120
"""An answer about a span is good for so small a part of it."""
NEAR = HOUR
"""`offset` takes a value that is so much older where there is none of the very moment."""
CURVE = "curve"
"""No function of rules: the value itself over time, step by step, for a chart."""
CURVE_SPAN, CURVE_PACE = timedelta(hours=24), timedelta(minutes=10)
AHEAD = 2 * HOUR
"""For so long an answer about an instant long ago is given in advance."""
FINE_FOR = timedelta(days=10)
"""What looks further back takes hourly lines; five minutes are kept for so long at least."""

Look = Callable[[datetime, datetime, bool], Iterable[Stretch]]
"""Gives what history has from an instant to another, in steps of five minutes or, if told, of hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A function over a span of one table of a device; `key` is the same for two that ask the same of a table.

    parameter: the share of a quantile, of `same_hour` the seconds between the hours.
    row: the one that is asked about, None of all.
    """

    device: str
    table: str
    key: str
    function: str
    span: timedelta
    parameter: float
    columns: frozenset[str]
    body: Formula
    row: str | None = None

    @property
    def looks_back(self) -> timedelta:
        """Return how far back; a forecast looks back as far as it looks ahead, within what a window may reach."""
        return min(self.span, MAX_SPAN) if self.function == "forecast" else self.span

    @property
    def pace(self) -> timedelta:
        """Return for how long an answer is good."""
        if self.function == CURVE:
            return CURVE_PACE
        if self.function in BY_TIME:
            return HOUR
        return max(LEAST_PACE, self.looks_back / TURNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What history says, worked out at `at`.

    slots: beginning of what a column is good for, milliseconds since 1970 -> a value per row; of a function over
        the whole span one at 0, of a forecast the line's value at `at` and its slope per second at 0 and 1.
    known, wanted: hours (of same_hour days) that a row is known for, and that it must be known for at least.
    """

    at: datetime
    keys: Mapping[str, int]
    slots: Mapping[int, Sequence[Any]]
    known: Sequence[int]
    wanted: int


class Hindsight(Protocol):
    """Who looks into the history for rules."""

    def keeps(self, table: str) -> bool:
        """Return whether there is, or will be, something of a table."""

    def answer(self, question: Question, at: datetime) -> Answer | None:
        """Return the newest answer, None while there is none; a newer one is seen to in time."""


def answered(question: Question, at: datetime, look: Look) -> Answer:
    """Return the answer at an instant; takes a while: not on the loop."""
    return BY_TIME.get(question.function, _over_the_span)(question, at, look)


def _over_the_span(question: Question, at: datetime, look: Look) -> Answer:
    span = question.looks_back
    since = at - span
    gathered: dict[str, Gathering] = {}
    new = GATHERED[question.function]
    for stretch in look(since, at, span > FINE_FOR):
        seconds = [at_ms / 1000 - at.timestamp() for at_ms in stretch.times]
        hours = [round((at_ms / 1000 - since.timestamp()) // 3600) + 1 for at_ms in stretch.times]
        values, lows, highs = _worked_out(question, stretch)
        for place, key in enumerate(stretch.keys):
            found = gathered.get(key)
            if found is None:
                found = gathered[key] = new()
            found.add(seconds, hours, values[place], lows[place], highs[place])
    wanted = found_least(question)
    told = [one.told(question.parameter) if one.hours >= wanted else (None, None) for one in gathered.values()]
    return Answer(
        at=at, keys={key: place for place, key in enumerate(gathered)}, wanted=wanted,
        slots={0: [value for value, _ in told], 1: [slope for _, slope in told]},
        known=[one.hours for one in gathered.values()],
    )  # fmt: skip


def found_least(question: Question) -> int:
    """Return for how many hours a row must be known; of same_hour on how many days."""
    if question.function == "same_hour":
        return -(-_times(question) // 2)
    if question.function == "last_over":
        return 1
    part = 4 if question.function == "forecast" else 2
    return max(1, round(question.looks_back / HOUR / part))


def _then(question: Question, at: datetime, look: Look) -> Answer:
    """Return what was a span ago, from then on for as long as the answer is good; gaps are filled for an hour."""
    begin = at - question.span - NEAR
    steps: dict[int, dict[str, Any]] = {}
    for stretch in look(begin, at - question.span + AHEAD, question.span > FINE_FOR):
        values, _, _ = _worked_out(question, stretch)
        for place, at_ms in enumerate(stretch.times):
            steps[at_ms] = {key: values[row][place] for row, key in enumerate(stretch.keys)}
    keys = {key: place for place, key in enumerate(dict.fromkeys(chain.from_iterable(steps.values())))}
    slots: dict[int, Sequence[Any]] = {}
    newest: dict[str, tuple[int, Any]] = {}
    for at_ms in sorted(steps):
        newest |= {key: (at_ms, value) for key, value in steps[at_ms].items() if value is not None}
        oldest = at_ms - round(NEAR.total_seconds() * 1000)
        slots[at_ms] = [
            found[1] if (found := newest.get(key)) is not None and found[0] >= oldest else None for key in keys
        ]
    return Answer(at=at, keys=keys, slots=slots, known=[1] * len(keys), wanted=1)


def _curve(question: Question, at: datetime, look: Look) -> Answer:
    """Return the value of the row at every step of the span."""
    slots: dict[int, Sequence[Any]] = {}
    for stretch in look(at - question.span, at, question.span > FINE_FOR):
        if question.row in stretch.keys:
            row = _worked_out(question, stretch)[0][stretch.keys.index(question.row)]
            slots |= {at_ms: [value] for at_ms, value in zip(stretch.times, row, strict=True) if value is not None}
    return Answer(at=at, keys={question.row or "": 0}, slots=slots, known=[len(slots)], wanted=1)


def _same_hour(question: Question, at: datetime, look: Look) -> Answer:
    """Return the mean of this hour, and of the next, on the days before."""
    this = at.replace(minute=0, second=0, microsecond=0)
    season = timedelta(seconds=question.parameter)
    means: dict[int, dict[str, list[float]]] = {_milliseconds(this): {}, _milliseconds(this + HOUR): {}}
    for number in range(1, _times(question) + 1):
        then = this - number * season
        for begin, by_row in means.items():
            since = then + (HOUR if begin != _milliseconds(this) else HOUR * 0)
            for key, mean in _means(question, since, look).items():
                by_row.setdefault(key, []).append(mean)
    wanted = found_least(question)
    keys = {key: place for place, key in enumerate(dict.fromkeys(chain.from_iterable(means.values())))}
    slots = {
        begin: [
            sum(found) / len(found) if len(found := by_row.get(key, [])) >= wanted else None
            for key in keys
        ]
        for begin, by_row in means.items()
    }  # fmt: skip
    now = means[_milliseconds(this)]
    return Answer(at=at, keys=keys, slots=slots, known=[len(now.get(key, ())) for key in keys], wanted=wanted)


def _means(question: Question, since: datetime, look: Look) -> Mapping[str, float]:
    """Return the mean of an hour by row, none of rows that it knows nothing of."""
    found: dict[str, list[float]] = defaultdict(list)
    for stretch in look(since, since + HOUR, question.span > FINE_FOR):
        for key, row in zip(stretch.keys, _worked_out(question, stretch)[0], strict=True):
            found[key] += [value for value in row if value is not None]
    return {key: sum(values) / len(values) for key, values in found.items() if values}


def _times(question: Question) -> int:
    return max(1, round(question.span.total_seconds() // question.parameter))


def _worked_out(question: Question, stretch: Stretch) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
    """Return the expression's values, and lowest and highest of a plain column's, per row and time."""
    node = question.body.node
    count, rows = len(stretch.times), len(stretch.keys)
    if not question.columns <= stretch.means.keys():
        nothing = [[None] * count] * rows
        return nothing, nothing, nothing
    if isinstance(node, Read):
        name = node.source.key
        return stretch.means[name], stretch.lows[name], stretch.highs[name]
    names = ("",) * (rows * count)
    flat = TableReading(
        device=question.device, table=question.table, at=_NO_TIME, rows=RowSet(index=names, keys=names),
        columns={name: list(chain.from_iterable(stretch.means[name])) for name in question.columns},
    )  # fmt: skip
    column = question.body.column(Frame(flat))
    values = [column[start : start + count] for start in range(0, rows * count, count)]
    return values, values, values


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
BY_TIME: Mapping[str, Callable[[Question, datetime, Look], Answer]] = {
    "offset": _then, "same_hour": _same_hour, CURVE: _curve,
}  # fmt: skip
"""Functions whose answer is another at every moment."""
