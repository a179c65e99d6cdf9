"""A rule ready to use, and its verdicts on a reading.

A quiet room: no clock, no socket, no database. The same reading and memory always get the same verdicts.
May import: netwatch.formulas, netwatch.model, netwatch.rules.memory, templates. Called by: netwatch.engine, loading.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from netwatch.formulas import Formula, Frame, Source
from netwatch.model import SCALARS, Matcher, TableReading
from netwatch.rules.memory import TableMemory
from netwatch.rules.templates import Template, render_templates, rendered_labels

NoData = Literal["keep", "alert", "clear"]
OnGone = Literal["keep", "clear", "alert"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """One rule of a rule file, checked and compiled.

    name: unique among all rules, and `alertname` with labels behind it where several share that one. devices: which
    devices it is meant for, none for all. expr, clear_expr: as written. gone_after: None for the usual time.
    labels: the rule's own, never those of rows. annotations: the templates as written.
    file, line: where it stands. The rest is for `evaluate` and `render`: the compiled expressions, the names that
    stand for the value's numbers, and the inputs that must see every reading although only asked for sometimes.
    """

    name: str
    alertname: str = ""
    table: str
    expr: str
    clear_expr: str | None = None
    hold_for: timedelta = timedelta(0)
    keep_firing_for: timedelta = timedelta(0)
    no_data: NoData = "keep"
    on_gone: OnGone = "keep"
    gone_after: timedelta | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[Matcher, ...] = ()
    label_templates: Mapping[str, Template] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    broken: Formula
    healed: Formula | None = None
    value_of: Formula | None = None
    threshold_of: Formula | None = None
    value_names: Mapping[int, str] = field(default_factory=dict)
    remembered: tuple[Source, ...] = ()
    limits: frozenset[str] = frozenset()
    templates: Mapping[str, Template] = field(default_factory=dict)

    @property
    def fixed_labels(self) -> dict[str, str]:
        """Return its labels but for those that are templates."""
        return {name: text for name, text in self.labels.items() if name not in self.label_templates}

    @property
    def is_aggregate(self) -> bool:
        """Return whether the rule is about the table as a whole: one instance, whose key is empty."""
        return self.broken.scalar


class Verdicts:
    """What a rule says of each row of one reading; good until the next reading of the table is evaluated.

    broken: per row True, False, or None for unknown. keys: what names the rows, `("",)` for an aggregate rule.
    frame: the reading as the rule saw it, for those who explain a verdict.
    """

    __slots__ = ("_healed", "_memory", "broken", "frame", "keys", "reading", "rule")

    def __init__(self, rule: Rule, frame: Frame, memory: TableMemory) -> None:
        self.rule = rule
        self.reading = frame.reading
        self.broken = rule.broken.column(frame)
        self.keys = SCALARS.keys if rule.broken.scalar else frame.reading.rows.keys
        self.frame = frame
        self._memory = memory
        self._healed: Sequence[bool | None] | None = None

    @property
    def healed(self) -> Sequence[bool | None] | None:
        """Return what clear_expr says of each row, None for a rule without one; worked out when first asked for."""
        if self._healed is None and self.rule.healed is not None:
            column = self.rule.healed.column(self.frame)
            self._healed = column if len(column) == len(self.keys) else [column[0]] * len(self.keys)
        return self._healed

    def value(self, row: int) -> float | str | None:
        """Return the rule's value for a row: by itself the left side of the first comparison."""
        return self._worked_out(self.rule.value_of, row)

    def threshold(self, row: int) -> float | str | None:
        """Return what the value is held against, None where there is nothing of the kind."""
        return self._worked_out(self.rule.threshold_of, row)

    def labels_of(self, row: int) -> dict[str, str]:
        """Return the labels of a row; an aggregate has none."""
        return {} if self.rule.broken.scalar else self.reading.rows.labels_of(row)

    def row_of(self, key: str) -> int | None:
        """Return the number of the row with this key, None where it is gone."""
        if self.rule.broken.scalar:
            return 0 if key == "" else None
        return self._memory.row_numbers(self.reading.rows).get(key)

    def _worked_out(self, formula: Formula | None, row: int) -> float | str | None:
        value = None if formula is None else formula.at(self.frame, row)
        if value is None or isinstance(value, str):
            return value
        if value in self.rule.value_names:
            return self.rule.value_names[value]
        return float(value) if math.isfinite(value) else None


def evaluate(rule: Rule, reading: TableReading, memory: TableMemory) -> Verdicts:
    """Return the rule's verdicts; give every reading of the table, in order, to every rule on it."""
    frame = memory.frame_of(reading)
    for source in rule.remembered:
        frame.fetch(source)
    return Verdicts(rule, frame, memory)


def verdicts_again(rule: Rule, memory: TableMemory) -> Verdicts | None:
    """Return the rule's verdicts on the reading its table was given last, None where that never was."""
    frame = memory.newest
    return None if frame is None else Verdicts(rule, frame, memory)


def own_labels(
    rule: Rule,
    had: Mapping[str, str],
    *,
    labels: Mapping[str, str],
    device: str,
    instance: str = "",
    value: float | str | None = None,
    threshold: float | str | None = None,
) -> Mapping[str, str]:
    """Return the rule's own labels for an alert; templates are rendered once, and what they said is kept in `had`."""
    if not rule.label_templates:
        return rule.labels
    given = {
        "device": device, "alertname": rule.alertname or rule.name, "instance": instance, "value": value,
        "threshold": threshold, "severity": "",
    }  # fmt: skip
    return rule.fixed_labels | rendered_labels(rule.label_templates, had, labels, given)


def render(
    rule: Rule,
    *,
    labels: Mapping[str, str],
    device: str,
    instance: str = "",
    value: float | str | None = None,
    threshold: float | str | None = None,
) -> dict[str, str]:
    """Return the rule's annotations as people read them; `labels` are all the alert's."""
    given = {
        "device": device, "alertname": rule.alertname or rule.name, "instance": instance,
        "value": value, "threshold": threshold,
        "severity": labels.get("severity", rule.labels.get("severity", "warning")),
    }  # fmt: skip
    return render_templates(rule.templates, labels, given)
