"""Signatures against the published vectors and the standard library."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.snmp.v3.signer import Signer
from netwatch.snmp.v3.usm import HASHES, MAC_BYTES

KEY = bytes(range(1, 33))


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
