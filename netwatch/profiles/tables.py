"""Reads an entry of a profile that has a `table`: its columns, its labels, and what of them the other says.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from netwatch.model import ColumnKind, Oid
from netwatch.profiles.draft import TableDraft
from netwatch.profiles.place import Place
from netwatch.profiles.profile import ColumnSpec, LabelSpec
from netwatch.profiles.symbols import (
    plain_name,
    read_metric_type,
    read_once,
    read_symbol,
)
from netwatch.profiles.tags import read_fixed, read_index, read_labels, source_of

TABLE_KEYS: Final = frozenset(
    {"MIB", "table", "symbols", "metric_tags", "metric_type", "forced_type", "description",
     "walk", "identity", "rate_limit", "discontinuity", "index", "once", "concepts", "static_tags", "options"}
)  # fmt: skip


def read_table(place: Place, *, is_foreign: bool) -> TableDraft | None:
    """Return the table of an entry, None where it has errors."""
    place.check_keys(TABLE_KEYS, {})
    metric_type = read_metric_type(place)
    labels = [(tag, label) for tag in place.items("metric_tags") for label in read_labels(tag)]
    labels += [(tag, label) for tag in place.items("static_tags") for label in read_fixed(tag)]
    read = [_symbol_or_states(symbol, metric_type, labels) for symbol in place.items("symbols")]
    columns = [column for group in read for column in group]
    if not columns:
        place.warn("nothing in this table can be read; it is left out")
        return None
    for column in columns:
        for name, _ in column.missing_when:
            if all(other.name != name for other in columns):
                place.warn(f"{column.name} is to be missing at values of {name}, which is no symbol of this table")
    oid = _table_oid(place, columns)
    return TableDraft(
        name=_table_name(place, oid),
        oid=oid,
        columns=_named_states(columns, labels),
        labels=(*read_index(place), *_row_labels(columns, labels, is_foreign=is_foreign)),
        walk=place.oid("walk"),
        identity=place.text("identity"),
        rate_limit=place.text("rate_limit"),
        discontinuity=place.oid("discontinuity"),
        once=read_once(place),
    )


Labels = Sequence[tuple[Place, LabelSpec]]


def _symbol_or_states(symbol: Place, metric_type: str, labels: Labels) -> list[ColumnSpec]:
    """Read a symbol; a `constant_value_one` has no OID: it is 1 in every row, and says what its tags say.

    Those of them that are states of the row, because their numbers have names, are columns as well.
    """
    if not isinstance(symbol.value, Mapping) or not symbol.value.get("constant_value_one"):
        column = read_symbol(symbol, metric_type)
        return [column] if column else []
    own = [label.oid for _, label in labels if label.oid is not None and not label.is_elsewhere]
    name = plain_name(symbol.text("name"))
    if not own or not name:
        symbol.at("constant_value_one").warn("a constant without a name or a tag of a column; left out", key=True)
        return []
    states = [state for place, label in labels if (state := _state_of(place, label))]
    constant = ColumnSpec(name=name, oid=own[0], kind=ColumnKind.GAUGE, constant=1.0)
    return [constant, *(state for state in states if state.name != name)]


def _state_of(place: Place, label: LabelSpec) -> ColumnSpec | None:
    names = _integer_names(label)
    if label.oid is None or label.is_elsewhere or not names:
        return None
    name = plain_name(source_of(place).text("name") or label.name)
    return ColumnSpec(name=name, oid=label.oid, kind=ColumnKind.ENUM, enum=names)


def _integer_names(label: LabelSpec) -> dict[int, str]:
    names = label.mapping
    return {int(raw): name for raw, name in names.items()} if all(map(_is_integer, names)) else {}


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def _named_states(columns: Sequence[ColumnSpec], labels: Labels) -> tuple[ColumnSpec, ...]:
    """Give columns the names that a mapped tag over the same column has for their values."""
    names = {label.oid: _integer_names(label) for _, label in labels if label.oid}
    return tuple(
        replace(column, kind=ColumnKind.ENUM, enum=enum, guessed=False)
        if column.guessed and (enum := names.get(column.oid))
        else column
        for column in columns
    )


def _row_labels(columns: Sequence[ColumnSpec], labels: Labels, *, is_foreign: bool) -> tuple[LabelSpec, ...]:
    """Return the labels of the rows; in a file of our own a state is a column and no label.

    In other programs' files it is both: their users ask for it as a tag. A name is one thing.
    """
    polled = {column.oid: column.name for column in columns if column.constant is None}
    names = {column.name for column in columns}
    kept = []
    for place, label in labels:
        if not is_foreign and label.mapping and label.oid in polled:
            place.warn(f"{label.name} is no label: its names are those of the values of {polled[label.oid]}")
        elif label.name not in names:
            kept.append(label)
    return tuple(kept)


def _table_oid(place: Place, columns: Sequence[ColumnSpec]) -> Oid:
    """Return the table's OID: as written, or two above its first column where that is missing or is the entry's."""
    entry = Oid(columns[0].oid[:-1])
    table = place.at("table")
    written = table.oid("OID") if isinstance(table.value, Mapping) else None
    return Oid(entry[:-1]) if written is None or written == entry else written


def _table_name(place: Place, oid: Oid) -> str:
    table = place.at("table")
    if isinstance(table.value, str):
        return plain_name(table.value)
    name = table.text("name") if isinstance(table.value, Mapping) else ""
    if not name:
        table.warn("the table has no name; its OID stands for it")
    return plain_name(name or str(oid))
