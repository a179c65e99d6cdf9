"""A function over days, as a rule sees it with every reading: the last answer of the history, and what came since.

A lowest or highest value, the newest one and a difference take in what was read since the answer; a mean and a
quantile are those of the answer, which is renewed every 120th part of the span.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, hindsight. Called by: memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from netwatch.formulas import moved_rows
from netwatch.model import RowSet
from netwatch.rules.hindsight import HOUR, NEAR, Answer, Hindsight, Question

TOO_YOUNG = "not enough history yet"
_PATIENCE = 3
"""An answer that is so many times as old as it is good for, and an hour older, is none any more."""
_STEP = 300_000
"""How long the finest slot is, milliseconds."""


class LongWindow:
    """One question, asked with every reading of the table."""

    def __init__(self, question: Question, hindsight: Hindsight) -> None:
        self.question, self._hindsight = question, hindsight
        self._answer: Answer | None = None
        self._rows: RowSet | None = None
        self._since: list[Sequence[Any]] = []
        self._laid: dict[int, list[Any]] = {}

    def values(self, at: datetime, rows: RowSet, now: Sequence[Any]) -> Sequence[Any]:
        """Return the function's result for each row after a reading, None where history does not know enough."""
        self._turn(self._hindsight.answer(self.question, at), rows)
        pick = _PICKS.get(self.question.function)
        if pick is not None:
            self._since[-1] = _picked(pick, self._since[-1], now) if self._since[-1] else now
        answer = self._answer
        if answer is None or not _is_good(self.question, answer, at):
            return [None] * len(rows.keys)
        if self.question.function == "forecast":
            ahead = (at - answer.at + self.question.span).total_seconds()
            line = zip(self._column(0), self._column(1), strict=True)
            return [None if slope is None else value + slope * ahead for value, slope in line]
        slot = self._slot(answer, at)
        told = [None] * len(rows.keys) if slot is None else self._column(slot)
        if self.question.function == "delta_over":
            return [None if a is None or b is None else b - a for a, b in zip(told, now, strict=True)]
        if pick is None:
            return told
        keeps = self.question.function == "last_over"
        for since in self._since:
            told = _joined(pick, told, since, alone=keeps) if since else told
        return told

    def words(self, row: str) -> str:
        """Return why nothing is known of a row, for people."""
        answer = self._answer
        if answer is None:
            return f"{TOO_YOUNG}: nothing was read from it so far"
        place = answer.keys.get(row)
        known = 0 if place is None else answer.known[place]
        if known >= answer.wanted:
            return "history has no value of that time"
        unit = "times" if self.question.function == "same_hour" else "hours"
        return f"{TOO_YOUNG}: it is known for {known} of the {answer.wanted} {unit} it takes at least"

    def move(self) -> None:
        """Begin anew after the wall clock was set: what history says is by the clock as it was."""
        self._answer, self._since, self._laid = None, [[], []], {}

    def _turn(self, answer: Answer | None, rows: RowSet) -> None:
        if self._rows is not None and rows is not self._rows:
            self._since = [moved_rows(one, self._rows, rows) if one else one for one in self._since]
            self._laid = {}
        self._rows = rows
        if answer is not self._answer or not self._since:
            self._since = [*self._since[-1:], []] if self._since else [[], []]
            self._answer, self._laid = answer, {}

    def _column(self, slot: int) -> list[Any]:
        """Return a column of the answer in the order of today's rows."""
        found = self._laid.get(slot)
        if found is None and self._answer is not None and self._rows is not None:
            column, place_of = self._answer.slots[slot], self._answer.keys.get
            found = [None if (place := place_of(key)) is None else column[place] for key in self._rows.keys]
            self._laid = {**self._laid, slot: found} if slot <= 1 else {slot: found}
        return found or []

    def _slot(self, answer: Answer, at: datetime) -> int | None:
        """Return which column of the answer is the one for an instant."""
        function = self.question.function
        if function == "same_hour":
            hour = round(at.replace(minute=0, second=0, microsecond=0).timestamp() * 1000)
            return hour if hour in answer.slots else None
        if function != "offset":
            return 0
        then = round((at - self.question.span).timestamp() * 1000)
        times = sorted(answer.slots)
        place = bisect_right(times, then) - 1
        if place < 0 or times[place] < then - _STEP - round(NEAR / timedelta(milliseconds=1)):
            return None
        return times[place]


def _is_good(question: Question, answer: Answer, at: datetime) -> bool:
    return answer.at - question.pace <= at <= answer.at + _PATIENCE * question.pace + HOUR


def _picked(pick: Callable[[Any, Any], Any], old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    return [b if a is None else a if b is None else pick(a, b) for a, b in zip(old, new, strict=True)]


def _joined(pick: Callable[[Any, Any], Any], told: Sequence[Any], since: Sequence[Any], *, alone: bool) -> list[Any]:
    """Take in what came since; of what history does not know enough of nothing follows from that, unless `alone`."""
    if alone:
        return _picked(pick, told, since)
    return [a if a is None or b is None else pick(a, b) for a, b in zip(told, since, strict=True)]


_PICKS: Mapping[str, Callable[[Any, Any], Any]] = {
    "min_over": min, "max_over": max, "last_over": lambda _old, new: new,
}  # fmt: skip
