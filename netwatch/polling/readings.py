"""Turns the flat list of answers to a plan into a TableReading, and remembers the one before for the rates.

Quiet but for that memory. May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.compiled.column_twins import packed
from netwatch.model import NOTHING_AGED, Column, Doubts, TableReading
from netwatch.polling.answers import Answer, carried
from netwatch.polling.columns.counters import Cause
from netwatch.polling.columns.cutting import scaled
from netwatch.polling.columns.rates import Interval, Rates, cut_rows, dense_rates
from netwatch.polling.columns.strips import Filling, Strip
from netwatch.polling.layout import Layout
from netwatch.polling.plausible import IF_SPEED, Speeds
from netwatch.polling.standing.columns import Standing
from netwatch.polling.uptime import CACHE_SECONDS, Life, Passage, passage_between
from netwatch.profiles import ColumnSpec, TableSpec

SHORTEST_SECONDS = 0.25
"""Over less time than this a rate says more about the agent's timing than about the traffic."""
MOST_COLUMNS_NAMED = 5
FEWEST_LEFT_OUT = 32
"""So many gauges of an answer are worth the making of another one without them."""
_Doubts = dict[str, dict[int, str]]
_CAUSE_OF_LIFE = {Life.RESTARTED: Cause.RESTART, Life.JUMPED: Cause.UPTIME_JUMP}


class TableReader:
    """Makes the readings of one table of one device; holds the answer before, as the base of the rates.

    rate_limit, speed: the columns that say how fast a row's port is, in 1e6 bit/s and in bit/s.
    specs: the columns, of which some mean nothing while another one says so.
    `discarded` counts the rates that were not given although there were two values, by cause.
    """

    def __init__(
        self, device: str, table: str, rate_limit: str = "", speed: str = "", specs: Sequence[ColumnSpec] = ()
    ) -> None:
        self._conditions = [(spec, *when) for spec in specs for when in spec.missing_when]
        self._enums = {spec.name: spec.enum for spec in specs} if self._conditions else {}
        self._left_out: dict[tuple[str, str], _LeftOut] = {}
        self._device = device
        self._table = table
        self._speeds = Speeds(rate_limit, speed)
        self._layout: Layout | None = None
        self._base: Answer | None = None
        self._busy = False
        self._standing = Standing()
        self.discarded: Counter[Cause] = Counter()

    def passage(self, answer: Answer) -> Passage:
        """Return how the device lived since the reading before."""
        return self.passage_to(answer.ticks, answer.arrived)

    def passage_to(self, ticks: int | None, arrived: float) -> Passage:
        """Return the same of an answer that is not looked at yet."""
        if self._base is None:
            return Passage(Life.UNKNOWN, 0.0)
        return passage_between(self._base.ticks, ticks, arrived - self._base.arrived)

    def adopt(self, layout: Layout) -> None:
        """Use another layout from now on; rows that kept index and key keep their last values."""
        if self._layout is not None and self._base is not None and layout is not self._layout:
            self._base = carried(self._base, self._layout, layout)
        self._layout = layout

    def reading(
        self,
        answer: Answer,
        passage: Passage | None = None,
        why_partial: str = "",
        asked_at: datetime | None = None,
        aged: Mapping[str, datetime] = NOTHING_AGED,
    ) -> TableReading:
        """Return the reading; call `adopt` with its layout before, hand in `passage` where it is known.

        `why_partial` says why the layout is, `aged` when columns that are asked seldom were asked last.
        """
        layout = self._layout
        assert layout is not None, "a layout is adopted before its answers come"  # noqa: S101  # a bug of ours
        columns = self._cut(layout, answer)
        doubts = _doubts(layout, answer.oddities) if answer.oddities else {}
        if self._conditions:
            columns = self._leave_out(columns, doubts)
        limits = self._speeds.limits(layout, columns, answer.arrived)
        rates = self._rates(layout, answer, passage or self.passage(answer), limits, doubts)
        columns = self._speeds.put_into(columns)
        partial = layout.partial or answer.gaps
        return TableReading(
            device=self._device,
            table=self._table,
            at=answer.at,
            asked_at=asked_at,
            rows=layout.rows,
            columns=columns,
            rates=rates,
            uptime=None if answer.ticks is None else timedelta(milliseconds=answer.ticks * 10),
            partial=partial,
            aged=aged,
            doubts=_joined(layout.doubts, _joined(doubts, self._speeds.doubts)),
            partial_because=_because(layout, why_partial, answer) if partial else "",
        )

    def _cut(self, layout: Layout, answer: Answer) -> Mapping[str, Column]:
        """Return the columns as they came; those that say what they said last are the very same objects."""
        columns = layout.cutting.columns(answer.values)
        return self._standing.of({**layout.once, **columns} if layout.once else columns)

    def _leave_out(self, columns: Mapping[str, Column], doubts: _Doubts) -> Mapping[str, Column]:
        """Make missing what means nothing while the device says so of the row."""
        changed: dict[str, Column] = {}
        for spec, name, values in self._conditions:
            states, column = (changed.get(of, columns.get(of)) for of in (name, spec.name))
            if states is None or column is None:
                continue
            known = self._left_out.get((spec.name, name))
            if known is None or known.states is not states or known.column is not column:
                known = _left_out(states, column, values, name, self._enums.get(name, {}))
                self._left_out[spec.name, name] = known
            if known.why:
                changed[spec.name] = known.found
                doubts[spec.name] = {**known.why, **doubts.get(spec.name, {})}
        return {**columns, **changed} if changed else columns

    def _rates(
        self, layout: Layout, answer: Answer, passage: Passage, limits: list[float] | None, doubts: _Doubts
    ) -> dict[str, Rates]:
        base = self._base
        if base is None or not passage.unbroken or not layout.counters:
            self._base = _as_base(layout, answer)
            self._count(_CAUSE_OF_LIFE.get(passage.life), layout)
            return _no_rates(layout)
        if self._is_same_answer(layout, base, answer, passage):
            return _no_rates(layout)
        self._base = _as_base(layout, answer)
        interval = Interval(
            base=base,
            answer=answer,
            seconds=passage.seconds,
            wraps=passage.life is not Life.UNKNOWN,
            cut=cut_rows(layout, base, answer),
            line_rates=limits,
        )
        rates, discarded = self._compared(layout, interval)
        if self._speeds.wants(interval.too_fast) and self._speeds.refute(interval.too_fast, answer.arrived):
            interval = replace(interval, line_rates=self._speeds.current_limits, too_fast={}, causes={})
            rates, discarded = self._compared(layout, interval)
        self._speeds.note(rates, layout, answer.arrived)
        self.discarded += discarded
        if interval.causes:
            _tell(layout, interval.causes, doubts)
        return rates

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

    def _compared(self, layout: Layout, interval: Interval) -> tuple[dict[str, Rates], Counter[Cause]]:
        rates: dict[str, Rates] = {}
        discarded: Counter[Cause] = Counter()
        self._busy = False
        for counter in layout.counters:
            dense = dense_rates(counter, interval, discarded)
            self._busy = self._busy or any(dense)
            whole = dense if counter.spread is None else _spread(dense, counter.spread)
            for filling in counter.fillings:
                rates[filling.name] = whole if filling.scale == 1.0 else scaled(whole, filling.scale)
        return rates, discarded

    def _count(self, cause: Cause | None, layout: Layout) -> None:
        if cause is not None:
            self.discarded[cause] += sum(len(counter.wraps_at) for counter in layout.counters)


