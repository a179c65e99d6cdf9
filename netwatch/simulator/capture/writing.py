"""Writes a capture as the lines of a recording, which `read_recording` and other simulators read.

A quiet file. May import: netwatch.model. Called by: netwatch support, tests.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from netwatch.model import Oid, Tag, Value

FLOAT_IN_OPAQUE = b"\x9f\x78\x04"


def recording_lines(objects: Iterable[tuple[Oid, Tag, Value]]) -> Iterator[str]:
    """Yield `OID|tag|value` for each; octets that are no plain text in hexadecimal digits, marked by `x`."""
    for oid, tag, value in objects:
        if isinstance(value, float):
            value = FLOAT_IN_OPAQUE + struct.pack(">f", value)
        if not isinstance(value, bytes):
            yield f"{oid}|{int(tag)}|{'' if value is None else value}"
        elif tag is Tag.OCTET_STRING and value.isascii() and value.decode("ascii").isprintable():
            yield f"{oid}|{int(tag)}|{value.decode('ascii')}"
        else:
            yield f"{oid}|{int(tag)}x|{value.hex()}"
