"""Reads `.snmprec` recordings: walks of real devices, one `OID|tag|value` per line.

Tolerant, because recordings come from many hands: empty lines, comments, any order, the same OID twice (the last
one counts), `40` for a Counter32, values with `|` inside, values in hex (`x`, also written `xx`) or with escapes
(`e`). What still makes no sense is skipped and said.

May import: netwatch.model. Called by: device.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from netwatch.model import Oid, Tag, Value

_TAG = re.compile(r"(\d+)([xe]*)", re.ASCII)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"0": b"\0", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a file held, in OID order; `skipped` names the lines that could not be read, with the reason."""

    objects: tuple[tuple[Oid, Tag, Value], ...]
    skipped: tuple[str, ...] = ()


def read_recording(path: Path) -> Recording:
    """Read a file; bytes that are not UTF-8 are kept as they are."""
    return parse_recording(path.read_bytes(), path.name)


def parse_recording(content: bytes, name: str = "recording") -> Recording:
    """Read the lines of a recording; `name` stands in what is said of skipped lines."""
    found: dict[Oid, tuple[Tag, Value]] = {}
    skipped = []
    for number, line in enumerate(content.split(b"\n"), 1):
        line = line.rstrip(b"\r")
        if not line.strip() or line.startswith(b"#"):
            continue
        try:
            oid, tag, value = _parse_line(line)
        except (ValueError, OverflowError) as exc:
            skipped.append(f"{name}:{number}: {exc}")
        else:
            found[oid] = tag, value
    objects = tuple((oid, *found[oid]) for oid in sorted(found))
    return Recording(objects=objects, skipped=tuple(skipped))


def _parse_line(line: bytes) -> tuple[Oid, Tag, Value]:
    name, bar, rest = line.partition(b"|")
    kind, second_bar, value = rest.partition(b"|")
    if not bar or not second_bar:
        raise ValueError("not OID|tag|value")
    tag, encoding = _parse_tag(kind.decode("ascii", "replace").strip())
    return Oid.parse(name.decode("ascii", "replace")), tag, _READERS[tag](_decoded(value, encoding))


def _parse_tag(text: str) -> tuple[Tag, str]:
    match = _TAG.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no tag")
    number, encoding = int(match[1]), match[2]
    if number in _MISTAKEN:
        number = _MISTAKEN[number]
    try:
        return Tag(number), encoding
    except ValueError:
        raise ValueError(f"{number} is the tag of no SNMP type") from None


_MISTAKEN = {40: Tag.COUNTER32, 42: Tag.GAUGE32, 43: Tag.TIME_TICKS, 7: Tag.UINTEGER32}


def _decoded(value: bytes, encoding: str) -> bytes:
    """Undo hex or escapes; a letter given twice means the same as once."""
    if "x" in encoding:
        return bytes.fromhex(value.decode("ascii", "replace").strip().removeprefix("0x"))
    return _ESCAPE.sub(_unescape, value) if "e" in encoding else value


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code in _ESCAPED:
        return _ESCAPED[code]
    if code[:1] == b"x":
        return bytes([int(code[1:], 16)])
    return bytes([int(code, 8) & 0xFF]) if code.isdigit() else code


def _signed(value: bytes) -> int:
    number = int(value.strip() or b"0")
    return (number + 2**31) % 2**32 - 2**31


def _unsigned(bits: int) -> Callable[[bytes], int]:
    return lambda value: int(value.strip() or b"0") % 2**bits


def _address(value: bytes) -> IPv4Address:
    return IPv4Address(value if len(value) == 4 else value.decode("ascii", "replace").strip())


_READERS: dict[Tag, Callable[[bytes], Value]] = {
    Tag.INTEGER: _signed,
    Tag.OCTET_STRING: bytes,
    Tag.NULL: lambda _value: None,
    Tag.OBJECT_IDENTIFIER: lambda value: Oid.parse(value.decode("ascii", "replace").strip() or "0.0"),
    Tag.IP_ADDRESS: _address,
    Tag.COUNTER32: _unsigned(32),
    Tag.GAUGE32: _unsigned(32),
    Tag.TIME_TICKS: _unsigned(32),
    Tag.OPAQUE: bytes,
    Tag.COUNTER64: _unsigned(64),
    Tag.UINTEGER32: _unsigned(32),
}
