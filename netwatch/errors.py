"""Every exception NetWatch raises on purpose: one root, few branches, split by what the catcher can do.

May import: nothing. Called by: every room.
"""

from __future__ import annotations

from datetime import datetime


class NetWatchError(Exception):
    """Base of every error NetWatch raises on purpose."""


class ConfigError(NetWatchError):
    """A file in config/ is wrong; names file and key. Stops a start, never a running poll."""


class PollError(NetWatchError):
    """One device could not be read. Counted and shown; the other devices go on."""


class RequestTimedOut(PollError):
    """The device did not answer within the time-out and its retries."""


class FastLaneRefused(PollError):
    """The fast lane met bytes it does not know; the general engine may try. `reason` is a metric label."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class PingRefused(NetWatchError):
    """No socket for ICMP echo can be had; says why, and what to type where that helps."""


class DeliveryError(NetWatchError):
    """The mail server did not take the message; `permanent` says whether trying again can help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


class TokenError(NetWatchError):
    """A token service gave no token; says which and why. What it was for can be tried again later."""


class StoreError(NetWatchError):
    """The database could not be read or written."""


class LeftOutError(StoreError):
    """A line of a log was left out because space or memory ran short; counted by the store. Nothing else is lost."""


class PartlyWrittenError(StoreError):
    """Of what came together the store refused a part; `refused_at` is when that was heard, all else is written."""

    def __init__(self, why: str, refused_at: frozenset[datetime]) -> None:
        super().__init__(why)
        self.refused_at = refused_at


class HistoryError(NetWatchError):
    """The history could not be read or written. Counted and shown; watching goes on without it."""


class LinkError(NetWatchError):
    """A link of a mail cannot be followed: it is over, or none of ours. Says which, in words for people."""


class TemplateFailed(NetWatchError):
    """A mail template of the configuration gives no mail; `line` is where, 0 where that is not known."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


class MailboxError(NetWatchError):
    """The mailbox could not be read. Counted and shown, and tried again later.

    refused: whether the server refused to let us in, so that trying again soon would lock the account.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused
