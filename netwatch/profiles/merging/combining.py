"""What several files say of one thing, put together: the later word wins, column by column.

A quiet room. May import: netwatch.profiles. Called by: netwatch.profiles.merging.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from netwatch.model import Oid
from netwatch.profiles import facts
from netwatch.profiles.catalogue import is_sole
from netwatch.profiles.concepts.concept_map import ConceptMap
from netwatch.profiles.draft import TableDraft
from netwatch.profiles.profile import ColumnSpec, LabelSpec

Named = TypeVar("Named", ColumnSpec, LabelSpec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a file and all it extends say together."""

    vendor: str = ""
    scalars: tuple[ColumnSpec, ...] = ()
    tables: Mapping[Oid, TableDraft] = field(default_factory=dict)
    concepts: tuple[ConceptMap, ...] = ()
    labels: tuple[LabelSpec, ...] = ()


def over(later: Merged, merged: Merged) -> Merged:
    """Return what two say together; the later word wins."""
    return add(merged, later.vendor, later.scalars, later.tables.values(), later.concepts, later.labels)


def add(
    merged: Merged,
    vendor: str,
    scalars: Iterable[ColumnSpec],
    tables: Iterable[TableDraft],
    concepts: Iterable[ConceptMap],
    labels: Iterable[LabelSpec] = (),
) -> Merged:
    """Return what was said, and what one more says, whose word wins."""
    together = dict(merged.tables)
    theirs: dict[str, str] = {}
    ours: dict[str, str] = {}
    for table in tables:
        known = facts.TABLES.get(table.oid)
        oid = known.oid if known else table.oid
        before = together.get(oid)
        together[oid] = combine(before, table) if before is not None else replace(table, oid=oid)
        theirs[table.name] = together[oid].name
        ours |= {before.name: together[oid].name} if before is not None else {}
    return Merged(
        vendor=vendor or merged.vendor,
        scalars=by_name((*merged.scalars, *scalars)),
        tables=together,
        concepts=_meant(tuple(_called(concepts, theirs)), _called(merged.concepts, ours)),
        labels=by_name((*merged.labels, *labels)),
    )


def _called(concepts: Iterable[ConceptMap], names: Mapping[str, str]) -> Iterator[ConceptMap]:
    """Yield what tables mean, under the names that the tables have now: a table that two know goes by one's name."""
    changed = {name for name, now in names.items() if name != now}
    for one in concepts:
        beside = (*(join.table for join in one.joins), *one.sums.values())
        if changed.isdisjoint((one.table, *beside)):
            yield one
            continue
        yield replace(
            one,
            table=names.get(one.table, one.table),
            joins=tuple(replace(join, table=names.get(join.table, join.table)) for join in one.joins),
            sums={column: names.get(table, table) for column, table in one.sums.items()},
        )


def combine(base: TableDraft, later: TableDraft) -> TableDraft:
    """Return what two say of one table; the later word wins."""
    known = {(column.name, column.oid): column for column in base.columns}
    label_names, column_names = {one.name for one in later.labels}, {one.name for one in later.columns}
    columns = (_informed(column, known.get((column.name, column.oid))) for column in later.columns)
    return replace(
        base,
        name=later.name if base.is_foreign and not later.is_foreign else base.name,
        is_foreign=base.is_foreign and later.is_foreign,
        columns=by_name((*(one for one in base.columns if one.name not in label_names), *columns)),
        labels=by_name((*(one for one in base.labels if one.name not in column_names), *later.labels)),
        walk=later.walk or base.walk,
        identity=later.identity or base.identity,
        rate_limit=later.rate_limit or base.rate_limit,
        discontinuity=later.discontinuity or base.discontinuity,
        once=later.once or base.once,
    )


def _meant(later: tuple[ConceptMap, ...], base: Iterable[ConceptMap]) -> tuple[ConceptMap, ...]:
    """Return what tables mean; what the later file says of a table's meaning stands in the place of what was said."""
    said = {(one.table, one.concept) for one in later if is_sole(one)}
    return tuple(dict.fromkeys((*later, *(one for one in base if (one.table, one.concept) not in said))))


def _informed(column: ColumnSpec, before: ColumnSpec | None) -> ColumnSpec:
    """Return a column with what it leaves open, its kind and its names, as it was said before."""
    if before is None or before.guessed:
        return column
    if column.guessed:
        return replace(column, kind=before.kind, enum=before.enum, guessed=False)
    return replace(column, enum=before.enum) if column.kind is before.kind and not column.enum else column


def by_name(specs: Iterable[Named]) -> tuple[Named, ...]:
    """Return one per name, the later in the place of the first."""
    return tuple({spec.name: spec for spec in specs}.values())
