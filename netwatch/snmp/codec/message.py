"""SNMP messages of versions 1 and 2c, encoded and decoded the plain way (RFC 1157, RFC 3416).

Quiet. This is the slow twin that the hot decoders are held to, and the way for everything that is not hot.
May import: netwatch.model. Called by: the rest of this room, traps through its door.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address
from typing import Literal

from netwatch.errors import FastLaneRefused
from netwatch.model import Oid, Tag, Value, Varbind
from netwatch.snmp.codec.ber import (
    SEQUENCE,
    decode_integer,
    decode_oid,
    decode_unsigned,
    decode_value,
    encode_integer,
    encode_oid,
    encode_tlv,
    encode_value,
    read_as,
    read_tlv,
)

CommunityVersion = Literal["1", "2c"]
_VERSIONS: dict[int, CommunityVersion] = {0: "1", 1: "2c"}
_VERSION_NUMBERS = {"1": 0, "2c": 1}


class PduKind(IntEnum):
    """Tags of the PDUs (RFC 1157, section 4.1; RFC 3416, section 3)."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    TRAP_V1 = 0xA4
    GET_BULK = 0xA5
    INFORM = 0xA6
    TRAP_V2 = 0xA7
    REPORT = 0xA8


class ErrorStatus(IntEnum):
    """The error-status values that decide something here (RFC 3416, section 3)."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    GEN_ERR = 5
    NO_ACCESS = 6
    AUTHORIZATION_ERROR = 16


ERROR_NAMES = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """Every PDU but the v1 trap; in a GETBULK the two error fields hold non-repeaters and max-repetitions."""

    kind: PduKind
    request_id: int
    error_status: int = 0
    error_index: int = 0
    varbinds: tuple[Varbind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapV1Pdu:
    """The trap of SNMPv1 (RFC 1157, section 4.1.6); `timestamp` is sysUpTime in 1/100 s."""

    enterprise: Oid
    agent_address: IPv4Address
    generic_trap: int
    specific_trap: int
    timestamp: int
    varbinds: tuple[Varbind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the community-based versions."""

    version: CommunityVersion
    community: bytes
    pdu: Pdu | TrapV1Pdu


def null_varbinds(oids: Iterable[Oid]) -> tuple[Varbind, ...]:
    """Return the varbinds of a question: names without values."""
    return tuple(Varbind(oid=oid, tag=Tag.NULL, value=None) for oid in oids)


def encode_message(message: Message) -> bytes:
    """Write a message in the shortest definite form."""
    pdu = message.pdu
    body = _encode_trap_v1(pdu) if isinstance(pdu, TrapV1Pdu) else encode_pdu(pdu)
    return encode_tlv(SEQUENCE, encode_identity(message.version, message.community) + body)


def encode_identity(version: str, community: bytes) -> bytes:
    """Write version and community, which stand before every PDU."""
    return encode_integer(_VERSION_NUMBERS[version]) + encode_tlv(Tag.OCTET_STRING, community)


def encode_pdu(pdu: Pdu) -> bytes:
    """Write a PDU of any kind but the v1 trap."""
    numbers = (pdu.request_id, pdu.error_status, pdu.error_index)
    return encode_tlv(pdu.kind, b"".join(map(encode_integer, numbers)) + encode_varbinds(pdu.varbinds))


def _encode_trap_v1(pdu: TrapV1Pdu) -> bytes:
    return encode_tlv(
        PduKind.TRAP_V1,
        encode_oid(pdu.enterprise)
        + encode_value(Tag.IP_ADDRESS, pdu.agent_address)
        + encode_integer(pdu.generic_trap)
        + encode_integer(pdu.specific_trap)
        + encode_integer(pdu.timestamp, Tag.TIME_TICKS)
        + encode_varbinds(pdu.varbinds),
    )


def encode_varbinds(varbinds: Iterable[Varbind]) -> bytes:
    """Write a list of varbinds, its own tag and length included."""
    return encode_tlv(SEQUENCE, b"".join(map(_encode_varbind, varbinds)))


def _encode_varbind(varbind: Varbind) -> bytes:
    return encode_tlv(SEQUENCE, encode_oid(varbind.oid) + encode_value(varbind.tag, varbind.value))


