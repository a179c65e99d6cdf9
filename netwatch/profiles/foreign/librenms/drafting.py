"""Collects what one system's entries need into tables: one for each entry of a MIB, with what its rows have.

A system's tables are its own, beside those that other profiles know of the same rows: whatever it asks for takes
nothing from them.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.foreign.librenms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netwatch.model import SYSTEM, ColumnKind, Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, Join
from netwatch.profiles.draft import TableDraft
from netwatch.profiles.edits import Edit
from netwatch.profiles.place import Resolve
from netwatch.profiles.profile import ColumnSpec, LabelSpec
from netwatch.profiles.symbols import plain_name


class NotRead(ValueError):
    """Why an entry, or a part of one, is not read; one sentence without values, so that many alike are counted."""


@dataclass(kw_only=True)
class Rows:
    """A table in the making."""

    name: str
    entry: Oid
    columns: dict[str, ColumnSpec] = field(default_factory=dict)
    labels: dict[str, LabelSpec] = field(default_factory=dict)
    once: bool = False

    def column(self, oid: Oid, name: str, *, once: bool = False) -> str:
        """Return the name of a column with this OID, added where there is none."""
        known = self.columns.get(name)
        if known is not None and known.oid != oid:
            return self.column(oid, f"{name}_{oid[-1]}", once=once)
        if known is None or (known.once and not once):
            self.columns[name] = ColumnSpec(name=name, oid=oid, kind=ColumnKind.TEXT, once=once)
        return name

    def label(self, oid: Oid, name: str) -> str:
        """Return the name of a label that is a column's text, added where there is none."""
        name = f"{name}_text"
        known = self.labels.get(name)
        if known is not None and known.oid != oid:
            return self.label(oid, f"{name}_{oid[-1]}")
        self.labels[name] = LabelSpec(name=name, oid=oid)
        return name


class Drafting:
    """What is read of devices with one system, as it grows entry by entry."""

    def __init__(self, system: str, resolve: Resolve) -> None:
        """Begin with nothing."""
        self.system = plain_name(system)
        self._resolve = resolve
        self._rows: dict[Oid, Rows] = {}
        self._texts: dict[Oid, Rows] = {}
        self.scalars: dict[str, ColumnSpec] = {}
        self.concepts: list[ConceptMap] = []
        self._known: dict[str, Oid | None] = {}
        self._learned: dict[str, Oid] = {}
        self._readers: dict[Oid, int] = {}

    def learn(self, name: Any, column: Oid) -> None:
        """Take in what an entry says in passing: where the object of this name stands, for want of its MIB."""
        if "::" in str(name):
            self._learned.setdefault(str(name).strip(), column)

    def share(self, column: Oid) -> None:
        """Take in that an entry reads a column."""
        self._readers[column] = self._readers.get(column, 0) + 1

    def is_shared(self, column: Oid) -> bool:
        """Return whether several entries read a column, of which each row is meant by one."""
        return self._readers.get(column, 0) > 1

    def oid(self, text: Any) -> Oid | None:
        """Return what a name or chain of numbers is, None where nothing at hand says it."""
        written = str(text).strip().lstrip(".")
        if written not in self._known:
            try:
                self._known[written] = self._resolve(written)
            except ValueError:
                self._known[written] = self._learned.get(written)
        return self._known[written]

    def rows_of(self, column: Oid) -> Rows:
        """Return the table that a column stands in."""
        entry = Oid(column[:-1])
        found = self._rows.get(entry)
        if found is None:
            name = f"librenms_{self.system}_{'_'.join(map(str, entry[-6:]))}"
            name = name if all(one.name != name for one in self._rows.values()) else f"{name}_{len(self._rows)}"
            found = self._rows[entry] = Rows(name=name, entry=entry)
        return found

    def texts_of(self, column: Oid) -> Rows:
        """Return a table of one column whose rows are looked up by other rows."""
        found = self._texts.get(column)
        if found is None:
            name = f"librenms_{self.system}_texts_{'_'.join(map(str, column[-6:]))}"
            found = self._texts[column] = Rows(name=name, entry=column, once=True)
            found.column(column, "text", once=True)
        return found

    def scalar(self, oid: Oid, edit: Edit | None = None) -> str:
        """Return the name of a text of the device, asked for as it stands; `edit` is what is done to it."""
        name = f"librenms_{'_'.join(map(str, oid[-8:]))}" + ("_edited" if edit is not None else "")
        self.scalars.setdefault(name, ColumnSpec(name=name, oid=oid, kind=ColumnKind.TEXT, edit=edit))
        return name

    def tables(self) -> Iterator[TableDraft]:
        """Yield what it grew to; tables that nothing is made of are left out."""
        used = {one.table for one in self.concepts} | {join.table for one in self.concepts for join in one.joins}
        for rows in (*self._rows.values(), *self._texts.values()):
            if rows.name in used and rows.columns:
                yield TableDraft(
                    name=rows.name,
                    oid=rows.entry.child(0),
                    columns=tuple(rows.columns.values()),
                    labels=tuple(rows.labels.values()),
                    once=rows.once,
                )


@dataclass(kw_only=True)
class Entry:
    """One entry of a `data` list on its way into a table: where it stands, and what is said of it on the way.

    options: those of its class, which count where the entry says nothing. is_doubtful: rows that it means to skip are
    among its rows, since what tells them cannot be read.
    """

    value: Mapping[str, Any]
    options: Mapping[str, Any]
    drafting: Drafting
    complain: Callable[[str], None]
    joins: dict[str, Join] = field(default_factory=dict)
    is_doubtful: bool = False

    def get(self, key: str, default: Any = None) -> Any:
        """Return what the entry says, or its class."""
        found = self.value.get(key)
        return self.options.get(key, default) if found is None else found


def name_of(text: str) -> str:
    """Return what a column is called that is named so: the object's name without its module."""
    bare = plain_name(str(text).rpartition("::")[2].strip(" .")) or "value"
    return bare if not bare.startswith("_") else f"c{bare}"


__all__ = ["SYSTEM", "Drafting", "Entry", "NotRead", "Rows", "name_of"]
