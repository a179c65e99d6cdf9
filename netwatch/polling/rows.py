"""Names the rows of a table: index, key and labels, from what was walked.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: discover, table_poller.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import is_
from types import MappingProxyType
from typing import Any, Final

from netwatch.model import Column, Missing, Oid, RowSet, Value, text_of
from netwatch.polling.columns.strips import Suffix
from netwatch.polling.layout import Layout, same_rows
from netwatch.profiles import LabelSpec, TableSpec, edited_text, index_parts, written

IF_DESCR = Oid.parse("1.3.6.1.2.1.2.2.1.2")
IF_NAME = Oid.parse("1.3.6.1.2.1.31.1.1.1.1")
STAND_INS: Mapping[Oid, Oid] = {IF_NAME: IF_DESCR, IF_DESCR: IF_NAME}
"""Where a device leaves one of these empty, the other one names the interface."""

EDITED = frozenset(
    map(Oid.parse, ("1.3.6.1.2.1.31.1.1.1.18", "1.3.6.1.2.1.47.1.1.1.1.14", "1.3.6.1.2.1.47.1.1.1.1.15"))
)
"""ifAlias, entPhysicalAlias, entPhysicalAssetID: what people type."""

MOST_LACKED: Final = 4096
"""Tables without rows that are known as one object for all devices."""

MOST_CALLED_ALIKE: Final = 256
MOST_NAMES_ALIKE: Final = 1024
"""Tables whose names are compared once for all devices that say the same, and how many names such a one has."""

Cells = Mapping[Oid, Mapping[Suffix, Value]]


def rows_of_none(spec: TableSpec) -> RowSet:
    """Return the rows of a table that has none, the same for all devices."""
    return _no_rows(tuple([label.name for label in spec.labels]))


def columns_of_none(spec: TableSpec) -> Mapping[str, Column]:
    """Return the columns of a table that has no rows, the same for all devices."""
    return _no_columns(tuple([column.name for column in spec.columns]))


@lru_cache(maxsize=MOST_LACKED)
def _no_rows(labels: tuple[str, ...]) -> RowSet:
    return RowSet(index=(), keys=(), labels=_no_columns(labels))


@lru_cache(maxsize=MOST_LACKED)
def _no_columns(names: tuple[str, ...]) -> Mapping[str, Any]:
    return MappingProxyType(dict.fromkeys(names, ()))


def label_columns(spec: TableSpec) -> list[Oid]:
    """Return the columns that hold the labels of a table, stand-ins included."""
    oids = [label.oid for label in spec.labels if label.oid is not None]
    return list(dict.fromkeys([*oids, *(STAND_INS[oid] for oid in oids if oid in STAND_INS)]))


def witnessed(spec: TableSpec, suffixes: Sequence[Suffix], cells: Cells) -> set[Oid]:
    """Return the instances of labels that only a discovery need read, because what names the row is read every time.

    A row that still has the name that no other one has is the one it was, and so are its description and its kind;
    where the name is another by now, what is known of the row is forgotten. Descriptions are long, and were a tenth
    of a poll. What people edit while the row stays the same, such as ifAlias, is asked for all the same.
    """
    witness = _witness(spec)
    if witness is None:
        return set()
    names = {suffix: text_of(cells.get(witness, {}).get(suffix)) for suffix in suffixes}
    times = Counter(names.values())
    sure = [suffix for suffix, name in names.items() if name and times[name] == 1]
    return {column.join(suffix) for column in _witnessed_columns(spec, witness) for suffix in sure}


def _witness(spec: TableSpec) -> Oid | None:
    """Return the column that names the rows of a table through re-indexing, None where none does."""
    named = IF_NAME if any(label.oid == IF_NAME for label in spec.labels) else None
    identity = next((label for label in spec.labels if label.name == spec.identity), None)
    witness = named or (identity.oid if identity is not None else None)
    return witness if any(label.oid == witness and not label.mapping for label in spec.labels) else None


def _witnessed_columns(spec: TableSpec, witness: Oid) -> list[Oid]:
    states = {label.oid for label in spec.labels if label.mapping} & {column.oid for column in spec.columns}
    return [oid for oid in label_columns(spec) if oid != witness and oid not in EDITED and oid not in states]


def name_rows(spec: TableSpec, suffixes: Sequence[Suffix], cells: Cells, previous: RowSet | None) -> RowSet:
    """Return the rows with their labels; the very same object as `previous` where nothing changed.

    Texts are interned: the ten thousand switches of a fleet share one "GigabitEthernet1/0/1".
    """
    index = tuple(sys.intern(".".join(map(str, suffix))) for suffix in suffixes)
    labels = {label.name: tuple(map(sys.intern, _texts(label, suffixes, cells))) for label in spec.labels}
    rows = RowSet(index=index, keys=_keys(spec.identity, index, labels), labels=labels)
    return previous if previous is not None and same_rows(previous, rows) else rows.shared()


def cells_of(layout: Layout, names: Sequence[Value]) -> Cells:
    """Return the labels of a poll, in the layout's order, by column and row; without those that are missing."""
    cells: dict[Oid, dict[Suffix, Value]] = {}
    for strip in layout.labels:
        values = names[strip.start - layout.labels_at : strip.stop - layout.labels_at]
        pairs = zip(strip.row_numbers(), values, strict=True)
        cells[strip.oids[0]] = {layout.suffixes[row]: value for row, value in pairs if not isinstance(value, Missing)}
    return cells


