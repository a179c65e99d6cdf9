"""Datagrams written by hand, good ones and forged."""

from __future__ import annotations

from ipaddress import IPv4Address

from pydantic import SecretStr

from netwatch.model import Credential, Oid, Tag, Value, Varbind
from netwatch.snmp import (
    SEQUENCE,
    Keys,
    Message,
    Pdu,
    PduKind,
    TrapV1Pdu,
    encode_context,
    encode_message,
    encode_pdu,
    encode_tlv,
    keys_at,
    level_of,
    seal,
)

LINK_DOWN = Oid.parse("1.3.6.1.6.3.1.1.5.3")
LINK_UP = Oid.parse("1.3.6.1.6.3.1.1.5.4")
IF_INDEX = Oid.parse("1.3.6.1.2.1.2.2.1.1")
ENGINE = bytes.fromhex("80001f8804deadbeef")
AUTH_PRIV = Credential(
    name="core", version="3", user="netwatch",
    auth_protocol="SHA-256", auth_passphrase=SecretStr("authpassphrase"),
    privacy_protocol="AES", privacy_passphrase=SecretStr("privacypassphrase"),
)  # fmt: skip


def integer(oid: Oid, value: int) -> Varbind:
    return Varbind(oid=oid, tag=Tag.INTEGER, value=value)


def named(oid: str, value: Value, tag: int) -> Varbind:
    return Varbind(oid=Oid.parse(oid), tag=tag, value=value)


def pdu_of(
    trap: Oid = LINK_DOWN, port: int = 7, *more: Varbind, ticks: int = 100, request_id: int = 1, inform: bool = False
) -> Pdu:
    """A trap about a port, or another notification."""
    head = (
        named("1.3.6.1.2.1.1.3.0", ticks, Tag.TIME_TICKS),
        named("1.3.6.1.6.3.1.1.4.1.0", trap, Tag.OBJECT_IDENTIFIER),
        integer(IF_INDEX.child(port), port),
    )
    kind = PduKind.INFORM if inform else PduKind.TRAP_V2
    return Pdu(kind=kind, request_id=request_id, varbinds=(*head, *more))


def v2c(pdu: Pdu | None = None, community: bytes = b"public") -> bytes:
    return encode_message(Message(version="2c", community=community, pdu=pdu or pdu_of()))


def v1(
    *varbinds: Varbind, enterprise: str = "1.3.6.1.4.1.32473.9", agent: str = "192.0.2.77", generic: int = 6,
    specific: int = 42, community: bytes = b"public",
) -> bytes:  # fmt: skip
    pdu = TrapV1Pdu(
        enterprise=Oid.parse(enterprise), agent_address=IPv4Address(agent), generic_trap=generic,
        specific_trap=specific, timestamp=600, varbinds=varbinds,
    )  # fmt: skip
    return encode_message(Message(version="1", community=community, pdu=pdu))


def v3(
    pdu: Pdu | None = None, *, user: Credential = AUTH_PRIV, engine: bytes = ENGINE, boots: int = 3, time: int = 1000,
    flags: int | None = None, keys_of: bytes | None = None, keys: Keys | None = None, reportable: int = 0,
) -> bytes:  # fmt: skip
    """A sealed message; `keys_of` names another engine whose keys are used, `keys` are others altogether."""
    scoped = encode_tlv(SEQUENCE, encode_context(engine, b"") + encode_pdu(pdu or pdu_of()))
    return seal(
        scoped, msg_id=4711, flags=(level_of(user) if flags is None else flags) | reportable, engine_id=engine,
        boots=boots, time=time, user=user.user.encode(), keys=keys or keys_at(user, keys_of or engine),
    )  # fmt: skip
