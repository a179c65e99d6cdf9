"""Turns the flat list of answers to a plan into a TableReading, and remembers the one before for the rates.

Quiet but for that memory. May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from netwatch.model import Column, Missing, TableReading, Value
from netwatch.polling.counters import Cause, careful_rate, line_rate, quick_rates, tolerance
from netwatch.polling.layout import CounterStrip, Filling, Layout
from netwatch.polling.uptime import CACHE_SECONDS, Life, Passage, passage_between

SHORTEST_SECONDS = 0.25
"""Over less time than this a rate says more about the agent's timing than about the traffic."""
Rates = list[float | None]
_INTEGERS = {int}
_NUMBERS = {int, float}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The values of one plan, in its order.

    counters_clean: every counter is an integer, so that whole columns may be computed at once.
    gaps: an instance that should be there is not, or holds something else than the profile says.
    refused: positions of instances the device did not have although discovery saw them.
    """

    values: list[Any]
    at: datetime
    arrived: float
    ticks: int | None
    counters_clean: bool = True
    gaps: bool = False
    refused: Sequence[int] = ()


def examine(layout: Layout, values: list[Value], at: datetime, arrived: float) -> Answer:
    """Look at the answers of a plan once; what cannot be what the profile says becomes None.

    Takes the list over.
    """
    ticks = values[0] if isinstance(values[0], int) else None
    kinds = set(map(type, values))
    values.append(None)  # what a pick of -1 finds
    if kinds == _INTEGERS:
        return Answer(values=values, at=at, arrived=arrived, ticks=ticks)
    refused = _missing(values, len(layout.heads)) if Missing in kinds else ()
    clean = _clean(layout, values)
    gaps = None in values[layout.numbers_at : -1]
    return Answer(
        values=values, at=at, arrived=arrived, ticks=ticks, counters_clean=clean, gaps=gaps, refused=refused
    )


def _missing(values: list[Any], first: int) -> list[int]:
    return [place for place in range(first, len(values)) if isinstance(values[place], Missing)]


def _clean(layout: Layout, values: list[Any]) -> bool:
    """Make values that cannot be used None; return whether every counter could be."""
    first, middle, last = layout.numbers_at, layout.gauges_at, layout.texts_at
    clean = set(map(type, values[first:middle])) <= _INTEGERS
    if not clean:
        values[first:middle] = map(_integer, values[first:middle])
    if not set(map(type, values[middle:last])) <= _NUMBERS:
        values[middle:last] = map(_number, values[middle:last])
    if last < len(values) - 1:
        values[last:] = [None if isinstance(value, Missing) else value for value in values[last:]]
    return clean


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _number(value: Value) -> int | float | None:
    """Return a number; agents give load averages and the like as text."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, bytes):
        try:
            number = float(value.strip(b"\0 "))
        except ValueError:
            return None
        return number if isfinite(number) else None
    return None


