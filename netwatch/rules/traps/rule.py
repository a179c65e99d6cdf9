"""A trap rule ready to use, and what it says of one trap.

    trap -> facts_of: key and named varbinds -> verdict_on: begins, ends or nothing -> render_trap: annotations

A quiet room: no clock, no socket, no database. The same trap always gets the same verdict.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below.
Called by: netwatch.engine, compiling.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from ipaddress import IPv4Address

from netwatch.formulas import Formula, Frame
from netwatch.model import (
    Matcher,
    ObjectNames,
    Oid,
    RowSet,
    TableReading,
    TrapEvent,
    Value,
    Varbind,
    cleaned,
    trap_name,
    value_text,
)
from netwatch.rules.rule import NoData, OnGone, Rule
from netwatch.rules.templates import Template, render_templates, rendered_labels
from netwatch.rules.traps.names import COUNT, NO_MIB, TRAP, MibNames, TrapObject, TrapPattern, TrapPatterns
from netwatch.rules.traps.words import TrapWords

TRAP_GIVEN = ("source", "trap", "count", "varbinds")
"""What annotations are given beside the usual: who sent it, its name, how often it came, all that it carried."""
ADDRESS_NUMBERS = 4
"""How many numbers an IPv4 address is as an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedLabel:
    """A label that the value of a varbind decides; `words` has each value by its name and by its number.

    By `count` it is how often the trap came: each number is where its word begins to hold.
    """

    varbind: str
    words: Mapping[str, str]
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrapRule:
    """One trap rule of a rule file, checked and compiled.

    key: names of the varbinds that tell instances apart. ttl: None where only clear_on ends it. confirm: poll the
    device at once. labels: the rule's own; mapped: those that a varbind decides. objects: every varbind it names.
    expr, clear_expr: as written; broken, healed: compiled, None for always. hold_for, keep_firing_for, no_data and
    on_gone are what an alert's life asks of a Rule.
    witness_of: the rule about readings that has the last word on what these traps say, None where they stand alone.
    row: labels beside the key that find the row these traps speak of. says: states that it has by such a trap.
    waits_for: names that no MIB module at hand has; while there are any, the rule takes no trap.
    goes_by_definitions: definitions say what its traps mean.
    """

    name: str
    alertname: str = ""
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
    witness_of: Rule | None = None
    row: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, Value] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    devices: tuple[Matcher, ...] = ()
    label_templates: Mapping[str, Template] = field(default_factory=dict)
    mapped: Mapping[str, MappedLabel] = field(default_factory=dict)
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
    waits_for: tuple[str, ...] = ()
    begins: TrapPatterns = field(init=False, repr=False)
    ends: TrapPatterns = field(init=False, repr=False)
    goes_by_definitions: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Sort its patterns for looking traps up."""
        object.__setattr__(self, "begins", TrapPatterns(self.on_trap))
        object.__setattr__(self, "ends", TrapPatterns(self.clear_on))
        object.__setattr__(self, "goes_by_definitions", any(pattern.defined for pattern in self.on_trap))

    def looks_at(self, trap_oid: Oid) -> bool:
        """Return whether a trap of this OID may begin or end its alert."""
        return self.begins.take(trap_oid) or self.ends.take(trap_oid)

    @property
    def fixed_labels(self) -> dict[str, str]:
        """Return its labels but for those that are templates."""
        return {name: text for name, text in self.labels.items() if name not in self.label_templates}

    @property
    def takes_the_rest(self) -> bool:
        """Return whether the rule is asked last, about what no other rule takes."""
        return any(pattern.rest for pattern in self.on_trap)


_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def severity_words(rule: Rule | TrapRule) -> str:
    """Return what a rule says of its severity, for people: the word, what a template may say, or by which varbind."""
    mapped = rule.mapped.get("severity") if isinstance(rule, TrapRule) else None
    if mapped is None:
        written = rule.labels.get("severity", "")
        return " or ".join(filter(None, map(str.strip, _BRACES.split(written)))) or written
    words = dict.fromkeys((*mapped.words.values(), *((mapped.default,) if mapped.default else ())))
    return f"{', '.join(words)} by {mapped.varbind}"


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
    words: TrapWords


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapVerdict:
    """What comes of the trap, and what the alert shows as value and threshold.

    `declined` says that the rule knows this trap, looked into it, and found that it means nothing. `frame` is what
    its expressions were held against, None where a definition judged.
    """

    outcome: Outcome
    declined: bool = False
    value: float | str | None = None
    threshold: float | str | None = None
    frame: Frame | None = field(default=None, compare=False, repr=False)


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


def texts_of(rule: TrapRule, found: Mapping[str, Varbind], names: ObjectNames) -> Mapping[str, str]:
    """Return what was found in a trap in words, which are written when somebody first asks."""
    return _Texts(rule, found, names)


def facts_of(rule: TrapRule, event: TrapEvent, names: MibNames = NO_MIB) -> TrapFacts:
    """Return what the rule finds in a trap; what it names and the trap does not carry is not there."""
    found = {
        name: varbind
        for name, wanted in rule.objects.items()
        if (varbind := wanted.found_in(event.trap_oid, event.varbinds)) is not None
    }
    texts = _Texts(rule, found, names)
    return TrapFacts(
        event=event,
        key=_key(rule, event, found, texts, names),
        values={name: varbind.value for name, varbind in found.items()},
        texts=texts,
        words=TrapWords(event, names),
    )


def verdict_on(rule: TrapRule, facts: TrapFacts, labels: Mapping[str, str]) -> TrapVerdict:
    """Return what a trap that one of the rule's patterns takes means; `labels` are what polling knows of the row."""
    trap_oid = facts.event.trap_oid
    frame = frame_of_trap(rule, facts, labels)
    begins = rule.begins.take(trap_oid)
    if begins and (rule.broken is None or rule.broken.at(frame, 0) is True):
        return TrapVerdict(
            outcome=Outcome.BEGINS,
            value=_shown(rule.value_of, frame, rule.value_names),
            threshold=_shown(rule.threshold_of, frame, rule.value_names),
            frame=frame,
        )
    ends = rule.ends.take(trap_oid)
    if ends and (rule.healed is None or rule.healed.at(frame, 0) is True):
        return TrapVerdict(outcome=Outcome.ENDS, frame=frame)
    asked = [formula for takes, formula in ((begins, rule.broken), (ends, rule.healed)) if takes and formula]
    declined = bool(asked) and all(formula.at(frame, 0) is False for formula in asked)
    return TrapVerdict(outcome=Outcome.NOTHING, declined=declined, frame=frame)


