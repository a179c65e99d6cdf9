"""Takes the index of a row apart as the MIB's INDEX clause says, and writes its parts as people do.

An index is a chain of numbers; which of them are an address, a name or a number of its own, only the MIB knows. A
table says it with `index: [bgpPeerInstance, inet bgpPeerLocalAddr, inet bgpPeerRemoteAddr]`.

A quiet room. May import: netwatch.model. Called by: netwatch.profiles.reading; polling, which names rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from netwatch.model import text_of

NUMBER = "number"
SHAPES: Final = (NUMBER, "ipv4", "ipv6", "mac", "lsr", "inet", "address", "text", "octets", "rest")
"""number: one part. ipv4, ipv6, mac: 4, 16 and 6 parts. lsr: 6, a router and its label space. inet: InetAddressType,
then a length and as many octets. address, text, octets: a length and as many octets. rest: a text of all that is left
(IMPLIED)."""
FIXED: Final = {NUMBER: 1, "ipv4": 4, "ipv6": 16, "mac": 6, "lsr": 6}
INET_OCTETS: Final = {1: 4, 2: 16, 3: 8, 4: 20}
"""Octets by InetAddressType; of 3 and 4 the last four are the zone (RFC 4001)."""
ZONE_OCTETS = 4


class _Unfit(Exception):
    """The index is not what the MIB says."""


def index_parts(shapes: Sequence[str], suffix: Sequence[int]) -> tuple[str, ...]:
    """Return the parts of an index as texts, one for each shape; empty texts where it does not fit them.

    Agents exist that leave the length of an address out because its type says it.
    """
    for with_lengths in (True, False):
        try:
            return tuple(_taken(shapes, list(suffix), with_lengths=with_lengths))
        except _Unfit:
            continue
    return ("",) * len(shapes)


def _taken(shapes: Sequence[str], left: list[int], *, with_lengths: bool) -> list[str]:
    found = []
    for shape in shapes:
        kind = _cut(left, 1)[0] if shape == "inet" else 0
        count = FIXED.get(shape)
        if shape == "rest":
            count = len(left)
        elif count is None and (with_lengths or shape != "inet"):
            count = _cut(left, 1)[0]
            if shape == "inet" and count != INET_OCTETS.get(kind, count):
                raise _Unfit
        elif count is None:
            count = INET_OCTETS.get(kind, 0)
        part = _cut(left, count)
        found.append(str(part[0]) if shape == NUMBER else _written(shape, part))
    if left:
        raise _Unfit
    return found


def _cut(left: list[int], count: int) -> list[int]:
    if count > len(left):
        raise _Unfit
    part = left[:count]
    del left[:count]
    return part


def _written(shape: str, part: Sequence[int]) -> str:
    if any(number > 255 for number in part):
        raise _Unfit
    octets = bytes(part)
    if shape == "mac":
        return octets.hex(":")
    if shape == "lsr":
        return f"{IPv4Address(octets[:4])}:{int.from_bytes(octets[4:], 'big')}"
    if shape == "octets":
        return octets.hex()
    return text_of(octets) if shape in ("text", "rest") else address_text(octets)


def address_text(octets: bytes) -> str:
    """Return a network address as people write it; what is none as text, or as `00:1b:21:0a:0b:0c`."""
    if len(octets) == 4:
        return str(IPv4Address(octets))
    if len(octets) == 16:
        return str(IPv6Address(octets))
    if len(octets) in (8, 20):
        zone = int.from_bytes(octets[-ZONE_OCTETS:], "big")
        return f"{address_text(octets[:-ZONE_OCTETS])}%{zone}"
    return octets.hex(":") if len(octets) == 6 else text_of(octets)
