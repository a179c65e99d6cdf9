"""Finds the text of a mail that a person would read first, as lines.

A quiet room. Text is preferred to HTML where a mail offers both; what is attached is no text of the mail.
May import: netwatch.mailbox.reading.{html, limits, lines, parts}. Called by: netwatch.mailbox.reading.mail.
"""

from __future__ import annotations

from netwatch.mailbox.reading.html import html_lines
from netwatch.mailbox.reading.limits import MOST_LINES
from netwatch.mailbox.reading.lines import Line, plain_lines
from netwatch.mailbox.reading.parts import Part

_TEXTS = ("text/plain", "text/html", "text/enriched")
SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")
"""Mails that only who has a key can read."""


def body_lines(part: Part) -> list[Line]:
    """Return the lines of a mail's text, empty where it has none."""
    lines = _inline(part) if not part.parts else _of_several(part)
    return lines[:MOST_LINES]


def _of_several(part: Part) -> list[Line]:
    match part.kind:
        case "multipart/alternative":
            ordered = sorted(part.parts, key=lambda one: _rank(one.kind))
            return next(filter(_says_something, map(body_lines, ordered)), [])
        case "multipart/related" | "multipart/signed":
            return body_lines(part.parts[0])
    lines: list[Line] = []
    for one in part.parts:
        if len(lines) < MOST_LINES:
            lines += body_lines(one)
    return lines


def _rank(kind: str) -> int:
    return 0 if kind == "text/plain" else 1 if kind.startswith(("text/html", "multipart/")) else 2


def _says_something(lines: list[Line]) -> bool:
    return any(line.text.strip() for line in lines)


def _inline(part: Part) -> list[Line]:
    if part.kind not in _TEXTS or part.attached:
        return []
    if part.kind == "text/html":
        return html_lines(part.text())
    parameters = part.parameters
    flowed = parameters.get("format", "").lower() == "flowed"
    return plain_lines(part.text(), flowed=flowed, delsp=parameters.get("delsp", "").lower() == "yes")


def is_sealed(part: Part) -> bool:
    """Return whether the mail is encrypted, or signed so that its text cannot be read without a key."""
    return part.kind in SEALED or any(one.kind in SEALED for one in part.parts)
