"""Keeps text from devices from becoming anything but text in a mail.

A quiet room. Names, aliases and descriptions come from devices, and whoever can set an interface description can
write into our mails. `clean_line` and `clean_block` take away what could end a line, hide or reverse text, or be
read as an encoded word (RFC 2047); `faults_of` reads finished bytes back and says where they are not what was meant.
May import: nothing.
Called by: netwatch.notify.*: what writes, and what cleans the words of other servers.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import SMTP, compat32

MAX_LINE = 200
MAX_BLOCK = 2_000
MAX_MARKS = 3
"""Combining marks in a row; more only paint over the lines above and below."""

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters without a picture whose Unicode category does not give them away."""
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_GONE = frozenset({"Cc", "Cf", "Co", "Cn"})
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4,}")


def clean_line(text: str, limit: int = MAX_LINE) -> str:
    """Return the text as one line of visible characters, at most `limit` long."""
    start = text[: 4 * limit + 64]
    # Most text is plain, and plain text needs no looking at letter by letter.
    plain = start.isascii() and start.isprintable()
    if plain:  # ASCII has no marks either
        calm = " ".join(start.split())
    else:
        visible = " ".join("".join(map(_visible, start)).split())
        calm = _MARKS.sub(lambda run: run[0][:MAX_MARKS], visible)
    return _capped(_without_encoded_words(calm), limit)


def clean_block(text: str, limit: int = MAX_BLOCK, lines: int = 20) -> str:
    """Return the text as at most `lines` lines, each cleaned; where lines end is the only thing it may decide."""
    kept = [clean_line(line, limit) for line in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text[: 4 * limit])]
    return _capped("\n".join(line for line in kept if line), limit, lines)


def plain_ascii(text: str, limit: int = MAX_LINE) -> str:
    """Return only letters, digits and harmless signs: what no reader can take for anything else."""
    return re.sub(r"[^A-Za-z0-9 .,:;/_()\[\]%+-]", "?", clean_line(text, limit)).replace("=?", "= ?")


def faults_of(message: bytes, headers: Sequence[tuple[str, str]]) -> list[str]:
    """Return what is wrong with finished bytes, nothing if they are exactly the mail that was meant.

    `headers` are the names and decoded values intended, in order. Bytes are also looked at raw, so that the
    parser is not the only witness.
    """
    return [*_raw_faults(message, [name for name, _ in headers]), *_parsed_faults(message, headers)]


def _raw_faults(message: bytes, names: Sequence[str]) -> list[str]:
    faults = []
    ends = message.count(b"\r\n")
    if ends != message.count(b"\r") or ends != message.count(b"\n"):
        faults.append("a bare CR or LF")
    if not message.isascii() or b"\0" in message:
        faults.append("a byte outside ASCII")
    if max(map(len, message.split(b"\r\n"))) > 998:
        faults.append("a line longer than 998 octets")
    head = message.partition(b"\r\n\r\n")[0].split(b"\r\n")
    found = [line.partition(b":")[0].decode("ascii", "replace") for line in head if line[:1] not in (b" ", b"\t")]
    if found != list(names):
        faults.append(f"header lines {found}")
    return faults


def _parsed_faults(message: bytes, headers: Sequence[tuple[str, str]]) -> list[str]:
    head, body = _parsed(message)
    found = [(name, _decoded(name, " ".join(str(value).split()))) for name, value in head.items()]
    faults = [] if found == [(name, " ".join(value.split())) for name, value in headers] else [f"headers {found}"]
    return [*faults, *_faults_of_parts(head, body)]


def _parsed(part: bytes, *, is_inside: bool = False) -> tuple[Message, bytes | None]:
    """Return a part's headers as a parser reads them, and its body, None where no empty line parts the two.

    Bodies are most of a mail, and no parser has to read them line by line.
    """
    head, empty, body = part.partition(b"\r\n\r\n")
    parse = BytesHeaderParser(policy=compat32).parsebytes
    return (_parsed_head(head) if is_inside else parse(head + empty)), body if empty else None


@functools.lru_cache(maxsize=64)
def _parsed_head(head: bytes) -> Message:
    """Return the head of a part inside a mail: there are few, the same in all mails; nobody may change it."""
    return BytesHeaderParser(policy=compat32).parsebytes(head + b"\r\n\r\n")


def _faults_of_parts(head: Message, body: bytes | None) -> list[str]:
    """Return what is wrong with a part and those inside it: its headers, or where its parts begin and end."""
    kind = head.get_content_type()
    faults = [f"part {kind}: {head.defects}"] if head.defects else []
    if body is None:
        return [*faults, f"part {kind}: no body"]
    if head.get_content_maintype() != "multipart":
        return faults
    if not (boundary := head.get_boundary()):
        return [*faults, f"part {kind}: no boundary"]
    # Readers compare only the beginning of a line with a boundary (RFC 2046, section 5.1.1).
    before, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii", "replace"))
    if before or len(parts) < 2 or parts[-1] not in (b"--\r\n", b"--"):
        return [*faults, f"part {kind}: its parts do not begin and end where they should"]
    for part in parts[:-1]:
        if not part.startswith(b"\r\n"):
            return [*faults, f"part {kind}: a line that begins as its boundary does"]
        faults += _faults_of_parts(*_parsed(part[2:], is_inside=True))
    return faults


@functools.lru_cache(maxsize=1024)
def _decoded(name: str, raw: str) -> str:
    """Return what a reader sees of a header; only encoded words make that differ from what is written."""
    if "=?" not in raw:
        return raw
    value = SMTP.header_factory(name, raw)
    return f"{value} {value.defects}" if value.defects else " ".join(str(value).split())


def _visible(character: str) -> str:
    if character in _BREAKS:
        return " "
    if character in _INVISIBLE:
        return ""
    category = unicodedata.category(character)
    if category in _GONE:
        return ""
    if category == "Cs":
        return "\ufffd"
    return " " if category[0] == "Z" else character


def _without_encoded_words(text: str) -> str:
    return text.replace("=?", "= ?")


def _capped(text: str, limit: int, lines: int | None = None) -> str:
    if lines is not None and text.count("\n") >= lines:
        text = "\n".join(text.split("\n")[:lines]) + "…"
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
