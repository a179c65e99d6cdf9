"""The texts of a table's rows: labels and words, made of the row, of its index and of the rows joined to it.

A quiet room. May import: netwatch.model, netwatch.formulas, netwatch.profiles. Called by: source.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from weakref import proxy

from netwatch.model import TableReading
from netwatch.polling.concepts.joined import JoinedRows, Readings, texts_of
from netwatch.profiles import (
    DESCRIPTION,
    Compiled,
    Description,
    Join,
    Named,
    Selection,
    Source,
    StateMap,
    Template,
    Text,
    parse_description,
)

OF_DESCRIPTION: Final = ("sysDescr", "sysObjectID")
"""The scalars that a description is read out of."""


class RowTexts:
    """The texts of a table's rows, with those of the rows joined to them."""

    def __init__(self, compiled: Compiled, reading: TableReading, readings: Readings) -> None:
        self._compiled, self._reading = compiled, reading
        self._joins = [
            (join, JoinedRows(join, other, compiled.enums))
            for join in compiled.map.joins
            if (other := readings.get(join.table)) is not None
        ]
        self._known: dict[Named, Sequence[str]] = {}
        self._told: Description | None = None
        self._row = -1
        self._index: tuple[int, ...] | None = None
        self._found: dict[int, int | None] = {}
        self._columns: _Columns | None = None

    @property
    def joins(self) -> Sequence[tuple[Join, JoinedRows]]:
        """Return the joins whose tables were read, with their rows."""
        return self._joins

    def text(self, row: int, text: Text | None) -> str | None:
        """Return a label or text of a row, None where the row is none of the concept's."""
        if text is None:
            return ""
        self._go_to(row)
        if isinstance(text, Selection):
            word = self.word(text.source)
            chosen = text.options.get(word, text.otherwise)
            return None if chosen is None else self._template(chosen)
        return self._template(text)

    def column(self, text: Text | None, rows: Sequence[int]) -> Sequence[str | None]:
        """Return a label or text of several rows: what `text` says of each, worked out for all at once."""
        if text is None:
            return [""] * len(rows)
        if self._columns is None or self._columns.rows != rows:
            self._columns = _Columns(self, rows)
        return self._columns.of(text)

    def word(self, source: Source) -> str:
        """Return the word of the current row that others are chosen by."""
        return self._template(source) if isinstance(source, Template) else self.value(source)

    def states(self, state: StateMap, rows: Sequence[int]) -> Sequence[int | None]:
        """Return the numbers of several rows' states."""
        if not isinstance(state.source, Template):
            return [state.otherwise] * len(rows)
        numbers, otherwise = state.numbers or {}, state.otherwise
        return [numbers.get(word, otherwise) if word else otherwise for word in self.column(state.source, rows)]

    def _go_to(self, row: int) -> None:
        if row != self._row:
            self._row, self._found, self._index = row, {}, None

    def _template(self, template: Template) -> str:
        if len(template.pieces) == 1 and isinstance(template.pieces[0], Named):
            text = self.value(template.pieces[0])
        else:
            if self._index is None:
                self._index = self.index_of(self._row)
            text = template.text(self._index, self.value)
        return one_line(text)

    def value(self, named: Named) -> str:
        """Return a value of the current row."""
        texts = self._known.get(named)
        if texts is not None:
            return texts[self._row]
        if (texts := self.own(named)) is not None:
            return texts[self._row]
        if named.name.startswith(DESCRIPTION):
            return str(getattr(self.description(), named.name[len(DESCRIPTION) :]))
        for number, (join, joined) in enumerate(self._joins):
            if joined.knows(named):
                if number not in self._found:
                    self._found[number] = None  # a join that needs itself finds nothing
                    self._found[number] = joined.row(self._template(join.by))
                return joined.text(self._found[number], named.name[len(join.prefix) :], named.form)
        return ""

    def own(self, named: Named) -> Sequence[str] | None:
        """Return a value of every row of the table; None where that is none of its own."""
        reading = self._reading
        if named.name in reading.rows.labels or named.name in reading.columns:
            enums = self._compiled.enums.get(named.name)
            self._known[named] = texts_of(reading, named.name, enums, named.form)
        return self._known.get(named)

    def index_of(self, row: int) -> tuple[int, ...]:
        """Return the numbers of a row's index."""
        return tuple(int(part) for part in self._reading.rows.index[row].split(".") if part.isdecimal())

    def description(self) -> Description:
        """Return what the device's description says, read out of the row that asks first."""
        if self._told is None:
            texts = [texts_of(self._reading, name)[self._row] for name in OF_DESCRIPTION]
            self._told = parse_description(*texts)
        return self._told


class _Columns:
    """The texts of some rows, column by column; part of a RowTexts, which it does not keep alive."""

    def __init__(self, texts: RowTexts, rows: Sequence[int]) -> None:
        self.rows = rows
        self._texts: RowTexts = proxy(texts)  # else each pair would wait for the collector, seven for every device
        self._known: dict[Named, Sequence[str]] = {}
        self._joined: dict[int, Sequence[int | None]] = {}

    def of(self, text: Text) -> Sequence[str | None]:
        """Return a label or text; None where the row is none of the concept's."""
        if not isinstance(text, Selection):
            return self._template(text)
        words = self._template(text.source) if isinstance(text.source, Template) else self._values(text.source)
        chosen = [text.options.get(word, text.otherwise) for word in words]
        columns = {template: self._template(template) for template in dict.fromkeys(chosen) if template is not None}
        return [None if template is None else columns[template][row] for row, template in enumerate(chosen)]

    def _template(self, template: Template) -> Sequence[str]:
        return [one_line(text) for text in template.texts(len(self.rows), self._indexes, self._values)]

    def _indexes(self) -> Sequence[tuple[int, ...]]:
        return [self._texts.index_of(row) for row in self.rows]

    def _values(self, named: Named) -> Sequence[str]:
        known = self._known.get(named)
        if known is None:
            known = self._known[named] = self._worked_out(named)
        return known

    def _worked_out(self, named: Named) -> Sequence[str]:
        own = self._texts.own(named)
        if own is not None:
            return own if len(own) == len(self.rows) else [own[row] for row in self.rows]
        if named.name.startswith(DESCRIPTION):
            return [self._texts.text(row, Template((named,))) or "" for row in self.rows]
        for number, (join, joined) in enumerate(self._texts.joins):
            if joined.knows(named):
                name = named.name[len(join.prefix) :]
                return [joined.text(row, name, named.form) for row in self._rows_joined(number, join, joined)]
        return [""] * len(self.rows)

    def _rows_joined(self, number: int, join: Join, joined: JoinedRows) -> Sequence[int | None]:
        if number not in self._joined:
            self._joined[number] = [None] * len(self.rows)  # a join that needs itself finds nothing
            self._joined[number] = [joined.row(key) for key in self._template(join.by)]
        return self._joined[number]


@lru_cache(maxsize=65_536)
def one_line(text: str) -> str:
    """Return a text with single blanks between its words and none around them."""
    return " ".join(text.split())
