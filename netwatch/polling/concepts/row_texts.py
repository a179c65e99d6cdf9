"""The texts of a table's rows: labels and words, made of the row, of its index and of the rows joined to it.

A quiet room. May import: netwatch.model, netwatch.formulas, netwatch.profiles. Called by: source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from netwatch.formulas import Formula
from netwatch.model import TableReading
from netwatch.polling.concepts.joined import JoinedRows, Readings, texts_of
from netwatch.profiles import (
    DESCRIPTION,
    Compiled,
    Description,
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

    def column(self, named: Named, rows: Iterable[int]) -> list[str]:
        """Return one value of several rows."""
        return [self.text(row, Template((named,))) or "" for row in rows]

    def word(self, source: Source) -> str:
        """Return the word of the current row that others are chosen by."""
        return self._template(source) if isinstance(source, Template) else self._value(source)

    def state(self, row: int, state: StateMap) -> int | None:
        """Return the number of a row's state."""
        self._go_to(row)
        word = "" if isinstance(state.source, Formula) else self.word(state.source)
        return (state.numbers or {}).get(word, state.otherwise) if word else state.otherwise

    def _go_to(self, row: int) -> None:
        if row != self._row:
            self._row, self._found, self._index = row, {}, None

    def _template(self, template: Template) -> str:
        if len(template.pieces) == 1 and isinstance(template.pieces[0], Named):
            text = self._value(template.pieces[0])
        else:
            if self._index is None:
                parts = self._reading.rows.index[self._row].split(".")
                self._index = tuple(int(part) for part in parts if part.isdecimal())
            text = template.text(self._index, self._value)
        return " ".join(text.split())

    def _value(self, named: Named) -> str:
        texts = self._known.get(named)
        if texts is not None:
            return texts[self._row]
        reading = self._reading
        if named.name in reading.rows.labels or named.name in reading.columns:
            enums = self._compiled.enums.get(named.name)
            texts = self._known[named] = texts_of(reading, named.name, enums, named.form)
            return texts[self._row]
        if named.name.startswith(DESCRIPTION):
            return str(getattr(self._description(), named.name[len(DESCRIPTION) :]))
        for number, (join, joined) in enumerate(self._joins):
            if joined.knows(named):
                if number not in self._found:
                    self._found[number] = None  # a join that needs itself finds nothing
                    self._found[number] = joined.row(self._template(join.by))
                return joined.text(self._found[number], named.name[len(join.prefix) :], named.form)
        return ""

    def _description(self) -> Description:
        if self._told is None:
            texts = [texts_of(self._reading, name)[self._row] for name in OF_DESCRIPTION]
            self._told = parse_description(*texts)
        return self._told
