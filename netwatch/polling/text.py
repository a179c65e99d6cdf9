"""Turns what a device says into labels that are safe to keep, show and mail.

Device text is hostile: it comes in any encoding and may hold anything.

May import: netwatch.model. Called by: netwatch.polling.
"""

from __future__ import annotations

import unicodedata

from netwatch.model import Missing, Value

MAX_LABEL_CHARACTERS = 255
ADDRESS_BYTES = (6, 8)


def text_of(value: Value, limit: int = MAX_LABEL_CHARACTERS) -> str:
    """Return a value as one line of at most `limit` printable characters; a missing one as the empty text.

    Bytes are UTF-8, else latin-1; 6 or 8 bytes that are no text are an address and come as `00:1b:21:0a:0b:0c`.
    """
    if value is None or isinstance(value, Missing):
        return ""
    if not isinstance(value, bytes):
        return str(value)[:limit]
    raw = value[: 4 * limit].rstrip(b"\0")
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


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as exc:
        # Cut in the middle of a character, by the cap above or by the device itself.
        was_cut = exc.reason == "unexpected end of data" and exc.end == len(raw)
        return raw[: exc.start].decode() if was_cut else raw.decode("latin-1")


def _is_text(text: str) -> bool:
    return all(character.isprintable() or character.isspace() for character in text)
