"""Lines of a mail's text: what each says, and how deep in quotes it stands.

A quiet room. Plain text is read here, also as format=flowed (RFC 3676); HTML becomes the same lines in html.
May import: netwatch.mailbox.reading.limits. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from netwatch.mailbox.reading.limits import MOST_LINE, MOST_LINES

_QUOTED = re.compile(r" {0,4}(?:[A-Za-z]{0,3}>[ \t]?)+")
"""`> `, `>>`, and `AB> ` of programs that quote with initials."""


class Line(NamedTuple):
    """A line. `depth`: 0 is the writer's own. `cut`: everything from here on was there before, said the markup."""

    text: str
    depth: int = 0
    cut: bool = False


def plain_lines(text: str, *, flowed: bool = False, delsp: bool = False) -> list[Line]:
    """Return the lines of a text/plain part."""
    lines = text.split("\n", MOST_LINES)[:MOST_LINES]
    return list(_flowed(lines, delsp)) if flowed else [marked_line(line) for line in lines]


def marked_line(line: str) -> Line:
    """Return a line without the marks of a quote before it, which say how deep it stands."""
    line = line[:MOST_LINE]
    mark = _QUOTED.match(line)
    return Line(line[mark.end() :], mark[0].count(">")) if mark else Line(line)


def _flowed(lines: list[str], delsp: bool) -> Iterator[Line]:
    """Yield lines as they were before a program broke them: one that ends in a space goes on in the next."""
    begun, depth_of_begun, length = [""][:0], 0, 0
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        text = line[depth:].removeprefix(" ")
        signature = text == "-- "
        if begun and (depth != depth_of_begun or signature or length > MOST_LINE):
            yield Line("".join(begun)[:MOST_LINE], depth_of_begun)
            begun, length = [], 0
        soft = text.endswith(" ") and not signature
        begun.append(text[:-1] if soft and delsp else text)
        depth_of_begun, length = depth, length + len(text)
        if not soft:
            yield Line("".join(begun)[:MOST_LINE], depth)
            begun, length = [], 0
    if begun:
        yield Line("".join(begun)[:MOST_LINE], depth_of_begun)
