"""Undoes what text travels in: base64 and quoted-printable (RFC 2045), encoded words in headers (RFC 2047).

A quiet room; nothing here raises, whatever the octets are.
May import: netwatch.mailbox.reading.charsets. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

import binascii
import re

from netwatch.mailbox.reading.charsets import decoded

_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\s]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")


def transferred(octets: bytes, encoding: str) -> bytes:
    """Return the octets that a Content-Transfer-Encoding stands for; of an unknown one as they are."""
    match encoding.strip().lower():
        case "base64":
            return base64_octets(octets)
        case "quoted-printable":
            return binascii.a2b_qp(octets)
    return octets


def base64_octets(octets: bytes) -> bytes:
    """Return what base64 stands for; strange characters are passed over, a broken end is left out."""
    letters = octets.translate(None, _NO_BASE64)
    whole = len(letters) - (len(letters) % 4 == 1)
    return binascii.a2b_base64(letters[:whole] + b"=" * (-whole % 4))


def header_text(value: str) -> str:
    """Return a header as people read it: encoded words decoded, neighbours of one charset before they are cut."""
    if "=?" not in value:
        return value
    pieces: list[tuple[str, bytes | str]] = []
    position = 0
    value = _BETWEEN.sub(r"\1", value)
    for word in _WORD.finditer(value):
        if word.start() > position:
            pieces.append(("", value[position : word.start()]))
        charset, octets = word[1].lower(), _word_octets(word[2], word[3])
        before = pieces[-1] if pieces and position == word.start() else ("", "")
        if before[0] == charset and isinstance(before[1], bytes):  # a character may be cut in two
            octets = before[1] + octets
            pieces.pop()
        pieces.append((charset, octets))
        position = word.end()
    pieces.append(("", value[position:]))
    return "".join(decoded(piece, charset) if isinstance(piece, bytes) else piece for charset, piece in pieces)


def _word_octets(encoding: str, text: str) -> bytes:
    octets = text.encode("utf-8", "replace")
    return base64_octets(octets) if encoding in "bB" else binascii.a2b_qp(octets, header=True)
