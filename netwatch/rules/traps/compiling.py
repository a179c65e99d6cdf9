"""Turns one trap rule as written into one ready to use: finds its traps and varbinds, types what it says.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below.
Called by: netwatch.rules.loading.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from netwatch.formulas import (
    WITH_MEMORY,
    BadExpression,
    Checker,
    FirstKnown,
    Formula,
    Kind,
    Labels,
    Node,
    Now,
    Numbers,
    Read,
    Source,
    Texts,
    common_ground,
    did_you_mean,
    names_in,
    offset_of,
    outcomes,
    parse,
)
from netwatch.model import ColumnKind, KeyPath, Oid, TableSchema
from netwatch.rules.compiling import Complaint, parsed_devices, value_and_threshold
from netwatch.rules.templates import GIVEN, compile_template, flaws_of, is_template, names_wanted, place_of
from netwatch.rules.traps.entry import LabelMap, TrapEntry, VarbindEntry
from netwatch.rules.traps.names import (
    COUNT,
    DEFINED_GIVEN,
    ROW,
    TRAP,
    MibNames,
    TrapObject,
    TrapPattern,
    TrapPatterns,
    forms_of,
    may_come,
    object_of,
    objects_carried,
    pattern_of,
)
from netwatch.rules.traps.rule import TRAP_GIVEN, MappedLabel, TrapRule

DEFAULT_TTL = timedelta(minutes=10)
"""How long an alert lasts that no other trap can end."""

COUNTS = {"count": 2}
"""What is a number in annotations, and one to try them with."""

Remark = tuple[KeyPath, int | None, str]
"""Key within the rule, offset within that text (None: all of it), message."""


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A rule on its way: what was written, what its names were found to mean, and what is wrong so far.

    patient: more names are yet to come; those that are not known now are kept in `awaited`.
    """

    entry: TrapEntry
    names: MibNames
    patient: bool = False
    awaited: list[str] = field(default_factory=list)
    key: tuple[str, ...] = ()
    row_labels: tuple[str, ...] = ()
    on_trap: tuple[TrapPattern, ...] = ()
    clear_on: tuple[TrapPattern, ...] = ()
    trees: dict[str, ast.expr] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    objects: dict[str, TrapObject] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    flaws: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    @property
    def texts(self) -> dict[str, str]:
        """Return the expressions as written."""
        written = {"expr": self.entry.expr, "clear_expr": self.entry.clear_expr, "value": self.entry.value}
        return {name: text for name, text in written.items() if text is not None}


def compile_trap_rule(
    entry: TrapEntry,
    schema: Mapping[str, TableSchema],
    names: MibNames,
    *,
    file: str,
    line: int,
    patient: bool = False,
) -> tuple[TrapRule, list[Remark]]:
    """Return the rule, and what is odd in it though it can be used.

    With `patient` more MIB modules are yet to be compiled: a rule that names what no module at hand has is returned
    as one that takes no trap and says what it waits for.

    Raises:
        Complaint: with everything that is wrong in it.
    """
    draft = _Draft(entry=entry, names=names, patient=patient, row_labels=_labels_of_rows(entry.key, schema))
    draft.key = tuple(entry.key)
    draft.on_trap = _patterns(draft, "on_trap", entry.on_trap)
    draft.clear_on = _patterns(draft, "clear_on", entry.clear_on)
    if entry.clear_expr is not None and not entry.clear_on:
        draft.clear_on = draft.on_trap
    if not draft.key and not entry.clear_on and any(one.family or one.rest for one in draft.on_trap):
        draft.key = (TRAP,)
    _parse_all(draft)
    _check_rest(draft)
    _check_lives(draft)
    _find_objects(draft)
    if draft.awaited and not draft.flaws:
        return _waiting(draft, file=file, line=line), []
    if not draft.flaws:
        _type_all(draft)
    if not draft.flaws:
        _check_sense(draft)
        _check_maps(draft)
    _check_templates(draft)
    draft.flaws += parsed_devices(entry.devices)[1]
    if draft.flaws:
        raise Complaint(draft.flaws)
    return _assembled(draft, file=file, line=line), draft.warnings


def _labels_of_rows(key: Collection[str], schema: Mapping[str, TableSchema]) -> tuple[str, ...]:
    """Return the labels that polling knows of the row a key names: ifName and ifAlias for ifIndex."""
    tables = (table for table in schema.values() if key and set(key) <= set(table.labels))
    return tuple(dict.fromkeys(label for table in tables for label in table.labels))


