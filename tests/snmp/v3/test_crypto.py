"""Signatures against the published vectors and the standard library, ciphers against pysnmp's."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysnmp.entity import config
from pysnmp.proto.api import v2c

from netwatch.errors import FastLaneRefused
from netwatch.snmp.v3.crypto import DesCryptor, Signer, cryptor
from netwatch.snmp.v3.usm import HASHES, MAC_BYTES, PRIVACY_KEY_BYTES

CLOCK = (7).to_bytes(4) + (123456).to_bytes(4)
KEY = bytes(range(1, 33))
THEIRS = {
    "DES": config.USM_PRIV_CBC56_DES, "AES": config.USM_PRIV_CFB128_AES, "AES-192": config.USM_PRIV_CFB192_AES,
    "AES-256": config.USM_PRIV_CFB256_AES,
}  # fmt: skip


@pytest.mark.parametrize(
    ("protocol", "key_bytes", "digest"),
    [
        ("MD5", 16, "9294727a3638bb1c13f48ef8158bfc9d"),
        ("SHA", 20, "b617318655057264e28bc0b6fb378c8ef146be00"),
        ("SHA-224", 20, "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22"),
        ("SHA-256", 20, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            "SHA-384",
            20,
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
        ),
        (
            "SHA-512",
            20,
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
            "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ),
    ],
)
def test_a_signature_is_the_beginning_of_the_hmac_of_rfc_2202_and_rfc_4231(protocol, key_bytes, digest):
    signature = Signer(protocol, b"\x0b" * key_bytes).sign(b"Hi There")

    assert len(signature) == MAC_BYTES[protocol]
    assert digest.startswith(signature.hex())


def test_the_lengths_of_signatures_are_those_of_the_rfcs():
    assert list(MAC_BYTES.values()) == [12, 12, 16, 24, 32, 48]


@given(st.sampled_from(list(HASHES)), st.binary(min_size=16, max_size=64), st.binary(max_size=300))
def test_signing_is_hmac(protocol, key, message):
    assert hmac.digest(key, message, HASHES[protocol]).startswith(Signer(protocol, key).sign(message))


@given(st.integers(0, 63), st.integers(1, 255))
def test_one_changed_byte_anywhere_breaks_the_signature(place, change):
    signer = Signer("SHA-256", KEY)
    message = bytearray(64)
    message[20:44] = signer.sign(bytes(message))
    assert signer.verifies(bytes(message), 20, 44, 64)

    message[place] ^= change

    assert not signer.verifies(bytes(message), 20, 44, 64)


@pytest.mark.parametrize("stop", [20, 21, 43, 45])
def test_a_signature_of_another_length_is_none(stop):
    signer = Signer("SHA-256", KEY)
    message = bytearray(64)
    message[20:44] = signer.sign(bytes(message))

    assert not signer.verifies(bytes(message), 20, stop, 64)


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
