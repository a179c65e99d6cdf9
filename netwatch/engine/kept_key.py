"""A key of this installation, by which it knows what it signed itself; it outlives restarts in the store's memories.

May import: netwatch.model. Called by: links; netwatch.web.users, through the door of this room.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable

from netwatch.model import Memory

_KEY = "key"
_KEY_BYTES = 32


class KeptKey:
    """A key, kept under a scope of its own; who has another one signs what this one does not know."""

    def __init__(self, scope: str, key: bytes = b"") -> None:
        """Take the key, or make a new one where there is none."""
        self._scope, self._key = scope, key or secrets.token_bytes(_KEY_BYTES)

    def restore(self, memories: Iterable[Memory]) -> bool:
        """Take the key of earlier starts back; false where there is none, and `to_remember` is to be written down."""
        for memory in memories:
            if (memory.scope, memory.key) == (self._scope, _KEY) and (key := _key_from(memory.text or "")):
                self._key = key
                return True
        return False

    def to_remember(self) -> Memory:
        """Return the key as the store keeps it."""
        return Memory(scope=self._scope, key=_KEY, text=json.dumps(self._key.hex()))

    def signature(self, said: bytes) -> bytes:
        """Return HMAC-SHA256 over something; what two purposes sign must not be able to be the same."""
        return hmac.digest(self._key, said, hashlib.sha256)


def _key_from(text: str) -> bytes:
    """Return the key, empty where what was remembered is none."""
    try:
        key = bytes.fromhex(json.loads(text))
    except (ValueError, TypeError):
        return b""
    return key if len(key) == _KEY_BYTES else b""