def _patterns(draft: _Draft, part: str, written: Iterable[str]) -> tuple[TrapPattern, ...]:
    patterns = []
    for number, text in enumerate(written):
        try:
            patterns.append(pattern_of(text, draft.names))
        except ValueError as exc:
            if _is_awaited(draft, text):
                patterns.append(TrapPattern(oid=Oid(), text=text.strip(), nameless=True))
            else:
                draft.flaws.append(((part, number), None, str(exc)))
    return tuple(patterns)


def _is_awaited(draft: _Draft, name: str) -> bool:
    """Return whether a name that is not known may come yet, and note that the rule waits for it."""
    if not draft.patient or not may_come(name):
        return False
    draft.awaited.append(name.strip())
    return True


def _parse_all(draft: _Draft) -> None:
    for name, text in draft.texts.items():
        try:
            draft.trees[name] = parse(text)
        except BadExpression as exc:
            draft.flaws += [((name,), flaw.offset, flaw.message) for flaw in exc.flaws]


def _in_both(draft: _Draft) -> list[TrapPattern]:
    """Return which of the traps that begin it may end it too."""
    ends = TrapPatterns(draft.clear_on)
    wide = [one for one in draft.clear_on if not one.is_plain]
    return [
        one
        for one in draft.on_trap
        if any(map(ends.take, one.oids))
        or any(one.overlaps(other) for other in (wide if one.is_plain else draft.clear_on))
    ]


def _check_lives(draft: _Draft) -> None:
    """Complain of alerts that could never fire, or would end as they begin."""
    entry = draft.entry
    if entry.ttl is not None and entry.ttl <= entry.for_:
        draft.flaws.append((("ttl",), None, "is over before `for` is, so the alert could never fire"))
    draft.flaws += [
        (("labels", name), None, f"{name} is in the key, and comes from the trap")
        for name in entry.labels
        if name in entry.key
    ]
    both = _in_both(draft)
    if both and (entry.expr is None or entry.clear_expr is None):
        message = f"{both[0].text} both begins and ends it; say which with expr and clear_expr"
        draft.flaws.append((("clear_on" if entry.clear_on else "clear_expr",), None, message))


def _check_rest(draft: _Draft) -> None:
    """Complain of an `any` that does not stand alone: what takes the rest knows nothing that could end it."""
    _check_defined(draft)
    if not any(one.rest for one in (*draft.on_trap, *draft.clear_on)):
        return
    if any(one.rest for one in draft.clear_on) and draft.entry.clear_on:
        draft.flaws.append((("clear_on",), None, "`any` begins alerts and ends none; name the traps that end it"))
    elif len(draft.on_trap) > 1:
        draft.flaws.append((("on_trap",), None, "`any` stands alone: it takes what no other rule takes"))
    elif draft.entry.clear_on:
        message = "a rule with `any` cannot say which trap ends it; it ends by itself, after ttl"
        draft.flaws.append((("clear_on",), None, message))


def _check_defined(draft: _Draft) -> None:
    """Complain of a `defined` that does not stand alone: definitions say what its alerts are and what ends them."""
    if not any(one.defined for one in (*draft.on_trap, *draft.clear_on)):
        return
    entry = draft.entry
    if len(draft.on_trap) > 1:
        draft.flaws.append((("on_trap",), None, "`defined` stands alone: it takes what no rule takes by its OID"))
    if entry.clear_on or entry.clear_expr is not None:
        part = "clear_on" if entry.clear_on else "clear_expr"
        draft.flaws.append(((part,), None, "with `defined` the definitions say what ends an alert"))
    if entry.varbinds:
        draft.flaws.append((("varbinds",), None, f"with `defined` there are {', '.join(DEFINED_GIVEN)}"))
    if tuple(entry.key) not in ((), (TRAP, ROW)):
        draft.flaws.append((("key",), None, f"with `defined` the key is [{TRAP}, {ROW}]"))
    draft.key = (TRAP, ROW)


