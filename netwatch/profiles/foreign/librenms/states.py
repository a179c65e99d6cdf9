"""What the states of LibreNMS mean here: `generic` as it stands, but for words that say nothing of a fault.

A quiet room. May import: conditions. Called by: sensors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from netwatch.profiles.foreign.librenms.conditions import as_list

GENERIC: Final[Mapping[Any, str]] = {0: "ok", 1: "warning", 2: "critical", 3: "unknown"}
_BAD: Final = frozenset({"warning", "critical"})
_POSITIONS: Final = frozenset({"off", "on", "open", "closed", "low", "high", "no", "disabled", "inactive"})
"""How something is set or used. Whether that is wanted nobody said; of a fan or a supply it is a fault anyhow."""
_SWITCHED: Final = frozenset({"other", "outlet", "door"})
_UNUSED: Final = re.compile(r"not(?:used|inuse|configured|enabled|applicable|\w*port)|unused|unconfigured")
_EMPTY: Final = frozenset(
    {"absent", "empty", "notpresent", "notinstalled", "unequipped", "notequipped", "unpopulated"}
)
"""A place without a part: a fault only where there was one, which rules know."""
_TOLD: Final = frozenset(
    {
        "notification",
        "notice",
        "info",
        "information",
        "informational",
        "available",
        "updateavailable",
        "upgradeavailable",
    }
)
"""News, of an update for instance, and no warning."""


@dataclass(frozen=True, slots=True)
class State:
    """One state: the device's number or word, what it is called, and what it means."""

    value: str
    descr: str
    meant: str


def read_states(states: Any) -> Iterator[State]:
    """Yield the states that say what they mean."""
    for state in as_list(states):
        meant = GENERIC.get(state.get("generic")) if isinstance(state, Mapping) else None
        if meant is not None and state.get("value") is not None:
            yield State(str(state["value"]), str(state.get("descr", state["value"])), meant)


def is_list_of_faults(states: Sequence[State]) -> bool:
    """Return whether rows are what is wrong, and no parts: none of the states is well, and they weigh differently."""
    meant = {state.meant for state in states}
    return "ok" not in meant and meant >= _BAD


def judged(states: Sequence[State], part_class: str, *, is_doubtful: bool) -> Iterator[State]:
    """Yield states as they are meant here; `is_doubtful`: rows that are no parts are among the rows.

    Where no state is well, one and the same fault whatever the device says is none.
    """
    says_nothing = is_doubtful or not (any(one.meant == "ok" for one in states) or is_list_of_faults(states))
    for state in states:
        word = re.sub(r"[^a-z]", "", state.descr.lower())
        if state.meant not in _BAD:
            yield state
        elif word in _EMPTY:
            yield replace(state, meant="absent")
        elif says_nothing or _UNUSED.fullmatch(word) or (part_class in _SWITCHED and word in _POSITIONS):
            yield replace(state, meant="unknown")
        elif state.meant == "warning" and word in _TOLD:
            yield replace(state, meant="ok")
        else:
            yield state
