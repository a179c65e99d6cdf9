"""Encrypts for SNMPv3: DES in CBC, AES in CFB (RFC 3414, RFC 3826).

Quiet, and hot: a cryptor is made once per user and engine, and holds all that does not change from message to
message. No cryptor may be used by two threads. This is the only file that needs the cryptography package, and is
loaded with the first user who encrypts.
May import: netwatch.model. Called by: keys.
"""

from __future__ import annotations

import secrets
from itertools import count

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from netwatch.errors import FastLaneRefused
from netwatch.model import PrivacyProtocol
from netwatch.snmp.v3.cryptor import SALT_BYTES, Cryptor

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
except ImportError:  # before cryptography 47 it stood among the others
    from cryptography.hazmat.primitives.ciphers.modes import CFB  # type: ignore[no-redef,attr-defined,unused-ignore]

DES_BLOCK_BYTES = 8

_salts = count(secrets.randbits(64))
"""One for the whole process, from a random start: no two messages share a salt (RFC 3826, section 3.1.2.1)."""


class AesCryptor:
    """AES in 128-bit cipher feedback (RFC 3826, section 3).

    One Cipher is given mode after mode: to make another for each message costs more than to encrypt it.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(AES(key), CFB(bytes(16)))

    def encrypt(self, plain: bytes, clock: bytes) -> tuple[bytes, bytes]:
        """Return salt and ciphertext."""
        salt = (next(_salts) & 0xFFFFFFFFFFFFFFFF).to_bytes(SALT_BYTES)
        self._cipher.mode = CFB(clock + salt)
        return salt, self._cipher.encryptor().update(plain)

    def decrypt(self, ciphertext: bytes, clock: bytes, salt: bytes) -> bytes:
        """Return the plain text."""
        if len(salt) != SALT_BYTES:
            raise FastLaneRefused("undecryptable", "a salt that is not eight bytes")
        self._cipher.mode = CFB(clock + salt)
        return self._cipher.decryptor().update(ciphertext)


class DesCryptor:
    """DES in cipher block chaining (RFC 3414, section 8); the library knows it as triple DES with one key thrice."""

    __slots__ = ("_algorithm", "_mask")

    def __init__(self, key: bytes) -> None:
        self._algorithm = TripleDES(key[:8] * 3)
        self._mask = int.from_bytes(key[8:16])

    def encrypt(self, plain: bytes, clock: bytes) -> tuple[bytes, bytes]:
        """Return salt and ciphertext; the salt is the engine's boots and a counter (section 8.1.1.1)."""
        salt = clock[:4] + (next(_salts) & 0xFFFFFFFF).to_bytes(4)
        padded = plain + bytes(-len(plain) % DES_BLOCK_BYTES)
        return salt, Cipher(self._algorithm, CBC(self._vector(salt))).encryptor().update(padded)

    def decrypt(self, ciphertext: bytes, clock: bytes, salt: bytes) -> bytes:
        """Return the plain text with its padding."""
        if len(salt) != SALT_BYTES or len(ciphertext) % DES_BLOCK_BYTES:
            raise FastLaneRefused("undecryptable", "a salt or a length that DES does not make")
        return Cipher(self._algorithm, CBC(self._vector(salt))).decryptor().update(ciphertext)

    def _vector(self, salt: bytes) -> bytes:
        return (int.from_bytes(salt) ^ self._mask).to_bytes(DES_BLOCK_BYTES)


def cryptor(protocol: PrivacyProtocol, key: bytes) -> Cryptor:
    """Return what encrypts with a localised key.

    Raises:
        FastLaneRefused: the protocol is not ours, or this machine's OpenSSL does not have it.
    """
    if protocol == "3DES":
        raise FastLaneRefused("triple_des")
    made: Cryptor = DesCryptor(key) if protocol == "DES" else AesCryptor(key)
    try:
        made.encrypt(b"", bytes(8))
    except (UnsupportedAlgorithm, InternalError) as exc:
        raise FastLaneRefused("no_cipher", protocol) from exc
    return made
