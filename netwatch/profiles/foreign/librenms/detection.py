"""Which operating system a device has, by LibreNMS's os_detection: from what it says of itself to a system's name.

Systems are tried in the order of their names; those that want an object read of the device come after all others,
and last the few that would take what is another's.

A quiet room. May import: netwatch.model, netwatch.profiles. Called by: book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from netwatch.model import Oid, bounded_search
from netwatch.profiles.foreign.librenms.conditions import as_list, holds
from netwatch.profiles.foreign.librenms.patterns import re2_of

LAST: Final = ("airos", "freebsd", "linux")
"""Systems whose rules fit what others' devices say too."""
Answers = Mapping[Oid, str]
"""What a device answered; an object it does not have is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What a device says it is. object_id begins with a dot, as in the files; answers are to what was asked of it."""

    object_id: str
    description: str
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An object that must have a value."""

    oid: Oid
    operator: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One entry of `discovery`: all of it must hold; of a list one is enough, of a `not_` list none may fit.

    asks: objects to be read, each with whether it must fit or must not.
    """

    object_ids: tuple[str, ...] | None = None
    not_object_ids: tuple[str, ...] = ()
    words: tuple[str, ...] | None = None
    not_words: tuple[str, ...] = ()
    patterns: tuple[tuple[str, str, bool], ...] = ()
    asks: tuple[tuple[Wanted, bool], ...] = ()

    def may_hold(self, sample: Sample) -> bool:
        """Return whether all holds but for what must be read."""
        if self.object_ids is not None and not sample.object_id.startswith(self.object_ids):
            return False
        if self.not_object_ids and sample.object_id.startswith(self.not_object_ids):
            return False
        if self.words is not None and not any(word in sample.description for word in self.words):
            return False
        if any(word in sample.description for word in self.not_words):
            return False
        texts = {"sysDescr": sample.description, "sysObjectID": sample.object_id}
        return all((bounded_search(text)(texts[of]) is not None) is wanted for of, text, wanted in self.patterns)

    def holds(self, sample: Sample) -> bool:
        """Return whether all of it holds."""
        return self.may_hold(sample) and all(
            holds(sample.answers.get(one.oid), one.operator, one.value) is wanted for one, wanted in self.asks
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """An operating system and how its devices are told."""

    name: str
    conditions: tuple[Condition, ...]

    @property
    def is_slow(self) -> bool:
        """Return whether a device must be asked for something."""
        return any(condition.asks for condition in self.conditions)


class Detection:
    """All systems, in the order in which they are tried."""

    def __init__(self, systems: Iterable[System]) -> None:
        """Take them."""
        ordered = sorted(systems, key=lambda one: (one.name in LAST, one.is_slow, one.name))
        self._systems = tuple(ordered)

    def system_of(self, sample: Sample) -> str:
        """Return the name of a device's system, empty where none fits."""
        found = (one.name for one in self._systems if any(condition.holds(sample) for condition in one.conditions))
        return next(found, "")

    def questions(self, sample: Sample) -> tuple[Oid, ...]:
        """Return what must be read of a device before its system is known."""
        found: dict[Oid, None] = {}
        for one in self._systems:
            for condition in one.conditions:
                if not condition.may_hold(sample):
                    continue
                if not condition.asks:
                    return tuple(found)
                found.update(dict.fromkeys(wanted.oid for wanted, _ in condition.asks))
        return tuple(found)


def read_conditions(
    entries: Any, resolve: Callable[[str], Oid], complain: Callable[[str], None]
) -> Iterator[Condition]:
    """Yield the entries of `discovery` that can be judged; what cannot costs that entry, and is said."""
    for entry in as_list(entries):
        if not isinstance(entry, Mapping):
            complain("an entry of discovery is a mapping")
            continue
        try:
            yield _condition(entry, resolve)
        except ValueError as exc:
            complain(str(exc))


def _condition(entry: Mapping[str, Any], resolve: Callable[[str], Oid]) -> Condition:
    found: dict[str, Any] = {}
    patterns: list[tuple[str, str, bool]] = []
    asks: list[tuple[Wanted, bool]] = []
    for key, value in entry.items():
        name, wanted = str(key).removesuffix("_except"), not str(key).endswith("_except")
        texts = tuple(str(one) for one in as_list(value) if not isinstance(one, Mapping))
        if name == "sysObjectID":
            found["object_ids" if wanted else "not_object_ids"] = tuple(f".{one.lstrip('.')}" for one in texts)
        elif name == "sysDescr":
            found["words" if wanted else "not_words"] = texts
        elif name in ("sysDescr_regex", "sysObjectID_regex"):
            patterns.append((name.removesuffix("_regex"), _any_of(texts), wanted))
        elif name == "snmpget":
            asks += [(_wanted(one, resolve), wanted) for one in as_list(value)]
        else:
            raise ValueError(f"{name} is not read as a condition; this entry of discovery is left out")
    if not found and not patterns and not asks:
        raise ValueError("an entry of discovery without a condition is left out")
    return Condition(**found, patterns=tuple(patterns), asks=tuple(asks))


def _any_of(texts: Iterable[str]) -> str:
    pattern = "|".join(f"(?:{re2_of(one).text})" for one in texts)
    bounded_search(pattern)  # what RE2 does not know is said now
    return pattern


def _wanted(value: Any, resolve: Callable[[str], Oid]) -> Wanted:
    if not isinstance(value, Mapping) or not value.get("oid"):
        raise ValueError("snmpget is a mapping with `oid`, `op` and `value`")
    try:
        oid = resolve(str(value["oid"]).lstrip("."))
    except ValueError as exc:
        raise ValueError("snmpget: no OID, and no MIB at hand names the object; this entry is left out") from exc
    numeric = str(value["oid"]).lstrip(".").replace(".", "").isdigit()
    named_whole = not numeric and "." not in str(value["oid"])
    return Wanted(
        oid=oid.child(0) if named_whole else oid,
        operator=str(value.get("op") or "contains"),
        value=value.get("value"),
    )
