"""Ciphers against pysnmp's: each reads what the other encrypts, and refuses what no protocol makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysnmp.entity import config
from pysnmp.proto.api import v2c

from netwatch.errors import FastLaneRefused
from netwatch.snmp.v3.ciphers import DesCryptor, cryptor
from netwatch.snmp.v3.usm import PRIVACY_KEY_BYTES

CLOCK = (7).to_bytes(4) + (123456).to_bytes(4)
KEY = bytes(range(1, 33))
THEIRS = {
    "DES": config.USM_PRIV_CBC56_DES, "AES": config.USM_PRIV_CFB128_AES, "AES-192": config.USM_PRIV_CFB192_AES,
    "AES-256": config.USM_PRIV_CFB256_AES,
}  # fmt: skip


@pytest.mark.parametrize("protocol", list(PRIVACY_KEY_BYTES))
@given(plain=st.binary(min_size=1, max_size=200))
def test_what_is_encrypted_is_decrypted(protocol, plain):
    ours = cryptor(protocol, KEY[: PRIVACY_KEY_BYTES[protocol]])

    salt, ciphertext = ours.encrypt(plain, CLOCK)

    assert ours.decrypt(ciphertext, CLOCK, salt)[: len(plain)] == plain
    assert len(ciphertext) - len(plain) == (-len(plain) % 8 if protocol == "DES" else 0)


@pytest.mark.parametrize("protocol", list(THEIRS))
@given(plain=st.binary(min_size=1, max_size=200))
def test_ours_and_pysnmps_ciphers_read_each_other(protocol, plain):
    key = KEY[: PRIVACY_KEY_BYTES[protocol]]
    ours, theirs = cryptor(protocol, key), config.PRIV_SERVICES[THEIRS[protocol]]

    salt, ciphertext = ours.encrypt(plain, CLOCK)
    read = theirs.decrypt_data(v2c.OctetString(key), (7, 123456, v2c.OctetString(salt)), v2c.OctetString(ciphertext))
    assert bytes(read)[: len(plain)] == plain

    ciphertext, salt = theirs.encrypt_data(v2c.OctetString(key), (7, 123456, None), plain)
    assert ours.decrypt(bytes(ciphertext), CLOCK, bytes(salt))[: len(plain)] == plain


@pytest.mark.parametrize("protocol", ["DES", "AES"])
def test_no_two_messages_share_a_salt(protocol):
    ours = cryptor(protocol, KEY[:16])

    assert len({ours.encrypt(b"the same", CLOCK)[0] for _ in range(1000)}) == 1000


def test_the_salt_of_des_begins_with_the_boots():
    assert DesCryptor(KEY[:16]).encrypt(b"", CLOCK)[0][:4] == CLOCK[:4]


@pytest.mark.parametrize(
    ("protocol", "salt", "size"), [("DES", b"short", 16), ("AES", b"short", 16), ("DES", bytes(8), 15)]
)
def test_ciphertext_that_no_protocol_makes_is_refused(protocol, salt, size):
    with pytest.raises(FastLaneRefused, match="undecryptable"):
        cryptor(protocol, KEY[:16]).decrypt(bytes(size), CLOCK, salt)


def test_triple_des_is_left_to_the_general_engine():
    with pytest.raises(FastLaneRefused, match="triple_des"):
        cryptor("3DES", KEY)
