"""What is different for one device, port or row: `limits:` put other values into columns, `ignore:` takes rows out.

Done to a reading before anybody sees it, so that rules, page and gauges see the same. What an entry matches is found
once per table and set of rows; a table that no entry is about costs one look-up.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.rules.rule, settings.
Called by: netwatch.app, which holds it in front of the engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from netwatch.model import SCALARS, Column, ColumnKind, Matcher, RowSet, TableReading, TableSchema, parse_matchers
from netwatch.rules.rule import Rule
from netwatch.rules.settings import IgnoreSettings, LimitSettings

EVERY_RULE = ""
"""The name under which rows stand that no rule at all shall see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry of `limits` or `ignore`, read."""

    matchers: tuple[Matcher, ...]
    values: Mapping[str, float] = field(default_factory=dict)
    rules: tuple[str, ...] | None = None
    shown: bool = False
    why: str = ""

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Return whether every label asked for is there and fits; what a row has no label for is not meant."""
        return all(matcher.label in labels and matcher.holds(labels) for matcher in self.matchers)

    def may_hold(self, labels: Mapping[str, str]) -> bool:
        """Return whether some row of a device with these labels could fit."""
        return all(matcher.holds(labels) for matcher in self.matchers if matcher.label in labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is done to the readings of one table of one device, as long as its rows stay the same."""

    rows: RowSet
    kept: Sequence[int] | None
    new_rows: RowSet
    values: Mapping[str, Mapping[int, float]]
    notes: Mapping[str, str]
    ignored: Mapping[str, frozenset[str]]

    @property
    def changes_nothing(self) -> bool:
        """Return whether a reading stays as it is."""
        return self.kept is None and not self.values and not self.ignored


class Exceptions:
    """The entries of `limits` and `ignore`, and what comes of them for each table of each device."""

    def __init__(
        self,
        limits: Iterable[LimitSettings] = (),
        ignores: Iterable[IgnoreSettings] = (),
        *,
        device_labels: Mapping[str, Mapping[str, str]] | None = None,
        columns: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Read the entries.

        Args:
            limits: other values for columns.
            ignores: rows to leave out.
            device_labels: device name -> the labels the configuration gives it.
            columns: table name -> the columns that limits may set there: its own, and what its rules ask limit() for.
        """
        self._device_labels, self._columns = device_labels or {}, columns or {}
        self._of_device: dict[str, Sequence[_Entry]] = {}
        self._plans: dict[tuple[str, str], _Plan] = {}
        self.renew(limits, ignores)

    def renew(self, limits: Iterable[LimitSettings], ignores: Iterable[IgnoreSettings]) -> None:
        """Take other entries from the next reading on."""
        self._limits = [_Entry(matchers=_matchers(one.match), values=one.values, why=_why(one)) for one in limits]
        self._ignores = [
            _Entry(matchers=_matchers(one.match), rules=None if one.rules is None else tuple(one.rules),
                   shown=one.shown, why=_why(one))
            for one in ignores
        ]  # fmt: skip
        self._of_device.clear()
        self._plans.clear()

    def may_be_about(self, device: str, match: Sequence[str]) -> bool:
        """Return whether an entry with these matchers could be about a row of a device."""
        return _Entry(matchers=_matchers(match)).may_hold({**self._device_labels.get(device, {}), "device": device})

    def where(self, match: Sequence[str], reading: TableReading) -> list[int]:
        """Return the rows of a reading that an entry with these matchers is about."""
        entry = _Entry(matchers=_matchers(match))
        return [row for row, labels in enumerate(self._labels_in(reading)) if entry.holds(labels)]

    def applied(self, reading: TableReading) -> TableReading:
        """Return a reading as everybody shall see it; the same object where nothing is different."""
        if not self._limits and not self._ignores:
            return reading
        entries = self._of_device.get(reading.device)
        if entries is None:
            entries = self._of_device[reading.device] = self._entries_of(reading.device)
        if not entries:
            return reading
        key = reading.device, reading.table
        plan = self._plans.get(key)
        if plan is None or plan.rows is not reading.rows:
            plan = self._plans[key] = self._planned(reading, entries)
        return reading if plan.changes_nothing else _changed(reading, plan)

    @property
    def ignore_traps(self) -> bool:
        """Return whether there is anything that rules shall not see."""
        return bool(self._ignores)

    def ignores(self, device: str, labels: Mapping[str, str], rule: str) -> bool:
        """Return whether a rule shall not see a row that a trap is about."""
        if not self._ignores:
            return False
        known = {**self._device_labels.get(device, {}), **labels, "device": device}
        return any(entry.holds(known) for entry in self._ignores if entry.rules is None or rule in entry.rules)

    def _common(self, reading: TableReading) -> dict[str, str]:
        known = self._device_labels.get(reading.device, {})
        return {**known, "device": reading.device, "table": reading.table}

    def _labels_in(self, reading: TableReading) -> list[dict[str, str]]:
        """Return what matchers may ask of each row."""
        common = self._common(reading)
        rows = range(len(reading.rows.keys))
        return [{**common, **_labels_of(reading, row), "device": reading.device} for row in rows]

    def _entries_of(self, device: str) -> Sequence[_Entry]:
        labels = {**self._device_labels.get(device, {}), "device": device}
        return [entry for entry in (*self._limits, *self._ignores) if entry.may_hold(labels)]

    def _planned(self, reading: TableReading, entries: Sequence[_Entry]) -> _Plan:
        rows, common, labels = reading.rows, self._common(reading), self._labels_in(reading)
        known = self._columns.get(reading.table, ())
        dropped: set[int] = set()
        ignored: dict[str, set[str]] = {}
        for entry in entries:
            if entry.values:
                continue
            found = [number for number, one in enumerate(labels) if entry.holds(one)]
            for rule in (EVERY_RULE,) if entry.rules is None else entry.rules:
                if found:
                    ignored.setdefault(rule, set()).update(rows.keys[number] for number in found)
                if entry.holds(common):  # the whole device, and what is about a table as a whole with it
                    ignored.setdefault(rule, set()).add("")
            if entry.rules is None and not entry.shown and rows is not SCALARS:
                dropped.update(found)
        kept = [number for number in range(len(labels)) if number not in dropped] if dropped else None
        shown = range(len(labels)) if kept is None else kept
        values: dict[str, dict[int, float]] = {}
        notes = _unseen_notes(rows, labels, entries)
        for entry in entries:
            for column, value in entry.values.items():
                if column not in known:
                    continue
                for place, number in enumerate(shown):
                    if entry.holds(labels[number]):
                        values.setdefault(column, {})[place] = value
                        told = f"{column} = {value:g} by limits" + (f" ({entry.why})" if entry.why else "")
                        notes[rows.keys[number]] = "; ".join(
                            [one for one in notes.get(rows.keys[number], "").split("; ")
                             if one and not one.startswith(f"{column} = ")] + [told]
                        )  # fmt: skip
        return _Plan(
            rows=rows, kept=kept, new_rows=rows if kept is None else _picked_rows(rows, kept), values=values,
            notes=notes, ignored={rule: frozenset(keys) for rule, keys in ignored.items()},
        )  # fmt: skip


def _unseen_notes(rows: RowSet, labels: Sequence[Mapping[str, str]], entries: Iterable[_Entry]) -> dict[str, str]:
    """Return by key what is told of rows that are shown although some rules, or all, do not see them."""
    notes: dict[str, str] = {}
    for entry in entries:
        if entry.values or not (entry.rules or entry.shown):
            continue
        told = f"not seen by {', '.join(entry.rules) if entry.rules else 'any rule'}"
        told += f" ({entry.why})" if entry.why else ""
        for key, one in zip(rows.keys, labels, strict=True):
            if entry.holds(one):
                notes[key] = "; ".join(filter(None, (notes.get(key), told)))
    return notes


def _why(one: LimitSettings | IgnoreSettings) -> str:
    """Return why an entry stands, and who says so; no `; `, by which notes of one row are told apart."""
    return ", says ".join(filter(None, (" ".join(one.comment.split()).replace("; ", ", "), one.by)))


def _labels_of(reading: TableReading, row: int) -> Mapping[str, str]:
    """Return what matchers may ask of a row; a sensor's port goes by the name that it has as an interface too."""
    labels = reading.rows.labels_of(row)
    return {"ifName": labels["port"], **labels} if reading.table == "sensor" and labels.get("port") else labels


def _changed(reading: TableReading, plan: _Plan) -> TableReading:
    columns: dict[str, Column] = dict(reading.columns)
    rates: Mapping[str, Sequence[float | None]] = reading.rates
    if plan.kept is not None:
        columns = {name: _picked(column, plan.kept) for name, column in columns.items()}
        rates = {name: _picked(column, plan.kept) for name, column in rates.items()}
    for name, values in plan.values.items():
        column = list(columns.get(name) or [None] * len(plan.new_rows.keys))
        for place, value in values.items():
            column[place] = value
        columns[name] = column
    return replace(
        reading, rows=plan.new_rows, columns=columns, rates=rates, limited=plan.notes, ignored=plan.ignored
    )


def _picked(column: Sequence[Any], kept: Sequence[int]) -> list[Any]:
    return [column[number] for number in kept]


def _picked_rows(rows: RowSet, kept: Sequence[int]) -> RowSet:
    return RowSet(
        index=tuple(_picked(rows.index, kept)),
        keys=tuple(_picked(rows.keys, kept)),
        labels={name: tuple(_picked(texts, kept)) for name, texts in rows.labels.items()},
    )


def _matchers(texts: Iterable[str]) -> tuple[Matcher, ...]:
    return tuple(matcher for text in texts for matcher in _parsed(text))


@lru_cache(maxsize=8192)
def _parsed(text: str) -> tuple[Matcher, ...]:
    """Read a matcher once: every page of a device asks which entries are about it."""
    return parse_matchers(text)


def columns_of_limits(schema: Mapping[str, TableSchema], rules: Iterable[Rule]) -> dict[str, set[str]]:
    """Return what limits may set in each table: its numbers, and what its rules ask limit() for."""
    numbers = (ColumnKind.GAUGE, ColumnKind.ENUM)
    known = {
        table.name: {name for name, kind in table.columns.items() if kind in numbers} for table in schema.values()
    }
    for rule in rules:
        known.setdefault(rule.table, set()).update(rule.limits)
    return known
