"""Whether a file is all there: refuses one that is empty, cut off, or without a device by accident.

A file that somebody shortened by hand must pass, so only what no hand leaves behind counts as cut off: an entry begun
and not ended where the file ends, or the running configuration up to the middle of a word, with lines lost behind it.

May import: netwatch.model. Called by: loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netwatch.config.tree import found
from netwatch.model import Problem, YamlFile

ALLOW_EMPTY = "--allow-empty"
BLOCK_BYTES = 4096
"""Disks and editors write so much at once; a file cut off by one of them ends after some of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """The configuration that runs now: its text, and how many devices it has."""

    text: str = field(repr=False)
    devices: int


def incomplete(file: YamlFile, tree: Mapping[str, Any], before: Predecessor | None) -> Iterator[Problem]:
    """Yield what speaks for a file that is not all there; `before` is None at a start."""
    if file.data is None:
        yield _at_end(file, f"is empty, so nothing would be watched; if that is meant, start with {ALLOW_EMPTY}")
    elif _is_cut(file, before):
        yield _at_end(file, "ends in the middle of a line: it seems to be cut off; if not, end the line")
    elif not tree.get("devices") and before is not None and before.devices:
        words = f"has no devices, and {before.devices} are watched now; if that is meant, run with {ALLOW_EMPTY}"
        yield file.problem(("devices",), words)
    elif not tree.get("devices") and not any(found(tree, "traps", "listen", 0)):
        words = (
            f"has no devices and hears no traps: nothing would be watched; if that is meant, run with {ALLOW_EMPTY}"
        )
        yield file.problem(("devices",), words)


def _at_end(file: YamlFile, words: str) -> Problem:
    lines = file.text.split("\n")
    return Problem(file=file.name, line=len(lines), column=len(lines[-1]) + 1, path="", message=words)


def _is_cut(file: YamlFile, before: Predecessor | None) -> bool:
    text = file.text
    if not text.endswith("\n") and _ends_in_nothing(file.data) and text.rstrip(" ").endswith((":", "-")):
        return True
    if before is None or len(text) >= len(before.text) or not before.text.startswith(text):
        return False
    lost = before.text[len(text) :]
    return _is_in_a_word(text, lost) or len(text.encode()) % BLOCK_BYTES == 0


def _is_in_a_word(text: str, lost: str) -> bool:
    """Return whether a word was cut in two, and whole lines behind it are gone too."""
    _, end, behind = lost.partition("\n")
    return not text[-1:].isspace() and not lost[0].isspace() and bool(end) and bool(behind.strip())


def _ends_in_nothing(node: Any) -> bool:
    """Return whether the very last entry has no value."""
    while isinstance(node, dict | list) and node:
        node = list(node.values())[-1] if isinstance(node, dict) else node[-1]
    return node is None