def _find_objects(draft: _Draft) -> None:
    """Find the object behind every name the rule uses."""
    if any(one.defined for one in draft.on_trap):
        given = (TrapObject(name=name, oid=Oid(), kind=ColumnKind.TEXT) for name in DEFINED_GIVEN)
        draft.objects |= {one.name: one for one in given}
    for name, entry in draft.entry.varbinds.items():
        _take_stated(draft, name, entry)
    carried = objects_carried((*draft.on_trap, *draft.clear_on), draft.names)
    for name, path, offset in _names_used(draft):
        if name not in draft.objects and name not in draft.guessed:
            _look_up(draft, name, carried, (path, offset))


def _take_stated(draft: _Draft, name: str, entry: VarbindEntry) -> None:
    place: KeyPath = ("varbinds", name)
    if entry.traps:
        words = _words(draft, name, entry)
        draft.objects[name] = TrapObject(name=name, oid=Oid(), kind=ColumnKind.TEXT, words=words)
        return
    found = [_oid_of(draft, text, place) for text in entry.oid]
    oids = [oid for oid in found if oid is not None]
    if len(oids) == len(found):
        kind = ColumnKind(entry.kind or ("enum" if entry.enum else "gauge"))
        draft.objects[name] = TrapObject(name=name, oid=oids[0], kind=kind, enum=entry.enum, others=tuple(oids[1:]))


def _words(draft: _Draft, name: str, entry: VarbindEntry) -> dict[Oid, str]:
    """Return the word of each trap in both its forms."""
    words: dict[Oid, str] = {}
    taken = TrapPatterns((*draft.on_trap, *draft.clear_on))
    for word, traps in entry.traps.items():
        for trap in traps:
            place: KeyPath = ("varbinds", name, "traps", word)
            oid = _oid_of(draft, trap, place)
            if oid is None:
                continue
            if not taken.take(oid) and not draft.awaited:
                draft.flaws.append((place, None, f"{trap} is neither in on_trap nor in clear_on"))
            if words.get(oid, word) != word:
                draft.flaws.append((place, None, f"{trap} stands for {words[oid]!r} too"))
            words.update(dict.fromkeys(forms_of(oid), word))
    return words


def _oid_of(draft: _Draft, text: str, place: KeyPath) -> Oid | None:
    """Return the OID of a name; None where it has none, which is a flaw unless it may come yet."""
    try:
        oid = draft.names.oid_of(text)
        oid.check()
    except ValueError as exc:
        if not _is_awaited(draft, text):
            draft.flaws.append((place, None, str(exc)))
        return None
    return oid


def _names_used(draft: _Draft) -> list[tuple[str, KeyPath, int | None]]:
    """Return every name of a varbind that the rule uses, and where it stands."""
    used: list[tuple[str, KeyPath, int | None]] = [
        (name, ("key", number), None) for number, name in enumerate(draft.entry.key) if name != TRAP
    ]
    used += [
        (one.from_, ("labels", label, "from"), None)
        for label, one in draft.entry.labels.items()
        if isinstance(one, LabelMap) and one.from_ != COUNT
    ]
    for part, tree in draft.trees.items():
        used += [(name.id, (part,), offset_of(name, draft.texts[part])) for name in names_in(tree)]
    given = {*GIVEN, *TRAP_GIVEN, *draft.entry.labels}
    for part, name, text in _templates(draft.entry):
        used += [(wanted, (part, name), place_of(text, wanted)) for wanted in sorted(names_wanted(text) - given)]
    return used


def _templates(entry: TrapEntry) -> list[tuple[str, str, str]]:
    """Return every template: `annotations` or `labels`, its name there, its text."""
    labels = [
        ("labels", name, text) for name, text in entry.labels.items() if isinstance(text, str) and is_template(text)
    ]
    return [*(("annotations", name, text) for name, text in entry.annotations.items()), *labels]


def _look_up(
    draft: _Draft, name: str, carried: Mapping[str, TrapObject] | None, place: tuple[KeyPath, int | None]
) -> None:
    """Find one name's object; what the traps do not promise may still be appended by some devices."""
    found = None if carried is None else carried.get(name)
    if found is None:
        thing = draft.names.object_named(name)
        found = None if thing is None else object_of(thing)
        known_elsewhere = name in draft.row_labels and place[0][0] != "key"
        if found is not None and carried is not None and not known_elsewhere:
            few = ", ".join(carried) or "nothing"
            draft.warnings.append((*place, f"{name} is not among what this trap promises to carry ({few})"))
    if found is not None:
        draft.objects[name] = found
    elif name not in draft.row_labels or place[0][0] == "key":
        _complain_of_unknown(draft, name, carried, place)


