"""Which credentials the fast lane can be, and what they come to at an engine."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from netwatch.errors import FastLaneRefused
from netwatch.model import Credential
from netwatch.snmp.v3.keys import NO_KEYS, check_credential, keys_at, level_of
from netwatch.snmp.v3.message import Flag


def user(**more) -> Credential:
    return Credential(
        **{
            "name": "core", "version": "3", "user": "netwatch", "auth_protocol": "SHA", "privacy_protocol": "AES",
            "auth_passphrase": SecretStr("auth-passphrase"), "privacy_passphrase": SecretStr("privacy-passphrase"),
            **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "level"),
    [
        (user(), Flag.AUTH | Flag.PRIVACY),
        (user(privacy_protocol=None), Flag.AUTH),
        (user(auth_protocol=None, privacy_protocol=None), 0),
    ],
)
def test_the_protocols_make_the_level(one, level):
    check_credential(one)

    keys = keys_at(one, b"\x80\x00engine")

    assert level_of(one) == level
    assert (keys.signer is not None) == bool(level & Flag.AUTH)
    assert (keys.cryptor is not None) == bool(level & Flag.PRIVACY)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (user(privacy_protocol="3DES"), "triple_des"),
        (user(user=""), "unusable_credential"),
        (user(user="ü" * 17), "unusable_credential"),
        (user(context="c" * 256), "unusable_credential"),
        (user(auth_protocol=None), "unusable_credential"),
        (user(auth_passphrase=SecretStr("7 chars")), "unusable_credential"),
        (user(privacy_passphrase=SecretStr("")), "unusable_credential"),
    ],
)
def test_what_the_fast_lane_cannot_be_is_left_to_the_general_engine(one, reason):
    with pytest.raises(FastLaneRefused) as refused:
        check_credential(one)

    assert refused.value.reason == reason
    assert "chars" not in str(refused.value)


def test_a_passphrase_that_is_not_used_may_be_anything():
    check_credential(user(privacy_protocol=None, privacy_passphrase=SecretStr("")))


def test_keys_are_another_pair_at_another_engine():
    one, other = keys_at(user(), b"\x80\x00engine"), keys_at(user(), b"\x80\x00another")

    assert one.signer.sign(b"message") != other.signer.sign(b"message")
    assert keys_at(user(auth_protocol=None, privacy_protocol=None), b"\x80\x00engine") is NO_KEYS
