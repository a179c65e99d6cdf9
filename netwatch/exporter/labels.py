"""The labels of a column's rows: from the parts of the index, and from other columns.

Columns of one table have the same rows and the same labels, so that those are made once for all of them.
A quiet room. May import: netwatch.model. Called by: samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from netwatch.model import Oid

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

    def __init__(self, names: Sequence[str], texts: Sequence[Sequence[str]], bad: frozenset[int]) -> None:
        order = sorted(range(len(names)), key=lambda place: names[place])
        self.names = [names[place] for place in order]
        self.bad = bad
        self._parts = [[f'{names[place]}="{escaped(row[place])}"' for place in order] for row in texts]

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
        labels: list[dict[str, str]] = []
        bad = []
        for number, index in enumerate(indexes):
            found, numbers, is_good = _of_index(metric.indexes, index)
            if not is_good:
                bad.append(number)
            if metric.lookups:
                self._look_up(metric.lookups, found, numbers)
            labels.append(found)
        names = list(labels[0]) if labels else []
        return Rows(names, [list(one.values()) for one in labels], frozenset(bad))

    def _look_up(self, lookups: Sequence[Lookup], labels: dict[str, str], numbers: dict[str, Numbers]) -> None:
        for lookup in lookups:
            if not lookup.labels:
                labels.pop(lookup.label, None)
                continue
            index = tuple([number for label in lookup.labels for number in numbers.get(label, ())])
            column = self._answers.column(lookup.oid).by_index
            if index not in column or not all(label in numbers for label in lookup.labels):
                labels[lookup.label] = ""
                continue
            value = column[index]
            word = lookup.enum.get(number_of(value), "") if lookup.enum else ""
            labels[lookup.label] = word or text_of_value(value, self._type_of(lookup, index))
            numbers[lookup.label] = index_number(value)

    def _type_of(self, lookup: Lookup, index: Numbers) -> str:
        return type_beside(self._answers, lookup.oid, lookup.type, index) or lookup.type


def type_beside(answers: Answers, oid: Oid, kind: str, index: Numbers) -> str:
    """Return which type the column before says a value is of; empty where it does not say."""
    if kind not in COMBINED:
        return ""
    beside: Mapping[Numbers, object] = answers.column(previous(oid)).by_index
    value = beside.get(index)
    return COMBINED[kind].get(number_of(value), "") if isinstance(value, int) else ""


def _of_index(parts: Sequence[Index], index: Numbers) -> tuple[dict[str, str], dict[str, Numbers], bool]:
    labels: dict[str, str] = {}
    numbers: dict[str, Numbers] = {}
    is_good = True
    for part in parts:
        octets, used, index = part_of_index(index, part.type, part.fixed_size, part.implied, part.enum)
        labels[part.label] = decoded(octets)
        numbers[part.label] = used
        is_good = is_good and is_utf8(octets)
    return labels, numbers, is_good
