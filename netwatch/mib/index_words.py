"""Writes the index of a row in words, as net-snmp does: `ipv4."192.0.2.1"`, `"bob"`, and a MAC address as one.

What is written can be typed again and means the same. A quiet room.
May import: netwatch.model, netwatch.mib.instances, objects, text. Called by: netwatch.mib.index, spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from netwatch.mib.instances import IndexValue, split_front
from netwatch.mib.objects import Base, IndexPart
from netwatch.mib.text import inet_text
from netwatch.model import Oid


def index_words(parts: Sequence[IndexPart], suffix: tuple[int, ...]) -> Iterator[str]:
    """Yield each part of an index: by its name, as text, or as the numbers it stands for."""
    values, rest = split_front(parts, suffix)
    place, inet_type = 0, None
    for part, value in zip(parts, values, strict=False):
        size = _size(part, value)
        numbers = suffix[place : place + size]
        place += size
        yield _part(part, value, inet_type) or ".".join(map(str, numbers))
        inet_type = value if isinstance(value, int) and "InetAddressType" in part.syntax.conventions else None
    yield from map(str, rest)


def _size(part: IndexPart, value: IndexValue) -> int:
    if isinstance(value, int):
        return 1
    if isinstance(value, IPv4Address):
        return 4
    fixed = part.syntax.fixed_size if isinstance(value, bytes) else None
    return len(value) + (0 if part.implied or fixed is not None else 1)


def _part(part: IndexPart, value: IndexValue, inet_type: int | None) -> str:
    if isinstance(value, int):
        return part.syntax.names.get(value, "")
    if isinstance(value, IPv4Address):
        return str(value)
    if isinstance(value, Oid) or part.syntax.base is not Base.OCTETS:
        return ""
    if "InetAddress" in part.syntax.conventions and inet_type in (1, 2):
        address = inet_text(value, inet_type)
        return f'"{address}"' if address is not None else ""
    quote = "'" if part.implied else '"'
    if part.syntax.hint == "1x:":
        return f"{quote}{value.hex(':')}{quote}" if value else ""
    if not (value.isascii() and value.decode("ascii").isprintable()):
        return ""
    escaped = value.decode("ascii").replace("\\", "\\\\").replace(quote, "\\" + quote)
    return f"{quote}{escaped}{quote}"
