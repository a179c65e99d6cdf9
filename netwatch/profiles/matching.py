"""Patterns of sysObjectIDs: which profile is meant for a device.

May import: netwatch.model. Called by: netwatch.profiles.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from netwatch.model import Oid, bounded_matcher, bounded_search

_PATTERN = re.compile(r"\.?[0-9]+(\.([0-9]+\*?|\*))*", re.ASCII)
_REMEMBERED = 2048


def pattern_error(pattern: str) -> str:
    """Return what is wrong with a pattern such as `1.3.6.1.4.1.9.1.*`, or an empty text."""
    if _PATTERN.fullmatch(pattern.strip()):
        try:
            _compiled(pattern)
        except ValueError as exc:
            return f"{pattern[:40]}..: {exc}, as it is written out"
        return ""
    return f"{pattern!r} is not an OID, nor one with * for what may follow"


def specificity(pattern: str) -> tuple[bool, int, int]:
    """Return what sorts patterns from vague to exact: no star at all, then the longest literal start."""
    start, star, _ = pattern.partition("*")
    literal = start.rstrip(".")
    return not star, literal.count(".") + 1, len(pattern.replace("*", ""))


def _compiled(pattern: str) -> Callable[[str], bool]:
    parts = [re.escape(part) for part in pattern.split("*")]
    text = parts[0]
    for before, part in itertools.pairwise(parts):
        text += ("[0-9.]+" if before.endswith(".") else "[0-9.]*") + part
    return bounded_matcher(text)


def exclusion_error(text: str) -> str:
    """Return what is wrong with an exclusion, a pattern or a regular expression, or an empty text."""
    try:
        _excluded_by(text)
    except ValueError as exc:
        return str(exc)
    return ""


def _excluded_by(text: str) -> Callable[[str], bool]:
    """Return a test whether a sysObjectID is excluded by a pattern, or by a regular expression that says so.

    Raises:
        ValueError: it is neither.
    """
    if "\\" not in text and not text.startswith("^"):
        if error := pattern_error(text):
            raise ValueError(error)
        return _compiled(text.removeprefix("."))
    search = bounded_search(text)
    return lambda found: search(found) is not None


class PatternIndex:
    """Finds the name behind the most specific pattern; of equal ones the earlier."""

    def __init__(
        self, patterns: Iterable[tuple[str, str]], exclusions: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Take (pattern, name) pairs, those that win ties first, and what a name is not for though a pattern fits."""
        self._excluded = {
            name: [_excluded_by(text) for text in texts] for name, texts in (exclusions or {}).items() if texts
        }
        self._exact: dict[str, str] = {}
        wild: list[tuple[str, str]] = []
        for pattern, name in patterns:
            if "*" in pattern:
                wild.append((pattern, name))
            else:
                self._exact.setdefault(pattern, name)
        wild.sort(key=lambda pair: specificity(pair[0]), reverse=True)
        self._wild = [(pattern.partition("*")[0], _compiled(pattern), name) for pattern, name in wild]
        self._search_once = lru_cache(maxsize=_REMEMBERED)(self._search)

    def find(self, sys_object_id: Oid) -> str | None:
        """Return the name meant for a sysObjectID, or None."""
        return self._search_once(str(sys_object_id))

    def _search(self, text: str) -> str | None:
        if text in self._exact and self._is_meant(self._exact[text], text):
            return self._exact[text]
        return next(
            (
                name
                for start, fits, name in self._wild
                if text.startswith(start) and fits(text) and self._is_meant(name, text)
            ),
            None,
        )

    def _is_meant(self, name: str, text: str) -> bool:
        return not any(excludes(text) for excludes in self._excluded.get(name, ()))