class TableReader:
    """Makes the readings of one table of one device; holds the answer before, as the base of the rates.

    `discarded` counts the rates that were not given although there were two values, by cause.
    """

    def __init__(self, device: str, table: str, rate_limit: str = "") -> None:
        self._device = device
        self._table = table
        self._rate_limit = rate_limit
        self._layout: Layout | None = None
        self._base: Answer | None = None
        self._busy = False
        self._speeds: Column = ()
        self._line_rates: list[float] = []
        self.discarded: Counter[Cause] = Counter()

    def passage(self, answer: Answer) -> Passage:
        """Return how the device lived since the reading before."""
        if self._base is None:
            return Passage(Life.UNKNOWN, 0.0)
        return passage_between(self._base.ticks, answer.ticks, answer.arrived - self._base.arrived)

    def adopt(self, layout: Layout) -> None:
        """Use another layout from now on; rows that kept index and key keep their last values."""
        if self._layout is not None and self._base is not None and layout is not self._layout:
            self._base = _carried(self._base, self._layout, layout)
        self._layout = layout

    def forget(self) -> None:
        """Forget the reading before: the next one has no rates."""
        self._base = None

    def reading(self, answer: Answer, passage: Passage | None = None) -> TableReading:
        """Return the reading; call `adopt` with its layout before, hand in `passage` where it is known."""
        layout = self._layout
        assert layout is not None, "a layout is adopted before its answers come"  # noqa: S101  # a bug of ours
        values = answer.values
        columns: dict[str, Column] = {}
        for part in (*layout.numbers, *layout.texts):
            strip, filling = part.strip, part.filling
            columns[filling.name] = _filled(filling, values, strip.start, strip.stop)
        for counter in layout.counters:
            strip = counter.strip
            for filling in counter.fillings:
                columns[filling.name] = _filled(filling, values, strip.start, strip.stop)
        return TableReading(
            device=self._device,
            table=self._table,
            at=answer.at,
            rows=layout.rows,
            columns=columns,
            rates=self._rates(layout, answer, passage or self.passage(answer), columns),
            uptime=None if answer.ticks is None else timedelta(milliseconds=answer.ticks * 10),
            partial=layout.partial or answer.gaps,
        )

    def _rates(
        self, layout: Layout, answer: Answer, passage: Passage, columns: dict[str, Column]
    ) -> dict[str, Rates]:
        if not layout.counters:
            return {}
        base = self._base
        if base is None or not passage.unbroken:
            self._base = answer
            self._count(_CAUSE_OF_LIFE.get(passage.life), layout)
            return _no_rates(layout)
        if self._is_same_answer(layout, base, answer, passage):
            return _no_rates(layout)
        self._base = answer
        return self._compared(layout, base, answer, passage, columns)

    def _is_same_answer(self, layout: Layout, base: Answer, answer: Answer, passage: Passage) -> bool:
        """Return whether the agent served its last answer again; the next one is then held against the base.

        Traffic on every port that stops within one interval is an agent that caches, at least at first.
        """
        if passage.seconds < SHORTEST_SECONDS:
            return True
        if not self._busy or answer.arrived - base.arrived > CACHE_SECONDS:
            return False
        begin, end = layout.numbers_at, layout.gauges_at
        return bool(answer.values[begin:end] == base.values[begin:end])

    def _compared(
        self, layout: Layout, base: Answer, answer: Answer, passage: Passage, columns: dict[str, Column]
    ) -> dict[str, Rates]:
        interval = _Interval(
            base=base,
            answer=answer,
            seconds=passage.seconds,
            wraps=passage.life is not Life.UNKNOWN,
            cut=_cut_rows(layout, base, answer),
            line_rates=self._limits(columns),
        )
        rates: dict[str, Rates] = {}
        self._busy = False
        for counter in layout.counters:
            dense = _dense_rates(counter, interval, self.discarded)
            self._busy = self._busy or any(dense)
            whole = dense if counter.spread is None else _spread(dense, counter.spread)
            for filling in counter.fillings:
                rates[filling.name] = whole if filling.scale == 1.0 else _scaled(whole, filling.scale)
        return rates

    def _limits(self, columns: dict[str, Column]) -> list[float] | None:
        speeds = columns.get(self._rate_limit)
        if speeds is None:
            return None
        if speeds != self._speeds:
            self._speeds, self._line_rates = speeds, [line_rate(speed) for speed in speeds]
        return self._line_rates

    def _count(self, cause: Cause | None, layout: Layout) -> None:
        if cause is not None:
            self.discarded[cause] += sum(len(counter.wraps_at) for counter in layout.counters)


_CAUSE_OF_LIFE = {Life.RESTARTED: Cause.RESTART, Life.JUMPED: Cause.UPTIME_JUMP}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Interval:
    """What lies between two answers. cut: rows whose counters began anew, None where none did."""

    base: Answer
    answer: Answer
    seconds: float
    wraps: bool
    cut: set[int] | None
    line_rates: list[float] | None


