"""What an SNMP variable can hold, in Python's own types.

INTEGER, Counter32, Gauge32, Counter64 and TimeTicks are `int` (TimeTicks in 1/100 s, as the MIB says and as
snmp_exporter shows it; only sysUpTime becomes a timedelta). OCTET STRING and Opaque are `bytes`, IpAddress is an
`IPv4Address`, an OBJECT IDENTIFIER an `Oid`, the Opaque floats of net-snmp `float`, NULL is None.
noSuchObject, noSuchInstance and endOfMibView are values too (RFC 3416, section 3).

May import: netwatch.model.oid. Called by: every room that reads values.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from ipaddress import IPv4Address

from netwatch.model.oid import Oid


class Missing(Enum):
    """The three exceptions a v2 varbind may hold instead of a value (RFC 3416, section 3)."""

    NO_SUCH_OBJECT = "noSuchObject"
    NO_SUCH_INSTANCE = "noSuchInstance"
    END_OF_MIB_VIEW = "endOfMibView"


class Tag(IntEnum):
    """BER tags of SNMP's types (RFC 2578, section 7.1; RFC 3416, section 3)."""

    INTEGER = 0x02
    OCTET_STRING = 0x04
    NULL = 0x05
    OBJECT_IDENTIFIER = 0x06
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    OPAQUE = 0x44
    COUNTER64 = 0x46
    UINTEGER32 = 0x47
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


_TYPE_NAMES = {
    Tag.OCTET_STRING: "OCTET STRING", Tag.OBJECT_IDENTIFIER: "OBJECT IDENTIFIER", Tag.IP_ADDRESS: "IpAddress",
    Tag.COUNTER32: "Counter32", Tag.GAUGE32: "Gauge32", Tag.TIME_TICKS: "TimeTicks", Tag.OPAQUE: "Opaque",
    Tag.COUNTER64: "Counter64", Tag.UINTEGER32: "UInteger32", Tag.NO_SUCH_OBJECT: "noSuchObject",
    Tag.NO_SUCH_INSTANCE: "noSuchInstance", Tag.END_OF_MIB_VIEW: "endOfMibView",
}  # fmt: skip


def type_name(tag: int) -> str:
    """Return what SMI calls a type; `tag 0x99` where it knows none."""
    try:
        known = Tag(tag)
    except ValueError:
        return f"tag {tag:#04x}"
    return _TYPE_NAMES.get(known, known.name)


Value = int | bytes | float | Oid | IPv4Address | Missing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Varbind:
    """One variable binding: name, BER tag of the value, value."""

    oid: Oid
    tag: int
    value: Value
