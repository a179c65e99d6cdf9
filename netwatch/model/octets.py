"""Turns octets that a device calls text into text that is safe to keep, show and mail: the rule for polls and traps.

Device text is hostile: it comes in any encoding and may hold anything.

May import: netwatch.model.values. Called by: netwatch.polling, model.names.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from netwatch.model.values import Missing, Value

MAX_LABEL_CHARACTERS = 255
SHORT = 32
MOST_KNOWN = 16_384
"""Texts so short are remembered, about 3 MB: like devices give their rows the same names."""
ADDRESS_BYTES = (6, 8)
BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
MOST_CONTROLS = 4
"""Octets of which more than one in so many is a control character are no text."""
MAX_TOLD_CHARACTERS = 40
MAX_TOLD_OCTETS = 16
DATE_OCTETS = (8, 11)


def text_of(value: Value, limit: int = MAX_LABEL_CHARACTERS) -> str:
    """Return a value as one line of at most `limit` printable characters; a missing one as the empty text.

    Bytes are UTF-8, or UTF-16 where they say so, else latin-1; 6 or 8 bytes that are no text are an address and come
    as `00:1b:21:0a:0b:0c`.
    """
    if value is None or isinstance(value, Missing):
        return ""
    if not isinstance(value, bytes):
        return str(value)[:limit]
    return _text_of_octets(value, limit) if len(value) <= SHORT else _text_of_octets.__wrapped__(value, limit)


@lru_cache(maxsize=MOST_KNOWN)
def _text_of_octets(value: bytes, limit: int) -> str:
    raw = value[: 4 * limit]
    text = _decoded(raw)
    if len(value) in ADDRESS_BYTES and not _is_text(text):
        return value.hex(":")
    return printable(text)[:limit].strip()


def what_was_given(value: Value, wanted: str = "number") -> str:
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
