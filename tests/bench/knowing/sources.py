"""Which objects the rows of a concept were read from, so that a row is known by its OID and not by what it is called.

The mappings of the device are read once more over the tables that the poll brought, each for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from netwatch.model import SYSTEM, Oid, TableReading
from netwatch.polling.concepts.ingredients import inputs_of
from netwatch.polling.concepts.source import MapReader
from netwatch.profiles import BadMapping, Compiled, Kit, ProfileLibrary, StateMap, Template

Labels = tuple[str, ...]
Known = Mapping[tuple[str, str, Labels], frozenset[str]]
"""Concept, index in its table and labels of a row -> the objects that its values come from."""


class Watched:
    """A library that remembers which kit it gave last."""

    def __init__(self, library: ProfileLibrary) -> None:
        self._library, self.kit = library, Kit(tables=())

    def __getattr__(self, name: str) -> object:
        return getattr(self._library, name)

    def kit_of(self, *wanted: object) -> Kit:
        """Return the kit of a device, and remember it."""
        self.kit = self._library.kit_of(*wanted)
        return self.kit


def objects_behind(
    library: ProfileLibrary, kit: Kit, readings: Sequence[TableReading], concepts: Collection[str]
) -> Known:
    """Return what the rows of these concepts were read from."""
    by_table = {reading.table: reading for reading in readings}
    columns = {table.name: {column.name: column.oid for column in table.columns} for table in kit.tables}
    found: dict[tuple[str, str, Labels], frozenset[str]] = {}
    for one in kit.concepts:
        if one.concept not in concepts or one.table not in by_table:
            continue
        try:
            compiled = library.compiled(one)
        except BadMapping:
            continue
        for place, oids in _rows(compiled, by_table, columns.get(one.table, {})):
            found.setdefault((one.concept, *place), oids)
    return found


def _rows(
    compiled: Compiled, readings: Mapping[str, TableReading], columns: Mapping[str, Oid]
) -> Iterator[tuple[tuple[str, Labels], frozenset[str]]]:
    piece = MapReader(compiled).piece(readings, {})
    if piece is None:
        return
    used = [columns[name] for name in _inputs(compiled) if name in columns]
    is_scalar = compiled.map.table == SYSTEM
    for row, index in enumerate(piece.rows.index):
        labels = tuple(column[row] for column in piece.rows.labels.values())
        yield (index, labels), frozenset(str(oid) if is_scalar else f"{oid}.{index}" for oid in used)


def _inputs(compiled: Compiled) -> Collection[str]:
    templates = [one.source for one in compiled.states.values() if isinstance(one, StateMap)]
    named = [name.name for one in templates if isinstance(one, Template) for name in one.names()]
    word = compiled.texts.get("hardware_word")
    worded = [name.name for name in word.names()] if isinstance(word, Template) else []
    return {*inputs_of(compiled), *named, *worded}
