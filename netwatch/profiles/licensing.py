"""Reads Netdata's `licensing`: what the state of a licence is, as rows of the concept `license`.

Of an entry its `state` with the words for what is well (0), about to end (1) and over (2), and its name are read.
When it ends stands in texts of many forms, and what is used of it in units that are not told: those are not.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from netwatch.model import SYSTEM, ColumnKind, Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, WordMap
from netwatch.profiles.concepts.templates import FirstFilled, Named, OfIndex, Template
from netwatch.profiles.draft import Derived, TableDraft
from netwatch.profiles.place import Place
from netwatch.profiles.profile import ColumnSpec, LabelSpec
from netwatch.profiles.symbols import plain_name

STATES: Final = {"0": "ok", "1": "warning", "2": "critical"}
"""Their states of a licence, and ours."""
Origin = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """What to read of licences, and what it means."""

    scalars: tuple[ColumnSpec, ...] = ()
    tables: tuple[TableDraft, ...] = ()
    derived: tuple[Derived, ...] = ()


def read_licensing(top: Place, origin: Origin) -> Licences:
    """Read a file's `licensing`; what of it is not read is noted once for each entry."""
    scalars: list[ColumnSpec] = []
    tables: list[TableDraft] = []
    derived: list[Derived] = []
    for entry in top.items("licensing"):
        if not entry.is_mapping("a licence"):
            continue
        state = _below(entry, "state")
        column = _column(state) if state is not None else None
        words = _words(state) if state is not None else {}
        if column is None or not words:
            entry.warn("licensing without a state is not read", key=True)
            continue
        table = _table(entry, column)
        name = _name(entry, table)
        if table is None:
            scalars.append(column)
        else:
            tables.append(table)
        concept = ConceptMap(
            concept="license", table=SYSTEM if table is None else table.name, where=f"not absent({column.name})",
            labels={"license": name}, columns={"license_state": WordMap(source=Named(column.name), words=words)},
            place=origin, is_derived=True,
        )  # fmt: skip
        oids = frozenset({column.oid})
        derived.append(Derived(map=concept, table=None if table is None else table.oid, oids=oids))
    return Licences(scalars=tuple(scalars), tables=tuple(tables), derived=tuple(derived))


def _below(place: Place, key: str) -> Place | None:
    return place.at(key) if isinstance(place.value.get(key), Mapping) else None


def _column(state: Place) -> ColumnSpec | None:
    oid = state.oid("OID") if "OID" in state else None
    name = plain_name(str(state.value.get("name") or ""))
    return ColumnSpec(name=name, oid=oid, kind=ColumnKind.TEXT) if oid is not None and name else None


def _words(state: Place) -> dict[str, str]:
    mapping = state.value.get("mapping")
    found = mapping.items() if isinstance(mapping, Mapping) else ()
    return {str(word): STATES[str(meant)] for word, meant in found if str(meant) in STATES}


def _table(entry: Place, column: ColumnSpec) -> TableDraft | None:
    table = _below(entry, "table")
    oid = table.oid("OID") if table is not None and "OID" in table else None
    if table is None or oid is None:
        return None
    name = plain_name(str(table.value.get("name") or f"table_{oid[-1]}"))
    labels = tuple(LabelSpec(name=plain_name(text), oid=label) for text, label in _named(entry))
    return TableDraft(name=name, oid=oid, columns=(column,), labels=labels, is_foreign=True)


def _named(entry: Place) -> list[tuple[str, Oid]]:
    """Return the objects that a licence is called by: its name, else its number."""
    identity = _below(entry, "identity")
    found = []
    for key in ("name", "id") if identity is not None else ():
        place = _below(identity, key) if identity is not None else None
        if place is not None and "OID" in place and (oid := place.oid("OID")) is not None:
            found.append((str(place.value.get("name") or key), oid))
    return found[:1]


def _name(entry: Place, table: TableDraft | None) -> Template:
    fixed = str(entry.value.get("id") or "licence")
    identity = _below(entry, "identity")
    told = _below(identity, "name") if identity is not None else None
    if told is not None and told.value.get("value"):
        fixed = str(told.value["value"])
    if table is None:
        return Template((fixed,))
    spare = Template((f"{fixed} ", OfIndex(0)))
    options = (*(Template((Named(label.name),)) for label in table.labels), spare)
    return Template((FirstFilled(options),))
