"""Keeps a conversation with the mail server going, and hands every new mail on, one after the other.

A log-in that is refused is tried again after longer and longer pauses, so that no account is locked by us; anything
else after shorter ones. Where to go on reading is written down by whoever takes the mails, together with what
becomes of them.
May import: netwatch.errors, netwatch.oauth, netwatch.mailbox.*. Called by: netwatch.app, through the door.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog

from netwatch.errors import MailboxError, NetWatchError
from netwatch.mailbox import metrics
from netwatch.mailbox.arrived import Arrived, Conversation, Found
from netwatch.mailbox.imap.client import ImapConversation
from netwatch.mailbox.pop3.client import Pop3Conversation
from netwatch.mailbox.reading.mail import named_in, read_mail
from netwatch.mailbox.settings import MailboxSettings
from netwatch.oauth import TokenSource

log = structlog.get_logger(__name__)

MOST_UNNAMED = 5
"""Mails without a Message-ID that are fetched once more to see whether they were dealt with."""
MOST_TRIES = 5
"""Conversations that break off at a mail before one behind it is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPace:
    """Pauses in seconds: after trouble, the first and the longest; after a refused log-in the same; between looks.

    rest: the least time between two looks, whatever the server says of news.
    """

    trouble: tuple[float, float] = (2.0, 300.0)
    refused: tuple[float, float] = (60.0, 3600.0)
    rest: float = 0.2


