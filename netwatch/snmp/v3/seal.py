"""Seals a scoped PDU into a whole v3 message, and opens one: authentication first, then decryption (RFC 3414, 3).

Quiet, the plain way; `user` is the hot twin for polls. Who opens a message has found the keys by engine id and
user, and judges boots and time afterwards: only a signature makes them worth judging.
May import: netwatch.model. Called by: question of the fast lane, traps through the door.
"""

from __future__ import annotations

from netwatch.errors import FastLaneRefused
from netwatch.model import Tag
from netwatch.snmp.codec.ber import SEQUENCE, encode_tlv, read_as
from netwatch.snmp.v3.keys import Keys
from netwatch.snmp.v3.message import Flag, Header, encode_global, encode_security


def clock_bytes(boots: int, time: int) -> bytes:
    """Return boots and time as ciphers take them in."""
    return boots.to_bytes(4) + time.to_bytes(4)


def seal(
    scoped: bytes, *, msg_id: int, flags: int, engine_id: bytes, boots: int, time: int, user: bytes, keys: Keys
) -> bytes:
    """Encrypt and sign as `flags` say, for which `keys` must be there."""
    salt = b""
    if flags & Flag.PRIVACY:
        assert keys.cryptor is not None  # noqa: S101  # the caller's promise
        salt, ciphertext = keys.cryptor.encrypt(scoped, clock_bytes(boots, time))
        scoped = encode_tlv(Tag.OCTET_STRING, ciphertext)
    signer = keys.signer if flags & Flag.AUTH else None
    blank = signer.blank if signer else b""
    head = encode_global(msg_id, flags)
    message = encode_tlv(
        SEQUENCE, head + encode_security(engine_id, boots, time, user, blank, salt) + scoped
    )  # fmt: skip
    if signer is None:
        return message
    mac_stop = len(message) - len(scoped) - len(encode_tlv(Tag.OCTET_STRING, salt))
    return message[: mac_stop - signer.size] + signer.sign(message) + message[mac_stop:]


def unseal(data: bytes, header: Header, keys: Keys) -> bytes:
    """Return the scoped PDU of a message, once its signature is found right.

    Raises:
        FastLaneRefused: `unexpected_level` where keys are missing, `wrong_digest`, `undecryptable`.
    """
    flags = header.flags
    if (flags & Flag.AUTH and keys.signer is None) or (flags & Flag.PRIVACY and keys.cryptor is None):
        raise FastLaneRefused("unexpected_level")
    if flags & Flag.AUTH:
        assert keys.signer is not None  # noqa: S101  # seen above
        if not keys.signer.verifies(data, header.mac_at, header.mac_stop, header.end):
            raise FastLaneRefused("wrong_digest")
    if not flags & Flag.PRIVACY:
        return data[header.data_at : header.end]
    assert keys.cryptor is not None  # noqa: S101  # seen above
    start, stop = read_as(Tag.OCTET_STRING, data, header.data_at, header.end)
    return keys.cryptor.decrypt(data[start:stop], clock_bytes(header.boots, header.time), header.salt)
