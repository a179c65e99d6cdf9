"""Turns pysnmp's ASN.1 objects into model values, and back for requests.

A quiet room: the same object always gives the same value.
May import: netwatch.model. Called by: the general engine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Any

from netwatch.model import Missing, Oid, Tag, Value, Varbind

_INTEGERS = frozenset(
    (Tag.INTEGER, Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS, Tag.COUNTER64, Tag.UINTEGER32),
)
_MISSING = {
    Tag.NO_SUCH_OBJECT: Missing.NO_SUCH_OBJECT,
    Tag.NO_SUCH_INSTANCE: Missing.NO_SUCH_INSTANCE,
    Tag.END_OF_MIB_VIEW: Missing.END_OF_MIB_VIEW,
}
_OPAQUE_FLOATS = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}


def tag_of(asn1: Any) -> int:
    """Return the outermost BER tag of a pyasn1 object as the byte on the wire."""
    tag = asn1.tagSet.superTags[-1]
    return int(tag.tagClass | tag.tagFormat | tag.tagId)


def value_of(asn1: Any) -> Value:
    """Return a decoded SNMP value in Python's own types.

    Raises:
        ValueError: the object is none of SNMP's types.
    """
    tag = tag_of(asn1)
    if tag in _INTEGERS:
        return int(asn1)
    if tag == Tag.OCTET_STRING:
        return bytes(asn1.asOctets())
    if tag == Tag.OBJECT_IDENTIFIER:
        return Oid(asn1.asTuple())
    if tag == Tag.IP_ADDRESS:
        return IPv4Address(asn1.asOctets())
    if tag == Tag.OPAQUE:
        return opaque_value(asn1.asOctets())
    if tag == Tag.NULL:
        return None
    if tag in _MISSING:
        return _MISSING[Tag(tag)]
    raise ValueError(f"no SNMP type has the tag {tag:#04x}")


def opaque_value(content: bytes) -> bytes | float:
    """Return the float that net-snmp wraps into an Opaque, or the bytes as they are."""
    shape = _OPAQUE_FLOATS.get(content[:3])
    if shape is None or len(content) != 3 + struct.calcsize(shape):
        return bytes(content)
    (number,) = struct.unpack(shape, content[3:])
    return float(number)


def varbinds_of(pairs: Iterable[tuple[Any, Any]]) -> list[Varbind]:
    """Return decoded name and value pairs as varbinds.

    Names may be beyond the limits of an OID: a walk steps over such a one, and nobody else asked for it.

    Raises:
        ValueError: a value is none of SNMP's types.
    """
    return [Varbind(oid=Oid(name.asTuple()), tag=tag_of(asn1), value=value_of(asn1)) for name, asn1 in pairs]
