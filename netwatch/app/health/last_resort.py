"""Tells people by another way than the outbox that the outbox cannot be written, and what fires meanwhile.

The alert about it (StoreTrouble) is shown, and waits in memory with all the others; its mail could only go out once
the database is well again. So a mail goes straight to the relays: once when the trouble has lasted a while, again
when something new fires, at most every quarter of an hour, and now and then while it lasts.
May import: every room below. Called by: netwatch.app.housekeeping, every few seconds.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from netwatch.model import OutboxEntry
from netwatch.notify import Sent

AFTER = timedelta(seconds=20)
"""As long as StoreTrouble waits too: a lock that somebody held for a moment is no news."""
NEWS_EVERY = timedelta(minutes=15)
AGAIN_EVERY = timedelta(hours=4)
TRY_AGAIN_AFTER = timedelta(minutes=1)

DIRECT_MAILS = Counter(
    "netwatch_direct_mails_total", "Mails sent past the outbox while that could not be written", ["outcome"]
)
for _outcome in ("sent", "failed"):
    DIRECT_MAILS.labels(_outcome)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the last of these mails said, and when it was accepted for all it was for."""

    at: datetime
    firing: frozenset[str]


def is_due(now: datetime, since: datetime, told: Told | None, firing: frozenset[str]) -> bool:
    """Return whether a mail is to go out; `since` is when the trouble began, `told` None where nobody knows of it."""
    if told is None:
        return now - since >= AFTER
    return now - told.at >= (NEWS_EVERY if firing - told.firing else AGAIN_EVERY)


class LastResort:
    """Looks at every `look()` whether somebody must be told past the outbox."""

    def __init__(
        self,
        *,
        trouble: Callable[[], str],
        firing: Callable[[], Sequence[str]],
        compose: Callable[[str, Sequence[str], datetime], Sequence[OutboxEntry]],
        send: Callable[[OutboxEntry], Awaitable[Sent]],
        clock: Callable[[], datetime],
    ) -> None:
        """Build it.

        Args:
            trouble: why nothing can be written, a sentence; empty while all is well.
            firing: a line for each alert that fires.
            compose: writes the mails, one per address.
            send: hands one over to a relay; see netwatch.notify.Notifier.send_directly.
            clock: the time.
        """
        self._trouble, self._firing, self._compose, self._send, self._clock = trouble, firing, compose, send, clock
        self._since: datetime | None = None
        self._told: Told | None = None
        self._tried_at: datetime | None = None
        self._done: set[str] = set()

    async def look(self) -> None:
        """Send what is due; what no relay took is tried again with the next look."""
        now, trouble = self._clock(), self._trouble()
        if not trouble:
            self._since, self._told, self._tried_at = None, None, None
            self._done.clear()
            return
        self._since = self._since or now
        lines = self._firing()
        if not is_due(now, self._since, self._told, frozenset(lines)):
            return
        if self._tried_at is not None and now - self._tried_at < TRY_AGAIN_AFTER:
            return
        self._tried_at = now
        mails = self._compose(trouble, lines, now)
        for mail in mails:
            if mail.recipient not in self._done and await self._is_done_with(mail):
                self._done.add(mail.recipient)
        if self._done.issuperset(mail.recipient for mail in mails):
            self._told, self._tried_at = Told(at=now, firing=frozenset(lines)), None
            self._done.clear()

    async def _is_done_with(self, mail: OutboxEntry) -> bool:
        """Send a mail; return whether there is nothing more to try: it was accepted, or refused for good."""
        sent = await self._send(mail)
        DIRECT_MAILS.labels("sent" if sent.accepted else "failed").inc()
        if sent.accepted:
            log.warning("a mail about the database was sent past the outbox", to=mail.recipient)
        else:
            log.error("a mail about the database was not taken", to=mail.recipient, why=sent.words)
        return sent.accepted or sent.for_good


def new_id() -> str:
    """Return what makes the Message-ID of such a mail its own."""
    return str(uuid.uuid4())
