"""A YAML file with the place of everything in it, so that an error can name file, line and column.

Reads YAML 1.2 through ruamel.yaml's round-trip loader, which keeps positions: `no` and `0777` stay what the
1.2 core schema says, duplicate keys are errors, nothing is ever constructed but plain data.

May import: netwatch.errors. Called by: config, rules, profiles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from netwatch.errors import ConfigError

KeyPath = tuple[str | int, ...]
"""The way to a value: `("devices", 0, "address")`."""

MAX_FILE_BYTES = 16 * 2**20
MAX_NODES = 1_000_000
"""Values in one file with every alias written out; a few hundred bytes of nested aliases could mean billions."""
MAX_DEPTH = 100


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


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """A file read: `data` is the tree as ruamel gives it (mappings, lists, scalars), `text` what it was read from."""

    name: str
    data: Any = field(repr=False)
    text: str = field(default="", repr=False)

    def position(self, path: KeyPath, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at `path` (of its key, if asked), or of its nearest parent.

        Unknown steps are skipped over, so that the path of a validation error may hold names of its own.
        """
        node, place = self.data, _start(self.data)
        for number, step in enumerate(path):
            found = _place_of(node, step, want_key=key and number == len(path) - 1)
            if found is not None:
                place = found
            if found is not None or _holds(node, step):
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


def _start(node: Any) -> tuple[int, int]:
    mark = getattr(node, "lc", None)
    return (mark.line + 1, mark.col + 1) if mark is not None and mark.line is not None else (1, 1)


def _holds(node: Any, step: str | int) -> bool:
    return isinstance(node, Mapping) and step in node


def _place_of(node: Any, step: str | int, *, want_key: bool) -> tuple[int, int] | None:
    """Return the place of a child, or None: it is not there, or stands elsewhere (merged in by `<<`)."""
    try:
        if isinstance(node, CommentedMap) and step in node:
            line, column = node.lc.key(step) if want_key else node.lc.value(step)
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line, column = node.lc.item(step)
        else:
            return None
    except KeyError:
        return None
    return line + 1, column + 1


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML document.

    Raises:
        InvalidFile: the file cannot be read, is too large, or is not YAML; names line and column.
    """
    name = str(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidFile([_at_start(name, f"larger than {MAX_FILE_BYTES // 2**20} MiB")])
        text = path.read_text(encoding="utf-8")
    except OSError as exc:
        raise InvalidFile([_at_start(name, exc.strerror or str(exc))]) from exc
    except UnicodeDecodeError as exc:
        raise InvalidFile([_at_start(name, f"is not UTF-8 (byte {exc.start})")]) from exc
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Parse one YAML document given as text; `name` stands in messages.

    Raises:
        InvalidFile: the text is not YAML; names line and column.
    """
    loader = YAML(typ="rt", pure=True)
    loader.allow_duplicate_keys = False
    try:
        data = loader.load(text)
        _check_size(data)
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        # `from None`: the original quotes the lines around the place, and those may hold a passphrase.
        raise InvalidFile(
            [Problem(file=name, line=line, column=column, path="", message=_without_values(exc))]
        ) from None
    except RecursionError:
        raise InvalidFile([_at_start(name, f"is nested more than {MAX_DEPTH} deep")]) from None
    except (YAMLError, ValueError) as exc:
        raise InvalidFile([_at_start(name, str(exc).split("\n")[0])]) from None
    return YamlFile(name=name, data=data, text=text)


def _without_values(exc: MarkedYAMLError) -> str:
    """Return what the parser says; of a duplicate key it would tell both values, and those may be secret."""
    if isinstance(exc, DuplicateKeyError):
        return str(exc.problem).split(" with value ")[0].replace("found duplicate key", "there is a second")
    return " ".join(str(part) for part in (exc.context, exc.problem) if part).split("\n")[0]


def _check_size(data: Any) -> None:
    """Raise ValueError where aliases multiply, RecursionError where nesting has no sensible end."""
    level, count = [data], 1
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        count += len(level)
        if not level:
            return
        if count > MAX_NODES:
            raise ValueError(f"holds more than {MAX_NODES} values once its aliases are written out")
    raise RecursionError


def _children(node: Any) -> Sequence[Any]:
    if isinstance(node, Mapping):
        return list(node.values())
    return node if isinstance(node, list | tuple) else ()


def plain(node: Any) -> Any:
    """Return the tree as plain dicts, lists and scalars, as pydantic wants them."""
    if isinstance(node, Mapping):
        return {_plain_key(key): plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [plain(item) for item in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, TaggedScalar):
        return str(node.value)
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _plain_key(key: Any) -> Any:
    return str(key) if isinstance(key, Mapping | list | tuple) else plain(key)


def _at_start(name: str, message: str) -> Problem:
    return Problem(file=name, line=1, column=1, path="", message=message)