def rows_called(spec: TableSpec, layout: Layout, names: Sequence[Value], found: RowSet) -> RowSet:
    """Return the rows with the labels that a poll brought, in the layout's order: what `renamed_rows` does.

    Whether all is called as before is looked at once of like devices, which it is of nearly all after a restart.
    """
    if len(names) <= MOST_NAMES_ALIKE and _are_called_as_before(_Called(spec, layout, tuple(names), found)):
        return layout.rows
    return renamed_rows(spec, layout, cells_of(layout, names), found)


def names_alike(names: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return equal names as one object: 48 of them take 3 kB, and are compared with those of every poll."""
    return _names_alike(names) if len(names) <= MOST_NAMES_ALIKE else names


@lru_cache(maxsize=MOST_CALLED_ALIKE)
def _names_alike(names: tuple[Value, ...]) -> tuple[Value, ...]:
    return names


class _Called:
    """What the labels of rows follow from: equal names, and the very same objects otherwise."""

    __slots__ = ("_parts", "_types", "found", "layout", "names", "spec")

    def __init__(self, spec: TableSpec, layout: Layout, names: tuple[Value, ...], found: RowSet) -> None:
        self.spec, self.layout, self.names, self.found = spec, layout, names, found
        self._parts = (spec, layout.labels, layout.suffixes, layout.rows.labels, found.labels)
        self._types = tuple(map(type, names))  # 1 is not 1.0

    def __hash__(self) -> int:
        return hash((*map(id, self._parts), self.names))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Called)
            and all(map(is_, self._parts, other._parts))
            and self.names == other.names
            and self._types == other._types
        )


@lru_cache(maxsize=MOST_CALLED_ALIKE)
def _are_called_as_before(called: _Called) -> bool:
    layout = called.layout
    return renamed_rows(called.spec, layout, cells_of(layout, called.names), called.found) is layout.rows


def renamed_rows(spec: TableSpec, layout: Layout, cells: Cells, found: RowSet) -> RowSet:
    """Return the rows with the labels that a poll brought; the layout's own where nothing changed.

    `found` are the rows as the last discovery named them. A label whose column did not come stays what it was; one
    whose column is not asked for, because another one is its witness, is what was found while the witness says the
    same, and else what the witness says.
    """
    suffixes, previous = layout.suffixes, layout.rows
    size = len(suffixes)
    asked = {strip.oids[0]: set(strip.row_numbers()) for strip in layout.labels}
    labels = dict(previous.labels)
    witness = _witness(spec)
    beside = set(_witnessed_columns(spec, witness)) if witness is not None else set()
    named = cells.get(witness, {}) if witness is not None else {}
    for label in sorted(spec.labels, key=lambda label: label.oid in beside):  # behind their witness
        if label.oid is None or label.is_elsewhere:
            continue
        rows_asked, is_beside = asked.get(label.oid, ()), label.oid in beside
        itself, stand_in = cells.get(label.oid, {}), cells.get(STAND_INS.get(label.oid, label.oid), {})
        if len(itself) == size and (not is_beside or len(rows_asked) == size):
            labels[label.name] = tuple(map(sys.intern, _texts(label, suffixes, cells)))
            continue
        if is_beside and not rows_asked and len(named) == size and _are_called_the_same(spec, witness, labels, found):
            labels[label.name] = found.labels[label.name]
            continue
        texts = list(previous.labels[label.name])
        for row, suffix in enumerate(suffixes):
            is_known = is_beside and row not in rows_asked
            told = suffix in named if is_known else suffix in itself or suffix in stand_in
            if not told:
                continue
            if is_known and _is_called_the_same(spec, witness, row, labels, found):
                texts[row] = found.labels[label.name][row]
            else:
                texts[row] = sys.intern(_label(label, suffix, cells))
        labels[label.name] = tuple(texts)
    if labels == previous.labels:
        return previous
    rows = RowSet(index=previous.index, keys=_keys(spec.identity, previous.index, labels), labels=labels)
    return previous if same_rows(previous, rows) else rows.shared()


def _are_called_the_same(
    spec: TableSpec, witness: Oid | None, labels: Mapping[str, tuple[str, ...]], found: RowSet
) -> bool:
    """Return whether every row has the name it was found with: what `_is_called_the_same` says of each."""
    names = [label.name for label in spec.labels if label.oid == witness]
    return bool(names) and all(labels[name] == found.labels[name] for name in names)


def _is_called_the_same(
    spec: TableSpec, witness: Oid | None, row: int, labels: Mapping[str, tuple[str, ...]], found: RowSet
) -> bool:
    names = [label.name for label in spec.labels if label.oid == witness]
    return bool(names) and all(labels[name][row] == found.labels[name][row] for name in names)


def _texts(label: LabelSpec, suffixes: Sequence[Suffix], cells: Cells) -> list[str]:
    """Return a label of every row: `_label` of each, and quicker where it is the column's text."""
    if label.oid is None or label.fixed or label.is_elsewhere or label.edit is not None or label.form:
        return [_label(label, suffix, cells) for suffix in suffixes]
    texts = [text_of(value) for value in map(cells.get(label.oid, {}).get, suffixes)]
    if "" in texts and label.oid in STAND_INS:
        texts = [_cell(label.oid, suffix, cells) for suffix in suffixes]
    return [label.mapping.get(text, text) for text in texts]


def _label(label: LabelSpec, suffix: Suffix, cells: Cells) -> str:
    if label.fixed:
        return label.fixed
    suffix = label.row_of(suffix) if label.is_elsewhere else suffix
    if label.edit is not None and label.oid is not None:
        text = edited_text(label.edit, cells.get(label.oid, {}).get(suffix))
    elif label.oid is None:
        text = _index_part(label, suffix)
        text = written(text.encode(), label.form) if label.form else text
    elif label.form:
        text = written(cells.get(label.oid, {}).get(suffix), label.form)
    else:
        text = _cell(label.oid, suffix, cells)
    return label.mapping.get(text, text)


def _index_part(label: LabelSpec, suffix: Suffix) -> str:
    if label.shapes:
        return index_parts(label.shapes, suffix)[label.index_position - 1]
    if label.index_position == 0:
        return ".".join(map(str, suffix))
    return str(suffix[label.index_position - 1]) if label.index_position <= len(suffix) else ""


def _cell(oid: Oid, suffix: Suffix, cells: Cells) -> str:
    text = text_of(cells.get(oid, {}).get(suffix))
    if not text and oid in STAND_INS:
        return text_of(cells.get(STAND_INS[oid], {}).get(suffix))
    return text


def _keys(identity: str, index: tuple[str, ...], labels: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    texts = labels.get(identity)
    if texts is None:
        return index
    times = Counter(texts)
    return tuple(
        sys.intern(f"{identity}={text}") if text and times[text] == 1 else number
        for number, text in zip(index, texts, strict=True)
    )
