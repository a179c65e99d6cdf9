"""Keys: the vectors of the RFCs and of the corpus, and pysnmp's opinion on those that no RFC gives."""

from __future__ import annotations

import pytest
from pysnmp.entity import config
from pysnmp.proto.api import v2c

from netwatch.snmp.v3.usm import PRIVACY_KEY_BYTES, authentication_key, localised, passphrase_key, privacy_key

ENGINE = bytes.fromhex("000000000000000000000002")
CORPUS_NAMES = {"md5": "MD5", "sha1": "SHA", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384",
                "sha512": "SHA-512"}  # fmt: skip
PYSNMP_AUTH = {
    "MD5": config.USM_AUTH_HMAC96_MD5, "SHA": config.USM_AUTH_HMAC96_SHA, "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256, "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}  # fmt: skip
PYSNMP_PRIVACY = {
    "DES": config.USM_PRIV_CBC56_DES, "AES": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL, "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL, "AES-256-C": config.USM_PRIV_CFB256_AES,
}  # fmt: skip


@pytest.mark.parametrize(
    ("protocol", "key", "local"),
    [
        ("MD5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
        ("SHA", "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_a_passphrase_becomes_the_keys_of_rfc_3414_a_3(protocol, key, local):
    assert passphrase_key(protocol, b"maplesyrup").hex() == key
    assert authentication_key(protocol, b"maplesyrup", ENGINE).hex() == local


@pytest.mark.parametrize(
    ("protocol", "local"),
    [("MD5", "87021d7bd9d101ba05ea6e3bf9d9bd4a"), ("SHA", "78e2dcce79d59403b58c1bbaa5bff46391f1cd25")],
)
def test_a_changed_passphrase_becomes_the_keys_of_rfc_3414_a_5(protocol, local):
    assert authentication_key(protocol, b"newsyrup", ENGINE).hex() == local


def test_keys_agree_with_the_vectors_of_the_corpus(corpus):
    rows = [line.split("\t") for line in (corpus / "packets" / "usm-vectors.tsv").read_text().splitlines()[1:]]

    for name, passphrase, engine_id, key, local in rows:
        protocol = CORPUS_NAMES[name]
        assert passphrase_key(protocol, passphrase.encode()).hex() == key
        assert localised(protocol, bytes.fromhex(key), bytes.fromhex(engine_id)).hex() == local
    assert len(rows) == 6


@pytest.mark.parametrize("privacy", list(PRIVACY_KEY_BYTES))
@pytest.mark.parametrize("auth", list(PYSNMP_AUTH))
def test_privacy_keys_are_extended_as_pysnmp_extends_them(auth, privacy):
    service = config.PRIV_SERVICES[PYSNMP_PRIVACY[privacy]]
    engine_id = bytes.fromhex("80001f8880b5b2c95aa18f335f00000000")
    theirs = service.localize_key(
        PYSNMP_AUTH[auth], v2c.OctetString(passphrase_key(auth, b"privpass-1")), v2c.OctetString(engine_id)
    )

    ours = privacy_key(auth, privacy, b"privpass-1", engine_id)

    assert ours == bytes(theirs)[: PRIVACY_KEY_BYTES[privacy]]
    assert len(ours) == PRIVACY_KEY_BYTES[privacy]


def test_an_empty_passphrase_makes_no_key():
    with pytest.raises(ValueError, match="empty"):
        passphrase_key("SHA", b"")


def test_a_passphrase_is_expanded_only_once():
    before = passphrase_key.cache_info().hits
    passphrase_key("SHA-256", b"asked for twice")

    passphrase_key("SHA-256", b"asked for twice")

    assert passphrase_key.cache_info().hits == before + 1
