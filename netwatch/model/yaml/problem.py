"""What is wrong in a file that somebody wrote, and where.

May import: netwatch.errors. Called by: file; every room that reads files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwatch.errors import ConfigError

KeyPath = tuple[str | int, ...]
"""The way to a value: `("devices", 0, "address")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in a file. Lines and columns count from 1; `severity` is `error` or `warning`."""

    file: str
    line: int
    column: int
    path: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        kind = "" if self.severity == "error" else f"{self.severity}: "
        return f"{where}: {kind}{self.path}: {self.message}" if self.path else f"{where}: {kind}{self.message}"


class InvalidFile(ConfigError):
    """One or more problems in files the operator wrote; `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def dotted(path: KeyPath) -> str:
    """Write a key path as people read it: `devices[0].address`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