class Taker(Protocol):
    """Who decides what becomes of a mail, and writes it down."""

    @property
    def mark(self) -> str:
        """Return where to go on reading, empty before the first look."""

    async def take(self, arrived: Arrived, mark: str) -> bool:
        """Deal with a mail; all is durable when it returns, the mark with it. Returns whether it was ours.

        Raises:
            NetWatchError: that could not be written; the mail comes again.
        """

    async def go_on_at(self, mark: str) -> None:
        """Write down where to go on."""

    def was_ours(self, identity: str) -> bool:
        """Return whether a mail was dealt with before, and was ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """How the reading of the mailbox stands.

    trouble: why it cannot be read, empty while it can. since: since when that is so, or it is read; None before the
    first try. next_try_at: when it is tried again. refused: whether the log-in was not taken. remark: what does not
    go as configured though the mailbox is read.
    """

    name: str
    trouble: str = ""
    since: datetime | None = None
    next_try_at: datetime | None = None
    refused: bool = False
    remark: str = ""


class MailboxReader:
    """Reads one mailbox between `start()` and `stop()`."""

    def __init__(
        self,
        settings: MailboxSettings,
        taker: Taker,
        *,
        pace: MailboxPace | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings, self._taker, self._pace, self._clock = settings, taker, pace or MailboxPace(), clock
        self._tokens = TokenSource(settings.oauth2) if settings.oauth2 is not None else None
        self._task: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self.state = MailboxState(name=settings.name)
        self._troubles = 0
        self._broke_off: dict[str, int] = {}

    async def start(self) -> None:
        """Begin to read."""
        self._task = asyncio.create_task(self._run(), name="mailbox")

    async def stop(self) -> None:
        """End; a mail that is being dealt with comes again after the next start, unless it was written down."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            if self._closing is not None:
                await asyncio.gather(self._closing, return_exceptions=True)
            self._task = self._closing = None

    def is_alive(self) -> bool:
        """Return whether it would still notice a mail."""
        return self._task is None or not self._task.done()

    async def _run(self) -> None:
        while True:
            try:
                pause = await self._converse()
            except MailboxError as exc:
                pause = self._note_trouble(str(exc), refused=exc.refused)
            except NetWatchError as exc:
                pause = self._note_trouble(f"what came could not be written down: {exc}")
            except Exception as exc:  # nobody foresaw it; the next conversation may go well
                log.error("reading the mailbox broke off", mailbox=self._settings.name, exc_info=exc)
                pause = self._note_trouble(f"reading broke off ({type(exc).__name__}), which is a fault of NetWatch")
            await asyncio.sleep(pause)

    async def _converse(self) -> float:
        """Read until the conversation is over; return how long to wait before the next."""
        talk = conversation(self._settings, self._tokens, clock=self._clock)
        try:
            await talk.open()
            begun_at, has_tidied = self._taker.mark, False
            while True:
                more = await self._look(talk)
                if not more and not has_tidied and not talk.is_spent:
                    # last, so that no trouble with it is in the way
                    await self._put_away_what_was_left(talk, begun_at)
                    has_tidied = True
                if talk.is_spent:
                    return 0.0
                if not talk.stays:
                    return self._settings.interval.total_seconds()
                await asyncio.sleep(self._pace.rest)
                if not more:
                    await talk.wait(self._settings.interval.total_seconds())
        finally:
            self._closing = asyncio.create_task(_closed(talk), name="mailbox good-bye")
            await asyncio.shield(self._closing)

    async def _look(self, talk: Conversation) -> bool:
        """Deal with what is new, and return whether there may be more; all is well once that was dealt with."""
        look = await talk.look(self._taker.mark)
        if look.left:
            metrics.LEFT_OLD.inc(look.left)
            log.warning("old mails are passed over: too many that are not known", mails=look.left)
        put_off: list[Found] = []
        for found in look.found:
            if found is not look.found[-1] and self._broke_off.get(found.mark, 0) >= MOST_TRIES:
                put_off.append(found)
                continue
            await self._deal_with(talk, found, found.mark)
            if put_off and not talk.is_spent:
                await self._try_last(talk, put_off, found.mark)
            put_off.clear()
            if talk.is_spent:
                await self._taker.go_on_at(found.mark)
                return True
        if look.mark != self._taker.mark:
            await self._taker.go_on_at(look.mark)
        self._broke_off.clear()
        self._note_well()
        return look.more

    async def _deal_with(self, talk: Conversation, found: Found, mark: str) -> None:
        """Deal with a mail, and count how often that broke off; a store that is full is no fault of the mail."""
        try:
            arrived = await talk.fetch(found.ref)
            if arrived is not None and await self._taker.take(arrived, mark) and not talk.is_spent:
                self._note_remark(await talk.put_away(found.ref))
        except Exception as exc:
            if isinstance(exc, MailboxError) or not isinstance(exc, NetWatchError):
                self._broke_off[found.mark] = self._broke_off.get(found.mark, 0) + 1
            raise
        self._broke_off.pop(found.mark, None)
        self._note_well()

    async def _put_away_what_was_left(self, talk: Conversation, mark: str) -> None:
        """Put away what a conversation, or a life, dealt with that ended before it could be; the book knows it."""
        unnamed = 0
        for ref, header in await talk.left_behind(mark):
            identity = named_in(header)
            if not identity and (unnamed := unnamed + 1) <= MOST_UNNAMED:
                arrived = await talk.fetch(ref)
                identity = read_mail(arrived.octets).identity if arrived is not None else ""
            if identity and self._taker.was_ours(identity):
                self._note_remark(await talk.put_away(ref))

    async def _try_last(self, talk: Conversation, put_off: Sequence[Found], mark: str) -> None:
        """Try mails at which conversations broke off once more, after the one with this mark went well."""
        for place, found in enumerate(put_off):
            try:
                await self._deal_with(talk, found, mark)
            except Exception:
                metrics.PASSED_OVER.inc(len(put_off) - place)
                log.error(
                    "mails are passed over: conversations break off at them, and not at the one behind",
                    mailbox=self._settings.name, mails=[one.ref for one in put_off[place:]],
                )  # fmt: skip
                raise

    def _note_well(self) -> None:
        metrics.UP.set(1)
        self._troubles = 0
        if self.state.trouble or self.state.since is None:
            log.info("the mailbox is read", mailbox=self._settings.name)
            self.state = MailboxState(name=self._settings.name, since=self._clock())

    def _note_remark(self, remark: str) -> None:
        if remark != self.state.remark:
            if remark:
                log.warning("a mail cannot be put away", mailbox=self._settings.name, error=remark)
            self.state = MailboxState(name=self.state.name, since=self.state.since, remark=remark)

    def _note_trouble(self, trouble: str, *, refused: bool = False) -> float:
        """Take in why a conversation ended, and return the pause before the next in seconds."""
        metrics.UP.set(0)
        metrics.TROUBLES.labels("refused" if refused else "trouble").inc()
        first, longest = self._pace.refused if refused else self._pace.trouble
        pause = min(longest, first * 2.0 ** min(self._troubles, 20)) * random.uniform(0.8, 1.0)  # noqa: S311 - no secret
        self._troubles += 1
        now = self._clock()
        if trouble != self.state.trouble:
            log.warning("the mailbox cannot be read", mailbox=self._settings.name, error=trouble)
        since = self.state.since if self.state.trouble and self.state.since is not None else now
        self.state = MailboxState(
            name=self._settings.name, trouble=trouble, since=since, refused=refused,
            next_try_at=datetime.fromtimestamp(now.timestamp() + pause, UTC),
        )  # fmt: skip
        return pause


def conversation(
    settings: MailboxSettings, tokens: TokenSource | None, *, clock: Callable[[], datetime]
) -> ImapConversation | Pop3Conversation:
    """Return a conversation that is not open yet, in the protocol of the configuration."""
    if settings.protocol == "imap":
        return ImapConversation(settings, tokens, clock=clock)
    return Pop3Conversation(settings, tokens)


async def _closed(talk: Conversation) -> None:
    with suppress(MailboxError):
        await talk.close()
