"""Sends marked mails through every relay, and has it known when one does not arrive, or late.

What is wrong is told in three ways that do not need the relay it is about: NetWatch's own alerts, whose mails go
through other relays first from then on, the page, and the metrics.
May import: every room below. Called by: netwatch.app.mailroom.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from netwatch.config import Settings
from netwatch.mailbox import (
    Bounce,
    Fate,
    Mail,
    MailboxState,
    MailProbeSettings,
    Probes,
    Walked,
    lost_words,
    metrics,
    slow_words,
)
from netwatch.model import ClockStep
from netwatch.notify import ProbeSender, RelaySettings, ended, parse_mailbox, surviving

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
"""How often it is seen whether a mail should have arrived; less where mails are lost sooner than that."""


class Doubter(Protocol):
    """Who can try relays last."""

    def doubt(self, relays: Sequence[str]) -> None:
        """Try these relays after all others from now on."""


class MailProbe:
    """Walks the mail's way between `start()` and `stop()`; `settings` is that part of the configuration."""

    def __init__(
        self,
        settings: MailProbeSettings,
        config: Settings,
        *,
        mailbox: Callable[[], MailboxState | None],
        mails: Doubter,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings, self._mailbox, self._mails, self._clock = settings, mailbox, mails, clock
        own = config.mailbox.address if config.mailbox is not None else None
        to = settings.to or own or parse_mailbox(config.smtp.from_).address
        self._relays: Sequence[RelaySettings] = config.smtp.relays
        self._name = config.mailbox.name if config.mailbox is not None else ""
        self._sender = ProbeSender(config.smtp, to)
        self._probes = Probes(settings, [relay.name for relay in self._relays])
        self._loops: list[asyncio.Task[None]] = []

    def walked(self) -> Sequence[Walked]:
        """Return what is known of each relay's way."""
        return self._probes.walked()

    def lost(self) -> Sequence[str]:
        """Return which relays take mail that does not arrive, a sentence each."""
        return [lost_words(one) for one in self._probes.lost()]

    def slow(self) -> Sequence[str]:
        """Return which relays' mail arrives late, a sentence each."""
        now = self._clock()
        return [slow_words(one, now) for one in self._probes.slow(now)]

    def took(self, mail: Mail) -> bool:
        """Return whether a mail is a marked one of ours, which has arrived, or the report that one never will."""
        if isinstance(mail.said, Bounce):
            bounced = any(report.fate is Fate.BOUNCED for report in mail.said.reports)
            return bounced and self._lost(self._probes.came_back(mail.said.message_ids))
        walked = self._probes.took(mail, self._clock())
        if walked is None or walked.took is None:
            return False
        metrics.ROUND_TRIP.labels(walked.relay, self._name).set(walked.took.total_seconds())
        metrics.PROBES.labels(walked.relay, "arrived").inc()
        self._say_who_is_doubted()
        return True

    def clock_was_set(self, step: ClockStep) -> None:
        """Move what is under way with the wall clock."""
        self._probes.clock_was_set(step.by)

    def slept(self, asleep: timedelta) -> None:
        """Count the time the machine slept for none of them: nothing was looked at meanwhile."""
        self._probes.clock_was_set(asleep)

    async def start(self) -> None:
        """Begin to send."""
        self._loops = [
            asyncio.create_task(self._keep_sending(), name="mail probe: sending"),
            asyncio.create_task(self._keep_looking(), name="mail probe: looking"),
        ]

    async def stop(self) -> None:
        """Send no more; what is under way is not waited for."""
        for loop in self._loops:
            await ended(loop)
        self._loops = []

    async def _keep_sending(self) -> None:
        while True:
            pause = self._settings.interval.total_seconds()
            with surviving("mail probe"):
                if self._readable_since() is None:  # what is there when it is first read is taken for an old mail
                    pause = min(LOOK_SECONDS, pause)
                else:
                    await asyncio.gather(*map(self._send, self._relays))
            await asyncio.sleep(pause)

    async def _send(self, relay: RelaySettings) -> None:
        own_id, now = self._sender.id_of(secrets.token_hex(16)), self._clock()
        self._probes.sent(relay.name, own_id, now)  # before it is: it may arrive before the relay's last word is read
        refused = await self._sender.send(relay, own_id, now)
        if refused:
            self._probes.refused(relay.name, own_id, refused)
            log.warning("a relay took no probe", relay=relay.name, reply=refused)
        metrics.PROBES.labels(relay.name, "refused" if refused else "sent").inc()

    async def _keep_looking(self) -> None:
        every = min(LOOK_SECONDS, self._settings.lost_after.total_seconds() / 4)
        while True:
            with surviving("mail probe"):
                for relay in self._probes.overdue(self._clock(), readable_since=self._readable_since()):
                    self._lost(relay)
            await asyncio.sleep(every)

    def _lost(self, relay: str) -> bool:
        if relay:
            metrics.PROBES.labels(relay, "lost").inc()
            log.error("a probe did not arrive", relay=relay)
            self._say_who_is_doubted()
        return bool(relay)

    def _say_who_is_doubted(self) -> None:
        self._mails.doubt([one.relay for one in self._probes.lost()])

    def _readable_since(self) -> datetime | None:
        state = self._mailbox()
        return state.since if state is not None and not state.trouble else None