def labels_of_trap(rule: TrapRule, facts: TrapFacts, count: int = 1) -> dict[str, str]:
    """Return the rule's own labels as this trap makes them; what a map has no word for and no default stays away.

    count: how often such a trap came since the alert began.
    """
    labels = dict(rule.labels)
    for name, mapped in rule.mapped.items():
        if mapped.varbind == COUNT:
            reached = [int(text) for text in mapped.words if int(text) <= count]
            step = mapped.words[str(max(reached))] if reached else mapped.default
            labels |= {} if step is None else {name: step}
            continue
        told = (facts.texts.get(mapped.varbind, ""), _number_text(facts.values.get(mapped.varbind)))
        word = next((mapped.words[text] for text in told if text in mapped.words), mapped.default)
        if word is not None:
            labels[name] = word
    return labels


def _number_text(value: Value) -> str:
    return str(value) if isinstance(value, int) else ""


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
) -> dict[str, str]:
    """Return the rule's annotations as people read them; `labels` are all the alert's."""
    if not rule.templates:
        return {}
    given = _given(rule, facts, device, instance, count) | {
        "value": value, "threshold": threshold, "severity": labels.get("severity", "warning"),
    }  # fmt: skip
    return render_templates(rule.templates, {**labels, **facts.texts, **facts.key}, given)


def own_trap_labels(
    rule: TrapRule,
    facts: TrapFacts,
    had: Mapping[str, str],
    *,
    count: int,
    labels: Mapping[str, str],
    device: str,
    instance: str,
    verdict: TrapVerdict,
) -> Mapping[str, str]:
    """Return the rule's own labels for an alert; templates are rendered once, and what they said is kept in `had`."""
    own = labels_of_trap(rule, facts, count)
    if not rule.label_templates:
        return own
    given = _given(rule, facts, device, instance, 1) | {
        "value": verdict.value, "threshold": verdict.threshold, "severity": "",
    }  # fmt: skip
    known = {**labels, **facts.texts}
    return own | rendered_labels(rule.label_templates, had, known, given)


