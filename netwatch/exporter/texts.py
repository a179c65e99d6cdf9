"""Writes parts of an index, and values, as texts of labels, in the way of snmp_exporter.

A text that is not UTF-8 has the bad bytes replaced, so that it costs one label; whether it was such a text is told
beside it, since snmp_exporter gives no answer at all where that comes from an index.
A quiet room. May import: netwatch.model. Called by: labels, samples.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from netwatch.exporter.modules import COMBINED
from netwatch.model import Missing, Value

Numbers = tuple[int, ...]
_BAD = re.compile("[\udc80-\udcff]+")
_MAC_OCTETS, _IPV4_OCTETS, _IPV6_OCTETS = 6, 4, 16


def split(numbers: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """Take `count` numbers off; some devices leave out zeros at the end, which are filled in."""
    head = numbers[:count]
    return head + (0,) * (count - len(head)), numbers[count:]


def decoded(octets: bytes) -> str:
    """Return octets as a text, each run of what is no UTF-8 as one replacement character."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return _BAD.sub("\ufffd", octets.decode("utf-8", "surrogateescape"))


def is_utf8(octets: bytes) -> bool:
    """Return whether nothing had to be replaced."""
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def part_of_index(
    numbers: Numbers, kind: str, fixed_size: int = 0, implied: bool = False, enum: Mapping[int, str] | None = None
) -> tuple[bytes, Numbers, Numbers]:
    """Return what a part of an index says, the numbers that it is made of, and those behind it."""
    if kind in COMBINED:
        return _combined(numbers, kind, enum)
    if kind in ("OctetString", "DisplayString"):
        return _octets(numbers, kind, fixed_size, implied)
    count = _COUNTS.get(kind, 1)
    used, rest = split(numbers, count)
    if kind == "PhysAddress48":
        said = ":".join([f"{number:02X}" for number in used])
    elif kind == "InetAddressIPv4":
        said = ".".join(map(str, used))
    elif kind == "InetAddressIPv6":
        pairs = [f"{used[place]:02X}{used[place + 1]:02X}" for place in range(0, _IPV6_OCTETS, 2)]
        said = ":".join(pairs)
    else:
        said = (enum or {}).get(used[0], "") if kind == "EnumAsInfo" else ""
        said = said or str(used[0])
    return said.encode(errors="replace"), used, rest


_COUNTS = {"PhysAddress48": _MAC_OCTETS, "InetAddressIPv4": _IPV4_OCTETS, "InetAddressIPv6": _IPV6_OCTETS}


def _combined(numbers: Numbers, kind: str, enum: Mapping[int, str] | None) -> tuple[bytes, Numbers, Numbers]:
    """Read what begins with a number that says what follows."""
    has_size = kind != "InetAddressMissingSize"
    before, behind = split(numbers, 2 if has_size else 1)
    inner = COMBINED[kind].get(before[0])
    if inner is not None:
        said, used, rest = part_of_index(behind, inner, enum=enum)
        return said, before + used, rest
    if not has_size:
        return part_of_index(numbers, "OctetString", implied=True)
    return part_of_index(numbers, "OctetString", fixed_size=before[1] + 2)


def _octets(numbers: Numbers, kind: str, fixed_size: int, implied: bool) -> tuple[bytes, Numbers, Numbers]:
    size: Numbers = ()
    length = len(numbers) if implied else fixed_size
    if length == 0:
        size, numbers = split(numbers, 1)
        length = size[0]
    length = min(length, MOST_OCTETS)
    content, rest = split(numbers, length)
    octets = bytes([number & 0xFF for number in content])
    if kind == "OctetString":
        octets = b"0x" + octets.hex().upper().encode() if octets else b""
    return octets, size + content, rest


MOST_OCTETS = 65_536
"""A name has 128 numbers, but what one of them says of a length may be anything."""


def text_of_value(value: Value, kind: str) -> str:
    """Return a value as the text of a label; octets are written as the type says."""
    if isinstance(value, bytes):
        return _text_of_octets(value, kind)
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return plain_float(value)
    return "" if value is None or isinstance(value, Missing) else str(value)


@lru_cache(maxsize=8192)
def _text_of_octets(octets: bytes, kind: str) -> str:
    kind = "OctetString" if kind in ("", "Bits") else kind
    if kind == "DisplayString":
        return decoded(octets)
    numbers = tuple(octets)
    if kind == "OctetString":
        numbers = (len(octets), *numbers)
    return decoded(part_of_index(numbers, kind)[0])


def plain_float(value: float) -> str:
    """Write a float without an exponent, as short as it can be."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def number_of(value: Value) -> int:
    """Return a value as a whole number: what is none is 0, as snmp_exporter has it."""
    return value if isinstance(value, int) else 0


def index_number(value: Value) -> Numbers:
    """Return by which number a label that was looked up is found in a further table."""
    return (number_of(value),)
