"""Writes a finished mail as bytes, from headers and bodies that are already clean text.

A quiet room, and an exact one: every line is written here, for Python's own generator folds long message-ids into
encoded words. Everything is 7-bit: headers outside ASCII are encoded words (RFC 2047), bodies quoted-printable or
base64 (RFC 2045), so that no relay has to convert.
May import: nothing. Called by: netwatch.notify.mail.*.
"""

from __future__ import annotations

import base64
import binascii
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

SUPPRESSED = "OOF, AutoReply"
"""What Exchange is not to answer a mail of ours with. `All` would hold back as well that a mail did not arrive."""

_WORD_OCTETS = 42
"""UTF-8 octets in one encoded word: base64 makes 56 of them, well inside the 75 that RFC 2047 allows."""
_FOLD_AT = 76
_KEPT_LINES, _KEPT_LENGTH = 512, 1_000
"""How many encoded lines are kept, and the longest, in characters: those of the frame are the same in all mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header: `value` is what readers see, `wire` how it is written (ASCII, folded, without the name)."""

    name: str
    value: str
    wire: str


def ascii_header(name: str, value: str) -> Header:
    """Return a header of tokens that are ASCII by construction (dates, message-ids), folded between tokens."""
    return Header(name=name, value=value, wire=_folded(name, value.split(" ")))


def text_header(name: str, value: str) -> Header:
    """Return a header that people read: as it stands where it is ASCII, else as encoded words."""
    words = value.split(" ") if _is_plain(value) else encoded_words(value)
    return Header(name=name, value=value, wire=_folded(name, words))


def mailbox_header(name: str, display: str, address: str) -> Header:
    """Return `Name <address>`, the name quoted or encoded as it needs, or the bare address."""
    if not display:
        return ascii_header(name, address)
    value = f"{_phrase(display)} <{address}>"
    words = _phrase(display).split(" ") if _is_plain(display) else encoded_words(display)
    return Header(name=name, value=value, wire=_folded(name, [*words, f"<{address}>"]))


def date_header(at: datetime) -> Header:
    """Return the Date header, in UTC."""
    return ascii_header("Date", format_datetime(at.astimezone(UTC).replace(microsecond=0)))


