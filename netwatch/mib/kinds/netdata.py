"""Netdata's trap profiles: files with `varbinds` and `traps`, as many and as large as somebody has, read by need.

Of a file its trap OIDs and names are found by one look; an entry is read as YAML when a trap asks for it, and so are
the varbinds it names. A file of another shape costs only itself.

May import: netwatch.model, words, template. Called by: library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from netwatch.mib.kinds.template import parse_message
from netwatch.mib.kinds.words import SEVERITY_WORDS, pairs
from netwatch.model import (
    InvalidFile,
    KindObject,
    Oid,
    Problem,
    TrapKind,
    parse_yaml,
    refuse_what_is_no_file,
)

MAX_FILE_BYTES = 64 * 2**20
MAX_ENTRY_BYTES = 64 * 1024
MAX_VARBINDS = 100
_TRAP = re.compile(
    rb"^ *- +oid: *[\"']?\.?(?P<oid>[012](?:\.\d+){3,})[\"']?[ \t]*\r?\n"
    rb" *name: *[\"']?(?P<name>[^\s\"']+)",
    re.M,
)
_ENTERPRISE = re.compile(rb"^ *- +oid: *[\"']?\.?1\.3\.6\.1\.4\.1\.(\d{1,10})\.", re.M)
_OTHER = re.compile(rb"^ *- +oid: *[\"']?\.?(?!1\.3\.6\.1\.4\.1\.)[012]\.", re.M)
_SHAPE = re.compile(
    rb"^(?:[ ]*(?:#.*)?|(?:- +)*(?:[\w.+/-]+|\"[^\"]*\"|'[^']*') *:(?:[ \t].*)?|[ ]*-(?:[ \t].*)?|---.*|\.\.\."
    rb"|[ ]+\S.*)\r?$"
)
_QUOTE = re.compile(rb"^ *(?:- +)?(?:oid|name|category|severity|description|type): *(?=[\"'])", re.M)
_QUOTED = re.compile(rb"(?:'(?:[^']|'')*+'|\"(?:[^\"\\]|\\.)*+\")[ \t]*(?:#[^\n]*)?(?:\r?\n|$)", re.S)
_NUMBER = re.compile(r"-?\d{1,10}", re.ASCII)
_OWN_KEYS = re.compile(rb"^(?:traps|varbinds):", re.M)
NOT_ENTERPRISE = 0
"""Stands for every trap OID that is of no enterprise: the standard's."""


def enterprise_of(oid: Oid) -> int:
    """Return the enterprise number of an OID below 1.3.6.1.4.1, 0 for any other."""
    return oid[6] if len(oid) > 7 and tuple(oid[:6]) == (1, 3, 6, 1, 4, 1) else NOT_ENTERPRISE


def bytes_of_profile(path: Path) -> bytes:
    """Return a file.

    Raises:
        InvalidFile: it cannot be read, is too large, is not UTF-8, or holds no traps; names line and column.
    """
    try:
        refuse_what_is_no_file(path, MAX_FILE_BYTES)
        raw = path.read_bytes()
    except OSError as exc:
        raise InvalidFile([_problem(path, b"", 0, exc.strerror or str(exc))]) from exc
    try:
        raw.decode()
    except UnicodeDecodeError as exc:
        raise InvalidFile([_problem(path, raw, exc.start, f"is not UTF-8 (byte {exc.start})")]) from exc
    if raw.strip() and not _OWN_KEYS.search(raw):
        message = "is no trap profile: it has neither `traps:` nor `varbinds:`"
        raise InvalidFile([_problem(path, raw, 0, message)])
    return raw


def enterprises_in(raw: bytes) -> frozenset[int]:
    """Return of which enterprises a file has traps."""
    found = {int(number) for number in _ENTERPRISE.findall(raw)}
    return frozenset(found | ({NOT_ENTERPRISE} if _OTHER.search(raw) else set()))


def flaws_of(path: Path, raw: bytes) -> Iterator[Problem]:
    """Yield every line that is none of a trap profile, and every entry without name or known severity."""
    offset = 0
    for line in raw.split(b"\n"):
        if b"\t" in line[: len(line) - len(line.lstrip())]:
            yield _problem(path, raw, offset, "a tab indents this line; YAML wants spaces")
        elif not _SHAPE.match(line):
            yield _problem(path, raw, offset, "is no line of a trap profile")
        offset += len(line) + 1
    for match in re.finditer(rb"^ +severity: *[\"']?([^\s\"'#]+)", raw, re.M):
        word = match[1].decode()
        if word.lower() not in SEVERITY_WORDS:
            known = "emerg, alert, crit, err, warning, notice, info and debug"
            yield _problem(path, raw, match.start(1), f"{word!r} is no severity; there are {known}")
    for match in _QUOTE.finditer(raw):
        if not _QUOTED.match(raw, match.end(), match.end() + MAX_ENTRY_BYTES):
            yield _problem(path, raw, match.end(), "this quotation has no end, or something follows it")
    named = set()
    for match in _TRAP.finditer(raw):
        named.add(match.start())
        if (said := _flaw_of_oid(match["oid"].decode())) is not None:
            yield _problem(path, raw, match.start("oid"), said)
    for match in re.finditer(rb"^ *- +oid:", raw, re.M):
        if match.start() not in named:
            yield _problem(
                path, raw, match.start(), "an entry needs an OID in numbers, and its name in the line below"
            )


