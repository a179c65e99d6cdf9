"""Finds MIB files in directories and reads their text.

Any file may stand in such a directory: what is no text, too large or not readable is told of and left out.
May import: netwatch.model. Called by: netwatch.mib.survey, building, headers, choosing, fetching.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from netwatch.model import Problem, is_folder, is_there

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


NO_MIB_NAMES = re.compile(
    r"(?:gnu)?makefile.*|readme.*|licen[cs]e.*|copying.*|copyright.*|authors.*|changes.*|changelog.*|news.*|todo.*|install"
    r"|index|\.?index\.(?:txt|lst|list)|contents|manifest.*|version.*|md5sums?.*|sha\d+sums?.*|.*\.(?:am|in|mk|lst|list|md5|sum)",
    re.IGNORECASE,
)
"""Files that go with MIBs and are none: passed over without a word, unless a module stands in them after all."""
MIB_ENDINGS = frozenset([".mib", ".my", ".smi", ".smiv2", ".asn", ".asn1", ".mi2"])
_MODULE = re.compile(rb"\bDEFINITIONS\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class MibFile:
    """A file that was read: the hash of its bytes names it in the cache. Its text is read again when it is needed."""

    path: Path
    digest: str


def files_in(paths: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Return every file that may be a MIB, in the order of `paths`, then by name; directories with all below."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        if not is_there(path):
            problems.append(problem(path, 1, "there is no such file or directory; none of its modules is loaded"))
            continue
        files.extend(_below(path))
        if len(files) > MAX_FILES:
            problems.append(problem(path, 1, f"holds more than {MAX_FILES} files; the rest is not read"))
            break
    return list(dict.fromkeys(files))[:MAX_FILES], problems


def _below(path: Path) -> Iterator[Path]:
    if not is_folder(path):
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


def look_at(path: Path, *, named: bool = False) -> MibFile | Problem | None:
    """Return a file by its bytes, or why it cannot be used; None for what goes with MIBs and is none.

    `named` says that somebody wrote this very file's name, so that it should be one.
    """
    raw = read_raw(path)
    if isinstance(raw, Problem):
        return raw
    if not _MODULE.search(raw) and not named:
        if NO_MIB_NAMES.fullmatch(path.name):
            return None
        if path.suffix.lower() not in MIB_ENDINGS:
            return problem(path, 1, "holds no MIB module; passed over", severity="warning")
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        return problem(path, line, "is no text: it holds a zero byte")
    return MibFile(path=path, digest=hashlib.sha256(raw).hexdigest())


def read_raw(path: Path) -> bytes | Problem:
    """Return a file's bytes, or why they cannot be had."""
    try:
        if not _is_regular(path):
            return problem(path, 1, "is no regular file")
        if path.stat().st_size > MAX_FILE_BYTES:
            return problem(path, 1, f"is larger than {MAX_FILE_BYTES // 2**20} MiB, so no MIB; not read")
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES)  # it may have grown meanwhile
    except OSError as exc:
        return problem(path, 1, exc.strerror or str(exc))


def signature_of(files: Iterable[Path], words: Iterable[str]) -> str:
    """Return what changes when one of the files does, without reading them; `words` are what else counts.

    A file that was written anew in place has another change time, also where its size and date are the same.
    """
    found = hashlib.sha256()
    for word in words:
        found.update(word.encode("utf-8", "surrogateescape") + b"\0")
    for file in files:
        try:
            known = file.stat()
            seen = f"{known.st_size} {known.st_mtime_ns} {known.st_ctime_ns} {known.st_ino} {known.st_mode}"
        except OSError as exc:
            seen = type(exc).__name__
        found.update(os.fsencode(file) + b"\0" + seen.encode() + b"\0")
    return found.hexdigest()


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
