"""Writes the value of a label's column as people do: an address, a mask, a hardware address.

Octets say nothing of what they mean: 80.76.65.78.69.84 is a hardware address, or the word PLANET. Where a profile
says which it is, nothing is guessed.

A quiet room. May import: netwatch.model, netwatch.profiles.indexes. Called by: polling, which names rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, ip_address
from typing import Final

from netwatch.model import Oid, Value, text_of
from netwatch.profiles.indexes import address_text

FAMILIES: Final = {1: 4, 2: 16}
"""Octets of an address by the number of its family (IANA), which stands before it in LLDP."""
MASK_OCTETS: Final = (4, 16)
WRITTEN_MAC: Final = re.compile(r"(?i)[0-9a-f]{2}([-:. ]?[0-9a-f]{2}){5}|([0-9a-f]{1,2}[-:]){5}[0-9a-f]{1,2}")
WRITTEN_BITS: Final = re.compile(rb"[0-9A-Fa-f]{2}( [0-9A-Fa-f]{2})*( \d{1,2})*")
SYS_ID_OCTETS = 2
MIN_POINTER = 2
"""A pointer to nowhere is 0.0."""
LLDP_WORDS: Final = (
    "other", "repeater", "bridge", "access-point", "router", "phone", "cable-modem", "station", "bridge", "bridge",
    "bridge",
)  # fmt: skip
"""What an LLDP neighbour can be, by its bit (IEEE 802.1AB, table 8-4); the last are kinds of bridges with VLANs."""
CDP_WORDS: Final = {
    0x01: "router", 0x02: "bridge", 0x04: "bridge", 0x08: "bridge", 0x10: "station", 0x40: "repeater", 0x80: "phone",
}  # fmt: skip
"""The same of CDP, whose 0x20 says that it heeds IGMP, and 0x08 that it is a switch."""
CAPABILITY_OCTETS = 2
CLASSES: Final = ((128, "8"), (192, "16"), (224, "24"))
"""Prefix length by the first octet, which is below that (RFC 791)."""


def _mac(value: Value) -> str:
    if isinstance(value, bytes) and len(value) == 6:
        return value.hex(":")
    text = text_of(value)
    if WRITTEN_MAC.fullmatch(text) is None:
        return text
    parts = re.split("[-:]", text)
    digits = "".join(part.zfill(2) for part in parts) if len(parts) == 6 else re.sub("[^0-9A-Fa-f]", "", text)
    return bytes.fromhex(digits).hex(":")


def _inet(value: Value) -> str:
    if not isinstance(value, bytes):
        return text_of(value)
    if value and len(value) - 1 == FAMILIES.get(value[0]):
        return address_text(value[1:])
    text = text_of(value)
    try:
        return str(ip_address(text))
    except ValueError:
        return address_text(value)


def _prefix_length(value: Value) -> str:
    """Return the 24 of 255.255.255.0, and of a pointer to a prefix, whose last part it is; a number as it is.

    No address of an interface has a prefix of nothing: such a mask says nothing.
    """
    if isinstance(value, Oid):
        return str(value[-1]) if len(value) > MIN_POINTER else ""
    if isinstance(value, IPv4Address):
        value = value.packed
    if isinstance(value, bytes) and len(value) in MASK_OCTETS:
        bits = f"{int.from_bytes(value, 'big'):0{len(value) * 8}b}"
        return str(bits.count("1")) if "1" in bits and "01" not in bits else ""
    return text_of(value)


def _natural_prefix(value: Value) -> str:
    """Return the prefix length of an address's class, which counts where no mask is said (RFC 950)."""
    try:
        first = IPv4Address(text_of(value)).packed[0]
    except ValueError:
        return ""
    return next((length for below, length in CLASSES if first < below), "")


def _hex(value: Value) -> str:
    return value.hex() if isinstance(value, bytes) else text_of(value)


def _sys_id(value: Value) -> str:
    """Return the system of an IS-IS router: 1921.6800.1001."""
    if not isinstance(value, bytes) or len(value) != 6:
        return text_of(value)
    return ".".join(value[n : n + SYS_ID_OCTETS].hex() for n in range(0, len(value), SYS_ID_OCTETS))


def _bits_of_words(value: bytes) -> bytes:
    """Return the octets of BITS that are written as snmpwalk shows them: in hexadecimal, then the bits that are set.

    Anything else is as it is.
    """
    if WRITTEN_BITS.fullmatch(value) is None:
        return value
    words = value.decode("ascii").split()
    for count in range(1, len(words) + 1):
        if any(len(word) != 2 for word in words[:count]):  # two digits are an octet
            return value
        octets = bytes.fromhex("".join(words[:count]))
        bits = [8 * n + bit for n, octet in enumerate(octets) for bit in range(8) if octet & 0x80 >> bit]
        if [str(bit) for bit in bits] == words[count:]:
            return octets
    return value


def _lldp_capabilities(value: Value) -> str:
    """Return the words of BITS, whose bit 0 is the highest of the first octet (RFC 3417, section 8).

    Some agents hand on the two octets as they crossed the wire, where bit 0 is the lowest of the last: what any
    neighbour is stands in the octet that is 0 otherwise. Dell's OS10 writes them as text, `28 2 4`.
    """
    if not isinstance(value, bytes) or not any(value[:CAPABILITY_OCTETS]):
        return ""
    octets = _bits_of_words(_bits_of_words(value))[:CAPABILITY_OCTETS].ljust(CAPABILITY_OCTETS, b"\0")
    bits = f"{int.from_bytes(octets, 'big'):016b}"
    if not octets[0]:
        bits = bits[::-1]
    return " ".join(dict.fromkeys(word for word, bit in zip(LLDP_WORDS, bits, strict=False) if bit == "1"))


def _cdp_capabilities(value: Value) -> str:
    if not isinstance(value, bytes):
        return ""
    bits = int.from_bytes(value[-4:], "big")
    return " ".join(dict.fromkeys(word for bit, word in CDP_WORDS.items() if bits & bit))


FORMATS: Final[Mapping[str, Callable[[Value], str]]] = {
    "mac_address": _mac,
    "ip_address": _inet,
    "prefix_length": _prefix_length,
    "natural_prefix": _natural_prefix,
    "hex": _hex,
    "sys_id": _sys_id,
    "lldp_capabilities": _lldp_capabilities,
    "cdp_capabilities": _cdp_capabilities,
}
"""By the word of a profile; the first two are Datadog's."""


def written(value: Value, form: str) -> str:
    """Return a value in one of FORMATS, on one line; without a format, or missing, as any label is."""
    return FORMATS[form](value) if form in FORMATS and value is not None else text_of(value)
