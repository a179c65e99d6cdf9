"""Regular expressions that cannot hang: operators write them, but hostile devices supply the text.

They are RE2's, as in Prometheus and Alertmanager, so that what people know from there means the same here: matching
takes time in proportion to the text whatever the pattern; there are no look-arounds and no back-references. As in
Prometheus 3 a dot matches a line break too, for the text of a device may have several lines.

May import: nothing. Called by: rules, alerts, exporter, web.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import re2

MAX_PATTERN = 1000
MAX_REMEMBERED = 512
"""Characters of a text whose answer is remembered; what is longer is rare, and would fill the memory."""

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.dot_nl = True
_AS_WRITTEN = re2.Options()
_AS_WRITTEN.log_errors = False


def bounded_matcher(pattern: str) -> Callable[[str], bool]:
    """Return a test whether a text as a whole matches; it remembers recent answers.

    Raises:
        ValueError: the pattern is no regular expression of RE2's, or one that needs too much memory; says why.
    """
    compiled = _compiled(pattern, _OPTIONS)

    def matches(text: str) -> bool:
        return compiled.fullmatch(_encoded(text)) is not None

    remembered = lru_cache(maxsize=4096)(matches)
    return lambda text: remembered(text) if len(text) <= MAX_REMEMBERED else matches(text)


@lru_cache(maxsize=MAX_REMEMBERED)
def bounded_finder(pattern: str) -> Callable[[str], tuple[str, ...] | None]:
    """Return a search for the first match in a text: the match and its groups, None where there is none.

    Raises:
        ValueError: the pattern is no regular expression of RE2's, or one that needs too much memory; says why.
    """
    compiled = _compiled(pattern, _OPTIONS)

    def find(text: str) -> tuple[str, ...] | None:
        found = compiled.search(_encoded(text))
        if found is None:
            return None
        return tuple((group or b"").decode(errors="replace") for group in (found.group(0), *found.groups()))

    return find


@lru_cache(maxsize=MAX_REMEMBERED)
def bounded_search(pattern: str) -> Callable[[str], Mapping[str, str] | None]:
    """Return a search for the named groups of the first place where a pattern fits, None where none is.

    A dot matches no line break, unless the pattern says `(?s)`.

    Raises:
        ValueError: as for `bounded_matcher`.
    """
    compiled = _compiled(pattern, _AS_WRITTEN)

    def search(text: str) -> Mapping[str, str] | None:
        found = compiled.search(_encoded(text))
        if found is None:
            return None
        groups = {_name(name): value for name, value in found.groupdict().items()}
        return {name: (value or b"").decode(errors="replace") for name, value in groups.items()}

    return search


@lru_cache(maxsize=MAX_REMEMBERED)
def bounded_groups(pattern: str) -> Callable[[str], tuple[tuple[str, ...], Mapping[str, str]] | None]:
    """Return a search that gives the match with its groups in order, and those that have names; None without a match.

    A dot matches no line break, unless the pattern says `(?s)`.

    Raises:
        ValueError: as for `bounded_matcher`.
    """
    compiled = _compiled(pattern, _AS_WRITTEN)

    def search(text: str) -> tuple[tuple[str, ...], Mapping[str, str]] | None:
        found = compiled.search(_encoded(text))
        if found is None:
            return None
        groups = tuple((group or b"").decode(errors="replace") for group in (found.group(0), *found.groups()))
        named = {_name(name): (value or b"").decode(errors="replace") for name, value in found.groupdict().items()}
        return groups, named

    return search


def _compiled(pattern: str, options: re2.Options) -> Any:
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"the pattern is longer than {MAX_PATTERN} characters")
    try:
        return re2.compile(_encoded(pattern), options)
    except re2.error as exc:
        raise ValueError(f"{pattern!r} is not a regular expression (RE2): {_words_of(exc)}") from exc


def _name(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _encoded(text: str) -> bytes:
    """Return a text as RE2 reads it; half a surrogate pair, which no UTF-8 has, becomes a question mark."""
    return text.encode(errors="replace")


def _words_of(exc: Exception) -> str:
    told = exc.args[0] if exc.args else ""
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)
