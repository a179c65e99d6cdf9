"""What the names of traps tell: that something is wrong or well again, and which two of them are a pair.

A quiet room. May import: nothing of NetWatch. Called by: the other files of this room.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SEVERITY_WORDS = {
    "emerg": "critical", "emergency": "critical", "alert": "critical", "crit": "critical", "critical": "critical",
    "fatal": "critical", "severe": "critical", "major": "critical", "err": "critical", "error": "critical",
    "failed": "critical", "failure": "critical", "nonoperational": "critical",
    "minor": "warning", "warning": "warning", "warn": "warning", "degraded": "warning", "marginal": "warning",
    "notice": "info", "info": "info", "informational": "info", "information": "info", "debug": "info",
    "normal": "info", "ok": "info", "operational": "info", "cleared": "info", "clear": "info", "harmless": "info",
}  # fmt: skip
"""What others call the severities of definitions."""

_ENDS = _set(
    "up ok okay recovered recover recovery recovers restored restore cleared clear clr normal return returned"
    " resolved end ended ends inactive deactivated connected reachable on passed established inserted available"
    " found regained good deasserted abate repaired corrected ceased cease back synchronized stopped stop off"
    " recovering disappeared reconnected enabled online woke started start solved released succeeded success"
    " released present exit falling synced"
)
_BEGINS = _set(
    "down failed failure fail fails fault faulty lost loss raised raise set begin active activated"
    " disconnected unreachable new detected detect detection exceeded exceed onset asserted high low removed"
    " absent unavailable error occurred occur rising notpresent off start started on abnormal not inactive"
    " disabled offline missing over under blocked entered enter crit critical warning warn nospace"
)
_TROUBLE = _set(
    "down failed failure fail fails fault faulty lost loss raised overload overloaded overheat overtemp error"
    " alarm critical warning exceeded violation unreachable degraded disconnected missing absent unavailable"
    " denied attack intrusion intruder loop mismatch full overflow high low anomaly conflict expired invalid"
    " abnormal shutdown sleeping fatal emergency exhausted broken dead discharged bad insufficient offline"
    " removed timeout collision flapping blocked tampered leak smoke overvoltage undervoltage overcurrent off"
    " crash rejected"
)
_FATAL = _set("critical fatal emergency failure overload overheat shutdown overtemp dead")
_TAILS = _set("trap notification notify notif event alarm alert is has been the a to from state change v2")
_STATES = _set("on off start started stop stopped enabled present inactive")
"""Words that begin as well as end something, by their counterpart."""
_HEADS = frozenset(("ups", "trap", "no", "not"))
_NOT_AN_END = frozenset(("not", "no", "un", "never"))


def tokens(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters: `rPDUNearOverload` is r, pdu, near, overload."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.split(r"[\W_]+", spaced.lower())) if name else ()


def says_end(name: str) -> bool:
    """Return whether a name says that something is well again: Up, Cleared, returnFrom...; and not NotPresent."""
    words = tokens(name)
    ends = [place for place, word in enumerate(words) if word in _ENDS - _STATES]
    return (
        bool(ends)
        and not any(place and words[place - 1] in _NOT_AN_END for place in ends)
        and not (
            {"down", "failed", "failure"} & set(words)
            and "return" not in words
            and not {"cleared", "clear"} & set(words)
        )
    )


def may_end(name: str) -> bool:
    """Return whether a name could end another's trouble, if there is that other."""
    return says_end(name) or bool(_STATES & set(tokens(name)))


def severity_by_name(name: str) -> str:
    """Return what the words of a trap's name say of it; empty where they tell nothing."""
    words = tokens(name)
    if says_end(name):
        return "info"
    joined = {first + second for first, second in pairwise(words)}
    known = {*words, *joined}
    if known & _TROUBLE or {"over", "temp"} <= known or {"not", "present"} <= known:
        return "critical" if known & _FATAL else "warning"
    return ""


def pair_key(name: str) -> str:
    """Return what is left of a name without the words that begin or end something: the same for both of a pair."""
    words = list(tokens(name))
    while len(words) > 1 and words[0] in _HEADS:
        words.pop(0)
    bare = [word for word in words if word not in _ENDS and word not in _BEGINS and word not in _TAILS]
    if not bare:
        bare = [word for word in words if word not in _ENDS and word not in _BEGINS] or words
    # over and under are half of a word there: overLoad, overload
    joined = "".join(re.sub(r"(ed|ing|es|e|s)$", "", word) if len(word) > 4 else word for word in bare)
    return re.sub(r"^(over|under)|^trap", "", joined)


def pairs(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, of the names of one module's traps, each that ends others, and which."""
    listed = list(names)
    by_key: dict[str, list[str]] = {}
    for name in listed:
        by_key.setdefault(pair_key(name), []).append(name)
    found: dict[str, tuple[str, ...]] = {}
    for group in by_key.values():
        ending = [name for name in group if says_end(name)]
        begun = tuple(name for name in group if name not in ending)
        if not ending and len(group) > 1:
            ending, begun = _by_state(group)
        found |= {name: begun for name in ending if begun}
    return found


def _by_state(group: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Split names that differ by a word of state alone: upsTurnedOn ends upsTurnedOff, and AlarmOff ends AlarmOn."""
    for well, wrong in (
        ("off", "on"),
        ("stop", "start"),
        ("stopped", "started"),
        ("inactive", "active"),
        ("detected", "lost"),
    ):
        alarms = [name for name in group if {"alarm", "fault", "warning"} & set(tokens(name))]
        ending = [name for name in group if well in tokens(name)]
        begun = tuple(name for name in group if wrong in tokens(name))
        if ending and begun:
            is_alarm = well not in ("off",) or bool(alarms)
            return (ending, begun) if is_alarm else (list(begun), tuple(ending))
    return [], ()


def worded(name: str) -> str:
    """Return a trap's name as words: `upsBatteryNotPresent` is `ups battery not present`."""
    return " ".join(tokens(name.rpartition("::")[2]))