def _given(rule: TrapRule, facts: TrapFacts, device: str, instance: str, count: int) -> dict[str, float | str | None]:
    return {
        "device": device, "alertname": rule.alertname or rule.name, "instance": instance,
        "source": facts.event.source, "count": count, "trap": facts.words.name, "varbinds": facts.words.varbinds,
    }  # fmt: skip


def _text(wanted: TrapObject, varbind: Varbind, names: ObjectNames) -> str:
    """Write a value for labels and annotations: enumerations by name, other numbers bare, without their unit."""
    value = varbind.value
    if wanted.words and isinstance(value, bytes):
        return value.decode()
    if isinstance(value, int):
        return wanted.enum.get(value) or str(value)
    return cleaned(value_text(names, varbind.oid, value))


def _key(
    rule: TrapRule, event: TrapEvent, found: Mapping[str, Varbind], texts: Mapping[str, str], names: MibNames
) -> dict[str, str]:
    """Return the key: what the varbinds' own instances say, else their values, else the index of the others."""
    key = {
        name: cleaned(trap_name(names, event.trap_oid))
        if name == TRAP
        else _key_text(rule.objects[name], found[name], texts, names)
        for name in rule.key
        if name == TRAP or name in texts
    }
    missing = [name for name in rule.key if not key.get(name)]
    if not missing:
        return key
    indexes = _indexes(event, names)
    key |= {name: cleaned(_of_index(rule.objects[name], indexes, names)) for name in missing}
    missing = [name for name in missing if not key[name] and not rule.objects[name].words]
    if len(missing) == 1:
        key[missing[0]] = _row(rule, found)
    return {name: key[name] for name in rule.key if key.get(name)}


def _of_index(wanted: TrapObject, indexes: Mapping[str, str], names: MibNames) -> str:
    """Return what the instances of the other varbinds say of an object, under its own name or that of its module."""
    if wanted.name in indexes:
        return indexes[wanted.name]
    for oid in (wanted.oid, *wanted.others) if indexes else ():
        found, instance = names.object_at(oid)
        if found is not None and not instance and found.name in indexes:
            return indexes[found.name]
    return ""


def _row(rule: TrapRule, found: Mapping[str, Varbind]) -> str:
    """Return the instance of the first varbind that has one, as numbers: it tells rows apart without any module."""
    for name, varbind in found.items():
        wanted = rule.objects[name]
        place = next((oid for oid in (wanted.oid, *wanted.others) if varbind.oid[: len(oid)] == oid), None)
        suffix = () if place is None or wanted.words else varbind.oid[len(place) :]
        if suffix and suffix != (0,):
            return ".".join(map(str, suffix))
    return ""


def _key_text(wanted: TrapObject, varbind: Varbind, texts: Mapping[str, str], names: MibNames) -> str:
    """Return which row a varbind of the key names: by its instance where that is of the table's INDEX.

    FRR's bgpd sends the value 0.0.0.0 of bgpPeerRemoteAddr while a peer is down; only the instance names the peer.
    An instance of 0 names no row: some agents put it behind whatever they send.
    """
    oid = next((one for one in (wanted.oid, *wanted.others) if varbind.oid[: len(one)] == one), wanted.oid)
    suffix = varbind.oid[len(oid) :]
    if not suffix or suffix == (0,) or _holds(suffix, _numbers(varbind.value)):
        return texts[wanted.name]
    found, instance = names.object_at(varbind.oid)
    if found is not None and found.oid == oid:
        return cleaned(names.decode_index(found, instance).get(found.name, "")) or texts[wanted.name]
    if isinstance(varbind.value, IPv4Address) and int(varbind.value) == 0 and len(suffix) == ADDRESS_NUMBERS:
        return ".".join(map(str, suffix))
    return texts[wanted.name]


def _numbers(value: Value) -> tuple[int, ...]:
    """Return a value as it stands in an index."""
    match value:
        case int():
            return (value,)
        case bytes():
            return tuple(value)
        case IPv4Address():
            return tuple(value.packed)
        case Oid():
            return tuple(value)
    return ()


def _holds(suffix: Sequence[int], numbers: Sequence[int]) -> bool:
    """Return whether some numbers stand in an instance, one after the other."""
    wanted, length = tuple(numbers), len(numbers)
    return length > 0 and any(tuple(suffix[at : at + length]) == wanted for at in range(len(suffix) - length + 1))


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
