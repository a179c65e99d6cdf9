"""Turns the matchers of a series into which rows of a table are meant, and which devices.

A quiet room. May import: netwatch.model, netwatch.rules.importing. Called by: translating, calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netwatch.model import ColumnKind, TableSchema
from netwatch.promql import Selector
from netwatch.rules.importing.words import NotCarried, matcher, quoted

OF_DEVICE = frozenset({"instance", "device", "exported_instance"})
_ROW_LABEL = re.compile(r"[a-z]+[A-Z]\w*|index|sensor|quantity|path|pool|peer|part|part_class|cpu|scope")
_NUMBERS = re.compile(r"\d+(\|\d+)*")
_EQUAL = {"=": "==", "!=": "!=", "=~": "in", "!~": "not in"}


def is_row_label(label: str) -> bool:
    """Return whether a label tells rows of a table apart, and not devices."""
    return _ROW_LABEL.fullmatch(label) is not None


@dataclass(frozen=True, slots=True)
class Names:
    """What the tables of the profiles say of a name: the words of an enumeration, and what has no number."""

    enums: Mapping[str, Mapping[int, str]]
    texts: frozenset[str]

    @classmethod
    def of(cls, tables: Iterable[TableSchema]) -> Names:
        """Gather them from the tables; the first that knows an enumeration counts."""
        enums: dict[str, Mapping[int, str]] = {}
        texts: set[str] = set()
        numbers: set[str] = set()
        for table in tables:
            enums = {**(table.enums or {}), **enums}
            texts |= set(table.labels)
            for name, kind in table.columns.items():
                (texts if kind is ColumnKind.TEXT else numbers).add(name)
        return cls(enums, frozenset(texts - numbers))

    def words_of(self, name: str) -> Mapping[int, str]:
        """Return the words of an enumeration by their numbers; none where it is none."""
        return self.enums.get(name.removeprefix("netwatch_"), {})


@dataclass(slots=True)
class Chosen:
    """Which rows, as conditions that must hold, and which devices, as matchers."""

    rows: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)

    def add(self, other: Chosen) -> None:
        """Choose by another's conditions too."""
        self.rows = list(dict.fromkeys(self.rows + other.rows))
        self.devices = list(dict.fromkeys(self.devices + other.devices))


def chosen_by(selector: Selector, names: Names, notes: list[str]) -> Chosen:
    """Return what the matchers of a series choose; what they cannot choose here is noted."""
    found = Chosen()
    for label, operator, text in selector.matchers:
        if label == "job":
            _note(notes, "the job is not carried over; devices: says for which devices a rule is meant")
        elif label in OF_DEVICE:
            found.devices.append(matcher("device", operator, text))
        elif is_row_label(label):
            found.rows.append(row_condition(label, operator, text, names))
        else:
            found.devices.append(matcher(label, operator, text))
    return Chosen(list(dict.fromkeys(found.rows)), list(dict.fromkeys(found.devices)))


def row_condition(label: str, operator: str, text: str, names: Names) -> str:
    """Return a matcher as a condition; the number of an enumeration becomes its word."""
    words = names.words_of(label)
    if words and _NUMBERS.fullmatch(text):
        numbers = [int(one) for one in text.split("|")]
        unknown = next((one for one in numbers if one not in words), None)
        if unknown is not None:
            raise NotCarried(f"{label} with the number {unknown}, which is none of its values")
        if len(numbers) == 1:
            return f"{label} {'==' if operator in ('=', '=~') else '!='} {quoted(words[numbers[0]])}"
        return f"{label} {_EQUAL[operator]} ({', '.join(quoted(words[one]) for one in numbers)})"
    if operator in ("=", "!="):
        return f"{label} {_EQUAL[operator]} {quoted(text)}"
    return f"{'not ' if operator == '!~' else ''}matches({label}, {quoted(text)})"


def _note(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)
