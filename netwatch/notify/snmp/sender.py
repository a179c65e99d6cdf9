"""Sends the traps and informs that stand in the outbox, apart from the mails and by the same timetable.

A trap is sent when the network took it, an inform when its manager acknowledged it; the rest is tried again. A
manager that is silent holds up nobody else: what more there is for it waits a moment without being tried.
May import: netwatch.errors, netwatch.model, netwatch.notify.{metrics, ledger.{attempts, carrier}, snmp.*}.
Called by: app, which starts it and hands in the transport; engine's commits wake it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from netwatch.errors import PollError
from netwatch.model import ClockStep, Credential, Device, OutboxEntry, OutboxKind, Varbind
from netwatch.notify import metrics
from netwatch.notify.ledger.attempts import Result
from netwatch.notify.ledger.carrier import Carrier, Outbox, utc_now
from netwatch.notify.snmp.document import from_document
from netwatch.notify.snmp.managers import parse_manager
from netwatch.notify.snmp.outcomes import TrapOutcome, hopeless, not_taken, rested, taken
from netwatch.notify.snmp.settings import NotifiedReceiver

log = structlog.get_logger(__name__)


class TrapTransport(Protocol):
    """What carries notifications; the device it is given is the manager. It raises PollError where it could not."""

    async def send_trap(self, manager: Device, varbinds: Sequence[Varbind]) -> None:
        """Return when the network has it."""

    async def send_inform(self, manager: Device, varbinds: Sequence[Varbind]) -> None:
        """Return when the manager has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapPace:
    """How long things wait that no operator needs to set; tests do.

    timeout, retries: of an inform. rest_for: how long a manager that was silent is left alone. give_up_after: how
    long any try may take. lease_for: how long a claimed row is ours without being renewed.
    """

    at_once: int = 16
    timeout: timedelta = timedelta(seconds=2)
    retries: int = 2
    give_up_after: timedelta = timedelta(seconds=25)
    lease_for: timedelta = timedelta(seconds=60)
    rest_for: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=2)
    dice: Callable[[], float] = random.random


class TrapSender:
    """Sends between `start()` and `stop()`."""

    def __init__(
        self,
        outbox: Outbox,
        transport: TrapTransport,
        receivers: Sequence[NotifiedReceiver],
        credentials: Mapping[str, Credential],
        *,
        pace: TrapPace | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._transport, self._pace, self._clock = transport, pace or TrapPace(), clock
        self._receivers = {one.name: one.trap for one in receivers if one.trap is not None}
        self._credentials = credentials
        self._resting: dict[tuple[str, str], datetime] = {}
        self._carrier = Carrier(
            outbox,
            OutboxKind.TRAP,
            carry=self._carry,
            room=lambda: self._pace.at_once,
            lease_for=self._pace.lease_for,
            grace=self._pace.grace,
            clock=clock,
        )

    def wake(self) -> None:
        """Look at the outbox now: rows were committed. Call it on the loop."""
        self._carrier.wake()

    def clock_was_set(self, step: ClockStep) -> None:
        """Move what is under way with the wall clock, and the rest of managers that were silent."""
        self._resting = {place: step.moved_due(until) for place, until in self._resting.items()}
        self._carrier.clock_was_set(step)

    def slept(self, asleep: timedelta) -> None:
        """Look at the outbox again: timers stood still while the machine slept."""
        self.wake()

    async def start(self) -> None:
        """Begin to send."""
        self._carrier.start()

    async def stop(self) -> None:
        """Let what is under way finish for a moment, give the rest back."""
        await self._carrier.stop()

    async def _carry(self, entry: OutboxEntry) -> Result:
        outcome = await self._try(entry)
        metrics.TRAPS.labels(outcome.outcome).inc()
        if outcome.outcome == "dead":
            log.error("notification given up", manager=entry.recipient, why=outcome.entry.last_reply)
        return Result(entry=outcome.entry, events=outcome.events)

    async def _try(self, entry: OutboxEntry) -> TrapOutcome:
        """Send one row, unless its manager rests; return what became of it."""
        now, place = self._clock(), (entry.receiver, entry.recipient)
        receiver = self._receivers.get(entry.receiver)
        credential = self._credentials.get(receiver.credential) if receiver is not None else None
        if receiver is None or credential is None:
            return hopeless(
                entry, f"the configuration has no receiver {entry.receiver!r} with traps any more", now=now
            )
        if self._resting.get(place, now) > now:
            return rested(entry, until=self._resting[place], dice=self._pace.dice())
        started = time.monotonic()
        try:
            varbinds = from_document(entry.message)
            words = await self._send(self._manager(entry, credential), varbinds, inform=receiver.inform)
        except ValueError as exc:
            return hopeless(entry, str(exc), now=self._clock())
        except Exception as exc:  # noqa: BLE001  # whatever a transport raises, its row must not stay leased
            now = self._clock()
            self._resting[place] = now + self._pace.rest_for
            took = time.monotonic() - started
            return not_taken(entry, _in_words(exc), now=now, dice=self._pace.dice(), took=took)
        return taken(entry, words, now=self._clock(), took=time.monotonic() - started)

    async def _send(self, manager: Device, varbinds: Sequence[Varbind], *, inform: bool) -> str:
        async with asyncio.timeout(self._pace.give_up_after.total_seconds()):
            if not inform:
                await self._transport.send_trap(manager, varbinds)
                return "handed to the network"
            await self._transport.send_inform(manager, varbinds)
            return "acknowledged"

    def _manager(self, entry: OutboxEntry, credential: Credential) -> Device:
        place = parse_manager(entry.recipient)
        return Device(
            name=f"manager {place}", address=place.host, port=place.port, credential=credential,
            timeout=self._pace.timeout, retries=self._pace.retries,
        )  # fmt: skip


def _in_words(exc: Exception) -> str:
    """Return what happened; only errors of our own are known to hold no secret."""
    if isinstance(exc, PollError):
        return str(exc)
    return "it took too long" if isinstance(exc, TimeoutError) else f"it could not be sent ({type(exc).__name__})"
