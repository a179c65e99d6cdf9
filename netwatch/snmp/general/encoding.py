"""Turns model values into pysnmp's ASN.1 objects, for requests that carry values: SET, traps and informs.

A quiet room: the same value always gives the same object.
May import: netwatch.model. Called by: set, notify.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Any

from pyasn1.error import PyAsn1Error
from pysnmp.proto.api import v2c

from netwatch.model import Oid, Tag, Value

_TYPES: dict[int, tuple[type, Callable[[Any], Any]]] = {
    Tag.INTEGER: (int, v2c.Integer32),
    Tag.OCTET_STRING: (bytes, v2c.OctetString),
    Tag.OBJECT_IDENTIFIER: (Oid, lambda oid: v2c.ObjectIdentifier(tuple(oid))),
    Tag.IP_ADDRESS: (IPv4Address, lambda address: v2c.IpAddress(str(address))),
    Tag.COUNTER32: (int, v2c.Counter32),
    Tag.GAUGE32: (int, v2c.Gauge32),
    Tag.TIME_TICKS: (int, v2c.TimeTicks),
    Tag.COUNTER64: (int, v2c.Counter64),
    Tag.OPAQUE: (bytes, v2c.Opaque),
}


def asn1_of(tag: int, value: Value) -> Any:
    """Return a value as pysnmp sends it.

    Raises:
        ValueError: the value is none of that type, or out of its range.
    """
    if tag == Tag.NULL and value is None:
        return v2c.null
    kind, make = _TYPES.get(tag, (None, None))
    if kind is None or make is None or not isinstance(value, kind):
        raise ValueError(f"{repr(value)[:60]} is no value of the type with the tag {tag:#04x}")
    try:
        return make(value)
    except PyAsn1Error as exc:
        raise ValueError(f"{repr(value)[:60]} does not fit {Tag(tag).name}") from exc
