"""From bytes to a notification: the envelope of versions 1 and 2c, and the PDU of every version.

Quiet. Version 1 becomes what RFC 3584, section 3.1 makes of it, so that nobody behind has to know two kinds of trap.
May import: netwatch.model, netwatch.snmp. Called by: netwatch.traps.pipeline, netwatch.traps.front_door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import NamedTuple

from netwatch.errors import FastLaneRefused
from netwatch.model import Oid, Tag, Varbind
from netwatch.snmp import SEQUENCE, PduKind, decode_integer, decode_unsigned, read_as, read_integer, read_tlv
from netwatch.traps.metrics import LEFT_OUT, ODD_TAGS
from netwatch.traps.oids import (
    GENERIC_TRAPS,
    SNMP_TRAP_ADDRESS,
    SNMP_TRAP_COMMUNITY,
    SNMP_TRAP_ENTERPRISE,
    SNMP_TRAP_OID,
    SYS_UP_TIME,
)
from netwatch.traps.refusal import NotAccepted
from netwatch.traps.varbinds import decode_varbinds, remembered_oid

ENTERPRISE_SPECIFIC = 6
MAX_INTEGER = 2**31 - 1
_UP_TIMES = (SYS_UP_TIME, Oid(SYS_UP_TIME[:-1]))
"""Some senders forget the instance."""
_SNMP_V2 = SNMP_TRAP_ADDRESS[:5]
_TRAP_OIDS = (SNMP_TRAP_OID, Oid(SNMP_TRAP_OID[:-1]))


_AS_MOST_BEGIN = (b"\x02\x01\x01\x04", b"\x02\x01\x00\x04")
"""Version 2c or 1 and the tag of the community, in the one way that nearly everybody writes them."""
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00"
_NUMBERS = (Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS, Tag.UINTEGER32)
_FIELDS: Mapping[str, tuple[int, ...]] = {
    "agent_address": (Tag.IP_ADDRESS, Tag.OCTET_STRING),
    "generic_trap": (Tag.INTEGER, *_NUMBERS),
    "specific_trap": (Tag.INTEGER, *_NUMBERS),
    "timestamp": (Tag.TIME_TICKS, Tag.INTEGER, *_NUMBERS),
}
"""The fields of a v1 trap: the right type first, then those whose content is written in the same way."""


class Envelope(NamedTuple):
    """What stands around the PDU of a community-based message, and where that begins and ends."""

    version: int
    community: bytes
    pdu_at: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A trap or inform as its sender meant it.

    origin:    the agent address of version 1, or snmpTrapAddress: a claim, believed of relays only.
    community: snmpTrapCommunity, what the origin's own message carried; taken out of the varbinds, being a secret.
    """

    trap_oid: Oid
    ticks: int | None
    varbinds: tuple[Varbind, ...]
    request_id: int = 0
    is_inform: bool = False
    origin: str = ""
    community: bytes | None = None


def open_envelope(data: bytes) -> Envelope:
    """Read version and community; what stands behind the message is not looked at, some senders pad.

    Raises:
        NotAccepted: it is no SNMP message, or one of an unknown version. Version 3 is returned without community.
    """
    try:
        at, end = read_as(SEQUENCE, data, 0, len(data))
        if data[at : at + 4] in _AS_MOST_BEGIN and at + 5 <= end and data[at + 4] < 0x80:
            start, stop = at + 5, at + 5 + data[at + 4]
            if stop <= end:
                return Envelope(data[at + 2], data[start:stop], stop, end)
        version, at = read_integer(data, at, end)
        if version == 3:
            return Envelope(3, b"", at, end)
        if version not in (0, 1):
            raise NotAccepted("wrong_version")
        start, at = read_as(Tag.OCTET_STRING, data, at, end)
    except FastLaneRefused as exc:
        raise NotAccepted("malformed", exc.reason) from exc
    return Envelope(version, data[start:at], at, end)


def read_notification(data: bytes, at: int, end: int, version: int) -> Notification:
    """Read the PDU that fills `data` from `at` to `end`.

    Raises:
        NotAccepted: it is no trap or inform of that version (`no_trap`), or broken (`malformed`).
    """
    try:
        tag, at, stop = read_tlv(data, at, end)
        if stop != end:
            raise NotAccepted("malformed", "bytes behind the PDU")
        if tag == PduKind.TRAP_V1 and version == 0:
            return _trap_v1(data, at, end)
        if tag not in (PduKind.TRAP_V2, PduKind.INFORM) or version == 0:
            raise NotAccepted("no_trap")
        request_id, at = read_integer(data, at, end)
        if data[at : at + 6] == _NO_ERROR and at + 6 <= end:
            at += 6
        else:
            error_status, at = read_integer(data, at, end)
            error_index, at = read_integer(data, at, end)
            if tag == PduKind.INFORM and (error_status or error_index):
                raise NotAccepted("malformed", "an inform that tells of an error")
        varbinds = _listed(data, at, end)
    except FastLaneRefused as exc:
        raise NotAccepted("malformed", exc.reason) from exc
    return _of_version_2(varbinds, request_id=request_id, is_inform=tag == PduKind.INFORM)


