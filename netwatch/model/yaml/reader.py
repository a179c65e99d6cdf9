"""Goes through a YAML file by hand, and notes everything that is wrong with its place.

May import: netwatch.model.yaml.{file, problem}. Called by: netwatch.web, through the door of this room.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from netwatch.model.yaml.file import YamlFile
from netwatch.model.yaml.problem import KeyPath, Problem


class YamlReader:
    """A file under somebody's hands; what is wrong in it gathers in `problems`."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, path: KeyPath, message: str, *, key: bool = False) -> None:
        """Note what is wrong with a value, or with its key."""
        self.problems.append(self.file.problem(path, message, key=key))

    def mapping(self, path: KeyPath, value: Any, known: Collection[str] | None = None) -> Mapping[Any, Any]:
        """Return a mapping, an empty one for nothing and for what is none; known: the keys that it may have."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(path, "must be a mapping")
            return {}
        for key in value if known is not None else ():
            if key not in (known or ()):
                self.wrong((*path, key), f"unknown key {key!r}", key=True)
        return value
