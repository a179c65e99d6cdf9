"""What people said of single rows on the page, read behind `limits` and `ignore` as if it stood there.

What is wrong in it is a warning, since nobody wrote it by hand, and it must never keep an agent from its start.
May import: netwatch.rules, netwatch.model. Called by: loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from netwatch.config.taken import EXCEPTIONS_FILE, beside_database
from netwatch.errors import ConfigError
from netwatch.model import Problem, Section, shortened
from netwatch.rules import IgnoreSettings, LimitSettings, read_own

_MODELS: Mapping[str, type[Section]] = {"limits": LimitSettings, "ignore": IgnoreSettings}


@dataclass(slots=True, kw_only=True)
class Own:
    """Where the entries of the file begin, by part; and what is wrong in it."""

    begins: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def exceptions_file(tree: Mapping[str, Any], base: Path) -> Path:
    """Return where the file is, whether the rest of the configuration is right or not."""
    return beside_database(tree, base, EXCEPTIONS_FILE)


def add_own(tree: dict[str, Any], path: Path) -> Own:
    """Put the entries of the file behind those of the tree."""
    own = Own()
    try:
        entries = read_own(path)
    except ConfigError as exc:
        own.problems.append(own_warning(path, "", f"nothing of it counts: {exc}"))
        return own
    for part, found in entries.items():
        there = tree.get(part)
        if not isinstance(there, list | None):
            continue
        own.begins[part] = len(there or ())
        right = []
        for entry in found:
            if fault := _fault(_MODELS[part], entry):
                said = f"{shortened(str(entry.get('match')))} does not count: {fault}"
                own.problems.append(own_warning(path, part, said))
            else:
                right.append(entry)
        if right:
            tree[part] = [*(there or ()), *right]
    return own


def own_warning(path: Path, part: str, message: str) -> Problem:
    """Return a warning about the file."""
    return Problem(file=str(path), line=1, column=1, path=part, message=message, severity="warning")


def _fault(model: type[Section], entry: dict[str, Any]) -> str:
    """Return why an entry cannot be used; empty where it can."""
    try:
        model.model_validate(entry)
    except ValidationError as exc:
        return "; ".join(one["msg"] for one in exc.errors(include_url=False, include_input=False))
    return ""
