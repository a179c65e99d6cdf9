"""Reads the headers of a mail or of a part of one, however they are broken.

A quiet room. May import: netwatch.mailbox.reading.limits. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from netwatch.mailbox.reading.limits import MOST_HEAD_OCTETS, MOST_HEADER, MOST_HEADERS

_BLANK_LINE = re.compile(rb"\n\r*\n")
_NAME = re.compile(r"([!-9;-~]+)[ \t]*:")


@dataclass(frozen=True, slots=True)
class Head:
    """Headers in their order: names in lower case, values unfolded, still encoded."""

    fields: tuple[tuple[str, str], ...]

    def first(self, name: str) -> str:
        """Return the value of the topmost header of this name, empty if there is none."""
        return next((value for known, value in self.fields if known == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """Return the values of all headers of this name, from the top."""
        return tuple(value for known, value in self.fields if known == name)

    def has(self, name: str) -> bool:
        """Return whether there is such a header, even an empty one."""
        return any(known == name for known, _ in self.fields)


def split_head(octets: bytes) -> tuple[Head, bytes]:
    """Return the headers, and what follows the first empty line."""
    if octets[:1] == b"\n" or octets[:2] == b"\r\n":  # a part without headers
        return Head(()), octets[octets.index(b"\n") + 1 :]
    end = _BLANK_LINE.search(octets, 0, MOST_HEAD_OCTETS)
    head = octets[: end.start() if end else MOST_HEAD_OCTETS]
    return Head(_fields(head)), octets[end.end() :] if end else b""


def read_head(octets: bytes) -> Head:
    """Return the headers of octets that are nothing else, or begin with them."""
    return split_head(octets)[0]


def _fields(octets: bytes) -> tuple[tuple[str, str], ...]:
    """Return the headers; lines that are none are left out, as `From ` lines of mbox files are.

    A bare CR ends no line: mail servers do not take it for one, and what they checked is what is read.
    """
    found: list[tuple[str, list[str]]] = []
    for line in _text(octets).replace("\r", "").replace("\0", "").split("\n"):
        if line[:1] in (" ", "\t"):
            if found and len(found[-1][1]) < MOST_HEADERS:
                found[-1][1].append(line.strip())
        elif named := _NAME.match(line):
            if len(found) == MOST_HEADERS:
                break
            found.append((named[1].lower(), [line[named.end() :].strip()]))
    return tuple((name, " ".join(filter(None, lines))[:MOST_HEADER]) for name, lines in found)


def _text(octets: bytes) -> str:
    """Return headers as text: UTF-8 where they are (RFC 6532), else one character an octet."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")
