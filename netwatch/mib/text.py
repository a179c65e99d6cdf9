"""Writes values the way their type wants: `down(2)`, `0.5 seconds`, `00:1a:2b:3c:4d:5e`, `link(0) power(3)`.

A quiet room. May import: netwatch.model, netwatch.mib.hints, netwatch.mib.objects. Called by: netwatch.mib.index.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address

from netwatch.mib.hints import format_integer, format_octets
from netwatch.mib.objects import Base, ResolvedSyntax

INET_TYPES: Mapping[int, str] = {1: "ipv4", 2: "ipv6", 3: "ipv4z", 4: "ipv6z", 16: "dns"}
"""InetAddressType (RFC 4001): what the InetAddress beside it holds."""
_INET_SIZES: Mapping[int, str] = {4: "ipv4", 8: "ipv4z", 16: "ipv6", 20: "ipv6z"}
_PRINTABLE = frozenset({0x09, 0x0A, 0x0D, *range(0x20, 0x7F)})


def number_text(syntax: ResolvedSyntax, value: int) -> str:
    """Write a number: by name, as a duration, by its hint, or as it is."""
    name = syntax.names.get(value)
    if name is not None and syntax.base is not Base.BITS:
        return f"{name}({value})"
    if syntax.base is Base.TIME_TICKS:
        return ticks_text(value)
    return (format_integer(syntax.hint, value) if syntax.hint else None) or str(value)


def ticks_text(ticks: int) -> str:
    """Write 1/100 seconds as net-snmp does: `3 days, 4:05:06.78`."""
    whole = timedelta(seconds=ticks // 100)
    days = {0: "", 1: "1 day, "}.get(whole.days, f"{whole.days} days, ")
    minutes, seconds = divmod(whole.seconds, 60)
    return f"{days}{minutes // 60}:{minutes % 60:02}:{seconds:02}.{ticks % 100:02}"


def octets_text(syntax: ResolvedSyntax, value: bytes, inet_type: int | None = None) -> str:
    """Write octets: bit names, an address, by the hint, as text, or in hexadecimal."""
    if syntax.base is Base.BITS:
        return bits_text(syntax.names, value)
    if "InetAddress" in syntax.conventions or inet_type is not None:
        address = inet_text(value, inet_type)
        if address is not None:
            return address
    hinted = format_octets(syntax.hint, value) if syntax.hint else None
    return plain_text(value) if hinted is None else hinted


def plain_text(value: bytes) -> str:
    """Write octets of no known form: as text where all of them print, else in hexadecimal."""
    if _PRINTABLE.issuperset(value):
        return value.decode("ascii")
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex(" ").upper()
    return text if text.isprintable() else value.hex(" ").upper()


def bits_text(names: Mapping[int, str], value: bytes) -> str:
    """Write the bits that are set, most significant first (RFC 2578, section 7.1.4)."""
    numbers = [8 * place + bit for place, octet in enumerate(value) for bit in range(8) if octet & (0x80 >> bit)]
    return " ".join(f"{names[number]}({number})" if number in names else str(number) for number in numbers)


def inet_text(value: bytes, inet_type: int | None) -> str | None:
    """Write an InetAddress; without its type by its length. None where it is none."""
    kind = _INET_SIZES.get(len(value)) if inet_type is None else INET_TYPES.get(inet_type)
    if kind == "dns":
        return plain_text(value)
    if kind is None or _INET_SIZES.get(len(value)) != kind:
        return None
    address = str(IPv4Address(value[:4])) if kind.startswith("ipv4") else str(IPv6Address(value[:16]))
    return f"{address}%{int.from_bytes(value[-4:], 'big')}" if kind.endswith("z") else address
