"""Finds MIB files in directories and reads their text.

Any file may stand in such a directory: what is no text, too large or not readable is told of and left out.
May import: netwatch.model. Called by: netwatch.mib.loading, netwatch.mib.fetch.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netwatch.model import Problem

MAX_FILE_BYTES = 8 * 2**20
"""The largest MIB seen in the wild has 2.8 MB."""
MAX_FILES = 20_000
MAX_MESSAGE = 1000
MAX_NAME = 256
"""Names come from the file, of any length."""
NOT_MIBS = frozenset(
    [".c", ".cfg", ".conf", ".csv", ".db", ".gif", ".gz", ".h", ".html", ".json", ".jpg", ".log", ".md", ".pdf",
     ".pl", ".png", ".py", ".pyc", ".rst", ".sh", ".tar", ".tgz", ".xml", ".yaml", ".yml", ".zip"]
)  # fmt: skip
"""Endings of files that stand beside MIBs and are none; they are passed over without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MibText:
    """A file read: its text, and the hash of its bytes, which names it in the cache."""

    path: Path
    text: str = field(repr=False)
    digest: str


def files_in(paths: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Return every file that may be a MIB, in the order of `paths`, then by name; directories with all below."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if not path.exists():
            problems.append(problem(path, 1, "there is no such file or directory; none of its modules is loaded"))
            continue
        files.extend(_below(path))
        if len(files) > MAX_FILES:
            problems.append(problem(path, 1, f"holds more than {MAX_FILES} files; the rest is not read"))
            break
    return list(dict.fromkeys(files))[:MAX_FILES], problems


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for directory, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(directory, name)
            if not name.startswith(".") and file.suffix.lower() not in NOT_MIBS and _is_regular(file):
                yield file


def _is_regular(path: Path) -> bool:
    """Return whether opening the file ends: no pipe, no device. A dangling link counts, to be told of."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def read_text(path: Path) -> MibText | Problem:
    """Return a file's text, or why it cannot be used."""
    try:
        if not _is_regular(path):
            return problem(path, 1, "is no regular file")
        if path.stat().st_size > MAX_FILE_BYTES:
            return problem(path, 1, f"is larger than {MAX_FILE_BYTES // 2**20} MiB, so no MIB; not read")
        raw = path.read_bytes()
    except OSError as exc:
        return problem(path, 1, exc.strerror or str(exc))
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        return problem(path, line, "is no text: it holds a zero byte")
    return MibText(path=path, text=as_text(raw), digest=hashlib.sha256(raw).hexdigest())


def as_text(raw: bytes) -> str:
    """Return bytes as text: UTF-8, else Latin-1, which takes every byte; all ends of lines become one kind."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def problem(path: Path | str, line: int, message: str, *, name: str = "", severity: str = "error") -> Problem:
    """Return a Problem at a line of a file; `name` is the module or object it is about."""
    message = message if len(message) <= MAX_MESSAGE else message[:MAX_MESSAGE] + "..."
    return Problem(file=str(path), line=line, column=1, path=name[:MAX_NAME], message=message, severity=severity)
