"""Finds the rows of other tables that belong to a row: the name of a sensor, the port above it.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Final

from netwatch.model import Oid, TableReading, Value, text_of
from netwatch.profiles import Join, Named

PLACEHOLDERS: Final = frozenset({-32768, 2147483647, -2147483648, 4294967295, -2147483647})
"""Raw values by which agents say that a sensor measures nothing, or has no such limit."""
HIGHEST_CLIMB: Final = 16
Readings = Mapping[str, TableReading]
Enums = Mapping[str, Mapping[int, str]]


def texts_of(
    reading: TableReading, name: str, names: Mapping[int, str] | None = None, form: str = ""
) -> Sequence[str]:
    """Return a label or column of every row as texts, an enumeration by its words; empty ones where it is unknown."""
    label = reading.rows.labels.get(name)
    if label is not None:
        return label
    column = reading.columns.get(name)
    if column is None:
        return list(repeat("", len(reading.rows.index)))
    return [text_of_value(value, names, form) for value in column]


def text_of_value(value: Value, names: Mapping[int, str] | None = None, form: str = "") -> str:
    """Return one value as text: an enumeration's word, a number, octets as `form` says."""
    if names and isinstance(value, int):
        return names.get(value, str(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes) and form in ("mac", "hex"):
        return value.hex(":") if form == "mac" else value.hex()
    if isinstance(value, Oid):
        return str(value)
    return text_of(value)


class JoinedRows:
    """The rows of one other table, by their index or by a text of theirs, for one join."""

    def __init__(self, join: Join, reading: TableReading, enums: Enums) -> None:
        """Take the table as it was last read; `enums` are its columns' words, by name with the join's prefix."""
        self._join, self._reading, self._enums = join, reading, enums
        self._rows = self._places(join.find) if join.find else self._by_index()
        self._beginnings: dict[int, Mapping[str, int]] = {}
        self._texts: dict[tuple[str, str], Sequence[str]] = {}

    def row(self, key: str) -> int | None:
        """Return the number of the row that belongs to a key, None where there is none."""
        rows = self._beginning(key.count(".") + 1) if self._join.under else self._rows
        row = rows.get(key) if key else None
        if row is None or self._join.until is None:
            return row
        name, words = self._join.until
        for _ in range(HIGHEST_CLIMB):
            if row is None or self.text(row, name) in words:
                return row
            row = self._rows.get(self.text(row, self._join.climb))
        return None

    def text(self, row: int | None, name: str, form: str = "") -> str:
        """Return a label or column of a row as text; `name` without the prefix."""
        if row is None:
            return ""
        texts = self._texts.get((name, form))
        if texts is None:
            texts = texts_of(self._reading, name, self._enums.get(self._join.prefix + name), form)
            self._texts[name, form] = texts
        return texts[row]

    def knows(self, named: Named) -> bool:
        """Return whether a name with this join's prefix is one of the table's."""
        if not named.name.startswith(self._join.prefix):
            return False
        name = named.name[len(self._join.prefix) :]
        return name in self._reading.rows.labels or name in self._reading.columns

    def _by_index(self) -> Mapping[str, int]:
        return {index: row for row, index in enumerate(self._reading.rows.index)}

    def _beginning(self, parts: int) -> Mapping[str, int]:
        """Return the first row for every beginning of an index that has so many parts."""
        known = self._beginnings.get(parts)
        if known is None:
            found: dict[str, int] = {}
            for index, row in self._by_index().items():
                found.setdefault(".".join(index.split(".", parts)[:parts]), row)
            known = self._beginnings[parts] = found
        return known

    def _places(self, name: str) -> Mapping[str, int]:
        found: dict[str, int] = {}
        texts = texts_of(self._reading, name, self._enums.get(self._join.prefix + name))
        for row, text in enumerate(texts):
            if text:
                found.setdefault(text, row)
        return found
