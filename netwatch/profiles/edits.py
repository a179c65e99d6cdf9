"""What a profile does to a value before it is one: takes a part out of a text, or one flag out of a row of them.

The regular expressions are Datadog's, which are Go's, which are RE2's: no device can make one hang.
A quiet room. May import: netwatch.model, netwatch.profiles.formats. Called by: netwatch.profiles; polling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from netwatch.model import Value, bounded_finder
from netwatch.profiles.formats import written

NUMBER: Final = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3})?", re.ASCII)
GROUP: Final = re.compile(r"[$\\](?:(\d{1,2})|\{(\d{1,2})\})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """How a value becomes another; empty where that is not done.

    form:      how octets are written first (formats.FORMATS).
    pattern:   is searched for in the text; without a match there is no value.
    value:     what stands for the match, `$1` for its first group.
    placement: the flag at that place of a text of 0 and 1, from 1.
    words:     what stands for a text as a whole; one that is not named stays.
    replaces:  texts, what stands for each, and where: empty for wherever it is, or at the `start` or `end`.
    is_number: what comes out is a number, or nothing.
    """

    form: str = ""
    pattern: str = ""
    value: str = "$1"
    placement: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    is_number: bool = False
    replaces: tuple[tuple[str, str, str], ...] = ()


def edited(edit: Edit, given: Value) -> Value:
    """Return what a value becomes, None where that is nothing."""
    text = written(given, edit.form)
    if given is None or (not text and not edit.placement):
        return None
    if edit.placement:
        return _flag(text, edit.placement)
    if edit.pattern:
        groups = bounded_finder(edit.pattern)(text)
        if groups is None:
            return None
        text = GROUP.sub(lambda found: _group(groups, int(found[1] or found[2])), edit.value)
    for what, by, where in edit.replaces:
        text = _replaced(text, what, by, where)
    text = edit.words.get(text, text)
    return _number(text) if edit.is_number else text.encode()


def _replaced(text: str, what: str, by: str, where: str) -> str:
    if where == "start":
        return by + text.removeprefix(what) if text.startswith(what) else text
    if where == "end":
        return text.removesuffix(what) + by if text.endswith(what) else text
    return text.replace(what, by)


def edited_text(edit: Edit, given: Value) -> str:
    """Return what a label becomes, empty where that is nothing."""
    value = edited(edit, given)
    return value.decode(errors="replace") if isinstance(value, bytes) else "" if value is None else str(value)


def _group(groups: tuple[str, ...], number: int) -> str:
    return groups[number] if number < len(groups) else ""


def _flag(text: str, placement: int) -> int | None:
    flags = text.strip()
    if not 1 <= placement <= len(flags) or not set(flags) <= {"0", "1"}:
        return None
    return int(flags[placement - 1])


def _number(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text.strip()) else None