def _complain_of_unknown(
    draft: _Draft, name: str, carried: Mapping[str, TrapObject] | None, place: tuple[KeyPath, int | None]
) -> None:
    if carried is not None and _is_awaited(draft, name):
        return
    if carried is not None:
        known = [*carried, *draft.objects, *draft.row_labels]
        draft.flaws.append((*place, f"neither the trap nor any MIB module has {name}{did_you_mean(name, known)}"))
        return
    draft.guessed.add(name)
    message = f"no MIB module at hand names {name}, so its value stays unknown; state its OID under varbinds"
    draft.warnings.append((*place, message))


def _type_all(draft: _Draft) -> None:
    """Type every expression; what a name of unknown kind holds is guessed from what it is compared with."""
    tried: list[tuple[dict[str, Node], list[Remark]]] = []
    for guess in (ColumnKind.GAUGE, ColumnKind.TEXT):
        nodes, flaws = _typed(draft, _schema(draft, guess))
        if not flaws:
            draft.nodes = nodes
            return
        tried.append((nodes, flaws))
        if not draft.guessed:
            break
    draft.flaws += tried[0][1]


def _schema(draft: _Draft, guess: ColumnKind) -> TableSchema:
    columns = {name: one.kind for name, one in draft.objects.items()} | dict.fromkeys(draft.guessed, guess)
    return TableSchema(
        name=draft.entry.alert,
        columns=columns,
        labels=tuple(label for label in draft.row_labels if label not in columns),
        enums={name: one.enum for name, one in draft.objects.items() if one.kind is ColumnKind.ENUM},
    )


def _typed(draft: _Draft, table: TableSchema) -> tuple[dict[str, Node], list[Remark]]:
    nodes: dict[str, Node] = {}
    flaws: list[Remark] = []
    for name, tree in draft.trees.items():
        checker = Checker(draft.texts[name], table, WITH_MEMORY)
        node = checker.check(tree, None if name == "value" else Kind.TRUTH)
        if node.kind is Kind.TRUTH and name == "value":
            checker.wrong(tree, "a number or text is wanted here, and this is true or false")
        elif not checker.flaws and node.is_constant:
            checker.wrong(tree, "no trap can change this")
        elif not checker.flaws and not _is_of_one_trap(node):
            checker.wrong(tree, "a trap is looked at alone: nothing here can look back, count rows, or keep a window")
        flaws += [((name,), flaw.offset, flaw.message) for flaw in checker.flaws]
        nodes[name] = node
    return nodes, flaws


def _is_of_one_trap(node: Node) -> bool:
    return all(_is_carried(inner.source) for inner in node.walk() if isinstance(inner, Read))


def _is_carried(source: Source) -> bool:
    if isinstance(source, FirstKnown):
        return all(_is_carried(inner) for body in source.bodies for inner in body.inputs)
    return isinstance(source, Numbers | Texts | Labels | Now)


def _check_sense(draft: _Draft) -> None:
    """Complain of expressions that are never or always true, and of two that hold at once."""
    for name in ("expr", "clear_expr"):
        node = draft.nodes.get(name)
        possible = {True, False} if node is None else outcomes(node)
        if possible != {True, False}:
            word = "always" if possible == {True} else "never"
            draft.flaws.append(((name,), 0, f"this is {word} true, whatever the trap carries"))
    expr, clear = draft.nodes.get("expr"), draft.nodes.get("clear_expr")
    if _in_both(draft) and expr and clear and not draft.flaws and (common := common_ground(expr, clear)) is not None:
        draft.flaws.append((("clear_expr",), 0, f"expr and clear_expr are both true at {common}"))


def _check_maps(draft: _Draft) -> None:
    """Complain of values that the varbind of a label's map cannot have."""
    for label, entry in draft.entry.labels.items():
        if not isinstance(entry, LabelMap):
            continue
        if entry.from_ == COUNT:
            draft.flaws += [
                (("labels", label, "map", value), None, f"{value} is no number of traps from which on a word holds")
                for value in entry.map
                if not value.isdecimal()
            ]
            continue
        found = draft.objects.get(entry.from_)
        if found is None or not found.enum:
            continue
        numbers = {str(number): name for number, name in found.enum.items()}
        known = [*numbers, *found.enum.values()]
        for value in entry.map:
            if value not in known:
                message = f"{entry.from_} is never {value!r}{did_you_mean(value, found.enum.values())}"
                draft.flaws.append((("labels", label, "map", value), None, message))
        twice = [number for number, name in numbers.items() if number in entry.map and name in entry.map]
        draft.flaws += [
            (("labels", label, "map", number), None, f"{number} and {numbers[number]} are the same value")
            for number in twice
        ]


