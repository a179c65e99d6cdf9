"""Object definitions out of MIB files, by a reader just good enough to hold our profiles against them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from netwatch.model import ColumnKind

ROOTS = {
    "iso": "1", "org": "1.3", "dod": "1.3.6", "internet": "1.3.6.1", "mgmt": "1.3.6.1.2", "mib-2": "1.3.6.1.2.1",
    "private": "1.3.6.1.4", "enterprises": "1.3.6.1.4.1", "transmission": "1.3.6.1.2.1.10",
}  # fmt: skip
OBJECT = re.compile(
    r"(?<![\w-])([a-z][\w-]*)\s+"
    r"(?:OBJECT IDENTIFIER|(?:OBJECT-TYPE|MODULE-IDENTITY|OBJECT-IDENTITY)\b((?:(?!::=).)*?))"
    r"\s*::=\s*\{\s*([\w-]+)(?:\(\d+\))?((?:\s+[\w-]*\(?\d+\)?)+)\s*\}",
    re.DOTALL,
)
SYNTAX = re.compile(r"SYNTAX\s+(.*?)\s+(?:UNITS|MAX-ACCESS|ACCESS)\b", re.DOTALL)
CONVENTION = re.compile(r"([A-Z][\w-]*)\s*::=\s*TEXTUAL-CONVENTION\b(?=((?:(?!::=).)*))", re.DOTALL)
CONVENTION_SYNTAX = re.compile(r"SYNTAX\s+((?:INTEGER|BITS)\s*\{[^}]*\}|[A-Z][\w-]*)")
NAMES = re.compile(r"([a-z][\w-]*)\s*\(\s*(\d+)\s*\)")
TEXTS_AND_COMMENTS = re.compile(r'"[^"]*"|--[^\n]*')
"""Whichever begins first: a comment may hold one quotation mark, a text may hold two dashes."""
NUMBER = re.compile(r"(\d+)\)?(?=\s|$)")
KINDS = {
    "Counter32": ColumnKind.COUNTER32, "Counter": ColumnKind.COUNTER32, "Counter64": ColumnKind.COUNTER64,
    "OCTET": ColumnKind.TEXT, "OBJECT": ColumnKind.TEXT, "DisplayString": ColumnKind.TEXT,
    "SnmpAdminString": ColumnKind.TEXT, "CounterBasedGauge64": ColumnKind.GAUGE,
}  # fmt: skip


@dataclass
class Mib:
    """One module: name -> (parent, numbers, syntax), and its textual conventions."""

    objects: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    conventions: dict[str, str] = field(default_factory=dict)


@dataclass
class Mibs:
    """Several modules; a name is looked for in the module asked, then in the others."""

    modules: dict[str, Mib] = field(default_factory=dict)

    def oid(self, module: str, name: str) -> str:
        if name in ROOTS:
            return ROOTS[name]
        home = self._home(module, name)
        parent, numbers, _ = self.modules[home].objects[name]
        return f"{self.oid(home, parent)}.{numbers}"

    def enum(self, module: str, name: str) -> dict[int, str]:
        return {int(number): word for word, number in NAMES.findall(self._syntax(module, name))}

    def kind(self, module: str, name: str) -> ColumnKind:
        syntax = self._syntax(module, name)
        return ColumnKind.ENUM if "{" in syntax else KINDS.get(_word(syntax), ColumnKind.GAUGE)

    def _home(self, module: str, name: str) -> str:
        """The module of a name; of several the one asked, since makers give their branches the same names."""
        for home in (module, *self.modules):
            if name in self.modules[home].objects:
                return home
        raise AssertionError(f"{name} is in none of {', '.join(self.modules)}")

    def _object(self, module: str, name: str) -> tuple[str, str, str]:
        return self.modules[self._home(module, name)].objects[name]

    def _syntax(self, module: str, name: str) -> str:
        syntax = self._object(module, name)[2]
        if _word(syntax) in KINDS:
            return syntax
        found = (mib.conventions.get(_word(syntax)) for mib in (self.modules[module], *self.modules.values()))
        return next((convention for convention in found if convention), syntax)


def _word(syntax: str) -> str:
    return re.split(r"[\s({]", syntax, maxsplit=1)[0]


def _read(path: Path) -> Mib:
    text = TEXTS_AND_COMMENTS.sub(
        lambda found: '""' if found[0][0] == '"' else "", path.read_text(encoding="latin-1")
    )
    mib = Mib()
    for name, body, parent, numbers in OBJECT.findall(text):
        syntax = SYNTAX.search(body)
        mib.objects[name] = (parent, ".".join(NUMBER.findall(numbers)), syntax.group(1) if syntax else "")
    for name, body in CONVENTION.findall(text):
        syntax = CONVENTION_SYNTAX.search(body)
        mib.conventions[name] = syntax.group(1) if syntax else ""
    return mib


@pytest.fixture(scope="session")
def read_mibs(corpus: Path) -> Callable[[Iterable[str]], Mibs]:
    """Read modules of the corpus by name; a module that is not there is left out."""

    def read(names: Iterable[str]) -> Mibs:
        folders = [path for path in sorted((corpus / "mibs").iterdir()) if path.name != "malformed"]
        files = {
            name: path for name in names for folder in folders for path in (folder / name, folder / f"{name}.txt")
            if path.is_file()
        }  # fmt: skip
        return Mibs(modules={name: _read(path) for name, path in files.items()})

    return read
