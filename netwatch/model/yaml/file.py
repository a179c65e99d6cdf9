"""A YAML file with the place of everything in it, so that an error can name file, line and column.

May import: netwatch.model.files.patient, netwatch.model.yaml.{parsing, problem, tree}.
Called by: config, rules, profiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwatch.model.files.patient import bytes_of
from netwatch.model.yaml.parsing import Misread, tree_of
from netwatch.model.yaml.problem import InvalidFile, KeyPath, Problem, dotted
from netwatch.model.yaml.tree import PlacedList, PlacedMapping, Spot

MAX_FILE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """A file read: `data` is the tree (mappings, lists, scalars), `text` what it was read from."""

    name: str
    data: Any = field(repr=False)
    text: str = field(default="", repr=False)

    def only(self, *keys: str) -> YamlFile:
        """Return the file with these of its keys alone: of thousands of files the trees are too much to keep."""
        if not isinstance(self.data, PlacedMapping):
            return self
        data = PlacedMapping(self.data.at)
        data.update((key, self.data[key]) for key in keys if key in self.data)
        data.spots.update((key, self.data.spots[key]) for key in keys if key in self.data.spots)
        return YamlFile(name=self.name, data=data)

    def position(self, path: KeyPath, *, key: bool = False) -> Spot:
        """Return line and column of the value at `path` (of its key, if asked), or of its nearest parent.

        Unknown steps are skipped over, so that the path of a validation error may hold names of its own.
        """
        node = self.data
        place: Spot = node.at if isinstance(node, PlacedMapping | PlacedList) else (1, 1)
        for number, step in enumerate(path):
            found = _place_of(node, step, want_key=key and number == len(path) - 1)
            place = found or place
            if found is not None or (isinstance(node, Mapping) and step in node):
                node = node[step]
        return place

    def written(self, path: KeyPath) -> str:
        """Return the rest of the line at a value, as it stands in the file: `0777` where `data` says 777."""
        line, column = self.position(path)
        lines = self.text.splitlines()
        return lines[line - 1][column - 1 :] if line <= len(lines) else ""

    def problem(self, path: KeyPath, message: str, *, key: bool = False, severity: str = "error") -> Problem:
        """Return a Problem placed at `path`."""
        line, column = self.position(path, key=key)
        return Problem(
            file=self.name, line=line, column=column, path=dotted(path), message=message, severity=severity
        )


def _place_of(node: Any, step: str | int, *, want_key: bool) -> Spot | None:
    """Return the place of a child, or None: it is not there, or stands elsewhere (merged in by `<<`)."""
    if isinstance(node, PlacedMapping):
        spots = node.spots.get(step)
        return None if spots is None else spots[0 if want_key else 1]
    if isinstance(node, PlacedList) and isinstance(step, int) and step < len(node):
        return node.spots[step]
    return None


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML document.

    Raises:
        InvalidFile: the file cannot be read, is too large, or is not YAML; names line and column.
    """
    name = str(path)
    try:
        raw = bytes_of(path, MAX_FILE_BYTES)
    except OSError as exc:
        raise InvalidFile([_problem(name, (1, 1), exc.strerror or str(exc))]) from exc
    if len(raw) > MAX_FILE_BYTES:
        raise InvalidFile([_problem(name, (1, 1), f"larger than {MAX_FILE_BYTES // 2**20} MiB")])
    try:
        text = raw.decode()
    except UnicodeDecodeError as exc:
        before = raw[: exc.start].decode()
        spot = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise InvalidFile([_problem(name, spot, f"is not UTF-8 (byte {exc.start})")]) from exc
    return parse_yaml(text.replace("\r\n", "\n").replace("\r", "\n"), name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse one YAML document given as text; `name` stands in messages.

    Raises:
        InvalidFile: the text is not YAML, or holds what is not taken; names line and column.
    """
    try:
        return YamlFile(name=name, data=tree_of(text), text=text)
    except Misread as exc:
        raise InvalidFile([_problem(name, exc.spot, str(exc))]) from None


def _problem(name: str, spot: Spot, message: str) -> Problem:
    return Problem(file=name, line=spot[0], column=spot[1], path="", message=message)