def _dense_rates(counter: CounterStrip, interval: _Interval, discarded: Counter[Cause]) -> Rates:
    """Return the rates of a strip, value by value where the column as a whole will not do."""
    begin, end = counter.strip.start, counter.strip.stop
    now, before = interval.answer.values[begin:end], interval.base.values[begin:end]
    limits = _limits_of(counter, interval.line_rates)
    if interval.cut is None and interval.answer.counters_clean and interval.base.counters_clean:
        quick: Rates | None = quick_rates(now, before, interval.seconds, limits)  # type: ignore[assignment]
        if quick is not None:
            return quick
    return _careful_rates(counter, interval, limits, discarded)


def _careful_rates(
    counter: CounterStrip, interval: _Interval, limits: list[float] | None, discarded: Counter[Cause]
) -> Rates:
    seconds, factor, start = interval.seconds, tolerance(interval.seconds), counter.strip.start
    cut = interval.cut or ()
    rates: Rates = []
    for place, row in enumerate(counter.strip.row_numbers()):
        rate: float | Cause | None = Cause.DISCONTINUITY
        if row not in cut:
            rate = careful_rate(
                interval.answer.values[start + place],
                interval.base.values[start + place],
                seconds,
                wraps_at=counter.wraps_at[place] if interval.wraps else None,
                limit=limits[place] * factor if limits is not None else None,
            )
        if isinstance(rate, Cause):
            discarded[rate] += 1
            rate = None
        rates.append(rate)
    return rates


def _limits_of(counter: CounterStrip, line_rates: list[float] | None) -> list[float] | None:
    if line_rates is None or not counter.is_octets:
        return None
    rows = counter.strip.rows
    return line_rates if rows is None else [line_rates[row] for row in rows]


def _cut_rows(layout: Layout, base: Answer, answer: Answer) -> set[int] | None:
    """Return the rows whose ifCounterDiscontinuityTime moved."""
    cuts = layout.cuts
    if cuts is None:
        return None
    now, before = answer.values[cuts.start : cuts.stop], base.values[cuts.start : cuts.stop]
    if now == before:
        return None
    changed = {
        row
        for row, new, old in zip(cuts.row_numbers(), now, before, strict=True)
        if new != old and old is not None and isinstance(new, int)
    }
    return changed or None


def _filled(filling: Filling, values: list[Any], start: int, stop: int) -> Column:
    column = values[start:stop] if filling.picks is None else [values[n] for n in filling.picks]
    return column if filling.scale == 1.0 else _scaled(column, filling.scale)


def _scaled(column: list[Any], scale: float) -> list[Any]:
    return [value * scale if isinstance(value, int | float) else value for value in column]


def _spread(dense: Rates, positions: Sequence[int]) -> Rates:
    padded = [*dense, None]
    return [padded[n] for n in positions]


def _no_rates(layout: Layout) -> dict[str, Rates]:
    nothing: Rates = [None] * len(layout.suffixes)
    return {filling.name: nothing for counter in layout.counters for filling in counter.fillings}


def _carried(base: Answer, old: Layout, new: Layout) -> Answer:
    """Return the old answer in the order of a new layout; a row whose key changed begins anew."""
    kept = dict(zip(old.suffixes, old.rows.keys, strict=True))
    gone = {suffix for suffix, key in zip(new.suffixes, new.rows.keys, strict=True) if kept.get(suffix, key) != key}
    known = dict(zip(old.instances(), base.values, strict=False))
    values: list[Any] = [known.get(oid) for oid in new.heads]
    for strip in new.strips():
        rows = strip.row_numbers()
        for row, oid in zip(rows, strip.instances(new.suffixes), strict=True):
            values.append(None if new.suffixes[row] in gone else known.get(oid))
    return replace(base, values=[*values, None], counters_clean=False)
