"""Reads a definition of which a line is no YAML: what that line belongs to is left out, the rest is used.

LibreNMS's own copy holds such files, and a whole system's sensors for a comma too many is a poor bargain. Lines that
are left out stay empty, so that every other one keeps its number.
May import: netwatch.model. Called by: book.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from netwatch.model import InvalidFile, Problem, YamlFile, bytes_of, parse_yaml, read_yaml

MOST_BROKEN: Final = 8
MAX_BYTES: Final = 2**20
_KEY: Final = re.compile(r" *[\w.-]+:", re.ASCII)


def read_what_can_be(path: Path) -> tuple[YamlFile, list[Problem]]:
    """Return a file, and what was wrong with the parts of it that are left out.

    Raises:
        InvalidFile: it cannot be read, or not enough of it is YAML.
    """
    try:
        return read_yaml(path), []
    except InvalidFile as exc:
        wrong, first = list(exc.problems), exc
    try:
        lines = bytes_of(path, MAX_BYTES).decode().replace("\r\n", "\n").split("\n")
    except (OSError, ValueError):
        raise first from None
    for _ in range(MOST_BROKEN):
        if not _left_out(lines, wrong[-1].line - 1):
            break
        try:
            file = parse_yaml("\n".join(lines), str(path))
        except InvalidFile as exc:
            wrong += exc.problems
            continue
        if isinstance(file.data, Mapping) and any(file.data.values()):
            return file, wrong
    raise first


def _left_out(lines: list[str], at: int) -> bool:
    """Empty what a line belongs to, the outermost item of a list, else a key; return whether there is such."""
    above = _above(lines, at) if at < len(lines) else []
    items = [line for line in above if lines[line].lstrip().startswith("-")]
    keys = [line for line in above if _indent(lines[line]) > 0 and _KEY.match(lines[line])]
    start = items[-1] if items else keys[0] if keys else None
    if start is None:
        return False
    end, indent = start + 1, _indent(lines[start])
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    lines[start:end] = [""] * (end - start)
    return True


def _above(lines: list[str], at: int) -> list[int]:
    """Return the line, and each that it is indented under, from the inside out."""
    found: list[int] = []
    indent = 1 << 30
    for line in range(at, -1, -1):
        if lines[line].strip() and not lines[line].lstrip().startswith("#") and _indent(lines[line]) < indent:
            found.append(line)
            indent = _indent(lines[line])
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
