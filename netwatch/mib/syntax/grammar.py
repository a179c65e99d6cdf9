"""Reads the text of a MIB file with pysmi's grammar and gives its facts; what breaks the grammar is left out alone.

Runs in the compiler's child process. A module is parsed in one go; where that fails each definition is parsed by
itself, so that one bad definition costs one definition, and its line is known.
May import: pysmi's parser. Called by: netwatch.mib.compiler.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pysmi.error import PySmiError
from pysmi.parser.dialect import smi_v1_relaxed
from pysmi.parser.lark_parser import parserFactory

from netwatch.mib.facts import Entry, Fault, ModuleFacts, entry_of
from netwatch.mib.syntax.leftovers import UNKNOWN_TYPE, less_and_less
from netwatch.mib.syntax.outline import Lines, ModulePlace, Part, masked, modules_in

MAX_FAULTS = 200
"""Faults told of one module; a file of another kind would have thousands."""
_WORD = re.compile(r"[A-Za-z][\w-]*")
_IMPORTS = re.compile(r"(?<![\w-])IMPORTS(?![\w-])")
_SEQUENCE = re.compile(r"[\w-]+\s*::=\s*SEQUENCE\s*\{")
_MENDED = (
    (re.compile(r"(\bSYNTAX\s+(?:SEQUENCE\s+OF\s+)?)([a-z])"), lambda m: m[1] + m[2].upper()),
    (re.compile(r"\A([A-Z][\w-]*\s+[A-Z]+-[A-Z]+\s)"), lambda m: _LOWERED + m[1]),
    (re.compile(r",(\s*\})"), lambda m: " " + m[1]),
    (re.compile(r"\b(?:Unsigned32|Integer32|Gauge32)(\s*\{)"), lambda m: "INTEGER" + m[1]),
)
"""What vendors write against the grammar and everybody understands: a row type or an object in the wrong case, a
comma after the last of a list, an enumeration of another type than INTEGER."""
_UNDERSCORE = re.compile(r"(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])")
_ESCAPED = "-0x5f-"
_LOWERED = "n-0x5e-"
Clause = tuple[Any, ...]
_UNREADABLE = (ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError)
"""What reading a clause raises that the grammar let pass and that means nothing: a name where a number should be."""


class NoGrammar(Exception):
    """A piece of text does not follow the grammar."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def read_modules(text: str) -> tuple[list[ModuleFacts], list[Fault]]:
    """Return the facts of every module in a file, and what is wrong with the file as a whole."""
    text, quiet = _without_underscores(text, masked(text))
    places = modules_in(text, quiet)
    if not places:
        return [], [_fault(1, "", "holds no MIB module (nothing like `NAME DEFINITIONS ::= BEGIN`)")]
    return [_ModuleReader(text, quiet, place).facts() for place in places], []


