"""Rates of one counter strip between two answers: the whole column at once, or value by value.

A quiet room: no clock, no socket. May import: netwatch.model, netwatch.frozen. Called by: netwatch.polling.readings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from netwatch.compiled.column_twins import packed, quick_rates
from netwatch.frozen import quick
from netwatch.polling.answers import Answer
from netwatch.polling.columns.counters import (
    FASTEST_OCTETS,
    SMALLEST_PACKET_OCTETS,
    Cause,
    careful_rate,
    tolerance,
)
from netwatch.polling.columns.strips import CounterStrip
from netwatch.polling.layout import Layout

Rates = Sequence[float | None]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What lies between two answers.

    cut: rows whose counters began anew, None where none did. too_fast: filled with the octets per second of rows that
    carried more than they can. causes: filled with why a rate is not given, by a strip's start and row.
    """

    base: Answer
    answer: Answer
    seconds: float
    wraps: bool
    cut: set[int] | None
    line_rates: list[float] | None
    too_fast: dict[int, float] = field(default_factory=dict)
    causes: dict[int, dict[int, Cause]] = field(default_factory=dict)


def dense_rates(counter: CounterStrip, interval: Interval, discarded: Counter[Cause]) -> Rates:
    """Return the rates of a strip, value by value where the column as a whole will not do."""
    begin, end = counter.strip.start, counter.strip.stop
    now, before = interval.answer.values[begin:end], interval.base.values[begin:end]
    limits = _limits_of(counter, interval.line_rates)
    if interval.cut is None and interval.answer.counters_clean and interval.base.counters_clean:
        if now == before:
            return standstill(len(now))
        quick = quick_rates(now, before, interval.seconds, limits)
        if quick is not None:
            return quick
    return _careful_rates(counter, interval, limits, discarded)


@lru_cache(maxsize=256)
def standstill(rows: int) -> Rates:
    """Return the rates of so many counters that did not move: always the same object, which nobody changes."""
    return packed([0.0] * rows)


def _careful_rates(
    counter: CounterStrip, interval: Interval, limits: list[float] | None, discarded: Counter[Cause]
) -> Rates:
    seconds, factor, start = interval.seconds, tolerance(interval.seconds), counter.strip.start
    cut, base, now = interval.cut or (), interval.base.values, interval.answer.values
    line_rates = interval.line_rates
    rates: list[float | None] = []
    for place, row in enumerate(counter.strip.row_numbers()):
        rate: float | Cause | None = Cause.DISCONTINUITY
        if row not in cut:
            rate = careful_rate(
                now[start + place],
                base[start + place],
                seconds,
                wraps_at=counter.wraps_at[place] if interval.wraps else None,
                limit=limits[place] * factor if limits is not None else None,
                wrap_limit=None if line_rates is None else _most(counter, line_rates[row]) * factor,
            )
        if rate is Cause.IMPLAUSIBLE:
            fast = (now[start + place] - base[start + place]) / seconds
            interval.too_fast[row] = max(fast, interval.too_fast.get(row, 0.0))
        if isinstance(rate, Cause):
            discarded[rate] += 1
            interval.causes.setdefault(start, {})[row] = rate
            rate = None
        rates.append(rate)
    return packed(rates)


def _most(counter: CounterStrip, line_rate: float) -> float:
    """Return how much of what a counter counts the line carries in a second: octets, else packets at the most."""
    known = line_rate < FASTEST_OCTETS
    return line_rate / SMALLEST_PACKET_OCTETS if known and not counter.is_octets else line_rate


def _limits_of(counter: CounterStrip, line_rates: list[float] | None) -> list[float] | None:
    if line_rates is None or not counter.is_octets:
        return None
    rows = counter.strip.rows
    return line_rates if rows is None else [line_rates[row] for row in rows]


def cut_rows(layout: Layout, base: Answer, answer: Answer) -> set[int] | None:
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
