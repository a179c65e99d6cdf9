"""Turns octets that a device calls text into text that is safe to keep, show and mail: the rule for polls and traps.

Device text is hostile: it comes in any encoding and may hold anything.

May import: netwatch.model.values. Called by: netwatch.polling, model.names.
"""

from __future__ import annotations

import unicodedata

from netwatch.model.values import Missing, Value

MAX_LABEL_CHARACTERS = 255
ADDRESS_BYTES = (6, 8)
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
MOST_CONTROLS = 4
"""Octets of which more than one in so many is a control character are no text."""


def text_of(value: Value, limit: int = MAX_LABEL_CHARACTERS) -> str:
    """Return a value as one line of at most `limit` printable characters; a missing one as the empty text.

    Bytes are UTF-8, or UTF-16 where they say so, else latin-1; 6 or 8 bytes that are no text are an address and come
    as `00:1b:21:0a:0b:0c`.
    """
    if value is None or isinstance(value, Missing):
        return ""
    if not isinstance(value, bytes):
        return str(value)[:limit]
    raw = value[: 4 * limit]
    text = _decoded(raw)
    if len(value) in ADDRESS_BYTES and not _is_text(text):
        return value.hex(":")
    return printable(text)[:limit].strip()


def printable(text: str) -> str:
    """Return the text without control, bidirectional and unassigned characters; any white space is one blank."""
    if text.isprintable():
        return text.strip()
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    return " ".join("".join(kept).split())


def looks_like_text(value: bytes) -> bool:
    """Return whether octets are text in some encoding, with a few odd characters in it at most."""
    text = _decoded(value.replace(b"\0", b"") if _is_wide(value) else value)
    controls = sum(1 for character in text if not character.isprintable() and not character.isspace())
    return bool(text.strip()) and controls * MOST_CONTROLS <= len(text)


def _is_wide(raw: bytes) -> bool:
    """Return whether every other octet is none, as where ASCII is written in UTF-16."""
    return len(raw) > 2 and (not any(raw[1::2]) or not any(raw[::2]))


def _decoded(raw: bytes) -> str:
    wide = BYTE_ORDER_MARKS.get(raw[:2])
    if wide is not None:
        return raw[2:].decode(wide, "ignore").rstrip("\0")
    raw = raw.rstrip(b"\0")
    try:
        return raw.decode()
    except UnicodeDecodeError as exc:
        # Cut in the middle of a character, by the cap above or by the device itself.
        was_cut = exc.reason == "unexpected end of data" and exc.end == len(raw)
        return raw[: exc.start].decode() if was_cut else raw.decode("latin-1")


def _is_text(text: str) -> bool:
    return all(character.isprintable() or character.isspace() for character in text)
