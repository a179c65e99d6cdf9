"""The labels of a column's rows: from the parts of the index, and from other columns.

Columns of one table have the same rows and the same labels, so that those are made once for all of them.
A quiet room. May import: netwatch.model. Called by: samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property

from netwatch.exporter.answers import Answers
from netwatch.exporter.modules import COMBINED, Index, Lookup, Metric
from netwatch.exporter.texts import (
    Numbers,
    decoded,
    index_number,
    is_utf8,
    number_of,
    part_of_index,
    text_of_value,
)
from netwatch.model import Oid, Value

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


def escaped(text: str) -> str:
    """Return the text of a label as the format wants it."""
    if '"' in text or "\\" in text or "\n" in text:
        text = text.translate(_ESCAPES)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def previous(oid: Oid) -> Oid:
    """Return the column before, which says of what type an address is."""
    return Oid((*oid[:-1], max(oid[-1] - 1, 0)))


class Rows:
    """Some rows with their labels; `names` sorted, as snmp_exporter writes them.

    bad: rows with an index that was no UTF-8.
    """

    def __init__(self, labels: Mapping[str, Sequence[str]], count: int, bad: frozenset[int]) -> None:
        self.names = sorted(labels)
        self.bad = bad
        columns = [[f'{name}="{escaped(text)}"' for text in labels[name]] for name in self.names]
        self._parts: list[tuple[str, ...]] = list(zip(*columns, strict=True)) if columns else [()] * count

    @cached_property
    def lines(self) -> list[str]:
        """Return each row's labels with braces, empty where there are none."""
        return ["{" + ",".join(parts) + "}" if parts else "" for parts in self._parts]

    @cached_property
    def template(self) -> bytes:
        """Return all rows with a place for each value, and a line feed where the name goes."""
        lines = self.lines
        if any("%" in line for line in lines):
            lines = [line.replace("%", "%%") for line in lines]
        return "".join(["\n" + line + " %a" for line in lines]).encode()

    @cached_property
    def whole_template(self) -> bytes:
        """Return the same for integers alone, which takes half the time."""
        return self.template.replace(b"} %a", b"} %d") if self.names else self.template

    @cached_property
    def repeats(self) -> bool:
        """Return whether two rows have the same labels."""
        return len(set(self.lines)) < len(self.lines)

    def with_label(self, name: str, texts: Sequence[str]) -> list[str]:
        """Return each row's labels with one more; a label of that name is taken the place of."""
        if name in self.names:
            place, behind = self.names.index(name), self.names.index(name) + 1
        else:
            place = behind = sum(known < name for known in self.names)
        return [
            "{" + ",".join([*parts[:place], f'{name}="{escaped(text)}"', *parts[behind:]]) + "}"
            for parts, text in zip(self._parts, texts, strict=True)
        ]


class Labeller:
    """Makes the rows' labels for the metrics of one module, of what one device answered."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._known: dict[int, list[tuple[Sequence[Numbers], Rows]]] = {}

    def rows(self, metric: Metric, indexes: Sequence[Numbers]) -> Rows:
        """Return the rows of these indexes as a metric labels them."""
        of_table = self._known.setdefault(metric.table, [])
        for known, rows in of_table:
            if known == indexes:
                return rows
        rows = self._make(metric, indexes)
        of_table.append((indexes, rows))
        return rows

    def _make(self, metric: Metric, indexes: Sequence[Numbers]) -> Rows:
        """Make labels column by column, since most rows have everything in the same place."""
        labels, numbers, bad = _of_indexes(metric.indexes, indexes)
        for lookup in metric.lookups:
            if not lookup.labels:
                labels.pop(lookup.label, None)
                continue
            texts, found = self._look_up(lookup, _joined(lookup.labels, numbers, len(indexes)))
            labels[lookup.label] = texts
            numbers[lookup.label] = found
        return Rows(labels, len(indexes), bad)

    def _look_up(self, lookup: Lookup, indexes: Sequence[Numbers | None]) -> tuple[list[str], list[Numbers | None]]:
        """Return what a column says at each of these places, and by which number it is found in a further one."""
        column = self._answers.column(lookup.oid)
        values: Sequence[Value | _Nothing] = column.values
        if column.indexes != indexes:
            by_index = column.by_index
            values = [NOT_THERE if index is None else by_index.get(index, NOT_THERE) for index in indexes]
        kinds = self._types_of(lookup, indexes)
        texts = [
            "" if isinstance(value, _Nothing) else lookup.enum.get(number_of(value)) or text_of_value(value, kind)
            for value, kind in zip(values, kinds, strict=True)
        ]
        found = [None if isinstance(value, _Nothing) else index_number(value) for value in values]
        return texts, found

    def _types_of(self, lookup: Lookup, indexes: Sequence[Numbers | None]) -> Sequence[str]:
        if lookup.type not in COMBINED:
            return (lookup.type,) * len(indexes)
        return [type_beside(self._answers, lookup.oid, lookup.type, index or ()) or lookup.type for index in indexes]


class _Nothing(Enum):
    """What a column says where it has no row."""

    NOT_THERE = 0


NOT_THERE = _Nothing.NOT_THERE


def type_beside(answers: Answers, oid: Oid, kind: str, index: Numbers) -> str:
    """Return which type the column before says a value is of; empty where it does not say."""
    if kind not in COMBINED:
        return ""
    beside: Mapping[Numbers, object] = answers.column(previous(oid)).by_index
    value = beside.get(index)
    return COMBINED[kind].get(number_of(value), "") if isinstance(value, int) else ""


def _of_indexes(
    parts: Sequence[Index], indexes: Sequence[Numbers]
) -> tuple[dict[str, Sequence[str]], dict[str, Sequence[Numbers | None]], frozenset[int]]:
    """Return the texts of each part of the index and the numbers it is made of, and which rows are no UTF-8."""
    if len(parts) == 1 and parts[0].type == "gauge" and all(len(index) == 1 for index in indexes):
        label = parts[0].label
        return {label: [str(index[0]) for index in indexes]}, {label: indexes}, frozenset()
    texts: dict[str, Sequence[str]] = {}
    numbers: dict[str, Sequence[Numbers | None]] = {}
    bad: set[int] = set()
    for part in parts:
        found = [part_of_index(index, part.type, part.fixed_size, part.implied, part.enum) for index in indexes]
        texts[part.label] = [decoded(octets) for octets, _, _ in found]
        numbers[part.label] = [used for _, used, _ in found]
        bad |= {row for row, (octets, _, _) in enumerate(found) if not is_utf8(octets)}
        indexes = [rest for _, _, rest in found]
    return texts, numbers, frozenset(bad)


def _joined(
    labels: Sequence[str], numbers: Mapping[str, Sequence[Numbers | None]], count: int
) -> Sequence[Numbers | None]:
    """Return by which numbers each row is found; None where one of the labels has none."""
    columns = [numbers.get(label, (None,) * count) for label in labels]
    if len(columns) == 1:
        return columns[0]
    return [
        None if None in row else tuple([number for part in row if part is not None for number in part])
        for row in zip(*columns, strict=True)
    ]
