"""The keys of a v3 user: from passphrase to the key of one engine (RFC 3414, RFC 7860, RFC 3826).

Quiet. A passphrase becomes a key by hashing a megabyte of it, which takes milliseconds: callers on the event loop
do that in a thread once per passphrase, here it is remembered. The key of one engine is two short hashes more.
May import: netwatch.model. Called by: signer, keys.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from netwatch.model import AuthProtocol, PrivacyProtocol

EXPANDED_BYTES = 2**20
"""RFC 3414, A.2: the passphrase is repeated to this length before it is hashed."""
REMEMBERED_PASSPHRASES = 4096

HASHES: dict[AuthProtocol, str] = {
    "MD5": "md5", "SHA": "sha1", "SHA-224": "sha224", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512",
}  # fmt: skip
MAC_BYTES: dict[AuthProtocol, int] = {
    "MD5": 12, "SHA": 12, "SHA-224": 16, "SHA-256": 24, "SHA-384": 32, "SHA-512": 48,
}  # fmt: skip
"""How much of the HMAC travels (RFC 3414, sections 6 and 7; RFC 7860, section 4)."""
PRIVACY_KEY_BYTES: dict[PrivacyProtocol, int] = {
    "DES": 16, "AES": 16, "AES-192": 24, "AES-192-C": 24, "AES-256": 32, "AES-256-C": 32,
}  # fmt: skip
"""DES takes eight bytes as key and eight for its initialisation vector; 3DES is not ours."""


@lru_cache(maxsize=REMEMBERED_PASSPHRASES)
def passphrase_key(protocol: AuthProtocol, passphrase: bytes) -> bytes:
    """Return the key of a passphrase before it is localised, RFC 3414's Ku; takes some milliseconds once.

    Raises:
        ValueError: the passphrase is empty.
    """
    return _expanded(protocol, passphrase)


def _expanded(protocol: AuthProtocol, secret: bytes) -> bytes:
    if not secret:
        raise ValueError("an empty passphrase makes no key")
    repeated = secret * (EXPANDED_BYTES // len(secret) + 1)
    return hashlib.new(HASHES[protocol], memoryview(repeated)[:EXPANDED_BYTES]).digest()


def localised(protocol: AuthProtocol, key: bytes, engine_id: bytes) -> bytes:
    """Return what a key is at one engine, RFC 3414's Kul: nobody who learns it can use it at another."""
    return hashlib.new(HASHES[protocol], key + engine_id + key).digest()


def authentication_key(protocol: AuthProtocol, passphrase: bytes, engine_id: bytes) -> bytes:
    """Return the key that messages from and to one engine are signed with."""
    return localised(protocol, passphrase_key(protocol, passphrase), engine_id)


def privacy_key(auth: AuthProtocol, privacy: PrivacyProtocol, passphrase: bytes, engine_id: bytes) -> bytes:
    """Return the key that messages from and to one engine are encrypted with, as long as its protocol wants it.

    It is made with the hash of the authentication protocol. Where that gives too little, AES-192 and AES-256 go on
    as draft-blumenthal-aes-usm-04 says, the names ending in -C as draft-reeder-snmpv3-usm-3desede-00 does.
    """
    key = localised(auth, passphrase_key(auth, passphrase), engine_id)
    needed = PRIVACY_KEY_BYTES[privacy]
    link = key
    while len(key) < needed:
        if privacy.endswith("-C"):
            link = localised(auth, _expanded(auth, link), engine_id)
            key += link
        else:
            key += hashlib.new(HASHES[auth], key).digest()
    return key[:needed]
