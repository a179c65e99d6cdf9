"""Takes values out of a YAML file key by key, and says of each that is wrong what and where.

May import: netwatch.model. Called by: reading, auths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from netwatch.model import KeyPath, Oid, Problem, YamlFile

Read = TypeVar("Read")
_PART_OF_DURATION = re.compile(r"([0-9]*\.?[0-9]+)(ns|us|µs|ms|s|m|h)")
_WORD = re.compile(r"[^\s,}\]]+")
"""What is no text ends before one of these."""
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Wrong(ValueError):
    """A value that cannot be used; says why."""


class Place:
    """A mapping of the file; what is wrong in it is put into `problems`, and something harmless is given instead."""

    def __init__(self, file: YamlFile, path: KeyPath, problems: list[Problem]) -> None:
        self.file, self.path, self.problems = file, path, problems
        node = file.data
        for step in path:
            node = node[step]
        self.node: Mapping[Any, Any] = node if isinstance(node, dict) else {}
        if not isinstance(node, dict) and node is not None:
            self.wrong((), "must be a mapping")

    def wrong(self, path: KeyPath, message: str, *, key: bool = False) -> None:
        """Note a problem below this place."""
        self.problems.append(self.file.problem((*self.path, *path), message, key=key))

    def only(self, known: frozenset[str], hint: Mapping[str, str] | None = None) -> None:
        """Note every key that is not one of these."""
        for key in self.node:
            if key not in known:
                more = (hint or {}).get(str(key), "")
                self.wrong((key,), f"unknown key {str(key)!r}{more}", key=True)

    def take(self, key: str, default: Read, read: Callable[[Any], Read], *, resolved: bool = False) -> Read:
        """Return what a key says, the default where it is not written or wrong.

        What is read is the text as it is written, so that 0123 is a password; `resolved` has it as YAML means it.
        """
        value = self.node.get(key)
        if value is None:
            return default
        try:
            return read(value if resolved else self._as_written((key,), value))
        except Wrong as exc:
            self.wrong((key,), str(exc))
            return default

    def needed(self, key: str, default: Read, read: Callable[[Any], Read]) -> Read:
        """Return what a key says that must be there."""
        if self.node.get(key) is None:
            self.wrong((), f"{key} is missing")
            return default
        return self.take(key, default, read)

    def items(self, key: str, read: Callable[[Any], Read]) -> tuple[Read, ...]:
        """Return the list below a key, without what is wrong in it."""
        return tuple(value for _, value in self._each(key, read))

    def _each(self, key: str, read: Callable[[Any], Read]) -> Iterator[tuple[int, Read]]:
        listed = self.node.get(key)
        if listed is None:
            return
        if not isinstance(listed, list):
            self.wrong((key,), "must be a list")
            return
        for number, one in enumerate(listed):
            try:
                yield number, read(self._as_written((key, number), one))
            except Wrong as exc:
                self.wrong((key, number), str(exc))

    def places(self, key: str) -> Iterator[Place]:
        """Yield the mappings of the list below a key."""
        for number, _ in self._each(key, lambda one: one):
            yield Place(self.file, (*self.path, key, number), self.problems)

    def named(self, key: str) -> Iterator[tuple[str, Place]]:
        """Yield the mappings below a key by their names."""
        inner = self.node.get(key)
        if inner is None:
            return
        if not isinstance(inner, dict):
            self.wrong((key,), "must be a mapping of names")
            return
        for name in inner:
            yield str(name), Place(self.file, (*self.path, key, name), self.problems)

    def words(self, key: str) -> dict[int, str]:
        """Return a mapping of numbers to texts; a text such as `true` or `1` is taken as it is written."""
        inner = self.node.get(key)
        if inner is None:
            return {}
        if not isinstance(inner, dict) or not all(type(number) is int for number in inner):
            self.wrong((key,), "must be a mapping of numbers to words")
            return {}
        found = {}
        for number, word in inner.items():
            try:
                found[number] = text(self._as_written((key, number), word))
            except Wrong as exc:
                self.wrong((key, number), str(exc))
        return found

    def _as_written(self, path: KeyPath, value: Any) -> Any:
        if isinstance(value, str | dict | list):
            return value
        found = _WORD.match(self.file.written((*self.path, *path)))
        return found[0] if found is not None else ""


def text(value: Any) -> str:
    """Read a text."""
    if isinstance(value, dict | list):
        raise Wrong("must be a text")
    return str(value)


def oid(value: Any) -> Oid:
    """Read an OID in numbers."""
    try:
        return Oid.parse(text(value))
    except ValueError as exc:
        raise Wrong(f"{exc}; the generator writes OIDs in numbers") from None


def number(value: Any) -> float:
    """Read a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("must be a number")
    return float(value)


def whole(value: Any) -> int:
    """Read a whole number from 0."""
    if type(value) is not int or not 0 <= value < 2**32:
        raise Wrong("must be a whole number, 0 or more")
    return value


def yes(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise Wrong("must be true or false")
    return value


def go_duration(value: Any) -> timedelta:
    """Read a duration as Go writes it: `5s`, `1m30s`, `500ms`."""
    written = str(value)
    parts = _PART_OF_DURATION.findall(written)
    if not parts or "".join(amount + unit for amount, unit in parts) != written:
        raise Wrong(f"{written!r} is not a duration such as 5s, 500ms or 1m30s")
    try:
        return timedelta(seconds=sum(float(amount) * _SECONDS[unit] for amount, unit in parts))
    except OverflowError:
        raise Wrong(f"{written!r} is longer than anything lasts") from None


def one_of(known: frozenset[str]) -> Callable[[Any], str]:
    """Return what reads one of some words."""

    def read(value: Any) -> str:
        if text(value) not in known:
            raise Wrong(f"{value!r} is none of {', '.join(sorted(filter(None, known)))}")
        return str(value)

    return read