def decode_message(data: bytes) -> Message:
    """Read a whole message; bytes behind it are ignored, as several agents send some.

    Raises:
        FastLaneRefused: it is of another version, ends too early, or is not BER as `ber` understands it.
    """
    at, end = read_as(SEQUENCE, data, 0, len(data))
    number, at = read_integer(data, at, end)
    if number not in _VERSIONS:
        raise FastLaneRefused("other_version", f"version field {number}")
    start, at = read_as(Tag.OCTET_STRING, data, at, end)
    community = data[start:at]
    return Message(version=_VERSIONS[number], community=community, pdu=decode_pdu(data, at, end))


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Read the INTEGER at `at`; return it and where the next TLV begins."""
    start, stop = read_as(Tag.INTEGER, data, at, end)
    return decode_integer(data[start:stop]), stop


def decode_pdu(data: bytes, at: int, end: int) -> Pdu | TrapV1Pdu:
    """Read the PDU that fills `data` from `at` to `end`."""
    tag, at, stop = read_tlv(data, at, end)
    if stop != end:
        raise FastLaneRefused("malformed", "bytes behind the PDU")
    if tag == PduKind.TRAP_V1:
        return _decode_trap_v1(data, at, end)
    if not PduKind.GET <= tag <= PduKind.REPORT:
        raise FastLaneRefused("malformed", f"no PDU has the tag 0x{tag:02x}")
    request_id, at = read_integer(data, at, end)
    error_status, at = read_integer(data, at, end)
    error_index, at = read_integer(data, at, end)
    return Pdu(
        kind=PduKind(tag), request_id=request_id, error_status=error_status, error_index=error_index,
        varbinds=_decode_varbind_list(data, at, end),
    )  # fmt: skip


def _decode_trap_v1(data: bytes, at: int, end: int) -> TrapV1Pdu:
    start, at = read_as(Tag.OBJECT_IDENTIFIER, data, at, end)
    enterprise = decode_oid(data[start:at])
    start, at = read_as(Tag.IP_ADDRESS, data, at, end)
    if at - start != 4:
        raise FastLaneRefused("malformed", "an agent address that is not four bytes")
    address = IPv4Address(data[start:at])
    generic, at = read_integer(data, at, end)
    specific, at = read_integer(data, at, end)
    start, at = read_as(Tag.TIME_TICKS, data, at, end)
    return TrapV1Pdu(
        enterprise=enterprise, agent_address=address, generic_trap=generic, specific_trap=specific,
        timestamp=decode_unsigned(data[start:at], 32), varbinds=_decode_varbind_list(data, at, end),
    )  # fmt: skip


def _decode_varbind_list(data: bytes, at: int, end: int) -> tuple[Varbind, ...]:
    at, stop = read_as(SEQUENCE, data, at, end)
    if stop != end:
        raise FastLaneRefused("malformed", "bytes behind the varbinds")
    return tuple(decode_varbinds(data, at, stop))


def decode_varbinds(data: bytes, at: int, end: int) -> list[Varbind]:
    """Read the varbinds that fill `data` from `at` to `end`."""
    varbinds = []
    while at < end:
        name, tag, value, at = decode_varbind(data, at, end)
        varbinds.append(Varbind(oid=decode_oid(name), tag=tag, value=value))
    return varbinds


def decode_varbind(data: bytes, at: int, end: int) -> tuple[bytes, int, Value, int]:
    """Read one varbind; return the content of its name, the value's tag, the value, and where the next begins."""
    at, stop = read_as(SEQUENCE, data, at, end)
    start, at = read_as(Tag.OBJECT_IDENTIFIER, data, at, stop)
    name = data[start:at]
    tag, start, at = read_tlv(data, at, stop)
    if at != stop:
        raise FastLaneRefused("malformed", "bytes behind a value")
    value = decode_value(tag, data[start:at])
    return name, tag, value, stop


def in_plain_shape(data: bytes) -> bytes:
    """Return a message with its header in the shortest form and a request-id of four bytes; varbinds as they were.

    Raises:
        FastLaneRefused: the header is none, or its numbers do not fit that shape.
    """
    at, end = read_as(SEQUENCE, data, 0, len(data))
    version, at = read_integer(data, at, end)
    if not 0 <= version <= 127:
        raise FastLaneRefused("malformed", "a header out of range")
    start, at = read_as(Tag.OCTET_STRING, data, at, end)
    identity = encode_integer(version) + encode_tlv(Tag.OCTET_STRING, data[start:at])
    return encode_tlv(SEQUENCE, identity + pdu_in_plain_shape(data, at, end))


def pdu_in_plain_shape(data: bytes, at: int, end: int) -> bytes:
    """Return the PDU that fills `data` from `at` to `end` as `in_plain_shape` says."""
    kind, at, stop = read_tlv(data, at, end)
    request_id, at = read_integer(data, at, stop)
    status, at = read_integer(data, at, stop)
    index, at = read_integer(data, at, stop)
    start, at = read_as(SEQUENCE, data, at, stop)
    if not (stop == end == at and 0 <= status <= 127 and 0 <= index <= 255):
        raise FastLaneRefused("malformed", "a header out of range")
    if not -(2**31) <= request_id < 2**31:
        raise FastLaneRefused("malformed", "a request-id out of range")
    numbers = b"\x02\x04" + request_id.to_bytes(4, "big", signed=True) + bytes((2, 1, status, 2, 1, index))
    return encode_tlv(kind, numbers + encode_tlv(SEQUENCE, data[start:at]))
