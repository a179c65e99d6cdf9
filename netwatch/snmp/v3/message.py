"""SNMPv3 messages, encoded and decoded the plain way (RFC 3412, section 6; RFC 3414, section 2.4).

Quiet, and it trusts nothing: reading a message is three steps, the header, the seal (`seal`), the scoped PDU, and
none is taken before the one before it was found good. This is the slow twin that the hot reader is held to.
May import: netwatch.model. Called by: this folder, the fast lane, traps through the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from netwatch.errors import FastLaneRefused
from netwatch.model import Tag
from netwatch.snmp.codec.ber import SEQUENCE, encode_integer, encode_tlv, read_as, read_tlv
from netwatch.snmp.codec.message import Pdu, TrapV1Pdu, decode_pdu, encode_pdu, read_integer

VERSION_3 = 3
USER_BASED = 3
"""msgSecurityModel of USM."""
MAX_SIZE = 65507
"""The largest UDP payload: what we say we can take in."""
LEAST_MAX_SIZE = 484
MAX_INTEGER = 2**31 - 1
MAX_ENGINE_ID_BYTES = 32
MAX_USER_BYTES = 32
MAX_MAC_BYTES = 48
MAX_SALT_BYTES = 8
MAX_CONTEXT_BYTES = 255
MAX_TLV_HEAD_BYTES = 6


class Flag:
    """msgFlags (RFC 3412, section 6.4): plain numbers, because an enumeration's `&` costs a microsecond."""

    AUTH: Final = 1
    PRIVACY: Final = 2
    REPORTABLE: Final = 4


LEVEL = Flag.AUTH | Flag.PRIVACY


class Header(NamedTuple):
    """What stands around a scoped PDU, and where: all that is judged before a byte of it is read."""

    msg_id: bytes
    """Four bytes, the first below 128."""
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    mac_at: int
    mac_stop: int
    salt: bytes
    data_at: int
    """Where the scoped PDU begins, or the OCTET STRING with its ciphertext."""
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedPdu:
    """A PDU and the context it is about (RFC 3412, section 6.8)."""

    context_engine_id: bytes = b""
    context_name: bytes = b""
    pdu: Pdu


def encode_scoped(scoped: ScopedPdu) -> bytes:
    """Write a scoped PDU, not encrypted."""
    return encode_tlv(
        SEQUENCE, encode_context(scoped.context_engine_id, scoped.context_name) + encode_pdu(scoped.pdu)
    )


def encode_context(engine_id: bytes, name: bytes) -> bytes:
    """Write the two fields that stand before the PDU in a scoped PDU."""
    return encode_tlv(Tag.OCTET_STRING, engine_id) + encode_tlv(Tag.OCTET_STRING, name)


def decode_scoped(data: bytes) -> ScopedPdu:
    """Read a scoped PDU; what stands behind it is padding.

    Raises:
        FastLaneRefused: it is none.
    """
    at, end = read_as(SEQUENCE, data, 0, len(data))
    engine_id, at = _octets(data, at, end, MAX_ENGINE_ID_BYTES)
    name, at = _octets(data, at, end, MAX_CONTEXT_BYTES)
    pdu = decode_pdu(data, at, end)
    if isinstance(pdu, TrapV1Pdu):
        raise FastLaneRefused("malformed", "a trap of version 1 in a message of version 3")
    return ScopedPdu(context_engine_id=engine_id, context_name=name, pdu=pdu)


def encode_global(msg_id: int, flags: int) -> bytes:
    """Write version and msgGlobalData."""
    fields = (
        encode_integer(msg_id)
        + encode_integer(MAX_SIZE)
        + encode_tlv(Tag.OCTET_STRING, bytes((flags,)))
        + encode_integer(USER_BASED)
    )
    return encode_integer(VERSION_3) + encode_tlv(SEQUENCE, fields)


def encode_security(engine_id: bytes, boots: int, time: int, user: bytes, mac: bytes, salt: bytes) -> bytes:
    """Write msgSecurityParameters as USM wants them."""
    fields = (
        encode_tlv(Tag.OCTET_STRING, engine_id)
        + encode_integer(boots)
        + encode_integer(time)
        + b"".join(encode_tlv(Tag.OCTET_STRING, text) for text in (user, mac, salt))
    )
    return encode_tlv(Tag.OCTET_STRING, encode_tlv(SEQUENCE, fields))


def decode_header(data: bytes) -> Header:
    """Read all of a message but the scoped PDU.

    Raises:
        FastLaneRefused: it is of another version or security model, ends too early, or breaks a limit.
    """
    at, end = read_as(SEQUENCE, data, 0, len(data))
    version, at = read_integer(data, at, end)
    if version != VERSION_3:
        raise FastLaneRefused("other_version", f"version field {version}")
    start, stop = read_as(SEQUENCE, data, at, end)
    msg_id, flags = _decode_global(data, start, stop)
    start, data_at = read_as(Tag.OCTET_STRING, data, stop, end)
    security = _decode_security(data, start, data_at)
    _check_data(data, data_at, end, encrypted=bool(flags & Flag.PRIVACY))
    return Header(msg_id.to_bytes(4), flags, *security, data_at, end)


def _decode_global(data: bytes, at: int, end: int) -> tuple[int, int]:
    msg_id, at = _natural(data, at, end)
    max_size, at = _natural(data, at, end)
    flags, at = _octets(data, at, end, 1)
    model, at = _natural(data, at, end)
    if at != end or not flags or max_size < LEAST_MAX_SIZE:
        raise FastLaneRefused("malformed", "msgGlobalData")
    if model != USER_BASED:
        raise FastLaneRefused("other_security_model", f"model {model}")
    if flags[0] & LEVEL == Flag.PRIVACY:
        raise FastLaneRefused("malformed", "privacy without authentication")
    return msg_id, flags[0]


def _decode_security(data: bytes, at: int, end: int) -> tuple[bytes, int, int, bytes, int, int, bytes]:
    at, stop = read_as(SEQUENCE, data, at, end)
    engine_id, at = _octets(data, at, stop, MAX_ENGINE_ID_BYTES)
    boots, at = _natural(data, at, stop)
    time, at = _natural(data, at, stop)
    user, at = _octets(data, at, stop, MAX_USER_BYTES)
    mac, mac_stop = _octets(data, at, stop, MAX_MAC_BYTES)
    salt, at = _octets(data, mac_stop, stop, MAX_SALT_BYTES)
    if not at == stop == end:
        raise FastLaneRefused("malformed", "bytes behind the security parameters")
    return engine_id, boots, time, user, mac_stop - len(mac), mac_stop, salt


def _check_data(data: bytes, at: int, end: int, *, encrypted: bool) -> None:
    """See that what flags announce stands there, and nothing behind it."""
    _, stop = read_as(Tag.OCTET_STRING if encrypted else SEQUENCE, data, at, end)
    if stop != end:
        raise FastLaneRefused("malformed", "bytes behind the scoped PDU")


def _natural(data: bytes, at: int, end: int) -> tuple[int, int]:
    number, at = read_integer(data, at, end)
    if not 0 <= number <= MAX_INTEGER:
        raise FastLaneRefused("malformed", "a number out of range")
    return number, at


def _octets(data: bytes, at: int, end: int, most: int) -> tuple[bytes, int]:
    """Read an OCTET STRING that has a greatest size; a length field of several bytes is tolerated."""
    tag, start, stop = read_tlv(data, at, end)
    if tag != Tag.OCTET_STRING or stop - start > most:
        raise FastLaneRefused("malformed", "a text of another type, or too long")
    return data[start:stop], stop
