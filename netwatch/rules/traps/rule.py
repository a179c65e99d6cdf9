"""A trap rule ready to use, and what it says of one trap.

    trap -> facts_of: key and named varbinds -> verdict_on: begins, ends or nothing -> render_trap: annotations

A quiet room: no clock, no socket, no database. The same trap always gets the same verdict.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below.
Called by: netwatch.engine, compiling.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from jinja2 import Template

from netwatch.formulas import Formula, Frame
from netwatch.model import (
    NUMBERS,
    ObjectNames,
    Oid,
    RowSet,
    TableReading,
    TrapEvent,
    Value,
    Varbind,
    cleaned,
    trap_name,
)
from netwatch.rules.rule import NoData, OnGone
from netwatch.rules.templates import render_template
from netwatch.rules.traps.names import NO_MIB, MibNames, TrapObject, TrapPattern

TRAP_GIVEN = ("source", "trap", "count", "varbinds")
"""What annotations are given beside the usual: who sent it, its name, how often it came, all that it carried."""
MAX_VARBINDS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrapRule:
    """One trap rule of a rule file, checked and compiled.

    key: names of the varbinds that tell instances apart. ttl: None where only clear_on ends it. confirm: poll the
    device at once. labels: the rule's own. objects: every varbind it names. expr, clear_expr: as written; broken,
    healed: compiled, None for always. hold_for, keep_firing_for, no_data and on_gone are what an alert's
    life asks of a Rule.
    """

    name: str
    on_trap: tuple[TrapPattern, ...]
    clear_on: tuple[TrapPattern, ...] = ()
    key: tuple[str, ...] = ()
    expr: str | None = None
    clear_expr: str | None = None
    hold_for: timedelta = timedelta(0)
    keep_firing_for: timedelta = timedelta(0)
    no_data: NoData = "keep"
    on_gone: OnGone = "keep"
    ttl: timedelta | None = None
    confirm: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    objects: Mapping[str, TrapObject] = field(default_factory=dict)
    broken: Formula | None = None
    healed: Formula | None = None
    value_of: Formula | None = None
    threshold_of: Formula | None = None
    value_names: Mapping[int, str] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)


class Outcome(Enum):
    """What a trap says about a rule's alert."""

    BEGINS = "begins"
    ENDS = "ends"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapFacts:
    """What a rule finds in a trap: its key, and the values and texts of the varbinds it names."""

    event: TrapEvent
    key: Mapping[str, str]
    values: Mapping[str, Value]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapVerdict:
    """What comes of the trap, and what the alert shows as value and threshold."""

    outcome: Outcome
    value: float | str | None = None
    threshold: float | str | None = None


