"""What encrypts for SNMPv3, as keys and messages see it; `ciphers` has the real ones, and needs a package for them.

May import: nothing. Called by: ciphers, keys, user.
"""

from __future__ import annotations

from typing import Protocol

SALT_BYTES = 8


class Cryptor(Protocol):
    """Encrypts scoped PDUs with one localised key. `clock` is boots and time, four bytes each."""

    def encrypt(self, plain: bytes, clock: bytes) -> tuple[bytes, bytes]:
        """Return the salt that the other side needs, and the ciphertext."""

    def decrypt(self, ciphertext: bytes, clock: bytes, salt: bytes) -> bytes:
        """Return what was encrypted, with whatever padding stands behind it.

        Raises:
            FastLaneRefused: `undecryptable`: salt or length are not what the protocol makes.
        """
