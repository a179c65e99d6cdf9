"""Joins what another tool's definitions say of a device's system to the profile it has: always more, never otherwise.

What the profile reads already, the same object for the same concept, is left out of what is added, so that no thing
has two rows; but what was made of units and words alone gives way to what a definition says of that very object.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netwatch.model import CONCEPTS, SYSTEM, Oid, TableSchema
from netwatch.profiles.concepts.compiling import BadMapping, compile_map
from netwatch.profiles.concepts.concept_map import ConceptMap, Expression, Meant, NumberMap, WordMap
from netwatch.profiles.concepts.templates import Named
from netwatch.profiles.draft import ProfileFile, TableDraft
from netwatch.profiles.profile import ColumnSpec, Profile, TableSpec

_WORD: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_STATES: Final = frozenset({"hardware_state", "sensor_state", "redundancy_state", "peer_state", "license_state"})
_BY_ENTRY: Final = frozenset({"cpu"})
"""Of these one column of a table is enough: the others are the same load over other times."""
Read = tuple[str, Oid]
"""An object, and for what it is read: a concept, or `state`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What is added to the profiles of devices with one system."""

    name: str
    scalars: tuple[ColumnSpec, ...]
    tables: tuple[TableSpec, ...]
    concepts: tuple[ConceptMap, ...]


def addition_of(name: str, file: ProfileFile) -> Addition:
    """Return a file of another tool as what it adds."""
    return Addition(
        name=name,
        scalars=file.scalars,
        tables=tuple(_table(draft) for draft in file.tables),
        concepts=file.concepts,
    )


def _table(draft: TableDraft) -> TableSpec:
    return TableSpec(
        name=draft.name, oid=draft.oid, walk=draft.walk or draft.columns[0].oid, columns=draft.columns,
        labels=draft.labels, once=draft.once,
    )  # fmt: skip


def usable(addition: Addition, schema: Mapping[str, TableSchema]) -> Addition:
    """Return it with the mappings alone that can be compiled with these tables; its own are among them."""
    return replace(addition, concepts=tuple(one for one in addition.concepts if _compiles(one, schema)))


def _compiles(one: ConceptMap, schema: Mapping[str, TableSchema]) -> bool:
    try:
        compile_map(one, schema)
    except BadMapping:
        return False
    return True


def schema_with(addition: Addition, schema: Mapping[str, TableSchema]) -> Mapping[str, TableSchema]:
    """Return what is known of tables, with those that are added and the scalars beside those of the system."""
    system = schema[SYSTEM]
    scalars = {scalar.name: scalar.kind for scalar in addition.scalars}
    return {
        **schema,
        SYSTEM: replace(system, columns={**scalars, **system.columns}),
        **{
            table.name: TableSchema(
                name=table.name,
                columns={column.name: column.kind for column in table.columns},
                labels=tuple(label.name for label in table.labels),
                enums={},
            )
            for table in addition.tables
        },
    }


def joined(profile: Profile, addition: Addition, known: frozenset[Read]) -> Profile:
    """Return a profile with what is added to it; `known` is what is read of such a device anyhow."""
    mine = {table.name: table for table in addition.tables}
    concepts = [one for one in addition.concepts if one.table == SYSTEM or not (set(reads(one, mine)) & known)]
    said = {read for one in concepts for read in reads(one, mine)}
    kept = [one for one in profile.concepts if not (one.is_derived and said & _reads_of(one, profile))]
    used = {one.table for one in concepts} | {join.table for one in concepts for join in one.joins}
    names = {scalar.name for scalar in profile.scalars}
    return replace(
        profile,
        adds=addition.name,
        scalars=(*profile.scalars, *(scalar for scalar in addition.scalars if scalar.name not in names)),
        tables=(*profile.tables, *(table for table in addition.tables if table.name in used)),
        concepts=(*kept, *concepts),
    )


def _reads_of(one: ConceptMap, profile: Profile) -> set[Read]:
    return set(all_reads([one], {table.name: table for table in profile.tables}, profile.scalars))


def all_reads(
    maps: Iterable[ConceptMap], tables: Mapping[str, TableSpec], scalars: Sequence[ColumnSpec]
) -> Iterator[Read]:
    """Yield every object that some mappings make values of, and for what."""
    for one in maps:
        if one.table == SYSTEM:
            yield from _reads(one, {scalar.name: scalar.oid for scalar in scalars})
        else:
            yield from reads(one, tables)


def reads(one: ConceptMap, tables: Mapping[str, TableSpec]) -> Iterator[Read]:
    """Yield the objects that a mapping of a table makes values of."""
    table = tables.get(one.table)
    if table is not None:
        yield from _reads(one, {column.name: column.oid for column in table.columns})


def _reads(one: ConceptMap, oids: Mapping[str, Oid]) -> Iterator[Read]:
    if CONCEPTS[one.concept].is_fact:
        return
    for column, meant in one.columns.items():
        what = "state" if column in _STATES else one.concept if _is_value(one.concept, column) else ""
        for name in _names(meant) if what else ():
            oid = oids.get(name)
            if oid is not None:
                oid = Oid(oid[:-1]) if oid[-1] == 0 else oid
                yield what, Oid(oid[:-1]) if what in _BY_ENTRY else oid


def _is_value(concept: str, column: str) -> bool:
    """Return whether a column is what its concept is about, and no limit or word beside it."""
    return column in ("sensor_value",) or concept in ("cpu", "memory", "storage", "supply", "pool", "client")


def _names(meant: Meant) -> list[str]:
    if isinstance(meant, Expression):
        return _WORD.findall(meant.text)
    source = meant.source if isinstance(meant, WordMap | NumberMap) else None
    if isinstance(source, Named):
        return [source.name]
    return [named.name for named in source.names()] if source is not None else []
