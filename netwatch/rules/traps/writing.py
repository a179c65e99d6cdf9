"""Writes a trap rule for a notification of a MIB module: a start that `check` takes, for a person to finish.

What ends the alert is guessed from names; the rule says so in a comment, with the guess.
A quiet room: no clock, no socket, no database.
May import: netwatch.model, netwatch.rules.traps.names; netwatch.mib for its types alone. Called by: cli (mib rule).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

from netwatch.model import USUAL, Severities, severity_meant
from netwatch.rules.traps.entry import MAX_KEYS
from netwatch.rules.traps.names import MibNames, object_of

if TYPE_CHECKING:
    from netwatch.mib import MibObject

PAIRS = (
    ("Down", "Up"), ("down", "up"), ("DOWN", "UP"), ("Failed", "Restored"), ("Failed", "Recovered"), ("Failed", "Ok"),
    ("Failed", "OK"), ("Failure", "Restored"), ("Failure", "Recovered"), ("Failure", "Ok"), ("Fail", "Ok"),
    ("Fail", "Normal"), ("Fault", "Ok"), ("Fault", "Normal"), ("Fault", "Cleared"), ("Lost", "Restored"),
    ("Lost", "Regained"), ("Lost", "Found"), ("Loss", "Restored"), ("Raised", "Cleared"), ("Raise", "Clear"),
    ("Set", "Clear"), ("Set", "Cleared"), ("Begin", "End"), ("Exceeded", "Cleared"), ("Exceeded", "Normal"),
    ("Rising", "Falling"), ("rising", "falling"), ("High", "Normal"), ("Low", "Normal"), ("Active", "Inactive"),
    ("Active", "Cleared"), ("Removed", "Inserted"), ("Unavailable", "Available"), ("Disconnected", "Connected"),
    ("Abnormal", "Normal"), ("Onset", "Abate"), ("Unreachable", "Reachable"), ("Off", "On"), ("Alarm", "AlarmClear"),
)  # fmt: skip
"""How vendors name the two of a pair: what begins, what ends."""
ENDINGS = ("Clear", "Cleared", "Resolved", "Resolve", "Restored", "Recovered", "Recovery", "Normal", "Off", "End")
_CLEARED = ("cleared", "clear", "normal", "resolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carried:
    """An object that the rule names: under its own name, or one that a rule can hold."""

    name: str
    found: MibObject


def rule_text(
    notification: MibObject, names: MibNames, taken: Collection[str] = (), takers: Sequence[str] = ()
) -> str:
    """Return an entry of a rule file for a notification, its first line without indentation.

    taken: names that other rules have. takers: rules that take these traps already, for a remark.
    """
    carried = list(_carried(notification, names))
    keys = _keys(carried, names)
    graded = next((one for one in carried if _is_severity(one)), None)
    lines = [f"- alert: {_free_name(notification.name, taken)}", f"  on_trap: {notification.full_name}"]
    if notification.status in ("obsolete", "deprecated"):
        lines.insert(0, f"# {notification.full_name} is {notification.status}, says its module.")
    if takers:
        lines.insert(0, f"# {', '.join(takers)} of NetWatch takes this trap already; both would tell of it.")
    if keys:
        lines.append(f"  key: [{', '.join(key.name for key in keys)}]")
    lines += _ending(notification, names, graded)
    lines += [*_severity(graded), "  annotations:", f'    summary: "{_summary(notification, keys)}"']
    lines.append('    description: "{{ source }} sent {{ trap }}{% if count > 1 %}, {{ count }} times{% endif %}: '
                 '{{ varbinds }}"')  # fmt: skip
    lines += _stated([*carried, *(key for key in keys if key not in carried)])
    return "\n".join(lines) + "\n"


def _carried(notification: MibObject, names: MibNames) -> Iterator[_Carried]:
    for oid in notification.objects:
        found, suffix = names.object_at(oid)
        if found is not None and not suffix and object_of(found) is not None:
            yield _Carried(name=_rule_name(found.name), found=found)


def _keys(carried: Sequence[_Carried], names: MibNames) -> list[_Carried]:
    """Return what tells one row from another: the index of the table that most of the varbinds are of."""
    tables: dict[tuple[str, ...], int] = {}
    for one in carried:
        parts = tuple(part.name for part in one.found.index)
        if parts:
            tables[parts] = tables.get(parts, 0) + 1
    if not tables:
        return []
    parts = max(tables, key=lambda index: tables[index])
    by_name = {one.found.name: one for one in carried}
    named = [one for one in carried if one.found.index and one.name.endswith("Name")]
    if named and not any(part in by_name for part in parts):
        return named[:1]  # some agents send such columns without the instance that holds the index
    keys = []
    for part in parts[:MAX_KEYS]:
        known = by_name.get(part)
        if known is None:
            found = names.object_named(part)
            known = _Carried(name=_rule_name(part), found=found) if found and object_of(found) else None
        if known is not None:
            keys.append(known)
    return keys


def _ending(notification: MibObject, names: MibNames, graded: _Carried | None) -> Iterator[str]:
    """Yield what ends the alert: a sibling, a word of its severity, or time alone."""
    sibling, guess = sibling_of(notification, names)
    if sibling is not None:
        yield f"  clear_on: {sibling.full_name}  # guessed by its name: {guess}"
        yield "  ttl: 1d"
        return
    words = graded.found.syntax.names.values() if graded else ()
    cleared = next((word for word in words if word.lower() in _CLEARED), None)
    if graded is not None and cleared is not None:
        yield f"  expr: {graded.name} != '{cleared}'"
        yield f"  clear_expr: {graded.name} == '{cleared}'"
        yield "  ttl: 1d"
        return
    yield "  ttl: 1h  # nothing of its module looks like its end, so it ends by itself"


def sibling_of(notification: MibObject, names: MibNames) -> tuple[MibObject | None, str]:
    """Return the notification of the same module that ends what this one begins, as names tell, and the guess."""
    name = notification.name
    for begins, ends in PAIRS:
        if begins in name:
            found = _notification(names, f"{notification.module}::{name.replace(begins, ends)}")
            if found is not None:
                return found, f"{begins} and {ends}"
    for stem in dict.fromkeys((name, re.sub(r"(Trap|Notification|Notify|Alarm|Event)$", "", name))):
        for ending in ENDINGS:
            for tail in dict.fromkeys(("", name.removeprefix(stem))):
                found = _notification(names, f"{notification.module}::{stem}{ending}{tail}")
                if found is not None:
                    return found, f"{ending} behind it"
    return None, ""


def _notification(names: MibNames, full_name: str) -> MibObject | None:
    found = names.object_named(full_name)
    return found if found is not None and found.kind == "notification" else None


def _is_severity(one: _Carried) -> bool:
    return "severity" in one.name.lower() and bool(one.found.syntax.names)


def _severity(graded: _Carried | None) -> list[str]:
    if graded is None:
        return [f"  labels: {{severity: {USUAL}}}"]
    order = Severities()
    words = {word: severity_meant(word, order) for word in graded.found.syntax.names.values()}
    known = ", ".join(f"{word}: {meant}" for word, meant in words.items() if meant and _is_plain(word))
    if not known:
        return [f"  labels: {{severity: {USUAL}}}"]
    return ["  labels:", f"    severity: {{from: {graded.name}, map: {{{known}}}, default: {USUAL}}}"]


def _summary(notification: MibObject, keys: Sequence[_Carried]) -> str:
    of_row = "".join(f"{{% if {key.name} %}} {key.name} {{{{ {key.name} }}}}{{% endif %}}" for key in keys)
    return f"{{{{ device }}}}: {_words(notification.name)}{of_row}"


def _stated(objects: Sequence[_Carried]) -> list[str]:
    """Return the varbinds with numbers and enumerations, so that the rule means the same without the module."""
    if not objects:
        return []
    lines = ["  varbinds:"]
    for one in {one.name: one for one in objects}.values():
        oid, known = one.found.oid, object_of(one.found)
        if known is not None and known.enum:
            words = ", ".join(f"{number}: {_quoted(word)}" for number, word in sorted(known.enum.items()))
            lines.append(f"    {one.name}: {{oid: {oid}, enum: {{{words}}}}}")
        elif known is not None and known.kind.value == "text":
            lines.append(f"    {one.name}: {{oid: {oid}, kind: text}}")
        else:
            lines.append(f"    {one.name}: {oid}")
    return lines


def _quoted(word: str) -> str:
    """Return a word as YAML keeps it a word: `on`, `no` and numbers in quotes."""
    return word if _is_plain(word) else f'"{word}"'


def _is_plain(word: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", word)) and word.lower() not in (
        "on", "off", "yes", "no", "true", "false", "null", "y", "n",
    )  # fmt: skip


def _rule_name(name: str) -> str:
    return name.replace("-", "_")


def _alert_name(name: str) -> str:
    return _rule_name(name[:1].upper() + name[1:])[:100]


def _free_name(notification: str, taken: Collection[str]) -> str:
    """Return a name for the alert that no other rule has."""
    name = _alert_name(notification)
    further = (f"{name[:90]}Trap{number if number > 1 else ''}" for number in count(1))
    return next(one for one in chain((name,), further) if one not in taken)


def _words(name: str) -> str:
    """Return `ciscoEnvMonFanNotification` as `cisco env mon fan notification`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("-", " ").lower()