class _ModuleReader:
    """Collects the facts of one module from clauses, wherever they came from."""

    def __init__(self, text: str, quiet: str, place: ModulePlace) -> None:
        self._text, self._quiet, self._place = text, quiet, place
        self._faults: list[Fault] = []
        self._entries: dict[str, Entry] = {}
        self._again: list[tuple[str, Entry]] = []

    def facts(self) -> ModuleFacts:
        place = self._place
        if not place.ended:
            last = Lines(self._text).at(len(self._text))
            self._wrong(last, place.name, "the file ends before the END of this module; what followed is lost")
        imports, lines = self._imports()
        try:
            self._read_whole()
        except NoGrammar as exc:
            self._read_parts(exc)
        return {
            "name": _restored(place.name), "line": place.line,
            "modern": "MODULE-IDENTITY" in self._quiet[place.start : place.end],
            "imports": imports, "import_lines": lines, "entries": self._entries,
            "again": self._again, "faults": self._faults,
        }  # fmt: skip

    def _imports(self) -> tuple[dict[str, str], dict[str, int]]:
        """Return symbol -> module, and the line of each module, read without the grammar: commas get lost there."""
        found: dict[str, str] = {}
        places: dict[str, int] = {}
        symbols: list[str] = []
        lines, after_from = Lines(self._quiet), False
        for word in self._import_words():
            name = _restored(word[0])
            if after_from:
                places.setdefault(name, lines.at(word.start()))
                found.update(dict.fromkeys(symbols, name))
                symbols = []
            elif name != "FROM":
                symbols.append(name)
            after_from = name == "FROM"
        return found, places

    def _import_words(self) -> Iterator[re.Match[str]]:
        begin = _IMPORTS.search(self._quiet, self._place.start, self._place.head)
        end = self._quiet.find(";", begin.end(), self._place.head) if begin else -1
        return _WORD.finditer(self._quiet, begin.end(), end) if begin and end >= 0 else iter(())

    def _read_whole(self) -> None:
        place = self._place
        body = self._text[place.head : place.end]
        clauses = _parsed(body, first_line=1)
        where: dict[str, list[int]] = {}
        for part in place.parts:
            where.setdefault(part.name, []).append(part.line)
        parts = {part.line: part for part in place.parts}
        for clause in clauses:
            lines = where.get(str(clause[1])) or [place.line]
            line = lines.pop(0) if len(lines) > 1 else lines[0]
            try:
                self._take(clause, line)
            except _UNREADABLE:
                if line in parts:
                    self._save(parts[line], NoGrammar(line, "a number or list in it cannot be read"))

    def _read_parts(self, whole: NoGrammar) -> None:
        """Read definition by definition; `whole` says what stopped the module from being read in one go."""
        before = len(self._faults)
        for part in self._place.parts:
            self._read_part(part)
        if len(self._faults) == before and not self._place.parts:
            self._wrong(self._place.line, self._place.name, f"{whole.message}; no definition could be read")

    def _read_part(self, part: Part) -> None:
        if _SEQUENCE.match(self._quiet, part.start, part.end):
            return  # the columns of a row, which each column states again
        try:
            for clause in _parsed(_mended(self._text[part.start : part.end]), first_line=part.line):
                self._take(clause, part.line)
        except NoGrammar as exc:
            self._save(part, exc)
        except _UNREADABLE:
            self._save(part, NoGrammar(part.line, "a number or list in it cannot be read"))

    def _save(self, part: Part, why: NoGrammar) -> None:
        """Keep what can be had of a definition that breaks the grammar: its name and its place, and its type."""
        name = _restored(part.name)
        for kept, lost, severity in less_and_less(_mended(self._quiet[part.start : part.end])):
            try:
                found = [entry_of(clause) for clause in _parsed(kept, first_line=part.line)]
            except (NoGrammar, *_UNREADABLE):
                continue
            if any(entry is not None for entry in found):
                self._wrong(why.line, part.name, f"{why.message}; {lost.format(name=name)}", severity)
                for known in filter(None, found):
                    if known[1].get("syntax", {}).get("type") == UNKNOWN_TYPE:
                        known[1]["syntax"] = {}
                    self._put(*known, part.line)
                return
        self._wrong(why.line, part.name, f"{why.message}; {name} is lost")

    def _take(self, clause: Clause, line: int) -> None:
        found = entry_of(clause)
        if found is not None:
            self._put(*found, line)

    def _put(self, name: str, entry: Entry, line: int) -> None:
        name, entry = _restored(name), _restored(entry)
        entry["line"] = line
        first = self._entries.setdefault(name, entry)
        if first is not entry:
            if "oid" in entry:
                self._again.append((name, entry))
            self._wrong(
                line, name, f"{name} is defined a second time (first in line {first['line']}); the first counts"
            )

    def _wrong(self, line: int, name: str, message: str, severity: str = "error") -> None:
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(_fault(line, _restored(name), message, severity))


def _mended(text: str) -> str:
    for shape, mended in _MENDED:
        text = shape.sub(mended, text)
    return text


def _fault(line: int, name: str, message: str, severity: str = "error") -> Fault:
    return {"line": line, "name": name, "message": message, "severity": severity}


@cache
def _parser() -> Any:
    """Build pysmi's most tolerant parser; it takes 0.3 s, so once."""
    return parserFactory(**smi_v1_relaxed)()


def _parsed(body: str, *, first_line: int) -> list[Clause]:
    """Return the clauses of some definitions, as pysmi's parser gives them.

    Raises:
        NoGrammar: they break the grammar.
    """
    try:
        trees = _parser().parse(f"M DEFINITIONS ::= BEGIN {body}\nEND")
    except PySmiError as exc:
        raise _explained(exc, body, first_line) from exc
    except RecursionError as exc:
        raise NoGrammar(first_line, "is nested too deeply") from exc
    return [clause for clause in trees[0][3] or () if clause]


def _explained(exc: PySmiError, body: str, first_line: int) -> NoGrammar:
    cause = exc.__cause__
    token = getattr(cause, "token", None)
    line = getattr(cause, "line", None) or getattr(exc, "lineno", None)
    inside = line if isinstance(line, int) and line > 0 else body.count("\n") + 1
    inside = min(inside, body.rstrip().count("\n") + 1)
    if token is not None:
        seen = _restored(str(token))[:40]
        message = "the definition stops too early" if seen in ("END", "") else f"{seen!r} does not belong here"
    else:
        message = str(getattr(exc, "msg", exc)) if cause is None else "a character or quote that does not belong here"
    return NoGrammar(first_line + inside - 1, message)


def _without_underscores(text: str, quiet: str) -> tuple[str, str]:
    """Write `a_b` so that the grammar takes it: ASN.1 knows no underscore, vendors do."""
    if not _UNDERSCORE.search(quiet):
        return text, quiet
    pieces, last = [], 0
    for match in _UNDERSCORE.finditer(quiet):
        pieces.append(text[last : match.start()])
        last = match.end()
    text = _ESCAPED.join([*pieces, text[last:]])
    return text, masked(text)


def _restored(value: Any) -> Any:
    """Undo `_without_underscores` in names, wherever they stand."""
    if isinstance(value, str):
        return value.replace(_ESCAPED, "_").removeprefix(_LOWERED)
    if isinstance(value, list):
        return [_restored(item) for item in value]
    if isinstance(value, dict):
        return {_restored(key): _restored(item) for key, item in value.items()}
    return value
