"""One mapping of one device: of a table's reading it makes a piece of a concept.

The rows and labels of a piece are kept for as long as nothing changes that they are made of; what is worked out at
each poll are whole columns. Quiet but for that memory.
May import: netwatch.model, netwatch.formulas, netwatch.profiles. Called by: meanings, concept_reader.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from netwatch.compiled.column_twins import packed
from netwatch.formulas import Formula, Frame
from netwatch.model import CONCEPTS, NO_DOUBTS, SYSTEM, Column, Doubts, RowSet, TableReading, alike
from netwatch.polling.concepts.alike import Alike
from netwatch.polling.concepts.ingredients import ingredients_of, names_in
from netwatch.polling.concepts.joined import PLACEHOLDERS, Readings, texts_of
from netwatch.polling.concepts.row_texts import RowTexts
from netwatch.polling.concepts.sums import with_sums
from netwatch.polling.concepts.thresholds import with_thresholds
from netwatch.profiles import (
    Compiled,
    Named,
    NumberMap,
    StateMap,
    Template,
    Text,
)

SENSOR_NUMBERS: Final = frozenset(name for name in CONCEPTS["sensor"].columns if name != "sensor_state")
MAX_ROWS: Final = 10_000
"""Rows of one concept of one device; what is beyond is left out and the reading partial."""
_KNOWN: Final = frozenset({int})
_NOTHING_MADE: Final = (None, None, None)
SENSOR_DIGITS: Final = 9
"""What powers of ten leave behind the digits that were measured is cut off here: 0.0061, not 0.006099999999."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PieceRows:
    """The rows of a piece; the same object while nothing about them changes.

    rows: their numbers in the source's reading, None for all of them. index, keys: of the source.
    states: those that other tables have a say in; they are worked out with the labels.
    """

    compiled: Compiled
    rows: tuple[int, ...] | None
    index: tuple[str, ...]
    keys: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    states: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    def shared(self) -> PieceRows:
        """Return these rows with texts that are kept once for all devices."""
        labels = {name: alike(texts) for name, texts in self.labels.items()}
        return replace(self, index=alike(self.index), keys=alike(self.keys), labels=labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one table says of a concept: one value per row of `rows` in each column."""

    rows: PieceRows
    columns: Mapping[str, Column]
    reading: TableReading
    doubts: Doubts = field(default_factory=lambda: NO_DOUBTS)


_ALIKE: Final = Alike[PieceRows]()
"""The rows of all mappings of all devices: those of like devices are one object."""


class MapReader:
    """Reads one mapping of one device, which has nothing of most: there is little to one that is idle."""

    __slots__ = (
        "_absent_in", "_kept", "_last", "_made_columns", "_made_of", "_mask", "_of", "_of_others", "_others",
        "_rows_of", "_was_there", "compiled", "table",
    )  # fmt: skip
    _of_others: dict[Named, Sequence[str]]  # these two come with the first rows
    _made_columns: dict[str, tuple[object, PieceRows, Column]]

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.table = compiled.map.table
        self._of = ingredients_of(compiled)
        self._was_there = False
        self._mask: tuple[RowSet, list[object], list[bool] | None] | None = None
        self._made_of: tuple[object, ...] = _NOTHING_MADE
        self._rows_of: RowSet | None = None
        self._kept: PieceRows | None = None
        self._last: tuple[tuple[TableReading | None, ...], Piece] | None = None
        self._others: tuple[TableReading | None, ...] = ()
        self._absent_in: TableReading | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Return every table it reads, its own first."""
        return self._of.tables

    @property
    def heeds_time(self) -> bool:
        """Return whether it wants every reading, be it that nothing moved since the last."""
        return self._of.heeds_time

    def piece(self, readings: Readings, frames: dict[str, Frame]) -> Piece | None:
        """Return the piece, None where the device was not asked for the table.

        `frames` holds what was prepared of each table, for other mappings and of what stands still for later polls.
        """
        reading = readings.get(self.table)
        if reading is None or reading is self._absent_in:
            return None
        if not self._is_there(reading):
            self._absent_in = reading
            return None
        of = tuple(readings.get(table) for table in self._of.tables)
        if self._last is not None and are_the_same(of, self._last[0]):
            return self._last[1]
        frame = self._frame(reading, readings, frames)
        rows = self._rows(frame, readings, of)
        if rows.index:
            columns, doubts = self._columns(frame, rows, readings)
        else:
            names = (*self.compiled.numbers, *self.compiled.states, *self.compiled.texts)
            columns, doubts = dict.fromkeys(names, ()), NO_DOUBTS
        self._last = of, Piece(rows=rows, columns=columns, reading=frame.reading, doubts=doubts)
        return self._last[1]

    @property
    def rows(self) -> PieceRows | None:
        """The rows as they were last, None where the table was never read."""
        return self._kept

    def _frame(self, reading: TableReading, readings: Readings, frames: dict[str, Frame]) -> Frame:
        if not self._of.made_anew:
            frame = frames.get(reading.table)
            if frame is None or frame.reading is not reading:
                frame = frames[reading.table] = Frame(reading, alike=frame)
            return frame
        thresholds = self.compiled.map.thresholds
        if thresholds is not None:
            reading = with_thresholds(reading, thresholds, readings.get(thresholds.table), self.compiled.enums)
        if self.compiled.map.sums:
            reading = with_sums(reading, self.compiled.map.sums, readings)
        return Frame(reading)

    def _is_there(self, reading: TableReading) -> bool:
        """Return whether the device has what is mapped: of scalars, which all make one row, those that this is about.

        What was there once stays: a value that is missing today is a value that is missing.
        """
        self._was_there = self._was_there or is_told_of(self.compiled, reading)
        return self._was_there

    def _rows(self, frame: Frame, readings: Readings, of: tuple[TableReading | None, ...]) -> PieceRows:
        reading = frame.reading
        mask = self._chosen(frame)
        used = [reading.columns.get(name) for name in self._of.columns if name not in reading.rows.labels]
        made_of = (mask, used, self._made_of[2] if are_the_same(of[1:], self._others) else self._of_joined(readings))
        is_same = self._kept is not None and self._rows_of is reading.rows and made_of == self._made_of
        self._others = of[1:]
        if self._kept is None:
            self._made_columns = {}
        if self._kept is None or not is_same:
            self._kept = _ALIKE.made(
                (self.compiled, reading.rows.index, reading.rows.keys),
                (reading.rows.labels, mask, used, self._told_by_others(readings)),
                lambda: self._made(reading, mask, readings).shared(),
                len(reading.rows.index),
            )
            self._made_of, self._of_others = made_of, {}
            self._rows_of = reading.rows
        return self._kept

    def _chosen(self, frame: Frame) -> list[bool] | None:
        """Return which rows fulfil the condition, None where there is none; kept while its columns stand still."""
        where, reading = self.compiled.where, frame.reading
        if where is None:
            return None
        columns: list[object] = [reading.columns.get(name) for name in self._of.where]
        known = self._mask
        if known is None or known[0] is not reading.rows or known[1] != columns or reading.rates:
            mask = [outcome is True for outcome in where.column(frame)]
            known = self._mask = (reading.rows, columns, mask * frame.size if where.scalar else mask)
        return known[2]

    def _of_joined(self, readings: Readings) -> list[object]:
        """Return what the labels are made of that stands in other tables."""
        found: list[object] = []
        for join, names in self._of.joined:
            other = readings.get(join.table)
            if other is None:
                found.append(None)
            else:
                found.append(_SameRows(other.rows))
                found += [other.columns.get(name) for name in names]
        return found

    def _told_by_others(self, readings: Readings) -> list[object]:
        """Return what `_of_joined` does, with rows that are equal to those of another device which say the same."""
        found: list[object] = []
        for join, names in self._of.joined:
            other = readings.get(join.table)
            if other is not None:
                found += [other.rows.index, other.rows.labels, *(other.columns.get(name) for name in names)]
            found.append(other is None)
        return found

    def _made(self, reading: TableReading, mask: Sequence[bool] | None, readings: Readings) -> PieceRows:
        rows = range(len(reading.rows.index)) if mask is None else [n for n, wanted in enumerate(mask) if wanted]
        source = RowTexts(self.compiled, reading, readings)
        kept: list[int] = []
        distinct, seen = self.compiled.map.distinct or self.compiled.concept.is_fact, set[tuple[str | None, ...]]()
        names = tuple(self.compiled.concept.labels)
        columns = [source.column(self.compiled.labels.get(name), rows) for name in names]
        lines: list[tuple[str, ...]] = []
        for row, line in zip(rows, zip(*columns, strict=True), strict=True):
            if None in line or line in seen:
                continue
            if distinct:
                seen.add(line)
            kept.append(row)
            lines.append(line)
            if len(kept) > MAX_ROWS:
                break
        wanted = rows if len(kept) == len(rows) else kept
        return PieceRows(
            states={name: tuple(source.states(state, wanted)) for name, state in self._of.slow.items()},
            compiled=self.compiled,
            rows=None if len(kept) == len(reading.rows.index) else tuple(kept),
            index=tuple(reading.rows.index[row] for row in kept),
            keys=tuple(reading.rows.keys[row] for row in kept),
            labels={name: tuple([sys.intern(line[place]) for line in lines]) for place, name in enumerate(names)},
        )

    def _columns(self, frame: Frame, rows: PieceRows, readings: Readings) -> tuple[dict[str, Column], Doubts]:
        found: dict[str, Column] = {}
        doubts: dict[str, dict[int, str]] = {}
        for name, number in self.compiled.numbers.items():
            if isinstance(number, NumberMap):
                words = self._source_texts(number.source, frame.reading, rows, readings)
                found[name] = [number.numbers.get(word, number.otherwise) if word else None for word in words]
                continue
            found[name] = self._numbers(name, number, frame, rows)
            if frame.reading.doubts and isinstance(number, Formula):
                doubts.update(_doubts(name, number, frame.reading, rows, found[name]))
        for name, state in self.compiled.states.items():
            found[name] = (
                rows.states[name] if name in rows.states else self._states(name, state, frame, rows, readings)
            )
        for name, text in self.compiled.texts.items():
            found[name] = self._texts(text, frame.reading, rows, readings)
        return found, doubts

    def _numbers(self, name: str, number: Formula | float, frame: Frame, rows: PieceRows) -> Column:
        if isinstance(number, float):
            return (number,) * len(rows.index)
        made = number.column(frame)
        if (known := self._stands(name, made, rows)) is not None:
            return known
        column = _picked(_widened(made, number.scalar, frame.size), rows)
        if name in SENSOR_NUMBERS:
            column = [value if value is None else round(value, SENSOR_DIGITS) for value in column]
        if name in SENSOR_NUMBERS and (silent := _silent(number, frame, rows)):
            column = [None if row in silent else value for row, value in enumerate(column)]
        return self._kept_column(name, made, rows, column)

    def _stands(self, name: str, made_of: object, rows: PieceRows) -> Column | None:
        """Return a column that was made of the very same column for the very same rows, None where none was."""
        known = self._made_columns.get(name)
        return known[2] if known is not None and known[0] is made_of and known[1] is rows else None

    def _kept_column(self, name: str, made_of: object, rows: PieceRows, column: Column) -> Column:
        column = packed(column)
        self._made_columns[name] = (made_of, rows, column)
        return column

    def _states(self, name: str, state: StateMap | int, frame: Frame, rows: PieceRows, readings: Readings) -> Column:
        """Return the states of the rows; not anew where the table's own words are the same."""
        source = state.source if isinstance(state, StateMap) else None
        of = source.column(frame) if isinstance(source, Formula) else None
        if isinstance(source, Named):
            of = frame.reading.columns.get(source.name)
        if of is None:
            return self._made_states(state, frame, rows, readings)
        if (known := self._stands(name, of, rows)) is not None:
            return known
        return self._kept_column(name, of, rows, self._made_states(state, frame, rows, readings))

    def _made_states(self, state: StateMap | int, frame: Frame, rows: PieceRows, readings: Readings) -> Column:
        if isinstance(state, int):
            return (state,) * len(rows.index)
        numbers, otherwise = state.numbers, state.otherwise
        if isinstance(state.source, Formula):
            words = _picked(_widened(state.source.column(frame), state.source.scalar, frame.size), rows)
            return [None if word is None else (numbers or {}).get(word, otherwise) for word in words]
        if isinstance(state.source, Template):
            return (otherwise,) * len(rows.index)  # worked out with the labels
        name = state.source.name
        raw = frame.reading.columns.get(name)
        if numbers is None:
            picked = _picked(raw, rows) if raw is not None else (None,) * len(rows.index)
            if _KNOWN.issuperset(map(type, picked)):
                return picked
            return [value if isinstance(value, int) else otherwise for value in picked]
        names = self.compiled.enums.get(name)
        if names and raw is not None:  # the quick way: numbers to numbers
            by_number: Mapping[Any, int | None] = {
                number: numbers.get(word, otherwise) for number, word in names.items()
            }
            picked = _picked(raw, rows)
            if all(value is not None and by_number.get(value) == value for value in set(picked)):
                return picked
            return [by_number.get(value, otherwise) for value in picked]
        texts = self._source_texts(state.source, frame.reading, rows, readings)
        return [numbers.get(text, otherwise) if text else otherwise for text in texts]

    def _texts(self, text: Text, reading: TableReading, rows: PieceRows, readings: Readings) -> Column:
        own = {*reading.rows.labels, *reading.columns}
        needs_others = self._of.joined and any(named.name not in own for named in names_in(text))
        source = RowTexts(self.compiled, reading, readings if needs_others else {})
        numbers = _numbers_of(rows, reading)
        return [given or None for given in source.column(text, numbers)]  # type: ignore[misc]

    def _source_texts(
        self, named: Named, reading: TableReading, rows: PieceRows, readings: Readings
    ) -> Sequence[str]:
        """Return the words of a value of the rows; those of a joined table are kept while nothing of it changes."""
        if self._of.joined and named.name not in reading.rows.labels and named.name not in reading.columns:
            if named not in self._of_others:
                source = RowTexts(self.compiled, reading, readings)
                texts = source.column(Template((named,)), _numbers_of(rows, reading))
                self._of_others[named] = [text or "" for text in texts]
            return self._of_others[named]
        return _picked(texts_of(reading, named.name, self.compiled.enums.get(named.name), named.form), rows)


def is_told_of(compiled: Compiled, reading: TableReading) -> bool:
    """Return whether a reading tells of what is mapped: scalars may be those of other things."""
    inputs = ingredients_of(compiled).inputs if reading.table == SYSTEM else ()
    return not inputs or any(reading.columns.get(name, (None,))[0] is not None for name in inputs)


@dataclass(frozen=True, slots=True, eq=False)
class _SameRows:
    """Rows that are equal to themselves alone."""

    rows: RowSet

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameRows) and other.rows is self.rows

    __hash__ = None  # type: ignore[assignment]  # nobody looks them up


