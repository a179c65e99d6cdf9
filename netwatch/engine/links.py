"""Signed links for mails: what the reader of a mail may do with one click and a confirmation, and until when.

A token names an action, an incident and the recipient it was mailed to, and is signed; nothing is kept per link. Who
holds a mail may do what its links say, so a token ends, and says by whom whatever it does was done.

    token = base64url(version, action, expiry, thread_id, recipient, first 16 octets of HMAC-SHA256 over these)

No clock and no socket: `now` is an argument.
May import: netwatch.errors, kept_key. Called by: notify (through app), which writes links; app, which follows.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from netwatch.engine.kept_key import KeptKey
from netwatch.errors import LinkError

Action = Literal["ack", "silence"]

LINKS_MEMORY = "links"
_SIGNATURE_BYTES = 16
"""128 bits: nobody guesses them, and a link stays short enough for a mail program to leave it whole."""
_VERSION = 1
_ACTIONS: dict[Action, int] = {"ack": 1, "silence": 2}
_ACTION_OF = {number: action for action, number in _ACTIONS.items()}
_LONGEST_TOKEN = 1024
_LONGEST_THREAD_ID = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkToken:
    """What a link may do: `action` on the incident `thread_id`, in the name of `recipient`, until `expires_at`."""

    action: Action
    thread_id: str
    recipient: str
    expires_at: datetime


class LinkSigner(KeptKey):
    """Signs links and knows its own again."""

    def __init__(self, key: bytes = b"") -> None:
        """Take the key, or make a new one where there is none."""
        super().__init__(LINKS_MEMORY, key)

    def sign(self, action: Action, thread_id: str, recipient: str, expires_at: datetime) -> str:
        """Return a token that stands in a URL as it is.

        Raises:
            ValueError: the thread's id is too long for a link.
        """
        thread = thread_id.encode("utf-8", "surrogatepass")
        if len(thread) > _LONGEST_THREAD_ID:
            raise ValueError("an incident's id of more than 255 octets does not fit into a link")
        head = bytes((_VERSION, _ACTIONS[action])) + int(expires_at.timestamp()).to_bytes(6, "big")
        said = head + bytes((len(thread),)) + thread + recipient.encode("utf-8", "surrogatepass")
        return _text_of(said + self._signature(said))

    def verify(self, token: str, now: datetime) -> LinkToken:
        """Return what a token allows.

        Raises:
            LinkError: it is none of ours, or over; in words for people.
        """
        said, signature = _taken_apart(token)
        if not hmac.compare_digest(signature, self._signature(said)):
            raise LinkError("this link was not made by this NetWatch, or a mail program cut it short")
        link = _read(said)
        if now >= link.expires_at:
            raise LinkError(f"this link ended on {link.expires_at:%Y-%m-%d at %H:%M} UTC")
        return link

    def seal(self, purpose: bytes, said: bytes, octets: int) -> bytes:
        """Return a signature over something else than a link, which is good for that purpose alone."""
        return self.signature(b"\0" + purpose + b"\0" + said)[:octets]

    def _signature(self, said: bytes) -> bytes:
        return self.signature(said)[:_SIGNATURE_BYTES]


def _text_of(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _taken_apart(token: str) -> tuple[bytes, bytes]:
    """Return what is said and its signature; text that we would not have written has one that matches nothing."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        return b"", b""
    try:
        octets = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b"", b""
    if _text_of(octets) != token:
        return b"", b""
    return octets[:-_SIGNATURE_BYTES], octets[-_SIGNATURE_BYTES:]


def _read(said: bytes) -> LinkToken:
    """Read what we have signed ourselves, perhaps in another version."""
    action = _ACTION_OF.get(said[1]) if said[0] == _VERSION else None
    if action is None:
        raise LinkError("this link was made by another version of NetWatch; use the page instead")
    end = 9 + said[8]
    return LinkToken(
        action=action,
        thread_id=said[9:end].decode("utf-8", "surrogatepass"),
        recipient=said[end:].decode("utf-8", "surrogatepass"),
        expires_at=datetime.fromtimestamp(int.from_bytes(said[2:8], "big"), UTC),
    )
