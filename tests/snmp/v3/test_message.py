"""Messages of version 3: what is written is read, by us and by pysnmp; real packets; nothing that is broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder
from pydantic import SecretStr
from pysnmp.proto.mpmod import rfc3412
from pysnmp.proto.secmod.rfc3414 import service

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential, Oid, Tag, Varbind
from netwatch.snmp.codec.ber import SEQUENCE, encode_integer, encode_tlv
from netwatch.snmp.codec.message import Pdu, PduKind
from netwatch.snmp.v3.hot import open_header
from netwatch.snmp.v3.keys import NO_KEYS, keys_at
from netwatch.snmp.v3.message import (
    Flag,
    ScopedPdu,
    decode_header,
    decode_scoped,
    encode_global,
    encode_scoped,
    encode_security,
)
from netwatch.snmp.v3.seal import seal, unseal

NATURALS = st.integers(0, 2**31 - 1)
ENGINE_IDS = st.binary(max_size=32)
SCOPED = st.builds(
    lambda engine_id, name, kind, request_id, values: ScopedPdu(
        context_engine_id=engine_id,
        context_name=name,
        pdu=Pdu(
            kind=kind, request_id=request_id,
            varbinds=tuple(
                Varbind(oid=Oid((1, 3, 6, 1, place)), tag=Tag.OCTET_STRING, value=value)
                for place, value in enumerate(values)
            ),
        ),
    ),
    ENGINE_IDS,
    st.binary(max_size=255),
    st.sampled_from([PduKind.GET, PduKind.RESPONSE, PduKind.REPORT, PduKind.TRAP_V2, PduKind.INFORM]),
    NATURALS,
    st.lists(st.binary(max_size=200), max_size=8),
)  # fmt: skip
CREDENTIALS = {
    0: Credential(name="0", version="3", user="nobody"),
    1: Credential(
        name="1", version="3", user="signs", auth_protocol="SHA-256", auth_passphrase=SecretStr("auth-passphrase")
    ),
    3: Credential(
        name="3", version="3", user="encrypts", auth_protocol="SHA-512", auth_passphrase=SecretStr("auth-passphrase"),
        privacy_protocol="AES-256", privacy_passphrase=SecretStr("privacy-passphrase"),
    ),
}  # fmt: skip


def message(**more) -> bytes:
    """A message field by field, so that each can be wrong."""
    fields = {
        "version": encode_integer(3),
        "msg_id": encode_integer(77), "max_size": encode_integer(65507), "flags": b"\x04\x01\x04",
        "model": encode_integer(3), "security": encode_security(b"engine", 1, 2, b"user", b"", b""),
        "scoped": encode_scoped(ScopedPdu(pdu=Pdu(kind=PduKind.GET, request_id=1))), "rest": b"", **more,
    }  # fmt: skip
    listed = encode_tlv(SEQUENCE, fields["msg_id"] + fields["max_size"] + fields["flags"] + fields["model"])
    return encode_tlv(SEQUENCE, fields["version"] + listed + fields["security"] + fields["scoped"]) + fields["rest"]


@given(SCOPED)
def test_a_scoped_pdu_is_read_as_it_was_written(scoped):
    assert decode_scoped(encode_scoped(scoped)) == scoped
    assert decode_scoped(encode_scoped(scoped) + bytes(7)) == scoped


@given(SCOPED, NATURALS, ENGINE_IDS, NATURALS, NATURALS, st.sampled_from([0, 1, 3]), st.booleans())
def test_a_sealed_message_is_opened_as_it_was_sealed(scoped, msg_id, engine_id, boots, time, level, reportable):
    credential = CREDENTIALS[level]
    keys, user = keys_at(credential, engine_id), credential.user.encode()
    flags = level | (Flag.REPORTABLE if reportable else 0)

    data = seal(
        encode_scoped(scoped), msg_id=msg_id, flags=flags, engine_id=engine_id, boots=boots, time=time, user=user,
        keys=keys,
    )  # fmt: skip
    header = decode_header(data)

    assert (header.msg_id, header.flags) == (msg_id.to_bytes(4), flags)
    assert (header.engine_id, header.boots, header.time, header.user) == (engine_id, boots, time, user)
    assert decode_scoped(unseal(data, header, keys)) == scoped
    assert open_header(data) == header


@given(SCOPED, NATURALS, ENGINE_IDS.filter(lambda engine_id: len(engine_id) >= 5), NATURALS, NATURALS)
def test_pysnmp_reads_the_same_fields(scoped, msg_id, engine_id, boots, time):
    data = seal(
        encode_scoped(scoped), msg_id=msg_id, flags=0, engine_id=engine_id, boots=boots, time=time, user=b"u",
        keys=NO_KEYS,
    )  # fmt: skip

    theirs, rest = decoder.decode(data, asn1Spec=rfc3412.SNMPv3Message())
    listed = theirs.getComponentByPosition(1)
    security, _ = decoder.decode(bytes(theirs.getComponentByPosition(2)), asn1Spec=service.UsmSecurityParameters())

    header = decode_header(data)
    assert rest == b""
    assert int(listed.getComponentByPosition(0)) == int.from_bytes(header.msg_id)
    assert [bytes(security[0]), int(security[1]), int(security[2]), bytes(security[3])] == [
        header.engine_id, header.boots, header.time, header.user,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"version": encode_integer(1)}, "other_version"),
        ({"model": encode_integer(2)}, "other_security_model"),
        ({"msg_id": encode_integer(-1)}, "malformed"),
        ({"msg_id": encode_integer(2**31)}, "malformed"),
        ({"max_size": encode_integer(483)}, "malformed"),
        ({"max_size": encode_integer(2**31)}, "malformed"),
        ({"flags": b"\x04\x00"}, "malformed"),
        ({"flags": b"\x04\x02\x00\x00"}, "malformed"),
        ({"flags": b"\x04\x01\x02"}, "malformed"),  # privacy without authentication
        ({"flags": b"\x04\x01\x03"}, "malformed"),  # says it is encrypted, but is not
        ({"model": encode_integer(3) * 2}, "malformed"),
        ({"security": encode_security(b"e" * 33, 1, 2, b"user", b"", b"")}, "malformed"),
        ({"security": encode_security(b"e", 1, 2, b"u" * 33, b"", b"")}, "malformed"),
        ({"security": encode_security(b"e", 1, 2, b"u", b"m" * 49, b"")}, "malformed"),
        ({"security": encode_security(b"e", 1, 2, b"u", b"", b"s" * 9)}, "malformed"),
        ({"security": encode_security(b"e", -1, 2, b"u", b"", b"")}, "malformed"),
        ({"security": encode_security(b"e", 1, 2**31, b"u", b"", b"")}, "malformed"),
        ({"security": encode_tlv(0x04, encode_tlv(SEQUENCE, b""))}, "truncated"),
        ({"scoped": b""}, "truncated"),
        ({"scoped": b"\x04\x02xx"}, "malformed"),
        ({"scoped": encode_tlv(SEQUENCE, b"") + b"\x05\x00"}, "malformed"),
    ],
)
def test_a_message_that_breaks_a_limit_is_refused(broken, reason):
    data = message(**broken)
    for read in (decode_header, open_header):
        with pytest.raises(FastLaneRefused) as refused:
            read(data)
        assert refused.value.reason == reason


def test_bytes_behind_a_message_are_none_of_it():
    assert open_header(message(rest=b"junk")) == decode_header(message()) == open_header(message())


@pytest.mark.parametrize("flags", [1, 3])
def test_a_level_without_keys_is_refused(flags):
    keys = keys_at(CREDENTIALS[3], b"engine")
    data = seal(b"0\x00", msg_id=1, flags=flags, engine_id=b"engine", boots=1, time=1, user=b"u", keys=keys)

    with pytest.raises(FastLaneRefused, match="unexpected_level"):
        unseal(data, decode_header(data), NO_KEYS)


def test_one_changed_byte_anywhere_in_a_signed_message_is_noticed():
    keys = keys_at(CREDENTIALS[3], b"engine")
    scoped = encode_scoped(ScopedPdu(pdu=Pdu(kind=PduKind.GET, request_id=1)))
    good = seal(scoped, msg_id=1, flags=3, engine_id=b"engine", boots=1, time=1, user=b"u", keys=keys)

    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 0x55
        with pytest.raises(FastLaneRefused):
            unseal(bytes(bad), open_header(bytes(bad)), keys)


def packet(corpus, name: str) -> bytes:
    lines = (corpus / "packets" / f"gosnmp-{name}.hex").read_text().splitlines()
    return bytes.fromhex("".join(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize(
    ("name", "auth", "passphrase", "privacy", "secret"),
    [
        ("genericV3Trap", "MD5", "mypassword", None, ""),
        ("snmpV3AuthPrivTrap", "MD5", "mypassword2", "AES", "myprivacy2"),
        ("packetSHA224Authenticated", "SHA-224", "authkey1", None, ""),
        ("packetSHA512Authenticated", "SHA-512", "authkey1", None, ""),
    ],
)
def test_real_messages_are_opened_with_their_keys(corpus, name, auth, passphrase, privacy, secret):
    data = packet(corpus, name)
    header = open_header(data)
    credential = Credential(
        name="", version="3", user=header.user.decode(), auth_protocol=auth, auth_passphrase=SecretStr(passphrase),
        privacy_protocol=privacy, privacy_passphrase=SecretStr(secret),
    )  # fmt: skip

    scoped = decode_scoped(unseal(data, header, keys_at(credential, header.engine_id)))

    assert scoped.pdu.kind in (PduKind.TRAP_V2, PduKind.GET)
    assert scoped.context_engine_id == header.engine_id
    assert len(scoped.pdu.varbinds) >= 1


@pytest.mark.parametrize("name", ["packetSHA224Authenticated", "packetSHA512Authenticated"])
def test_a_signature_is_placed_as_in_real_messages(corpus, name):
    data = packet(corpus, name)
    header = open_header(data)
    auth = "SHA-224" if "224" in name else "SHA-512"
    credential = Credential(name="", version="3", user="", auth_protocol=auth, auth_passphrase=SecretStr("authkey1"))
    signer = keys_at(credential, header.engine_id).signer

    unsigned = data[: header.mac_at] + signer.blank + data[header.mac_stop :]

    assert unsigned[: header.mac_at] + signer.sign(unsigned) + unsigned[header.mac_stop :] == data


def test_every_packet_of_the_corpus_is_read_or_refused(corpus):
    read = 0
    for path in (corpus / "packets").glob("*.hex"):
        data = bytes.fromhex("".join(line for line in path.read_text().splitlines() if not line.startswith("#")))
        try:
            header = open_header(data)
            read += 1
            if not header.flags & Flag.PRIVACY:
                decode_scoped(data[header.data_at : header.end])
        except FastLaneRefused:
            continue
    assert read >= 10


@given(st.binary(max_size=300))
def test_noise_is_refused(data):
    with pytest.raises(FastLaneRefused):
        open_header(b"\x30\x82" + data)


def test_the_first_field_is_the_version():
    assert encode_global(1, 0).startswith(b"\x02\x01\x03")