def _flaw_of_oid(text: str) -> str | None:
    try:
        Oid.parse(text)
    except ValueError as exc:
        return str(exc)[:200]
    return None


def _problem(path: Path, raw: bytes, offset: int, message: str) -> Problem:
    before = raw[:offset]
    line, column = before.count(b"\n") + 1, offset - before.rfind(b"\n")
    return Problem(file=str(path), line=line, column=column if raw else 1, path="", message=message)


class ProfileFile:
    """One file of trap profiles: what it has of traps by OID, and where."""

    def __init__(self, path: Path, raw: bytes) -> None:
        self.path = path
        self._raw = raw
        self._at: dict[Oid, int] = {}
        by_module: dict[str, list[str]] = {}
        for match in _TRAP.finditer(raw):
            try:
                self._at.setdefault(Oid.parse(match["oid"].decode()), match.start())
            except ValueError:
                continue  # `flaws_of` tells of it; no trap can have this OID
            module, _, name = match["name"].decode().rpartition("::")
            by_module.setdefault(module, []).append(name)
        self._ends = {
            f"{module}::{name}": tuple(f"{module}::{one}" for one in begun)
            for module, names in by_module.items()
            for name, begun in pairs(names).items()
        }
        self._ended = {name for begun in self._ends.values() for name in begun}

    def __len__(self) -> int:
        """Return how many kinds of traps it has."""
        return len(self._at)

    def kind_of(self, oid: Oid) -> TrapKind | None:
        """Return what the file says of a trap; None where it has none of this OID.

        Raises:
            InvalidFile: the entry is no YAML, or not of the shape that profiles have.
        """
        at = self._at.get(oid)
        if at is None:
            return None
        entry = self._entry(at)
        name = _word(entry, "name") or str(oid)
        severity = SEVERITY_WORDS.get(_word(entry, "severity").lower(), "")
        listed = entry.get("varbinds")
        wanted = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
        objects = {found.name: found for one in wanted[:MAX_VARBINDS] if (found := self._object(one)) is not None}
        return TrapKind(
            oid=oid, name=name, severity=severity, category=_word(entry, "category"),
            message=parse_message(_word(entry, "description")), objects=objects,
            ends=self._ends.get(name, ()), ended=name in self._ended, file=str(self.path),
        )  # fmt: skip

    def _entry(self, at: int) -> Mapping[str, Any]:
        first = self._raw[at : at + MAX_ENTRY_BYTES]
        indent = len(first) - len(first.lstrip(b" "))
        end = re.compile(rb"\n {0,%d}[^\s#]" % indent).search(first)
        data = self._read(first[: end.start() if end else len(first)], at)
        entry = data[0] if isinstance(data, list) and data else None
        if not isinstance(entry, Mapping):
            raise InvalidFile([_problem(self.path, self._raw, at, "this entry is no mapping")])
        return entry

    def _object(self, name: str) -> KindObject | None:
        found = re.search(rb"^( +)[\"']?%s[\"']?:[ \t]*\r?\n" % re.escape(name.encode()), self._raw, re.M)
        if found is None:
            return None
        rest = self._raw[found.start() : found.start() + MAX_ENTRY_BYTES]
        end = re.compile(rb"\n {0,%d}[^\s#]" % len(found[1])).search(rest)
        data = self._read(rest[: end.start() if end else len(rest)], found.start())
        entry = data.get(name) if isinstance(data, Mapping) else None
        if not isinstance(entry, Mapping):
            return None
        try:
            oid = Oid.parse(_word(entry, "oid").lstrip("."))
        except ValueError:
            return None
        words = entry.get("enum")
        enum = (
            {int(k): str(v) for k, v in words.items() if _NUMBER.fullmatch(str(k))}
            if isinstance(words, Mapping)
            else {}
        )
        return KindObject(name=name, oid=oid, enum=enum)

    def _read(self, raw: bytes, at: int) -> Any:
        try:
            return parse_yaml(raw.decode(errors="replace").replace("\r\n", "\n"), str(self.path)).data
        except InvalidFile as exc:
            before = self._raw[:at].count(b"\n")
            moved = [_moved(problem, before) for problem in exc.problems]
            raise InvalidFile(moved) from None


def _moved(problem: Problem, lines: int) -> Problem:
    return Problem(
        file=problem.file, line=problem.line + lines, column=problem.column, path=problem.path,
        message=problem.message, severity=problem.severity,
    )  # fmt: skip


def _word(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
