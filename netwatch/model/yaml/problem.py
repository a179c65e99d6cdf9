"""What is wrong in a file that somebody wrote, and where.

May import: netwatch.errors. Called by: file; every room that reads files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netwatch.errors import ConfigError

KEPT_OF_WORD = 60
LONGEST_MESSAGE = 1000
_LONG_WORD = re.compile(r"\S{200,}")
_LONG_QUOTE = re.compile(r"""(?<![^\s(\[{:])(?:'[^'\n]{100,}'|"[^"\n]{100,}")""")

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
        path, message = shortened(self.path), shortened(self.message)
        return f"{where}: {kind}{path}: {message}" if path else f"{where}: {kind}{message}"


def shortened(text: str) -> str:
    """Return a text about a file with the long values in it cut, and cut itself: one that somebody can read."""
    text = _LONG_WORD.sub(lambda match: f"{match[0][:KEPT_OF_WORD]}...", _LONG_QUOTE.sub(_cut_quote, text))
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}..."


def _cut_quote(match: re.Match[str]) -> str:
    return f"{match[0][:KEPT_OF_WORD]}...{match[0][0]}"


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
