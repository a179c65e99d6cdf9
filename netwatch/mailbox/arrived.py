"""What a mail server hands over: mails, and where to go on reading.

A quiet room: nouns and one Protocol. May import: nothing. Called by: netwatch.mailbox.*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MOST_OCTETS = 2**20
"""What is fetched of a mail; who answers writes at its beginning, and reports stand before what they report on."""
MOST_AT_ONCE = 1000
"""Mails that one look finds; the next look finds the next."""


MOST_LEFT_BEHIND = 50
"""Mails before a mark that are looked at once more: they may have been dealt with, and not put away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mail that is there and was not looked at.

    ref:  how the server calls it in this conversation. mark: where to go on once it was dealt with.
    """

    ref: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is new since a mark, the oldest first; `mark` is where to go on once all of it was dealt with.

    left: old mails that are passed over, since there are too many to be told from new ones. more: whether the next
    look may find more, though nothing came since.
    """

    found: tuple[Found, ...]
    mark: str
    left: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail as the server has it.

    octets: at most MOST_OCTETS of it. arrived_at: by the server's clock, None where it does not say (POP3).
    size: octets of the whole mail.
    """

    octets: bytes
    size: int
    arrived_at: datetime | None = None


class Conversation(Protocol):
    """A logged-in conversation with a mail server, whatever the protocol; every step has a time-out.

    Each method raises MailboxError.
    """

    @property
    def stays(self) -> bool:
        """Return whether it goes on between looks; POP3 ends, as the mailbox is locked meanwhile."""

    @property
    def words(self) -> str:
        """Return what is known of the mailbox, for people."""

    @property
    def is_spent(self) -> bool:
        """Return whether nothing more can be asked in it, though all went well."""

    async def look(self, mark: str) -> Look:
        """Return what is new since a mark; without one nothing is new but what comes from now on."""

    async def fetch(self, ref: str) -> Arrived | None:
        """Return a mail, None where it is gone by now."""

    async def left_behind(self, mark: str) -> Sequence[tuple[str, bytes]]:
        """Return the last mails before a mark that are not put away, and of each the header that names it."""

    async def put_away(self, ref: str) -> str:
        """Mark a mail as dealt with, or move it; return why that cannot be done, empty where it was."""

    async def wait(self, seconds: float) -> None:
        """Return when something came, or after so many seconds."""

    async def close(self) -> None:
        """Say good-bye where that is possible, and end; raises nothing."""
