"""Makes a profile that can be polled of what files say together, with what the MIBs say of its tables.

May import: netwatch.model, netwatch.profiles. Called by: merging.family, netwatch.profiles.library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from netwatch.model import CONCEPTS, REACHABILITY, SELF, Oid, Problem
from netwatch.profiles import facts
from netwatch.profiles.draft import ProfileFile, TableDraft
from netwatch.profiles.merging.combining import Merged, by_name, combine
from netwatch.profiles.profile import SYSTEM, ColumnSpec, LabelSpec, Profile, TableSpec

TAKEN = frozenset({SYSTEM, REACHABILITY.name, SELF.name, *CONCEPTS})


def other_name(name: str, oid: Oid) -> str:
    """Return what a table is called where another one has its name."""
    return f"{name}_{oid[-1]}"


def say_nothing(_message: str) -> None:
    """Leave unsaid what was said of the profile that a table is from."""


def finish(
    file: ProfileFile,
    merged: Merged,
    words: Mapping[Oid, TableDraft],
    problems: list[Problem],
    *,
    is_foreign: bool,
) -> Profile:
    """Return the profile of a file; `words` are what others say of its tables, to whom it may concern."""

    def warn(message: str) -> None:
        problems.append(file.yaml.problem((), message, severity="warning"))

    drafts = (
        _labelled(_worded(own, words.get(own.oid), is_foreign=is_foreign), merged.labels)
        for own in merged.tables.values()
    )
    tables = named_apart((complete(draft, warn) for draft in drafts), warn)
    return Profile(
        name=file.name,
        sys_object_ids=file.sys_object_ids,
        scalars=merged.scalars,
        tables=tables,
        vendor=merged.vendor,
        concepts=merged.concepts,
    )


def _worded(own: TableDraft, word: TableDraft | None, *, is_foreign: bool) -> TableDraft:
    """Return what a profile says of a table with what is said of it to whom it may concern."""
    if word is None:
        return own
    if (is_foreign or own.is_foreign) and not word.is_foreign:
        return combine(own, word)
    return replace(combine(word, own), name=own.name)


def _labelled(draft: TableDraft, labels: tuple[LabelSpec, ...]) -> TableDraft:
    """Return a table with the labels that all have, where it has nothing of their names."""
    taken = {one.name for one in draft.columns} | {one.name for one in draft.labels}
    return replace(draft, labels=(*draft.labels, *(label for label in labels if label.name not in taken)))


def named_apart(tables: Iterable[TableSpec], warn: Callable[[str], None]) -> tuple[TableSpec, ...]:
    """Return the tables under names that no other table has, neither of these nor of our own."""
    found: dict[str, TableSpec] = {}
    for table in tables:
        if table.name in found or table.name in TAKEN:
            other = other_name(table.name, table.oid)
            warn(f"another table is named {table.name} too; the one at {table.oid} is called {other} here")
            table = replace(table, name=other)
        found[table.name] = table
    return tuple(found.values())


def complete(draft: TableDraft, warn: Callable[[str], None]) -> TableSpec:
    """Return a table that can be polled; `warn` is told what of it means nothing."""
    known = facts.TABLES.get(draft.oid)
    labels = by_name((*draft.labels, *(known.labels if known else ())))
    identity = draft.identity or (known.identity if known else "")
    if identity and identity not in {label.name for label in labels}:
        warn(f"table {draft.name}: identity {identity!r} is none of its labels, ignored")
        identity = ""
    return TableSpec(
        name=known.name if known else draft.name,
        oid=draft.oid,
        walk=draft.walk or (known.walk if known else draft.columns[0].oid),
        columns=_without_lost_widths(draft.columns),
        labels=labels,
        identity=identity,
        rate_limit=_rate_limit(draft, known, warn),
        discontinuity=draft.discontinuity or (known.discontinuity if known else None),
        once=draft.once,
    )


def _without_lost_widths(columns: tuple[ColumnSpec, ...]) -> tuple[ColumnSpec, ...]:
    """Forget `wide_of` where the 32-bit column is not polled."""
    names = {column.name for column in columns}
    return tuple(
        column if not column.wide_of or column.wide_of in names else replace(column, wide_of="") for column in columns
    )


def _rate_limit(draft: TableDraft, known: facts.TableFacts | None, warn: Callable[[str], None]) -> str:
    names = {column.name for column in draft.columns}
    if draft.rate_limit and draft.rate_limit not in names:
        warn(f"table {draft.name}: rate_limit {draft.rate_limit!r} is none of its columns, ignored")
    return next((name for name in (draft.rate_limit, known.rate_limit if known else "") if name in names), "")
