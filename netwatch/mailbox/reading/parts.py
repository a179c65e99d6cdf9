"""Takes a MIME mail apart (RFC 2045, RFC 2046) into its leaves, so many and so deep and no more.

A quiet room. What is cut off or broken is read as far as it goes: a multipart need not end.
May import: netwatch.mailbox.reading.{charsets, encodings, head, limits}. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netwatch.mailbox.reading.charsets import decoded
from netwatch.mailbox.reading.encodings import transferred
from netwatch.mailbox.reading.head import Head, split_head
from netwatch.mailbox.reading.limits import MOST_DEPTH, MOST_PARTS, MOST_TEXT_OCTETS

_KIND = re.compile(r"\s*([\w.+-]{1,80})\s*/\s*([\w.+-]{1,120})", re.ASCII)
_PARAMETER = re.compile(r""";\s*([^\s=;"]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;]*))""")
_ESCAPED = re.compile(r"\\(.)")
_MOST_CONTENT_TYPE = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or a part of one. `kind` is its media type in lower case; `parts` those of a multipart."""

    head: Head
    kind: str
    parameters: dict[str, str]
    octets: bytes
    parts: tuple[Part, ...] = ()

    @property
    def attached(self) -> bool:
        """Return whether it is a file that came along, not something to be read at once."""
        return self.head.first("content-disposition").lower().startswith("attachment")

    def content(self) -> bytes:
        """Return its octets, decoded, up to a bound."""
        return transferred(self.octets[:MOST_TEXT_OCTETS], self.head.first("content-transfer-encoding"))

    def text(self) -> str:
        """Return its text, up to a bound; lines end in LF, and there is no NUL in it."""
        text = decoded(self.content(), self.parameters.get("charset", ""))
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")

    def leaves(self) -> Iterator[Part]:
        """Yield every part that has none itself, in order."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(slots=True)
class _Budget:
    """How many parts may still be made of this mail."""

    parts: int = field(default=MOST_PARTS)


def take_apart(octets: bytes) -> Part:
    """Return a mail with all its parts."""
    return _part(octets, "text/plain", 0, _Budget())


def _part(octets: bytes, usual: str, depth: int, budget: _Budget) -> Part:
    head, body = split_head(octets)
    kind, parameters = content_type(head.first("content-type"), usual)
    boundary = parameters.get("boundary", "").encode("utf-8", "replace").rstrip()
    if not kind.startswith("multipart/") or not boundary or depth >= MOST_DEPTH:
        return Part(head, kind, parameters, body)
    inside = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    parts = []
    for piece in _pieces(body, b"--" + boundary):
        if budget.parts <= 0:
            break
        budget.parts -= 1
        parts.append(_part(piece, inside, depth + 1, budget))
    return Part(head, kind, parameters, body, tuple(parts))


def content_type(value: str, usual: str = "text/plain") -> tuple[str, dict[str, str]]:
    """Return a media type and its parameters, names in lower case; the usual one where none can be read."""
    value = value[:_MOST_CONTENT_TYPE]
    kind = _KIND.match(value)
    if kind is None:
        return usual, {}
    parameters: dict[str, str] = {}
    for found in _PARAMETER.finditer(value, kind.end()):
        text = _ESCAPED.sub(r"\1", found[2]) if found[2] is not None else found[3]
        parameters.setdefault(found[1].lower(), text)
    return f"{kind[1]}/{kind[2]}".lower(), parameters


def _pieces(body: bytes, delimiter: bytes) -> Iterator[bytes]:
    """Yield what stands between the lines that are the delimiter; the last piece may end where the mail does."""
    start: int | None = None
    position = body.find(delimiter)
    while position >= 0:
        end = body.find(b"\n", position)
        end = len(body) if end < 0 else end
        rest = body[position + len(delimiter) : min(end, position + len(delimiter) + 100)].strip()
        if rest in (b"", b"--") and (position == 0 or body[position - 1] == 0x0A):
            if start is not None:
                yield body[start:position].removesuffix(b"\n").removesuffix(b"\r")
            start = None if rest else end + 1
            if rest:
                return
        position = body.find(delimiter, end)
    if start is not None:
        yield body[start:]
