"""Regular expressions that cannot hang: operators write them, but hostile devices supply the text.

Python's `re` backtracks, and a nested repeat such as `(a+)+` takes longer than anybody waits on a text made for it.
What is allowed here takes some hundredths of a second at the very worst, on a text of MAX_TEXT characters.

May import: nothing. Called by: rules, alerts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

MAX_PATTERN = 1000
MAX_TEXT = 255
MAX_REPEATS = 3
MAX_CHOICES = 4
MAX_OPTIONALS = 8
"""Each `?` can double the work, so a pattern with MAX_REPEATS repeats may have one of them only."""

_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|\(\?|[()|?]|[*+][?+]?|\{[^}]*\}\??|.", re.DOTALL)


def bounded_matcher(pattern: str) -> Callable[[str], bool]:
    """Return a test whether a text as a whole matches; it remembers recent answers and reads MAX_TEXT characters.

    Raises:
        ValueError: the pattern is no regular expression, or one that could run for very long; says why.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"the pattern is longer than {MAX_PATTERN} characters")
    flags = re.IGNORECASE if pattern.startswith("(?i)") else re.NOFLAG
    body = pattern.removeprefix("(?i)")
    _check(body)
    try:
        compiled = re.compile(body, flags)
    except re.error as exc:
        raise ValueError(f"{pattern!r} is not a regular expression: {exc}") from exc

    @lru_cache(maxsize=4096)
    def matches(text: str) -> bool:
        return compiled.fullmatch(text[:MAX_TEXT]) is not None

    return matches


def _check(body: str) -> None:
    """Refuse what makes backtracking explode: choices or repeats inside a repeat, or many repeats in a row."""
    repeats = optionals = choices = 0
    open_groups: list[bool] = []  # for each open group: does it hold a choice or a repeat?
    closed_busy = False  # was the thing just read a group that does?
    for part in _PART.findall(body):
        repeated = part[0] in "*+{" and len(body) > 1
        if part == "(?" or (part[0] == "\\" and part[1:].isdigit() and part != "\\0"):
            raise ValueError(f"{body!r}: only groups ( ) and (?: ) and a leading (?i) are known here")
        if repeated and closed_busy:
            raise ValueError(f"{body!r}: a choice or repeat inside a repeat could take forever; write it flat")
        repeats, optionals = repeats + repeated, optionals + (part == "?")
        choices += part == "|" and bool(open_groups) and not open_groups[-1]
        busy = repeated or part in ("|", "?")
        closed_busy = False
        if part in ("(", "(?:"):
            open_groups.append(False)
        elif part == ")" and open_groups:
            closed_busy = open_groups.pop()
            busy = closed_busy
        if busy and open_groups:
            open_groups[-1] = True
    if repeats > MAX_REPEATS or optionals > (MAX_OPTIONALS if repeats < MAX_REPEATS else 1):
        raise ValueError(f"{body!r}: at most {MAX_REPEATS} of * + {{}} and {MAX_OPTIONALS} of ? in one pattern")
    if choices > MAX_CHOICES:
        raise ValueError(f"{body!r}: at most {MAX_CHOICES} groups with | in one pattern")