def _listed(data: bytes, at: int, end: int) -> list[Varbind]:
    at, stop = read_as(SEQUENCE, data, at, end)
    if stop != end:
        raise NotAccepted("malformed", "bytes behind the varbinds")
    varbinds, left_out = decode_varbinds(data, at, stop)
    if left_out:
        LEFT_OUT.inc(left_out)
    return varbinds


def _of_version_2(varbinds: list[Varbind], *, request_id: int, is_inform: bool) -> Notification:
    """Take sysUpTime and snmpTrapOID, which come first (RFC 3416, section 4.2.6), from among the others."""
    ticks: int | None = None
    trap_oid: Oid | None = None
    first = 0
    for varbind in varbinds[:2]:
        if varbind.oid in _UP_TIMES and isinstance(varbind.value, int):
            ticks = varbind.value
        elif varbind.oid in _TRAP_OIDS and isinstance(varbind.value, Oid):
            trap_oid = varbind.value
        else:
            break
        first += 1
    if trap_oid is None:
        raise NotAccepted("malformed", "no snmpTrapOID")
    rest = varbinds[first:]
    origin, community = _claims(rest)
    if community is not None:
        rest = [varbind for varbind in rest if varbind.oid != SNMP_TRAP_COMMUNITY]
    return Notification(
        trap_oid=trap_oid, ticks=ticks, varbinds=tuple(rest), request_id=request_id, is_inform=is_inform,
        origin=origin, community=community,
    )  # fmt: skip


def _claims(varbinds: list[Varbind]) -> tuple[str, bytes | None]:
    """Return what a proxy says of the message it passes on: its origin's address and community."""
    origin, community = "", None
    for varbind in varbinds:
        if varbind.oid[:5] != _SNMP_V2:
            continue
        if varbind.oid == SNMP_TRAP_ADDRESS and isinstance(varbind.value, IPv4Address):
            origin = str(varbind.value)
        elif varbind.oid == SNMP_TRAP_COMMUNITY:
            community = varbind.value if isinstance(varbind.value, bytes) else b""
    return origin, community


def _trap_v1(data: bytes, at: int, end: int) -> Notification:
    start, at = read_as(Tag.OBJECT_IDENTIFIER, data, at, end)
    enterprise = remembered_oid(data[start:at])
    start, at = _field("agent_address", data, at, end)
    if at - start not in (0, 4):
        raise NotAccepted("malformed", "an agent address that is not four bytes")
    address = IPv4Address(data[start:at] or 0)
    start, at = _field("generic_trap", data, at, end)
    generic = decode_integer(data[start:at])
    start, at = _field("specific_trap", data, at, end)
    specific = decode_integer(data[start:at])
    start, at = _field("timestamp", data, at, end)
    ticks = decode_unsigned(data[start:at], 32)
    trap_oid = trap_oid_of(enterprise, generic, specific)
    varbinds = _listed(data, at, end)
    said = {varbind.oid for varbind in varbinds}
    told = (
        Varbind(oid=SNMP_TRAP_ADDRESS, tag=Tag.IP_ADDRESS, value=address),
        Varbind(oid=SNMP_TRAP_ENTERPRISE, tag=Tag.OBJECT_IDENTIFIER, value=enterprise),
    )
    return Notification(
        trap_oid=trap_oid, ticks=ticks, origin=str(address) if int(address) else "",
        varbinds=(
            *(varbind for varbind in varbinds if varbind.oid != SNMP_TRAP_COMMUNITY),
            *(varbind for varbind in told if varbind.oid not in said),
        ),
    )  # fmt: skip


def _field(field: str, data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where the content of a field of a v1 trap begins and ends.

    Its place says what it is. Where the type is another one whose content is written alike (a time as a Gauge32, an
    address as four octets), what is meant is in no doubt; that is counted and read.

    Raises:
        NotAccepted: its type is one that is written otherwise. FastLaneRefused: it does not end where it should.
    """
    tag, start, stop = read_tlv(data, at, end)
    if tag != _FIELDS[field][0]:
        if tag not in _FIELDS[field]:
            raise NotAccepted("malformed", f"{field} of type {tag:#04x}")
        ODD_TAGS.labels(field=field).inc()
    return start, stop


def trap_oid_of(enterprise: Oid, generic: int, specific: int) -> Oid:
    """Return the snmpTrapOID of a version 1 trap (RFC 3584, section 3.1).

    A generic-trap beyond enterpriseSpecific means nothing by itself, and real senders have it (rsyslog sends what
    stands in its configuration): such a trap is taken as the enterprise's own rather than lost.

    Raises:
        NotAccepted: the numbers are none that version 1 knows.
    """
    if 0 <= generic < ENTERPRISE_SPECIFIC:
        return GENERIC_TRAPS.child(generic + 1)
    if generic < 0 or not 0 <= specific <= MAX_INTEGER:
        raise NotAccepted("malformed", "generic-trap or specific-trap out of range")
    return enterprise.child(0, specific)
