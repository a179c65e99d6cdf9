"""Sends what stands in the outbox: claims due rows, hands them to a relay, records what came of it.

A row is marked sent only after a relay accepted it; a crash in between repeats the mail with the same Message-ID and
loses none. While every relay is down nothing is claimed, and the rows wait as they are.
May import: netwatch.model, netwatch.notify.{address, metrics, ledger.*, smtp.*}.
Called by: app, which starts it; engine's commits wake it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from netwatch.model import ClockStep, Event, OutboxEntry, OutboxKind, Transaction
from netwatch.notify import metrics
from netwatch.notify.address import parse_mailbox
from netwatch.notify.ledger.attempts import Result, given_back
from netwatch.notify.ledger.carrier import Carrier, Outbox, utc_now
from netwatch.notify.ledger.loops import surviving
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.outcomes import Outcome, Trouble, accepted, failed, told_shorter
from netwatch.notify.smtp.relays import Pace, Relay, RelayStatus
from netwatch.notify.smtp.replies import Verdict
from netwatch.notify.smtp.settings import SmtpSettings
from netwatch.notify.smtp.spares import Spares

AHEAD = 4
"""Mails at hand for each that is under way, while mails take less than QUICK_SECONDS each."""
QUICK_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierStatus:
    """The relays in the order they are tried, and how many mails are under way."""

    relays: tuple[RelayStatus, ...]
    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a mail that was sent past the outbox: `for_good` where a relay refused it and always will."""

    accepted: bool
    for_good: bool = False
    words: str = ""


class MailOutbox(Outbox, Protocol):
    """What the notifier needs of the store, beside what every carrier does."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write a transaction; the future is done when it is durable."""

    async def reword(self, entry: OutboxEntry) -> None:
        """Keep what a row that is being sent says now."""


class Rewriting(Protocol):
    """What changes mails at the moment they are sent."""

    def with_note(self, entry: OutboxEntry) -> OutboxEntry:
        """Return a mail that says what is newer, and what is not sent because of it."""

    def shorter(self, entry: OutboxEntry, now: datetime) -> OutboxEntry | None:
        """Return a short version of a mail that is too large, None where there is none."""


