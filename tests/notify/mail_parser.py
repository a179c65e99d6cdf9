"""A small reader of mails, written from the RFCs and sharing nothing with what writes them or with `email`.

RFC 5322 for headers and folding, RFC 2045 and 2046 for parts and encodings, RFC 2047 for encoded words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass
class Part:
    """A mail, or a part of one."""

    headers: list[tuple[str, str]]
    body: bytes
    parts: list[Part] = field(default_factory=list)

    def header(self, name: str) -> str:
        (value,) = [value for found, value in self.headers if found.lower() == name.lower()]
        return value

    def names(self) -> list[str]:
        return [name for name, _ in self.headers]

    def kinds(self) -> list[str]:
        own = self.header("Content-Type").split(";")[0].strip()
        return [own, *(kind for part in self.parts for kind in part.kinds())]

    def leaf(self, kind: str) -> bytes:
        if not self.parts:
            return self.body if self.header("Content-Type").startswith(kind) else b""
        return b"".join(part.leaf(kind) for part in self.parts)


def read_mail(message: bytes) -> Part:
    """Read a mail; anything a strict reader would stumble over is an AssertionError."""
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert all(byte < 128 and byte != 0 for byte in message)
    assert all(len(line) <= 998 for line in message.split(b"\r\n"))
    return _read(message)


def _read(octets: bytes) -> Part:
    head, blank, body = octets.partition(b"\r\n\r\n")
    assert blank
    headers: list[tuple[str, str]] = []
    for line in head.decode("ascii").split("\r\n"):
        if line[:1] in (" ", "\t"):
            name, value = headers[-1]
            headers[-1] = (name, value + line)
            assert line.strip(), "a folded line of blanks only"
        else:
            match = re.fullmatch(r"([!-9;-~]+):(.*)", line)
            assert match, f"no header: {line!r}"
            headers.append((match[1], match[2]))
    part = Part([(name, decoded(value.strip())) for name, value in headers], body)
    kind = part.header("Content-Type")
    if kind.startswith("multipart/"):
        boundary = re.search(r'boundary="([^"]+)"', kind)
        assert boundary
        part.parts = [_read(inner) for inner in _split(body, boundary[1].encode())]
    else:
        part.body = _decoded_body(body, part.header("Content-Transfer-Encoding"))
    return part


def _split(body: bytes, boundary: bytes) -> list[bytes]:
    start, *inner = (b"\r\n" + body).split(b"\r\n--" + boundary)
    assert start.strip() == b""
    assert inner[-1].strip() == b"--"
    for part in inner[:-1]:
        assert part.startswith(b"\r\n")
    return [part[2:] for part in inner[:-1]]


def _decoded_body(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        assert all(len(line) <= 76 for line in body.split(b"\r\n"))
        return _from_base64(body.decode("ascii"))
    if encoding == "quoted-printable":
        assert all(len(line) <= 76 and line == line.rstrip(b" \t") for line in body.split(b"\r\n"))
        joined = body.replace(b"=\r\n", b"")
        return re.sub(rb"=([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), joined)
    assert encoding == "7bit"
    return body


def _from_base64(text: str) -> bytes:
    bits = "".join(f"{_ALPHABET.index(one):06b}" for one in re.sub(r"[\s=]", "", text))
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - len(bits) % 8, 8))


def decoded(value: str) -> str:
    """Return a header's value as people read it."""
    joined = re.sub(r"(=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)\s+(?==\?)", r"\1", value)
    whole = re.compile(r"(?:=\?utf-8\?b\?([A-Za-z0-9+/=]*)\?=)")
    return whole.sub(lambda match: _from_base64(match[1]).decode("utf-8"), joined)
