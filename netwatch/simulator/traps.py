"""How a simulated device tells of a change by itself: SNMPv2 traps, written by pysnmp and sent from its address.

May import: netwatch.model. Called by: device.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence

from pyasn1.codec.ber import encoder
from pysnmp.proto import api

from netwatch.model import Oid

SYS_UP_TIME = Oid.parse("1.3.6.1.2.1.1.3.0")
SNMP_TRAP_OID = Oid.parse("1.3.6.1.6.3.1.1.4.1.0")
LINK_DOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3")
LINK_UP = Oid.parse("1.3.6.1.6.3.1.1.5.4")
COLD_START = Oid.parse("1.3.6.1.6.3.1.1.5.1")
IF_ENTRY = Oid.parse("1.3.6.1.2.1.2.2.1")
IF_INDEX, IF_ADMIN_STATUS, IF_OPER_STATUS = 1, 7, 8

_V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]


def send_trap(
    address: str,
    manager: tuple[str, int],
    community: str,
    uptime_ticks: int,
    trap: Oid,
    integers: Sequence[tuple[Oid, int]] = (),
) -> None:
    """Send one v2c trap (RFC 3416, section 4.2.6) whose objects are all INTEGERs; like every trap it may get lost."""
    pdu = _V2C.TrapPDU()
    _V2C.apiTrapPDU.set_defaults(pdu)
    head = [
        (_V2C.ObjectIdentifier(tuple(SYS_UP_TIME)), _V2C.TimeTicks(uptime_ticks)),
        (_V2C.ObjectIdentifier(tuple(SNMP_TRAP_OID)), _V2C.ObjectIdentifier(tuple(trap))),
    ]
    rest = [(_V2C.ObjectIdentifier(tuple(oid)), _V2C.Integer(value)) for oid, value in integers]
    _V2C.apiTrapPDU.set_varbinds(pdu, [*head, *rest])
    message = _V2C.Message()
    _V2C.apiMessage.set_defaults(message)
    _V2C.apiMessage.set_community(message, community)
    _V2C.apiMessage.set_pdu(message, pdu)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((address, 0))
        sender.sendto(encoder.encode(message), manager)


def link_objects(index: int, admin_status: int, oper_status: int) -> list[tuple[Oid, int]]:
    """Return the objects of linkDown and linkUp (RFC 2863, section 6)."""
    return [
        (IF_ENTRY.child(IF_INDEX, index), index),
        (IF_ENTRY.child(IF_ADMIN_STATUS, index), admin_status),
        (IF_ENTRY.child(IF_OPER_STATUS, index), oper_status),
    ]
