"""What a definition makes of a trap that no rule speaks of.

    trap -> MibNames.kind_of -> meanings_of: per alert it is about, facts and a verdict as a rule would have them

How grave it is says the trap itself where it carries a severity, else the definition. It is well again by a trap
whose name is the counterpart of another's (linkDown, linkUp), by a severity of cleared, or by a state that is well.

A quiet room: no clock, no socket, no database.
May import: netwatch.model, names, rule. Called by: netwatch.engine, judging.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwatch.model import (
    KindObject,
    Said,
    TrapEvent,
    TrapKind,
    Varbind,
    cleaned,
    value_text,
)
from netwatch.rules.traps.names import ROW, TRAP, MibNames
from netwatch.rules.traps.rule import Outcome, TrapFacts, TrapRule, TrapVerdict, frame_of_trap
from netwatch.rules.traps.words import TrapWords


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


MAX_SHOWN = 400
"""Letters of a message; what a device sends may be long."""
MAX_NAMED = 3
MAX_ROW = 200
_SEVERITIES = {
    "critical": "critical", "crit": "critical", "major": "critical", "severe": "critical", "emergency": "critical",
    "alert": "critical", "fatal": "critical", "error": "critical", "high": "critical",
    "minor": "warning", "warning": "warning", "warn": "warning", "medium": "warning", "degraded": "warning",
    "info": "info", "informational": "info", "information": "info", "notice": "info", "debug": "info", "low": "info",
    "event": "info", "cleared": "cleared", "clear": "cleared", "normal": "cleared", "ok": "cleared",
    "resolved": "cleared",
}  # fmt: skip
_WELL = _set(
    "ok okay normal up cleared clear inactive deactivated resolved running active online good success"
    " successful completed recovered restored established full ready operational enabled closed ceased on"
    " present passed noalarm nofault noerror notalarmed insync"
)
_ILL = _set(
    "failed failure fail down critical error fault faulty abnormal alarm lost major shutdown nonoperational"
    " offline dead unreachable disconnected timeout denied rejected mismatch overheat fatal"
)
_POOR = _set("warning minor degraded loopback suspended unknownstate partial nonexistent loop nonurgent")
_STATE = re.compile(r"(?i)(state|status|result|outcome|statuschange|condition|health)$")
_NOT_THE_STATE = re.compile(r"(?i)admin|row_?status|previous|last|old|storage|config|entry|severity")
_SEVERITY = re.compile(r"(?i)severity|notifcode$|alarmlevel$|alarmclass$|criticality|urgency$")
_ORDINAL = re.compile(
    r"(?i)(log|notif\w*|seq\w*|event|trap|history|record)(id|index|number|no|code)?$|alarmindex$|time|date"
)
_IDENTITY = re.compile(
    r"(id|index|ident|name|number|serial|mac|addr|address|descr|description|label|fec|ip|gateway)$", re.I
)
_TEXT = re.compile(
    r"(?i)(string|text|message|msg|descr|description|comment|detail|reason|info|additional\w*|name|output)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carried:
    """A varbind and what it is called; `text` is its value in words, an enumeration by its word alone."""

    name: str
    text: str
    suffix: tuple[int, ...]
    is_enum: bool


def meanings_of(rule: TrapRule, event: TrapEvent, names: MibNames) -> Sequence[tuple[TrapFacts, TrapVerdict]]:
    """Return what a trap means by its definition: one pair for each alert it begins or ends; none for mere news."""
    kind = names.kind_of(event.trap_oid)
    if kind is None:
        return ()
    carried = list(_carried(kind, event, names))
    outcome, severity = _judged(kind, carried)
    if outcome is Outcome.NOTHING:
        return ()
    if outcome is Outcome.BEGINS and severity not in ("critical", "warning"):
        return ()
    begun = kind.ends if outcome is Outcome.ENDS and kind.ends else (kind.name,)
    row = _row(carried)
    texts = {
        "trap_severity": severity, "trap_category": kind.category, "trap_message": _message(kind, event, carried),
        ROW: row,
    }  # fmt: skip
    values = {name: text.encode() for name, text in texts.items()}
    words = TrapWords(event, names)
    found = []
    for name in begun:
        key = {TRAP: cleaned(name), ROW: row} if row else {TRAP: cleaned(name)}
        facts = TrapFacts(event=event, key=key, values=values, texts=texts, words=words)
        frame = frame_of_trap(rule, facts, {})
        if outcome is Outcome.ENDS or rule.broken is None or rule.broken.at(frame, 0) is True:
            found.append((facts, TrapVerdict(outcome=outcome)))
    return found


def _carried(kind: TrapKind, event: TrapEvent, names: MibNames) -> Iterator[_Carried]:
    for varbind in event.varbinds:
        known = next((one for one in kind.objects.values() if varbind.oid[: len(one.oid)] == one.oid), None)
        if known is None:
            found, _ = names.object_at(varbind.oid)
            if found is None or found.kind not in ("scalar", "column"):
                yield _Carried(name="", text=_text(varbind, names, {}), suffix=(), is_enum=False)
                continue
            known = KindObject(name=found.name, oid=found.oid, enum=found.syntax.names)
        yield _Carried(
            name=known.name, text=_text(varbind, names, known.enum), suffix=tuple(varbind.oid[len(known.oid) :]),
            is_enum=bool(known.enum),
        )  # fmt: skip


def _text(varbind: Varbind, names: MibNames, enum: Mapping[int, str]) -> str:
    if isinstance(varbind.value, int):
        return enum.get(varbind.value) or _bare(value_text(names, varbind.oid, varbind.value))
    return cleaned(value_text(names, varbind.oid, varbind.value)).strip().strip('"')


def _bare(text: str) -> str:
    """Return `down` for `down(2)`."""
    return re.sub(r"^(\w[\w-]*)\(\d+\)$", r"\1", text)


def _judged(kind: TrapKind, carried: Sequence[_Carried]) -> tuple[Outcome, str]:
    """Return whether the trap begins or ends something, and how grave it is."""
    told = next((word for one in carried if (word := _severity_told(one))), "")
    state = next((word for one in carried if (word := _state_told(one))), "")
    if kind.ends or told == "cleared":
        return Outcome.ENDS, "info"
    if not kind.ended and state == "well" and told != "critical":
        return Outcome.ENDS, "info"
    if not kind.ended and state == "well" and any(_is_alarm_state(one) for one in carried):
        return Outcome.ENDS, "info"
    severity = told or kind.severity
    if state and state != "well" and not kind.ended and severity in ("", "info") and not told:
        severity = state
    return (Outcome.BEGINS, severity) if severity else (Outcome.NOTHING, "")


def _severity_told(one: _Carried) -> str:
    return _SEVERITIES.get(one.text.lower(), "") if _SEVERITY.search(one.name) else ""


def _is_alarm_state(one: _Carried) -> bool:
    return bool(re.search(r"(?i)(alarm|fault)\w*(state|status)", one.name)) and _state_told(one) == "well"


def _state_told(one: _Carried) -> str:
    """Return `well`, `critical` or `warning` where the varbind is a state in words; empty for any other."""
    if not _STATE.search(one.name) or _NOT_THE_STATE.search(one.name):
        return ""
    word = re.sub(r"[\W_]", "", one.text).lower()
    if word in _WELL:
        return "well"
    return "critical" if word in _ILL else "warning" if word in _POOR else ""


def _row(carried: Sequence[_Carried]) -> str:
    """Return what tells this alert from others of its kind: the instance most varbinds have, else what names it."""
    suffixes = Counter(
        one.suffix for one in carried if one.suffix and one.suffix != (0,) and not _ORDINAL.search(one.name)
    )
    if suffixes:
        return ".".join(map(str, suffixes.most_common(1)[0][0]))[:MAX_ROW]
    told = [one.text for one in carried if _IDENTITY.search(one.name) and not _ORDINAL.search(one.name)
            and not one.name.startswith(("sys", "snmpTrap", "mtrap")) and one.text]  # fmt: skip
    return "/".join(dict.fromkeys(told))[:MAX_ROW]


def _message(kind: TrapKind, event: TrapEvent, carried: Sequence[_Carried]) -> str:
    """Return the definition's message, filled; else the trap's name in words, and what its varbinds say."""
    given = {"@host": event.device or event.source, "@trap": kind.name, "@interface": _interface(carried)}
    by_name = {one.name: one.text for one in carried if one.name}
    by_place = {f"#{number}": one.text for number, one in enumerate(carried, 1)}
    text = _filled(kind.message, {**by_name, **by_place, **given})
    if not text.strip():
        text = _worded(kind.name)
    spoken = [one.text for one in carried if one.text and _TEXT.search(one.name) and one.text not in text
              and not one.name.startswith(("sys", "snmpTrap"))]  # fmt: skip
    if spoken:
        text = f"{text.rstrip(' .')}: {', '.join(spoken[:MAX_NAMED])}"
    return re.sub(r"\s+", " ", cleaned(text)).strip()[:MAX_SHOWN]


def _worded(name: str) -> str:
    bare = name.rpartition("::")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", bare).replace("-", " ")


def _interface(carried: Sequence[_Carried]) -> str:
    by_name = {one.name: one.text for one in carried}
    return next((by_name[name] for name in ("ifName", "ifDescr", "ifAlias", "ifIndex") if by_name.get(name)), "")


def _filled(parts: Sequence[str | Said], texts: Mapping[str, str], dot: str = "") -> str:
    written = []
    for part in parts:
        if isinstance(part, str):
            written.append(part)
            continue
        text = next((texts[name] for name in part.of if texts.get(name)), "") if part.of else dot
        if part.inner:
            written.append(_filled(part.inner, texts, text) if text else "")
        else:
            written.append(text or part.fallback)
    return "".join(written)
