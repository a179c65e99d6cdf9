"""Says where two profiles say different things of one table or scalar, and whose word counts.

Only of users' files, and not where a file extends the other or is for certain devices: that is how one overrides.
A quiet room. May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.merging.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from netwatch.model import KeyPath, Oid, Problem
from netwatch.profiles import facts
from netwatch.profiles.draft import ProfileFile, TableDraft
from netwatch.profiles.profile import ColumnSpec
from netwatch.profiles.symbols import plain_name


def differences(files: Sequence[ProfileFile]) -> Iterator[Problem]:
    """Yield a warning for each thing of which a user's file says something else than one before it.

    `files` in the order of weight, the last of them has the last word; all are for any device, or of one name.
    """
    for place, file in enumerate(files):
        if file.shipped:
            continue
        for other in files[:place]:
            if other.name not in _bases_of(file, files) and file.name not in _bases_of(other, files):
                yield from _between(file, other)


def _bases_of(file: ProfileFile, files: Sequence[ProfileFile]) -> set[str]:
    by_name = {one.name: one for one in files}
    found: set[str] = set()
    left = list(file.extends)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += by_name[name].extends if name in by_name else ()
    return found


def _between(file: ProfileFile, other: ProfileFile) -> Iterator[Problem]:
    where = f"{PurePath(other.yaml.name).name}" + (" of NetWatch" if other.shipped else "")
    for column, before in _pairs(file.scalars, other.scalars):
        if told := _difference(column, before):
            yield _warning(file, (column.name,), f"{told} in {where}; what stands here counts")
    tables = {_oid_of(table): table for table in other.tables}
    for table in file.tables:
        known = tables.get(_oid_of(table))
        if known is None:
            continue
        for what, here, there in (("table", table.name, known.name), ("identity", table.identity, known.identity)):
            if here and there and here != there and _oid_of(table) not in facts.TABLES:
                message = f"the {what} at {table.oid} is {here} here and {there} in {where}"
                counts = "what stands here counts" if what == "identity" else "rules know it under both"
                yield _warning(file, (table.name,), f"{message}; {counts}")
        for column, before in _pairs(table.columns, known.columns):
            if told := _difference(column, before):
                yield _warning(file, (table.name, column.name), f"{told} in {where}; what stands here counts")


def _oid_of(table: TableDraft) -> Oid:
    known = facts.TABLES.get(table.oid)
    return known.oid if known else table.oid


def _pairs(columns: Sequence[ColumnSpec], others: Sequence[ColumnSpec]) -> Iterator[tuple[ColumnSpec, ColumnSpec]]:
    known = {column.name: column for column in others}
    for column in columns:
        if column.name in known:
            yield column, known[column.name]


def _difference(column: ColumnSpec, other: ColumnSpec) -> str:
    """Return how two files differ over what has one name, empty where they agree or one leaves it open."""
    name = column.name
    if column.oid != other.oid:
        return f"{name} is {column.oid} here and {other.oid}"
    if column.scale != other.scale:
        return f"{name} is multiplied with {column.scale:g} here and with {other.scale:g}"
    both_count = column.kind.is_counter and other.kind.is_counter
    if not (column.guessed or other.guessed or both_count or column.kind is other.kind):
        return f"{name} is of kind {column.kind} here and {other.kind}"
    for number in column.enum.keys() & other.enum.keys():
        if column.enum[number] != other.enum[number]:
            return f"{number} of {name} is {column.enum[number]!r} here and {other.enum[number]!r}"
    return ""


def _warning(file: ProfileFile, names: Sequence[str], message: str) -> Problem:
    return file.yaml.problem(_path_of(file.yaml.data, names), message, severity="warning")


def _path_of(data: Any, names: Sequence[str]) -> KeyPath:
    """Return where a scalar, a table, or a table's column stands in a file; the top where it cannot be told."""
    metrics = data.get("metrics") if isinstance(data, Mapping) else None
    for number, entry in enumerate(metrics if isinstance(metrics, list) else ()):
        table = entry.get("table") if isinstance(entry, Mapping) else None
        if table is None and _is_named(entry, names[0], "symbol"):
            return ("metrics", number)
        if table is not None and (table == names[0] or _is_named(table, names[0])):
            found = _symbol_path(entry, names[1]) if len(names) > 1 else ("table",)
            if found:
                return ("metrics", number, *found)
    return ()


def _symbol_path(entry: Mapping[str, Any], name: str) -> KeyPath:
    symbols = entry.get("symbols")
    for place, symbol in enumerate(symbols if isinstance(symbols, list) else ()):
        if _is_named(symbol, name):
            return ("symbols", place)
    return ()


def _is_named(entry: Any, name: str, below: str = "") -> bool:
    if not isinstance(entry, Mapping):
        return False
    named = entry.get(below) if below and below in entry else entry
    return isinstance(named, Mapping) and plain_name(str(named.get("name", ""))) == name
