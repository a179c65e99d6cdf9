"""A place in a profile file: the value that stands there, and a way to say what is wrong with it.

Reading never stops at the first mistake: a wrong value is noted with its line and column and comes back as None.
May import: netwatch.model. Called by: netwatch.profiles.reading.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netwatch.model import KeyPath, Oid, Problem, YamlFile

Resolve = Callable[[str], Oid]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`value` stands at `path` of `file`; `problems` is the one list that the whole file fills.

    `resolve` reads an OID, in numbers or in names, and raises ValueError over what is none.
    """

    file: YamlFile
    value: Any
    path: KeyPath = ()
    problems: list[Problem] = field(default_factory=list)
    resolve: Resolve = Oid.parse

    def error(self, message: str, *, key: bool = False) -> None:
        """Note what makes the file unusable."""
        self.problems.append(self.file.problem(self.path, message, key=key))

    def warn(self, message: str, *, key: bool = False) -> None:
        """Note what is not done while the rest of the file is used."""
        self.problems.append(self.file.problem(self.path, message, key=key, severity="warning"))

    def at(self, step: str | int, value: Any = None) -> Place:
        """Return the place one step below; `value` stands in where nothing is written."""
        found = self.value[step] if isinstance(step, int) or step in self.value else value
        # As `replace` would, in a third of the time: a hundred thousand of these are made of a large folder.
        path = (*self.path, step)
        return Place(file=self.file, value=found, path=path, problems=self.problems, resolve=self.resolve)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def is_mapping(self, what: str) -> bool:
        """Return whether a mapping stands here; where not, that is an error."""
        if isinstance(self.value, Mapping):
            return True
        self.error(f"{what} is a mapping, not {_kind_of(self.value)}")
        return False

    def items(self, key: str) -> Iterator[Place]:
        """Yield the places of the list under `key`; what is no list is an error."""
        below = self.at(key)
        if below.value is None:
            return
        if not isinstance(below.value, list):
            below.error(f"{key} is a list, not {_kind_of(below.value)}")
            return
        for number in range(len(below.value)):
            yield below.at(number)

    def text(self, key: str, default: str = "") -> str:
        """Return the text under `key`; lists and mappings are errors."""
        value = self.value.get(key)
        if value is None:
            return default
        if isinstance(value, Mapping | list):
            self.at(key).error(f"{key} is a text, not {_kind_of(value)}")
            return default
        return scalar_text(value)

    def oid(self, key: str) -> Oid | None:
        """Return the OID under `key`; anything else is an error."""
        text = self.text(key)
        if not text:
            return None
        try:
            return self.resolve(text)
        except ValueError as exc:
            self.at(key).error(str(exc))
            return None

    def number(self, key: str, default: float) -> float:
        """Return the number under `key`."""
        value = default if self.value.get(key) is None else self.value[key]
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        self.at(key).error(f"{key} is a number, not {_kind_of(value)}")
        return default

    def names(self, key: str) -> dict[str, str]:
        """Return the mapping under `key`, texts to texts."""
        below = self.at(key)
        if key not in self or not below.is_mapping(key):
            return {}
        return {scalar_text(raw): scalar_text(name) for raw, name in below.value.items()}

    def integer_names(self, key: str) -> dict[int, str]:
        """Return the mapping under `key`, integers to texts; a key that is no integer is an error."""
        below = self.at(key)
        if key not in self or not below.is_mapping(key):
            return {}
        found: dict[int, str] = {}
        for raw, name in below.value.items():
            try:
                found[int(scalar_text(raw))] = scalar_text(name)
            except ValueError:
                below.at(raw).error(f"{scalar_text(raw)!r} is not an integer", key=True)
        return found

    def check_keys(self, known: Collection[str], unsupported: Mapping[str, str]) -> None:
        """Warn of every key that is not used: `unsupported` says why, the rest is unknown."""
        for key in self.value:
            name = scalar_text(key)
            if name in known:
                continue
            reason = unsupported.get(name) or _unknown(name, known)
            self.at(key).warn(reason, key=True)


def scalar_text(value: Any) -> str:
    """Return a YAML scalar as it is written: `true` stays `true`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unknown(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"unknown key {name!r}, ignored" + (f"; did you mean {close[0]!r}?" if close else "")


def _kind_of(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else repr(scalar_text(value))
