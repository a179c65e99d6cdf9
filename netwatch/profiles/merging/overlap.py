"""Which values NetWatch's own mappings read: one value is one row of a concept, whoever else knows of it too.

A quiet room. May import: netwatch.profiles. Called by: netwatch.profiles.merging.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from netwatch.model import SYSTEM, Oid
from netwatch.profiles.concepts.concept_map import ConceptMap, Expression, Meant, NumberMap, WordMap
from netwatch.profiles.concepts.templates import Named
from netwatch.profiles.draft import ProfileFile

_NAME = re.compile(r"[A-Za-z_]\w*")


def values_read(files: Iterable[ProfileFile]) -> frozenset[tuple[str, Oid]]:
    """Return concept and OID of each column that a mapping makes a value of, and of each table that has a mapping."""
    files = list(files)
    columns: dict[str, dict[str, Oid]] = {SYSTEM: {}}
    tables: dict[str, Oid] = {}
    for file in files:
        columns[SYSTEM].update((scalar.name, scalar.oid) for scalar in file.scalars)
        for table in file.tables:
            tables[table.name] = table.oid
            columns.setdefault(table.name, {}).update((column.name, column.oid) for column in table.columns)
    return frozenset(
        (one.concept, oid) for file in files for one in file.concepts for oid in _oids(one, columns, tables)
    )


def _oids(one: ConceptMap, columns: Mapping[str, Mapping[str, Oid]], tables: Mapping[str, Oid]) -> Iterator[Oid]:
    own = columns.get(one.table, {})
    if one.table in tables:
        yield tables[one.table]
    for meant in one.columns.values():
        yield from (own[name] for name in _names(meant) if name in own)


def _names(meant: Meant) -> Iterator[str]:
    if isinstance(meant, Expression):
        yield from _NAME.findall(meant.text)
    elif isinstance(meant, WordMap | NumberMap):
        source = meant.source
        yield from (source.name,) if isinstance(source, Named) else (named.name for named in source.names())