def _mapped(draft: _Draft) -> dict[str, MappedLabel]:
    return {
        label: MappedLabel(varbind=entry.from_, words=entry.map, default=entry.default)
        for label, entry in draft.entry.labels.items()
        if isinstance(entry, LabelMap)
    }


def _known_to_templates(draft: _Draft) -> tuple[str, ...]:
    return (*draft.objects, *draft.guessed, *draft.row_labels, *draft.entry.labels, *TRAP_GIVEN)


def _check_templates(draft: _Draft) -> None:
    unknown = {name for name, path, _ in _names_used(draft) if path[0] in ("annotations", "labels")}
    for part, name, text in _templates(draft.entry):
        try:
            # What nobody knows was told of already.
            compile_template(text, (*_known_to_templates(draft), *unknown), COUNTS)
        except ValueError as exc:
            draft.flaws.extend(((part, name), offset, message) for offset, message in flaws_of(exc))


def _waiting(draft: _Draft, *, file: str, line: int) -> TrapRule:
    """Return a rule that is known by name, keeps its alerts, and takes no trap till its names have come."""
    entry = draft.entry
    flaws = parsed_devices(entry.devices)[1]
    if flaws:
        raise Complaint(flaws)
    fixed = {name: text for name, text in entry.labels.items() if isinstance(text, str)}
    ends = bool(entry.clear_on) or entry.clear_expr is not None
    return TrapRule(
        name=entry.alert, alertname=entry.alert, devices=parsed_devices(entry.devices)[0],
        on_trap=_taking_none(draft.on_trap), clear_on=_taking_none(draft.clear_on), key=draft.key,
        expr=entry.expr, clear_expr=entry.clear_expr, hold_for=entry.for_, keep_firing_for=entry.keep_firing_for,
        ttl=entry.ttl or (None if ends else DEFAULT_TTL + entry.for_), confirm=entry.confirm,
        labels=fixed, mapped=_mapped(draft), annotations=entry.annotations, file=file, line=line,
        waits_for=tuple(dict.fromkeys(draft.awaited)),
    )  # fmt: skip


def _taking_none(patterns: Iterable[TrapPattern]) -> tuple[TrapPattern, ...]:
    return tuple(TrapPattern(oid=Oid(), text=pattern.text, nameless=True) for pattern in patterns)


def _assembled(draft: _Draft, *, file: str, line: int) -> TrapRule:
    entry, nodes, texts = draft.entry, draft.nodes, draft.texts
    formulas = {name: Formula(node, texts[name]) for name, node in nodes.items() if name != "value"}
    value, threshold = value_and_threshold(nodes["expr"], nodes.get("value")) if "expr" in nodes else (None, None)
    value = value or nodes.get("value")
    known = _known_to_templates(draft)
    fixed = {name: text for name, text in entry.labels.items() if isinstance(text, str)}
    return TrapRule(
        name=entry.alert, alertname=entry.alert, devices=parsed_devices(entry.devices)[0],
        on_trap=draft.on_trap, clear_on=draft.clear_on, key=draft.key,
        expr=entry.expr, clear_expr=entry.clear_expr, hold_for=entry.for_, keep_firing_for=entry.keep_firing_for,
        ttl=entry.ttl or (None if draft.clear_on else DEFAULT_TTL + entry.for_), confirm=entry.confirm,
        labels=fixed, mapped=_mapped(draft),
        label_templates={
            name: compile_template(text, known, COUNTS) for name, text in fixed.items() if is_template(text)
        },
        annotations=entry.annotations, file=file, line=line, objects=draft.objects,
        broken=formulas.get("expr"), healed=formulas.get("clear_expr"),
        value_of=None if value is None else Formula(value, texts.get("value", "")),
        threshold_of=None if threshold is None else Formula(threshold, ""),
        value_names=(value.names or {}) if isinstance(value, Read) else {},
        templates={name: compile_template(text, known, COUNTS) for name, text in entry.annotations.items()},
    )  # fmt: skip
