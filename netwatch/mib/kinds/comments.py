"""What comments of MIB modules say of traps: `--#SEVERITY`, `--#SUMMARY`, `--#TYPE` and their like.

Trap modules of APC, HP, Dell and others carry them since Novell's NMS read them; compilers pass them over.
A quiet room but for reading the file it is given. May import: netwatch.model, words, template. Called by: modules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netwatch.mib.kinds.template import parse_summary
from netwatch.mib.kinds.words import SEVERITY_WORDS
from netwatch.model import Said

MAX_MODULE_BYTES = 16 * 2**20
_TRAP = re.compile(r"^[ \t]*([A-Za-z][\w-]*)\s+(?:TRAP-TYPE|NOTIFICATION-TYPE)\b", re.M)
_COMMENT = re.compile(r"^[ \t]*--#[ \t]*([A-Z_]+)[ \t]*(.*?)[ \t]*$", re.M)
_MORE = re.compile(r"\s*--#?[ \t]*(\"(?:[^\"\n]*)\")[ \t]*$", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """What the comments of one trap say; `severity` is NetWatch's word, empty where there is none."""

    severity: str = ""
    category: str = ""
    message: tuple[str | Said, ...] = ()


def comments_in(path: Path) -> dict[str, Comments]:
    """Return, by the names of traps, what their comments say; empty where the file cannot be read or has none."""
    try:
        if path.stat().st_size > MAX_MODULE_BYTES:
            return {}
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return dict(_comments(text)) if "--#" in text else {}


def _comments(text: str) -> Iterator[tuple[str, Comments]]:
    starts = list(_TRAP.finditer(text))
    for number, start in enumerate(starts):
        stop = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        found: dict[str, str] = {}
        for match in _COMMENT.finditer(text, start.end(), stop):
            found.setdefault(match[1], _unquoted(match[2]) or _next_line(text, match.end(), stop))
        if found:
            yield start[1], _read(found)


def _unquoted(text: str) -> str:
    return text.strip().strip('"').strip()


def _next_line(text: str, at: int, stop: int) -> str:
    more = _MORE.match(text, at, stop)
    return _unquoted(more[1]) if more else ""


def _read(found: dict[str, str]) -> Comments:
    severity = SEVERITY_WORDS.get(found.get("SEVERITY", "").lower(), "")
    if not severity:
        severity = SEVERITY_WORDS.get(found.get("STATE", "").lower().replace("-", ""), "")
    said = found.get("SUMMARY") or found.get("TYPE", "")
    return Comments(
        severity=severity, category=found.get("CATEGORY", "").lower(),
        message=parse_summary(said, found.get("ARGUMENTS", "")) if said else (),
    )  # fmt: skip