def encoded_words(text: str) -> list[str]:
    """Return the text as RFC 2047 encoded words, no character cut in two."""
    words, chunk = [], b""
    for character in text:
        octets = character.encode("utf-8", "replace")
        if len(chunk) + len(octets) > _WORD_OCTETS:
            words.append(chunk)
            chunk = b""
        chunk += octets
    return [f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in [*words, chunk]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A finished mail: its headers in order, as they were meant, and its bytes."""

    headers: tuple[Header, ...]
    message: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image that the HTML shows by `cid:` and its content_id; `words` say the same."""

    content_id: str
    words: str
    png: bytes


def alternative(
    headers: Sequence[Header], *, text: str, html: str, boundary: str, pictures: Sequence[Picture] = ()
) -> Mail:
    """Return a multipart/alternative mail, the text first. A boundary is to hold `=_`, which occurs in no body here.

    Pictures stand beside the HTML in a multipart/related (RFC 2387), so that who reads the text sees no attachments.
    """
    shown = _part("html", html)
    if pictures:
        # Readers compare only the beginning of a line with a boundary (RFC 2046, 5.1.1): none may begin another.
        shown = _related(shown, pictures, f"=_related_{boundary}")
    content = _multipart("alternative", boundary)
    every = (*headers, content)
    return Mail(headers=every, message=_lines(every) + b"\r\n" + _joined((_part("plain", text), shown), boundary))


Part = tuple[Sequence[Header], bytes]


def _related(html: Part, pictures: Sequence[Picture], boundary: str) -> Part:
    parts = [html, *(_picture(number, picture) for number, picture in enumerate(pictures, 1))]
    return [_multipart("related", boundary, ' type="text/html";')], _joined(parts, boundary)


def _picture(number: int, picture: Picture) -> Part:
    headers = [
        ascii_header("Content-Type", "image/png"),
        ascii_header("Content-Transfer-Encoding", "base64"),
        ascii_header("Content-ID", f"<{picture.content_id}>"),
        ascii_header("Content-Disposition", f'inline; filename="chart-{number}.png"'),
    ]
    return headers, base64.encodebytes(picture.png).replace(b"\n", b"\r\n")


def _multipart(subtype: str, boundary: str, parameters: str = "") -> Header:
    value = f'multipart/{subtype};{parameters} boundary="{boundary}"'
    return Header(name="Content-Type", value=value, wire=" " + value.replace("; ", ";\r\n "))


def _joined(parts: Sequence[Part], boundary: str) -> bytes:
    start = f"--{boundary}\r\n".encode()
    every = b"".join(start + _lines(headers) + b"\r\n" + body for headers, body in parts)
    return every + f"--{boundary}--\r\n".encode()


def plain(headers: Sequence[Header], *, text: str) -> Mail:
    """Return a mail of one text part."""
    part_headers, body = _part("plain", text)
    every = (*headers, *part_headers)
    return Mail(headers=every, message=_lines(every) + b"\r\n" + body)


def _part(subtype: str, text: str) -> Part:
    encoding, body = _encoded_body(text)
    headers = [
        ascii_header("Content-Type", f'text/{subtype}; charset="utf-8"'),
        ascii_header("Content-Transfer-Encoding", encoding),
    ]
    return headers, body


def _encoded_body(text: str) -> tuple[str, bytes]:
    lines = text.rstrip("\n").split("\n")
    # What would hold a boundary is encoded, whoever wrote it: quoted-printable has no `=_`, base64 neither.
    if text.isascii() and "=_" not in text and all(len(line) <= _FOLD_AT and line == line.rstrip() for line in lines):
        return "7bit", "".join(f"{line}\r\n" for line in lines).encode("ascii")
    quoted = b"".join([_kept_quoted(line) if len(line) <= _KEPT_LENGTH else quoted_line(line) for line in lines])
    octets = "\r\n".join(lines).encode("utf-8", "replace")
    if len(quoted) > 1.4 * len(octets):  # in scripts other than ours base64 takes less than half
        return "base64", base64.encodebytes(octets).replace(b"\n", b"\r\n")
    return "quoted-printable", quoted


def quoted_line(line: str) -> bytes:
    """Return a line without its end as quoted-printable (RFC 2045, section 6.7), ended by CRLF."""
    return binascii.b2a_qp(line.encode("utf-8", "replace"), istext=False).replace(b"\n", b"\r\n") + b"\r\n"


_kept_quoted = functools.lru_cache(maxsize=_KEPT_LINES)(quoted_line)


def text_part(text: str) -> tuple[str, bytes]:
    """Return how a text travels, and its octets: for whoever changes a part of a finished mail."""
    return _encoded_body(text)


def _lines(headers: Sequence[Header]) -> bytes:
    return "".join(f"{header.name}:{header.wire}\r\n" for header in headers).encode("ascii")


def _folded(name: str, words: Sequence[str]) -> str:
    wire, width = "", len(name) + 1
    for word in words:
        if width + 1 + len(word) > _FOLD_AT and wire:
            wire, width = wire + "\r\n", 0
        wire, width = f"{wire} {word}", width + 1 + len(word)
    return wire


def _is_plain(text: str) -> bool:
    """Return whether the text may stand in a header as it is: printable ASCII, every word short enough to fold."""
    return text.isascii() and text.isprintable() and "=?" not in text and max(map(len, text.split(" "))) < 400


def _phrase(display: str) -> str:
    """Return a display name as RFC 5322 writes it: words of letters and digits as they are, all else quoted."""
    if all(word.isalnum() for word in display.split(" ")):
        return display
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
