"""How pieces of an expression of NetWatch are written: numbers, spans, texts, matchers, brackets.

A quiet room of text. May import: nothing of this house. Called by: translating, calls, choosing.
"""

from __future__ import annotations

import re

ATOM = 9
"""Binds so strongly that it never needs brackets."""
AND, OR, COMPARED, ADDED, MULTIPLIED = 2, 1, 4, 5, 6
STRENGTH = {
    "or": OR, "and": AND, "unless": AND, **dict.fromkeys(("==", "!=", ">", "<", ">=", "<="), COMPARED),
    "+": ADDED, "-": ADDED, "*": MULTIPLIED, "/": MULTIPLIED, "%": MULTIPLIED, "^": 8,
}  # fmt: skip
COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
LOGICAL = frozenset({"and", "or", "unless"})
SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_SPAN = re.compile(r"(\d+(ms|[smhdwy]))+")
_PART = re.compile(r"(\d+)(ms|[smhdwy])")


class NotCarried(ValueError):
    """There is no counterpart; says for what."""


def wrapped(text: str, strength: int, needed: int) -> str:
    """Return a text in brackets where it binds less strongly than is needed."""
    return text if strength >= needed or re.fullmatch(r"[\w.]+(\([^()]*\))?", text) else f"({text})"


def number(text: str) -> str:
    """Return a number as NetWatch writes it.

    Raises:
        NotCarried: it is none that a device can have.
    """
    if text.lower() in ("inf", "nan"):
        raise NotCarried(f"the number {text}")
    return str(int(text, 16)) if text.startswith("0x") else text


def span(text: str) -> str:
    """Return a span of time in quotes.

    Raises:
        NotCarried: it is written by a variable.
    """
    if not _SPAN.fullmatch(text):
        raise NotCarried(f"the span {text}")
    return f"'{text}'"


def seconds(text: str) -> float:
    """Return how long a span is."""
    return sum(int(count) * SECONDS[unit] for count, unit in _PART.findall(span(text)))


def quoted(text: str) -> str:
    """Return a text as a text of an expression."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def matcher(label: str, operator: str, text: str) -> str:
    """Return a matcher of devices."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{label}{operator}"{escaped}"'