def are_the_same(some: Sequence[object], others: Sequence[object]) -> bool:
    """Return whether these are the very same objects, one by one."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))


def _numbers_of(rows: PieceRows, reading: TableReading) -> Sequence[int]:
    """Return which rows of the reading a piece has; a piece may have none."""
    return range(len(reading.rows.index)) if rows.rows is None else rows.rows


def _picked(column: Sequence[Any], rows: PieceRows) -> Sequence[Any]:
    return column if rows.rows is None else [column[row] for row in rows.rows]


def _widened(column: Sequence[Any], scalar: bool, size: int) -> Sequence[Any]:  # said by the formula
    return list(column) * size if scalar else column


def _silent(formula: Formula, frame: Frame, rows: PieceRows) -> set[int]:
    """Return the rows of which a number that a value or limit is made of is a placeholder."""
    found: set[int] = set()
    for source in formula.inputs:
        column = frame.reading.columns.get(source.key, ())
        if not PLACEHOLDERS.isdisjoint(column):
            found |= {row for row, value in enumerate(_picked(column, rows)) if value in PLACEHOLDERS}
    return found


def _doubts(
    name: str, formula: Formula, reading: TableReading, rows: PieceRows, column: Column
) -> dict[str, dict[int, str]]:
    """Return why values are missing that are made of what is not believed."""
    numbers = range(len(reading.rows.index)) if rows.rows is None else rows.rows
    text = formula.text
    found: dict[int, str] = {}
    for column_name, by_row in reading.doubts.items():
        if column_name not in text:
            continue
        for place, row in enumerate(numbers):
            if column[place] is None and row in by_row:
                found.setdefault(place, by_row[row])
    return {name: found} if found else {}
