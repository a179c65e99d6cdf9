"""Knows the command line of this machine: who reads the agent's database holds a key that stands in it.

That key is worth no more than the database, which already holds the alerts, the silences and the key of links in
mails. What it signs is valid for a short time, and names who sits there.
A quiet room: `now` is an argument.
May import: netwatch.model. Called by: gatekeeper, netwatch.cli (through the door), netwatch.app.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from netwatch.model import Memory

LOCAL_MEMORY = "local_key"
SCHEME = "netwatch-local"
VALID_FOR = timedelta(minutes=5)
"""As far as two looks at the clock of one machine may be apart, too."""
_KEY = "key"
_KEY_BYTES = 32
_LONGEST = 1024


class LocalKey:
    """The key of this installation; it outlives restarts."""

    def __init__(self, key: bytes = b"") -> None:
        """Take the key, or make a new one where there is none."""
        self._key = key or secrets.token_bytes(_KEY_BYTES)

    def restore(self, memories: Iterable[Memory]) -> bool:
        """Take the key of earlier starts back; false where there is none, and `to_remember` is to be written down."""
        for memory in memories:
            if memory.key == _KEY and (key := _key_from(memory.text or "")):
                self._key = key
                return True
        return False

    def to_remember(self) -> Memory:
        """Return the key as the store keeps it."""
        return Memory(scope=LOCAL_MEMORY, key=_KEY, text=json.dumps(self._key.hex()))

    def authorization(self, person: str, now: datetime) -> str:
        """Return the header with which a command says who sits at it."""
        said = f"{int(now.timestamp())}.{_text_of(person.encode('utf-8', 'surrogatepass')[:300])}"
        return f"{SCHEME} {said}.{self._signature(said)}"

    def person(self, credentials: str, now: datetime) -> str | None:
        """Return who sits at the command that sent this, None where it is not signed with our key, or over."""
        said, _, signature = credentials.strip().rpartition(".")
        if len(credentials) > _LONGEST or not credentials.isascii():
            return None
        if not hmac.compare_digest(signature, self._signature(said)):
            return None
        at, _, name = said.partition(".")
        if abs(now.timestamp() - int(at)) > VALID_FOR.total_seconds():
            return None
        try:
            return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode("utf-8", "replace") or "local"
        except (binascii.Error, ValueError):
            return None

    def form_token(self, name: str) -> str:
        """Return what forms of somebody carry whom a proxy has asked, and who has no session of ours."""
        return hmac.digest(self._key, b"form\0" + name.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:43]

    def _signature(self, said: str) -> str:
        return hmac.digest(self._key, b"local\0" + said.encode(), hashlib.sha256).hex()


def _key_from(text: str) -> bytes:
    try:
        key = bytes.fromhex(json.loads(text))
    except (ValueError, TypeError):
        return b""
    return key if len(key) == _KEY_BYTES else b""


def _text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