def reader_of(device: str, spec: TableSpec) -> TableReader:
    """Return what makes readings of a table of its profile's spec."""
    plain = next((column.name for column in spec.columns if column.oid == IF_SPEED and column.scale == 1.0), "")
    return TableReader(device, spec.name, spec.rate_limit, plain, spec.columns)


def _as_base(layout: Layout, answer: Answer) -> Answer:
    """Return what of an answer the next rates are made of: what announces a change, and counters, but no gauges."""
    if len(answer.values) - layout.gauges_at < FEWEST_LEFT_OUT:
        return answer
    return Answer(
        values=answer.values[: layout.gauges_at],
        at=answer.at,
        arrived=answer.arrived,
        ticks=answer.ticks,
        counters_clean=answer.counters_clean,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _LeftOut:
    """A column without the values that mean nothing in states that say so; why: which those are, by row."""

    states: Column
    column: Column
    why: Mapping[int, str]
    found: Column


def _left_out(
    states: Column, column: Column, values: Collection[int], name: str, names: Mapping[int, str]
) -> _LeftOut:
    told = {row: state for row, state in enumerate(states) if state in values and column[row] is not None}
    found = [None if row in told else value for row, value in enumerate(column)] if told else column
    why = {row: f"{name} is {names.get(int(state), state)}" for row, state in told.items()}  # type: ignore[arg-type]
    return _LeftOut(states=states, column=column, why=why, found=found)


def _spread(dense: Rates, positions: Sequence[int]) -> Rates:
    return packed([dense[n] if n >= 0 else None for n in positions])


def rate_name(column: str) -> str:
    """Return the name under which doubts about a counter's rate stand."""
    return f"rate({column})"


def _fillings(layout: Layout) -> Iterator[tuple[Strip, Filling]]:
    for part in (*layout.numbers, *layout.texts):
        yield part.strip, part.filling
    for counter in layout.counters:
        for filling in counter.fillings:
            yield counter.strip, filling


def _doubts(layout: Layout, oddities: Mapping[int, str]) -> _Doubts:
    """Return what is odd about the answers by column and row."""
    found: _Doubts = {}
    for strip, filling in _fillings(layout):
        for place, row in enumerate(strip.row_numbers(), strip.start):
            why = oddities.get(place)
            if why is not None and (filling.picks is None or filling.picks[row] == place):
                found.setdefault(filling.name, {})[row] = why
    return found


def _tell(layout: Layout, causes: Mapping[int, Mapping[int, Cause]], doubts: _Doubts) -> None:
    for counter in layout.counters:
        why = causes.get(counter.strip.start)
        if why:
            words = {row: cause.words for row, cause in why.items()}
            doubts.update({rate_name(filling.name): words for filling in counter.fillings})


def _joined(first: Doubts, second: Doubts) -> Doubts:
    if not first or not second:
        return first or second
    return {name: {**second.get(name, {}), **first.get(name, {})} for name in (*first, *second)}


def _because(layout: Layout, why: str, answer: Answer) -> str:
    """Return what is missing of a partial reading, column by column, and why."""
    told = [why or "some of its rows or columns could not be found"] if layout.partial else []
    columns = list(_doubts(layout, answer.oddities).items())
    for name, rows in columns[:MOST_COLUMNS_NAMED]:
        row, reason = next(iter(rows.items()))
        index = layout.rows.index[row]
        place = f"{name}.{index}" if index else name
        told.append(f"{place}: {reason}" + (f" (and {len(rows) - 1} more of {name})" if len(rows) > 1 else ""))
    if len(columns) > MOST_COLUMNS_NAMED:
        told.append(f"and {len(columns) - MOST_COLUMNS_NAMED} more columns")
    return "; ".join(told)


def _no_rates(layout: Layout) -> dict[str, Rates]:
    nothing = [None] * len(layout.suffixes)
    return {filling.name: nothing for counter in layout.counters for filling in counter.fillings}