class Notifier:
    """Sends mail between `start()` and `stop()`."""

    def __init__(
        self,
        outbox: MailOutbox,
        settings: SmtpSettings,
        *,
        rewriting: Rewriting,
        pace: Pace | None = None,
        clock: Callable[[], datetime] = utc_now,
        notify_success: Callable[[OutboxEntry], bool] | None = None,
    ) -> None:
        """Build it; `notify_success` says of which rows a report is asked for also where all went well."""
        self._notify_success = notify_success or (lambda _: settings.notify_success)
        self._outbox, self._settings, self._pace, self._clock = outbox, settings, pace or Pace(), clock
        self._rewriting = rewriting
        self._relays: tuple[Relay, ...] = ()
        self._doubted: frozenset[str] = frozenset()
        self._spares = Spares()
        self._held: dict[str, tuple[object, ...]] = {}
        self._took = float("inf")
        self._carrier = Carrier(
            outbox,
            OutboxKind.MAIL,
            carry=self._carry,
            room=self._room,
            ahead=self._ahead,
            lease_for=self._pace.lease_for,
            grace=self._pace.grace,
            clock=clock,
        )

    @property
    def relays_up(self) -> int:
        """Return how many relays take mail, as far as is known."""
        return sum(relay.up for relay in self._relays)

    @property
    def relays_down(self) -> int:
        """Return how many relays are left alone at the moment."""
        return len(self._relays) - self.relays_up

    def status(self) -> NotifierStatus:
        """Return what the page shows."""
        return NotifierStatus(
            relays=tuple(relay.status() for relay in self._relays), under_way=self._carrier.under_way
        )

    def wake(self) -> None:
        """Look at the outbox now: rows were committed. Call it on the loop."""
        self._carrier.wake()

    def clock_was_set(self, step: ClockStep) -> None:
        """Move what is under way with the wall clock."""
        self._carrier.clock_was_set(step)

    def slept(self, asleep: timedelta) -> None:
        """Look at the outbox again: timers stood still while the machine slept."""
        self.wake()

    def is_alive(self) -> bool:
        """Return whether mail would be sent."""
        return self._carrier.alive

    def doubt(self, relays: Collection[str]) -> None:
        """Try these relays after all others from now on: they take mail that does not arrive."""
        self._doubted = frozenset(relays)
        self.wake()

    @property
    def _in_turn(self) -> Sequence[Relay]:
        return sorted(self._relays, key=lambda relay: relay.name in self._doubted)

    async def send_directly(self, entry: OutboxEntry) -> Sent:
        """Hand a mail to the relays that is in no outbox, because that cannot be written; nothing is recorded."""
        outcome = await self._try_relays(entry, [])
        if outcome is None:
            words = "; ".join(f"{status.name}: {status.last_reply}" for status in self.status().relays)
            return Sent(accepted=False, words=words or "there is no relay")
        self._count(outcome)
        words = outcome.entry.last_reply or ""
        return Sent(accepted=outcome.outcome == "sent", for_good=outcome.outcome == "dead", words=words)

    async def start(self) -> None:
        """Begin to send."""
        self._spares.hold()
        self._relays = tuple(
            Relay(
                relay,
                sender=parse_mailbox(self._settings.from_).address,
                local_hostname=self._settings.local_hostname,
                connections=self._settings.connections,
                check_interval=self._settings.check_interval,
                pace=self._pace,
                changed=self._relay_changed,
                spares=self._spares,
                verp=self._settings.verp,
                notify_success=self._notify_success,
            )
            for relay in self._settings.relays
        )
        for relay in self._relays:
            relay.start()
        self._carrier.start()

    async def stop(self) -> None:
        """Let mails under way finish for a moment, give the others back, close every connection."""
        await self._carrier.stop()
        await asyncio.gather(*(relay.stop() for relay in self._relays))
        self._spares.close()

    def _relay_changed(self, relay: RelayStatus) -> None:
        """Look at the outbox again, and let the event log say why rows wait, or wait no more."""
        self.wake()
        words = "takes mail again" if relay.up else "is left alone for a while, and mails for it wait"
        event = Event(
            at=self._clock(),
            kind="netwatch",
            text=f"mail relay {relay.name} {words}: {relay.last_reply}",
            details={"relay": relay.name, "reply": relay.last_reply},
        )
        with surviving("relay event"):
            self._outbox.commit(Transaction(events=(event,))).add_done_callback(_seen)

    def _room(self) -> int:
        """Return how many mails may be under way: as many as the relay bears that is tried first.

        None while every relay is down, and the rows wait as they are.
        """
        return next((relay.room for relay in self._in_turn if relay.up), 0)

    def _ahead(self) -> int:
        """Return how many mails are claimed beyond those: none where mails take long, for newer ones may overtake."""
        return AHEAD * self._room() if self._took < QUICK_SECONDS else 0

    async def _carry(self, entry: OutboxEntry) -> Result:
        troubles: list[Trouble] = []
        said = self._rewriting.with_note(entry)
        if said.message != entry.message:  # what stands in the outbox is what is sent
            await self._outbox.reword(said)
        entry = said
        outcome = await self._try_relays(entry, troubles)
        if outcome is None:
            return Result(entry=given_back(entry))
        short = None
        if outcome.outcome == "dead" and troubles[-1].failure.too_large:
            short = self._rewriting.shorter(entry, self._clock())
        if short is not None:
            outcome = told_shorter(entry, short, troubles, now=self._clock())
        self._count(outcome)
        return Result(
            entry=outcome.entry,
            events=outcome.events if self._is_news(entry, outcome, troubles) else (),
            entries=(short,) if short is not None else (),
        )

    def _is_news(self, entry: OutboxEntry, outcome: Outcome, troubles: Sequence[Trouble]) -> bool:
        """Return whether the event log is to have it: of a held row when that begins, and when it changes."""
        if outcome.outcome != "held":
            self._held.pop(entry.id, None)
            return True
        why = tuple(trouble.kind for trouble in troubles)
        known, self._held[entry.id] = self._held.get(entry.id), why
        return known != why

    async def _try_relays(self, entry: OutboxEntry, troubles: list[Trouble]) -> Outcome | None:
        """Return what became of the row, None if the last relay went down between the claim and now.

        `troubles` is filled with what was met on the way.
        """
        for relay in self._in_turn:
            if not relay.up:
                continue
            started = time.monotonic()
            try:
                reply = await relay.send(entry)
            except SmtpFailure as failure:
                self._took = float("inf")
                troubles.append(Trouble(relay=relay.name, failure=failure, took=time.monotonic() - started))
                if failure.meaning.verdict is not Verdict.HOLD and not failure.too_large:
                    break
            else:
                took = self._took = time.monotonic() - started
                return accepted(entry, relay=relay.name, reply=reply, before=troubles, now=self._clock(), took=took)
        if not troubles:
            return None
        return failed(entry, troubles, now=self._clock(), dice=self._pace.dice())

    def _count(self, outcome: Outcome) -> None:
        metrics.ATTEMPTS.labels(outcome.outcome, outcome.phase).inc()
        if outcome.outcome == "sent":
            metrics.SENT.inc()
            metrics.DELIVERY_SECONDS.observe(max(0.0, (self._clock() - outcome.entry.created_at).total_seconds()))
        if outcome.outcome == "dead":
            metrics.DEAD.inc()
            log.error("mail given up", recipient=outcome.entry.recipient, reply=outcome.entry.last_reply)


def _seen(written: asyncio.Future[None]) -> None:
    """Count a line that could not be written; the store says why."""
    if not written.cancelled() and written.exception() is not None:
        metrics.LOOP_ERRORS.labels("relay event").inc()
