"""Why a datagram raised nothing, and the short list of those whom somebody may want to let in.

May import: nothing of ours. Called by: netwatch.traps; app shows the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LISTED = 64


class NotAccepted(Exception):
    """A datagram that raises nothing; `cause` is one of metrics.CAUSES, `detail` says more without any secret."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A sender that was turned away for one cause: how often, and when last. `detail` is an engine ID or a user."""

    source: str
    cause: str
    detail: str
    count: int
    last_at: datetime


class RefusedList:
    """The senders turned away most recently; bounded, because anybody can send anything."""

    def __init__(self, most: int = LISTED) -> None:
        self._most = most
        self._entries: dict[tuple[str, str, str], tuple[int, datetime]] = {}

    def note(self, source: str, cause: str, detail: str, at: datetime) -> None:
        """Put a sender on the list, in the place of who was turned away the longest time ago."""
        key = (source, cause, detail)
        count, _ = self._entries.pop(key, (0, at))
        while len(self._entries) >= self._most:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (count + 1, at)

    def newest_first(self) -> tuple[Refused, ...]:
        """Return the list; safe to ask from another thread than the one that writes."""
        return tuple(
            Refused(source=source, cause=cause, detail=detail, count=count, last_at=at)
            for (source, cause, detail), (count, at) in reversed(self._entries.copy().items())
        )
