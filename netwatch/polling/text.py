"""Turns what a device says into labels that are safe to keep, show and mail.

Device text is hostile: it comes in any encoding and may hold anything.

May import: netwatch.model. Called by: netwatch.polling.
"""

from __future__ import annotations

import unicodedata

from netwatch.model import Missing, Value

MAX_LABEL_CHARACTERS = 255
ADDRESS_BYTES = (6, 8)
MAX_TOLD_CHARACTERS = 40
MAX_TOLD_OCTETS = 16
DATE_OCTETS = (8, 11)


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


def told(value: Value, wanted: str = "number") -> str:
    """Return what a device gave in the place of a number, as a sentence for people."""
    if isinstance(value, Missing):
        return f"the device answered {value.value}"
    if not isinstance(value, bytes):
        return f"the device gave {text_of(value, MAX_TOLD_CHARACTERS)}, no {wanted}"
    raw = value.rstrip(b"\0")
    if not raw:
        return f"the device gave an empty text, no {wanted}"
    text = _decoded(raw[: 4 * MAX_TOLD_CHARACTERS])
    if raw.isascii() and _is_text(text):
        more = "..." if len(text) > MAX_TOLD_CHARACTERS else ""
        return f'the device gave "{printable(text)[:MAX_TOLD_CHARACTERS]}{more}", no {wanted}'
    date = _date(value)
    if date:
        return f"the device gave the date {date}, no {wanted}"
    more = "..." if len(value) > MAX_TOLD_OCTETS else ""
    return f"the device gave the octets {value[:MAX_TOLD_OCTETS].hex(' ')}{more}, no {wanted}"


def _date(value: bytes) -> str:
    """Return a DateAndTime (RFC 2579) as people write it, empty where it is none."""
    if len(value) not in DATE_OCTETS:
        return ""
    year, (month, day, hour, minute, second) = int.from_bytes(value[:2], "big"), value[2:7]
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        return ""
    zone = f" {chr(value[8])}{value[9]:02}:{value[10]:02}" if len(value) > 8 and value[8] in b"+-" else ""
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{zone}"


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
