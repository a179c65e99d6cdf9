"""Finds modules and definitions in the text of a MIB file without understanding them.

A quiet room: text in, places out. It says where a definition begins, so that one that breaks the grammar can be
left out alone and named with its line.
May import: nothing. Called by: netwatch.mib.syntax.grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUIET = re.compile(r'--[^\r\n]*|"[^"]*(?:"|\Z)')
_MACRO = re.compile(r"\bMACRO\b.*?(?:\bEND\b|\Z)", re.DOTALL)
_VISIBLE = re.compile(r"[^\r\n]")
_MODULE = re.compile(
    r"(?<![\w-])([A-Za-z][\w-]*)\s*(?:\{[^{}]{0,500}\}\s*)?DEFINITIONS\s*(?:[A-Z]+\s+TAGS\s*)?::=\s*BEGIN\b"
)
_DEFINITION = re.compile(
    r"(?<![\w-])([A-Za-z0-9][\w-]*)\s+(?:(?:OBJECT-TYPE|MODULE-IDENTITY|OBJECT-IDENTITY|NOTIFICATION-TYPE|TRAP-TYPE"
    r"|OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE|AGENT-CAPABILITIES)\s+(?!FROM\b)(?=[A-Z])"
    r"|OBJECT\s+IDENTIFIER\s*::=|::=\s*(?=[A-Z\[]))"
)
_NO_NAMES = {"DEFINITIONS", "MACRO"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One definition: its name, where it stands in the text, and its line (from 1)."""

    name: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePlace:
    """One module of a file: its name and place; `head` ends where its first definition begins.

    `ended` is False where the text stops before END.
    """

    name: str
    line: int
    start: int
    head: int
    end: int
    ended: bool
    parts: tuple[Part, ...]


def masked(text: str) -> str:
    """Return the text with comments, strings and macro bodies blanked; every other character keeps its place."""
    return _MACRO.sub(_blank, _QUIET.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return _VISIBLE.sub(" ", match[0])


class Lines:
    """Line numbers of places in a text, counted from 1."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place, self._line = 0, 1

    def at(self, place: int) -> int:
        """Return the line of a place; quick where places are asked in order."""
        if place < self._place:
            self._place, self._line = 0, 1
        self._line += self._text.count("\n", self._place, place)
        self._place = place
        return self._line


def modules_in(text: str, quiet: str) -> list[ModulePlace]:
    """Return the modules of a file; `quiet` is `masked(text)`."""
    headers = list(_MODULE.finditer(quiet))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    lines = Lines(text)
    return [_module(quiet, header, end, lines) for header, end in zip(headers, ends, strict=False)]


def _module(quiet: str, header: re.Match[str], end: int, lines: Lines) -> ModulePlace:
    last = _last_end(quiet, header.end(), end)
    body_end = end if last is None else last
    line = lines.at(header.start())
    found = [m for m in _DEFINITION.finditer(quiet, header.end(), body_end) if m[1] not in _NO_NAMES]
    starts = [m.start() for m in found]
    parts = tuple(
        Part(name=m[1], start=m.start(), end=after, line=lines.at(m.start()))
        for m, after in zip(found, [*starts[1:], body_end], strict=False)
    )
    head = starts[0] if starts else body_end
    return ModulePlace(
        name=header[1], line=line, start=header.start(), head=head, end=body_end, ended=last is not None, parts=parts
    )


def _last_end(quiet: str, start: int, end: int) -> int | None:
    place = quiet.rfind("END", start, end)
    while place >= 0:
        around = quiet[place - 1 : place] + quiet[place + 3 : place + 4]
        if not any(c.isalnum() or c in "-_" for c in around):
            return place
        place = quiet.rfind("END", start, place)
    return None
