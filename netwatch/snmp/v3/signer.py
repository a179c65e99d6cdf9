"""Signs for SNMPv3: HMACs cut short (RFC 3414, RFC 7860).

Quiet, and hot: a signer is made once per user and engine, and holds all that does not change from message to message:
the two hash states behind the padded key, which are copied. No signer may be used by two threads.
May import: netwatch.model. Called by: keys.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest

from netwatch.model import AuthProtocol
from netwatch.snmp.v3.usm import HASHES, MAC_BYTES

_INNER, _OUTER = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))


class Signer:
    """Signs messages with one localised key."""

    __slots__ = ("_inner", "_outer", "blank", "size")

    def __init__(self, protocol: AuthProtocol, key: bytes) -> None:
        name = HASHES[protocol]
        padded = key.ljust(hashlib.new(name).block_size, b"\0")
        self._inner = hashlib.new(name, padded.translate(_INNER))
        self._outer = hashlib.new(name, padded.translate(_OUTER))
        self.size = MAC_BYTES[protocol]
        self.blank = bytes(self.size)
        """What stands in a message's place for the signature while it is computed."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message whose place for it is blank."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[: self.size]

    def verifies(self, data: bytes, at: int, stop: int, end: int) -> bool:
        """Return whether the signature that stands in a message from `at` to `stop` is right; takes equally long."""
        if stop - at != self.size:
            return False
        return compare_digest(self.sign(data[:at] + self.blank + data[stop:end]), data[at:stop])
