"""What an IMAP server says, taken apart: atoms, quoted strings, literals and lists (RFC 3501, section 9).

A quiet room. May import: netwatch.errors. Called by: netwatch.mailbox.imap.client.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from netwatch.errors import MailboxError

Token = bytes | list[Any]
"""An atom, a string or a literal; or a list of tokens, in parentheses."""
DEEPEST = 64
_LITERAL_AT_END = re.compile(rb"\{(\d{1,10})\+?\}$")
_PIECE = re.compile(rb'"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+)')
_CODE = re.compile(rb"\[([A-Z0-9-]+)(?: ([^\]]*))?\]", re.IGNORECASE)
_DATE = re.compile(
    rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})",
)
_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One response: its lines, and the literals between them, one fewer."""

    lines: tuple[bytes, ...]
    literals: tuple[bytes, ...] = ()

    @property
    def first(self) -> bytes:
        """Return the tag, `*` or `+`."""
        return self.lines[0].partition(b" ")[0]

    @property
    def kind(self) -> bytes:
        """Return what kind of response it is, upper case: OK, NO, BYE, EXISTS, FETCH, SEARCH and so on."""
        words = self.lines[0].split(b" ", 3)
        if len(words) > 2 and words[1].isdigit():
            return words[2].upper()
        return words[1].upper() if len(words) > 1 else b""

    @property
    def number(self) -> int | None:
        """Return the number before the kind."""
        words = self.lines[0].split(b" ", 2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() and len(words[1]) < 11 else None

    @property
    def words(self) -> str:
        """Return what it says, for people: printable and short."""
        said = self.lines[0].partition(b" ")[2].partition(b" ")[2].decode("utf-8", "replace")
        return " ".join("".join(letter if letter.isprintable() else " " for letter in said).split())[:300]

    def code(self, name: bytes) -> bytes | None:
        """Return what stands behind a response code such as UIDNEXT, None without that code."""
        for code in _CODE.finditer(self.lines[0]):
            if code[1].upper() == name:
                return code[2] or b""
        return None

    def tokens(self) -> list[Token]:
        """Return all of it, taken apart.

        Raises:
            MailboxError: it is not IMAP.
        """
        stack: list[list[Token]] = [[]]
        for piece in self._pieces():
            if piece == ("(", b""):
                stack.append([])
                if len(stack) > DEEPEST:
                    raise MailboxError("the server's answer has lists in lists without end")
            elif piece == (")", b""):
                if len(stack) == 1:
                    raise MailboxError("the server's answer is no IMAP")
                done = stack.pop()
                stack[-1].append(done)
            else:
                stack[-1].append(piece[1])
        if len(stack) != 1:
            raise MailboxError("the server's answer is no IMAP")
        return stack[0]

    def _pieces(self) -> Iterator[tuple[str, bytes]]:
        for place, line in enumerate(self.lines):
            text = line[: match.start()] if (match := _LITERAL_AT_END.search(line)) else line
            for found in _PIECE.finditer(text):
                if found[2]:
                    yield found[2].decode(), b""
                else:
                    yield "", found[3] if found[3] is not None else re.sub(rb"\\(.)", rb"\1", found[1])
            if place < len(self.literals):
                yield "", self.literals[place]


def literal_octets(line: bytes) -> int | None:
    """Return how many octets follow a line, None where none do."""
    found = _LITERAL_AT_END.search(line)
    return int(found[1]) if found else None


def fields_of(tokens: Sequence[Token]) -> Mapping[bytes, Token]:
    """Return the data items of a FETCH response, names in upper case."""
    last = tokens[-1] if tokens else b""
    if not isinstance(last, list):
        return {}
    pairs = zip(last[::2], last[1::2], strict=False)
    return {name.upper(): value for name, value in pairs if isinstance(name, bytes)}


def moment(text: bytes) -> datetime | None:
    """Return an INTERNALDATE, None where it is none."""
    found = _DATE.fullmatch(text)
    if found is None or found[2].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second, off_hours, off_minutes = (int(found[place]) for place in (1, 3, 4, 5, 6, 8, 9))
    offset = timedelta(hours=off_hours, minutes=off_minutes) * (-1 if found[7] == b"-" else 1)
    try:
        return datetime(year, _MONTHS.index(found[2].lower()) + 1, day, hour, minute, second, tzinfo=UTC) - offset
    except (ValueError, OverflowError):
        return None


def quoted(text: bytes) -> bytes | None:
    """Return a quoted string, None where it has to be a literal."""
    if len(text) > 1000 or any(octet < 0x20 or octet > 0x7E for octet in text):
        return None
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
