"""One mail server as the notifier sees it: up or down, with a few connections that are used again.

A relay in trouble is left alone (the breaker is open) and probed: 5 s, 10 s, ... 60 s; where it refused our login,
1 to 15 minutes, so that no account is locked. A probe goes as far as MAIL and takes it back. A relay that is back
gets one connection, and with every mail it accepts one more.
May import: netwatch.model, netwatch.notify.{address, metrics, ledger.{loops, timetable}, smtp.*}.
Called by: netwatch.notify.smtp.sender.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from netwatch.model import OutboxEntry
from netwatch.notify import metrics
from netwatch.notify.address import is_address
from netwatch.notify.ledger.loops import ended, surviving
from netwatch.notify.ledger.timetable import jittered
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.pool import Pool
from netwatch.notify.smtp.replies import Phase
from netwatch.notify.smtp.session import Session
from netwatch.notify.smtp.settings import RelaySettings
from netwatch.notify.smtp.spares import Spares

log = structlog.get_logger(__name__)

MAX_BACKOFF_STEP = 8
LONGEST_LOCAL = 64
"""Letters before the @ (RFC 5321, section 4.5.3.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things wait that no operator needs to set; tests do.

    lease_for:     how long a claimed row is ours without being renewed; a crash delays its mail by this much.
    probe_first, probe_most: a relay in trouble is probed after the first, doubling up to the second;
    login_first, login_most: the same where AUTH was what failed.
    idle_for:      how long an unused connection stays open. grace: how long stop() lets mails under way finish.
    """

    lease_for: timedelta = timedelta(seconds=30)
    probe_first: timedelta = timedelta(seconds=5)
    probe_most: timedelta = timedelta(seconds=60)
    login_first: timedelta = timedelta(minutes=1)
    login_most: timedelta = timedelta(minutes=15)
    idle_for: timedelta = timedelta(seconds=10)
    grace: timedelta = timedelta(seconds=5)
    dice: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayStatus:
    """What is known of a relay: `since` when it is up or down, and its last words."""

    name: str
    up: bool
    since: datetime
    last_reply: str = ""


def backoff(failures: int, phase: Phase, pace: Pace) -> timedelta:
    """Return how long to leave a relay alone that failed this often since it last accepted a mail, at least once."""
    login = phase is Phase.AUTH
    first, most = (pace.login_first, pace.login_most) if login else (pace.probe_first, pace.probe_most)
    doublings = min(failures - 1, MAX_BACKOFF_STEP)
    return min(first * (1 << doublings), most)


def returned_to(entry: OutboxEntry) -> str:
    """Return an envelope sender of the row's own, so that any report says by its address which mail it is about."""
    local, at, domain = entry.envelope_sender.rpartition("@")
    own = f"{local}+{entry.id}{at}{domain}"
    return (
        own if at and len(local) + 1 + len(entry.id) <= LONGEST_LOCAL and is_address(own) else entry.envelope_sender
    )


class Relay:
    """A relay from `start()` to `stop()`; `changed` is called when it goes down or comes back."""

    def __init__(
        self,
        settings: RelaySettings,
        *,
        sender: str,
        local_hostname: str | None,
        connections: int,
        check_interval: timedelta,
        pace: Pace,
        changed: Callable[[RelayStatus], None],
        spares: Spares | None = None,
        verp: bool = False,
        notify_success: Callable[[OutboxEntry], bool] = lambda _: False,
    ) -> None:
        self.name, self._verp, self._notify_success = settings.name, verp, notify_success
        self._sender, self._check_interval, self._pace, self._changed = sender, check_interval, pace, changed
        self._pool = Pool(
            settings,
            local_hostname=local_hostname,
            connections=connections,
            idle_seconds=pace.idle_for.total_seconds(),
            spares=spares,
        )
        self._watch: asyncio.Task[None] | None = None
        self._up, self._since, self._last_reply = True, datetime.now(UTC), ""
        self._failures, self._phase = 0, Phase.CONNECT
        self._tripped, self._stopping, self._heard = asyncio.Event(), False, False

    @property
    def up(self) -> bool:
        """Return whether mail may be handed to it."""
        return self._up

    @property
    def room(self) -> int:
        """Return how many mails it may be handed at the same time."""
        return self._pool.room

    def status(self) -> RelayStatus:
        """Return what the page and the self-watch show."""
        return RelayStatus(name=self.name, up=self._up, since=self._since, last_reply=self._last_reply)

    def start(self) -> None:
        """Begin to watch over it."""
        metrics.RELAY_UP.labels(self.name).set(1)
        self._watch = asyncio.create_task(self._keep_watch())

    async def stop(self) -> None:
        """Watch no more, and close every connection."""
        self._stopping = True
        if self._watch is not None:
            await ended(self._watch)
        await self._pool.stop()

    async def send(self, entry: OutboxEntry) -> str:
        """Hand one mail over; return the relay's words.

        Raises:
            SmtpFailure: it did not take it. Trouble of the relay itself has already been noted.
        """
        try:
            reply = await self._sent(entry)
        except SmtpFailure as failure:
            if failure.meaning.relay_in_trouble:
                self._trip(failure)
            raise
        self._failures = 0
        self._pool.grow()
        self._mend(reply)
        return reply

    async def _sent(self, entry: OutboxEntry) -> str:
        used_before = False
        try:
            async with self._pool.session() as session:
                used_before = session.delivered > 0
                return await self._told(session, entry)
        except SmtpFailure as failure:
            gone = failure.phase is Phase.MAIL and (failure.dropped or failure.code == 421)
            if not (used_before and gone):
                raise
        # The server had closed a connection that stood idle: its right, and no trouble.
        await self._pool.drop_idle()
        async with self._pool.session() as session:
            return await self._told(session, entry)

    async def _told(self, session: Session, entry: OutboxEntry) -> str:
        try:
            sender = returned_to(entry) if self._verp else entry.envelope_sender
            return await session.deliver(
                envelope_sender=sender, recipient=entry.recipient, message=entry.message,
                envelope_id=entry.id, notify_success=self._notify_success(entry),
            )  # fmt: skip
        except asyncio.CancelledError:
            self._stopping = True
            if session.phase is not Phase.END_OF_DATA:
                raise
            raise SmtpFailure(Phase.END_OF_DATA, "NetWatch stopped before the server answered") from None

    def _trip(self, failure: SmtpFailure) -> None:
        self._last_reply = f"{failure.phase.replace('_', ' ')}: {failure.words}"
        if not self._up or self._stopping:
            return
        self._failures, self._phase = self._failures + 1, failure.phase
        self._pool.start_slowly()
        self._turn(up=False)
        metrics.RELAY_TROUBLE.labels(self.name, failure.phase).inc()
        log.warning("relay in trouble", relay=self.name, phase=str(failure.phase), reply=failure.words)
        self._tripped.set()

    def _mend(self, reply: str) -> None:
        self._last_reply, self._heard = reply, True
        if not self._up:
            self._turn(up=True)
            log.info("relay is back", relay=self.name, reply=reply)

    def _turn(self, *, up: bool) -> None:
        self._up, self._since = up, datetime.now(UTC)
        metrics.RELAY_UP.labels(self.name).set(int(up))
        self._changed(self.status())

    async def _keep_watch(self) -> None:
        with surviving("check"):
            if self._check_interval:
                await self._check()
        while True:
            with surviving("watch"):
                await self._watch_on()
                continue
            await asyncio.sleep(1)

    async def _watch_on(self) -> None:
        if self._up:
            await self._until_tripped_or_silent()
        if self._up:
            await self._check()
            return
        await self._pool.drop_idle()
        wait = jittered(backoff(self._failures, self._phase, self._pace), self._pace.dice())
        await asyncio.sleep(wait.total_seconds())
        await self._probe()

    async def _until_tripped_or_silent(self) -> None:
        """Return when the relay went down, or when nothing was heard of it for a whole check interval."""
        self._heard = True
        while self._up and self._heard:
            self._heard = False
            self._tripped.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._check_interval.total_seconds() or None):
                    await self._tripped.wait()

    async def _check(self) -> None:
        """See whether the relay would let us in; nothing is sent."""
        try:
            session = await self._pool.opened()
        except SmtpFailure as failure:
            if self._pool.is_empty:
                self._trip(failure)
        else:
            self._failures = 0
            await session.quit()

    async def _probe(self) -> None:
        """Go as far as a mail would, without one; on success the relay is up."""
        if self._up:
            return
        try:
            session = await self._pool.opened()
            try:
                await session.mail(self._sender)
                await session.reset()
            finally:
                await session.quit()
        except SmtpFailure as failure:
            self._failures, self._phase = self._failures + 1, failure.phase
            self._last_reply = f"{failure.phase.replace('_', ' ')}: {failure.words}"
        else:
            self._mend("answers again")
