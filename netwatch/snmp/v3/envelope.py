"""What stands between the endpoint, which knows datagrams, and v3, which knows what they are worth.

May import: netwatch.errors. Called by: user, and endpoint, peer, question and users of the fast lane.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from netwatch.errors import PollError

Answer = tuple[bytes, int, int, int, int]
"""The bytes an answer stands in, where its varbinds begin and end, error-status, error-index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What `open` returns for a Report after which the same request, sent again, should be answered.

    `words` say what is wrong where it is not.
    """

    words: str


Outcome = Answer | Again | PollError


class CredentialRefused(PollError):
    """The device does not take the credential; `reason` is a metric label."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Envelope(Protocol):
    """What the endpoint needs of a v3 request's user."""

    def wrap(self, head: bytes, request_id: bytes, tail: bytes, now: float) -> bytes:
        """Return the datagram for a scoped PDU, given around its request-id, which is the msgID too."""

    def open(self, data: bytes, now: float) -> Outcome:
        """Judge a datagram that answers a request of this device.

        Raises:
            FastLaneRefused: it is not what it should be, and must not matter; `reason` says why.
        """
