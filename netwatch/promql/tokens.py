r"""Cuts an expression into words: names, numbers, texts in quotes, durations, signs.

May import: nothing. Called by: netwatch.promql.parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_LETTERS: Final = 10_000

DURATION: Final = re.compile(r"(?:[0-9]+(?:ms|[smhdwy]))+")

_TOKEN = re.compile(
    rf"""(?P<blank>[\s]+|\#[^\n]*)
      | (?P<duration>{DURATION.pattern})(?![A-Za-z0-9_])
      | (?P<number>0x[0-9A-Fa-f]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?![A-Za-z0-9_])
      | (?P<name>[A-Za-z_:][A-Za-z0-9_:]*)
      | (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
      | (?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^(){{}}\[\],=<>@:])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}|.)", re.DOTALL)
_KNOWN: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"', "'": "'",
}  # fmt: skip


class NotPromql(ValueError):
    """The text is no expression that is understood; says why, and at which letter."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, what kind of one, and where it stands; a text is without its quotes."""

    kind: str
    text: str
    at: int


def tokens_of(query: str) -> Iterator[Token]:
    """Yield the words of an expression, and at last one of kind `end`.

    Raises:
        NotPromql: something in it is none.
    """
    if len(query) > MOST_LETTERS:
        raise NotPromql(f"an expression has at most {MOST_LETTERS} letters")
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:
            raise NotPromql(f"letter {at + 1} of the expression: {query[at : at + 20]!r} is not understood")
        kind, text = match.lastgroup or "", match[0]
        if kind != "blank":
            yield Token(kind, _unquoted(text) if kind == "text" else text, at)
        at = match.end()
    yield Token("end", "the end", at)


def _unquoted(text: str) -> str:
    if text[0] == "`":
        return text[1:-1]
    return _ESCAPE.sub(_letter, text[1:-1])


def _letter(match: re.Match[str]) -> str:
    what = match[1]
    if what in _KNOWN:
        return _KNOWN[what]
    if what[0] in "xuU" and len(what) > 1 and int(what[1:], 16) <= 0x10FFFF:
        return chr(int(what[1:], 16))
    if what.isdigit() and len(what) == 3:
        return chr(int(what, 8))
    raise NotPromql(f"\\{what} is no escape of a text")