class _Texts(Mapping[str, str]):
    """The varbinds in words, each written when somebody first asks; most traps repeat one and nobody does."""

    __slots__ = ("_found", "_names", "_rule", "_written")

    def __init__(self, rule: TrapRule, found: Mapping[str, Varbind], names: ObjectNames) -> None:
        self._rule, self._found, self._names = rule, found, names
        self._written: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._written:
            self._written[name] = _text(self._rule.objects[name], self._found[name], self._names)
        return self._written[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def facts_of(rule: TrapRule, event: TrapEvent, names: MibNames = NO_MIB) -> TrapFacts:
    """Return what the rule finds in a trap; what it names and the trap does not carry is not there."""
    found = {
        name: varbind
        for name, wanted in rule.objects.items()
        if (varbind := _carried(event.varbinds, wanted.oid)) is not None
    }
    texts = _Texts(rule, found, names)
    return TrapFacts(
        event=event,
        key=_key(rule, event, found, texts, names),
        values={name: varbind.value for name, varbind in found.items()},
        texts=texts,
    )


def verdict_on(rule: TrapRule, facts: TrapFacts, labels: Mapping[str, str]) -> TrapVerdict:
    """Return what a trap that one of the rule's patterns takes means; `labels` are what polling knows of the row."""
    trap_oid = facts.event.trap_oid
    frame = frame_of_trap(rule, facts, labels)
    begins = any(pattern.takes(trap_oid) for pattern in rule.on_trap)
    if begins and (rule.broken is None or rule.broken.at(frame, 0) is True):
        return TrapVerdict(
            outcome=Outcome.BEGINS,
            value=_shown(rule.value_of, frame, rule.value_names),
            threshold=_shown(rule.threshold_of, frame, rule.value_names),
        )
    ends = any(pattern.takes(trap_oid) for pattern in rule.clear_on)
    if ends and (rule.healed is None or rule.healed.at(frame, 0) is True):
        return TrapVerdict(outcome=Outcome.ENDS)
    return TrapVerdict(outcome=Outcome.NOTHING)


def render_trap(
    rule: TrapRule,
    facts: TrapFacts,
    *,
    labels: Mapping[str, str],
    device: str,
    instance: str,
    count: int,
    value: float | str | None = None,
    threshold: float | str | None = None,
    names: ObjectNames = NUMBERS,
) -> dict[str, str]:
    """Return the rule's annotations as people read them; `labels` are all the alert's."""
    if not rule.templates:
        return {}
    event = facts.event
    given = {
        "device": device, "alertname": rule.name, "instance": instance, "value": value, "threshold": threshold,
        "severity": labels.get("severity", "warning"), "source": event.source, "count": count,
        "trap": trap_name(names, event.trap_oid), "varbinds": varbinds_text(event.varbinds, names),
    }  # fmt: skip
    known = {**labels, **facts.texts}
    return {name: render_template(template, known, given) for name, template in rule.templates.items()}


def varbinds_text(varbinds: Sequence[Varbind], names: ObjectNames = NUMBERS) -> str:
    """Write varbinds on one line: `IF-MIB::ifIndex.3 = 3, IF-MIB::ifOperStatus.3 = down(2)`."""
    shown = [
        f"{cleaned(names.name_of(one.oid))} = {cleaned(names.format(one.oid, one.value))}"
        for one in varbinds[:MAX_VARBINDS_SHOWN]
    ]
    more = len(varbinds) - len(shown)
    return ", ".join([*shown, f"and {more} more"] if more > 0 else shown)


def _carried(varbinds: Sequence[Varbind], oid: Oid) -> Varbind | None:
    """Return the first varbind that is this object or an instance of it."""
    length = len(oid)
    for varbind in varbinds:
        if varbind.oid[:length] == oid:
            return varbind
    return None


def _text(wanted: TrapObject, varbind: Varbind, names: ObjectNames) -> str:
    """Write a value for labels and annotations: enumerations by name, other numbers bare, without their unit."""
    value = varbind.value
    if isinstance(value, int):
        return wanted.enum.get(value) or str(value)
    return cleaned(names.format(varbind.oid, value))


def _key(
    rule: TrapRule, event: TrapEvent, found: Mapping[str, Varbind], texts: Mapping[str, str], names: MibNames
) -> dict[str, str]:
    """Return the key: the varbinds' values; where one is not carried, what the index of the others says of it."""
    key = {name: texts[name] for name in rule.key if name in texts}
    if len(key) == len(rule.key):
        return key
    indexes = _indexes(event, names)
    key = {name: text for name in rule.key if (text := texts.get(name) or cleaned(indexes.get(name, "")))}
    if not key and len(rule.key) == 1:
        suffixes = (varbind.oid[len(rule.objects[name].oid) :] for name, varbind in found.items())
        row = next((suffix for suffix in suffixes if suffix and suffix != (0,)), None)
        key = {} if row is None else {rule.key[0]: ".".join(map(str, row))}
    return key


def _indexes(event: TrapEvent, names: MibNames) -> dict[str, str]:
    """Return what the instances of all varbinds say: ifOperStatus.3 says that ifIndex is 3."""
    said: dict[str, str] = {}
    for varbind in event.varbinds:
        found, suffix = names.object_at(varbind.oid)
        if found is not None and suffix:
            said |= names.decode_index(found, suffix)
    return said


def frame_of_trap(rule: TrapRule, facts: TrapFacts, labels: Mapping[str, str]) -> Frame:
    """Return the trap as a reading of one row, which is what expressions are compiled for."""
    known = {**labels, **facts.key}
    rows = RowSet(index=("",), keys=("",), labels={name: (text,) for name, text in known.items()})
    reading = TableReading(
        device=facts.event.device, table=rule.name, at=facts.event.at, rows=rows,
        columns={name: [value] for name, value in facts.values.items()},
    )  # fmt: skip
    return Frame(reading)


def _shown(formula: Formula | None, frame: Frame, value_names: Mapping[int, str]) -> float | str | None:
    value = None if formula is None else formula.at(frame, 0)
    if value is None or isinstance(value, str):
        return None if value is None else cleaned(value)
    return value_names.get(value) or (float(value) if math.isfinite(value) else None)
