"""Turns the flat list of answers to a plan into a TableReading, and remembers the one before for the rates.

Quiet but for that memory. May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.table_poller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from netwatch.model import Column, TableReading
from netwatch.polling.answers import Answer, carried
from netwatch.polling.counters import Cause, line_rate
from netwatch.polling.layout import Filling, Layout
from netwatch.polling.rates import Interval, Rates, cut_rows, dense_rates
from netwatch.polling.uptime import CACHE_SECONDS, Life, Passage, passage_between

SHORTEST_SECONDS = 0.25
"""Over less time than this a rate says more about the agent's timing than about the traffic."""
_CAUSE_OF_LIFE = {Life.RESTARTED: Cause.RESTART, Life.JUMPED: Cause.UPTIME_JUMP}


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
            self._base = carried(self._base, self._layout, layout)
        self._layout = layout

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
        base = self._base
        if base is None or not passage.unbroken or not layout.counters:
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
        interval = Interval(
            base=base,
            answer=answer,
            seconds=passage.seconds,
            wraps=passage.life is not Life.UNKNOWN,
            cut=cut_rows(layout, base, answer),
            line_rates=self._limits(columns),
        )
        rates: dict[str, Rates] = {}
        self._busy = False
        for counter in layout.counters:
            dense = dense_rates(counter, interval, self.discarded)
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
