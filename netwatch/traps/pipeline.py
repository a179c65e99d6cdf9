"""The way of a datagram through this room: admitted or not, queued, decoded, made an event, folded.

Runs in the trap thread alone, and knows neither sockets' readiness nor the loop. Nothing that arrives can raise out
of here: what is not accepted is counted by cause, and so is what we did not think of.
May import: netwatch.model. Called by: netwatch.traps.listener.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from netwatch.model import Memory, TrapEvent
from netwatch.traps.devices import plain_address
from netwatch.traps.fair_queue import FairQueue
from netwatch.traps.fold import Folder
from netwatch.traps.informs import Inform, InformLedger
from netwatch.traps.metrics import QUEUED, WAITED, Counts
from netwatch.traps.notification import Envelope, Notification, open_envelope, read_notification
from netwatch.traps.refusal import NotAccepted, RefusedList
from netwatch.traps.sayings import Told
from netwatch.traps.sockets import Address, TrapSocket
from netwatch.traps.sources import Source, Sources, check_community

MICROSECONDS_PER_TICK = 10_000
COMPLAIN_EVERY_SECONDS = 60.0
PDU_RESPONSE = b"\xa2"
DATAGRAM_BYTES = 400
"""What a datagram takes in memory while it waits, beside its own octets."""
MOST_SHARED = 1024
"""Envelopes and addresses that are kept to be shared by the datagrams that have them alike."""
_LEAST = timedelta(microseconds=1)
VERSION_NAMES = {0: "1", 1: "2c", 3: "3"}

log = structlog.get_logger(__name__)


class Datagram(NamedTuple):
    """What arrived, from whom, and how to answer."""

    data: bytes
    envelope: Envelope
    source: Source
    socket: TrapSocket
    address: Address
    at: datetime


class Opened(NamedTuple):
    """A v3 message after the front door: what it says, who signed it, whose engine spoke, how to acknowledge it."""

    notification: Notification
    user: str
    device: str
    inform: Inform | None


class FrontDoor(Protocol):
    """Judges v3 messages."""

    def open(self, datagram: Datagram, now: float) -> Opened | None:
        """Return what a message says; None where it was a question, which has been answered.

        Raises:
            NotAccepted: it is not what it should be.
        """

    def take_memories(self) -> list[Memory]:
        """Return what is to be kept over a restart of those heard since this was last asked."""


class Pipeline:
    """Everything between a socket and the loop."""

    def __init__(
        self, sources: Sources, folder: Folder[Inform], *, front_door: FrontDoor | None = None,
        queue: FairQueue[Datagram] | None = None,
    ) -> None:  # fmt: skip
        self._sources = sources
        self._folder = folder
        self._front_door = front_door
        self._queue: FairQueue[Datagram] = FairQueue() if queue is None else queue
        self._ledger = InformLedger()
        self._complain_at = 0.0
        self._last_at = datetime.min.replace(tzinfo=UTC)
        self._decoded_at = self._last_at
        self._envelopes: dict[Envelope, Envelope] = {}
        self._addresses: dict[Address, Address] = {}
        self.counts = Counts()
        self.refused = RefusedList()

    # -- taking in ----------------------------------------------------------------------------------------------

    def admit(self, socket: TrapSocket, batch: Iterable[tuple[bytes, Address]], at: datetime) -> None:
        """Let datagrams wait whose sender, version and community are right; count the others."""
        find, dropped = self._sources.find, self.counts.dropped
        one_envelope, one_address = self._shared()
        for data, address in batch:
            host = plain_address(address[0])
            source = find(host)
            if source is None:
                self._refuse(NotAccepted("wrong_source"), host, at)
                continue
            try:
                envelope = open_envelope(data)
                if envelope.version != 3:
                    check_community(source, envelope.community)
            except NotAccepted as refusal:
                self._refuse(refusal, host, at)
                continue
            datagram = Datagram(
                data, one_envelope(envelope, envelope), source, socket, one_address(address, address), at
            )  # fmt: skip
            given_up = self._queue.put(host, datagram, DATAGRAM_BYTES + len(data))
            if given_up:
                dropped["queue_full"] += given_up
        dropped["kernel"] += socket.newly_dropped
        socket.newly_dropped = 0

    def _shared(self) -> tuple[Callable[[Envelope, Envelope], Envelope], Callable[[Address, Address], Address]]:
        """Return what gives envelopes and addresses that are alike as one: thousands that wait have few."""
        for kept in (self._envelopes, self._addresses):
            if len(kept) >= MOST_SHARED:
                kept.clear()
        return self._envelopes.setdefault, self._addresses.setdefault

    def _refuse(self, refusal: NotAccepted, host: str, at: datetime) -> None:
        self.counts.dropped[refusal.cause] += 1
        self.refused.note(host, refusal.cause, refusal.detail, at)

    # -- working off --------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Return how many datagrams wait to be decoded."""
        return len(self._queue)

    def next_due(self) -> float | None:
        """Return when counts of repeats are to be told next, None while there are none."""
        return self._folder.next_due()

    def advance(self, most: int, now: float) -> list[Told[Inform]]:
        """Decode some of what waits; return what is to be told."""
        told: list[Told[Inform]] = []
        for datagram in self._queue.take(most):
            self._decoded_at = datagram.at
            try:
                told += self._hear(datagram, now)
            except NotAccepted as refusal:
                self._refuse(refusal, datagram.source.address, datagram.at)
            except Exception as exc:  # noqa: BLE001  # whatever somebody sends, the next one is heard
                self.counts.dropped["internal"] += 1
                self._complain(exc, now)
        return self._counted(told)

    def due(self, now: float) -> list[Told[Inform]]:
        """Return the counts of repeats whose time has come."""
        return self._counted(self._folder.due(now))

    def rest(self, now: float) -> list[Told[Inform]]:
        """Return all that is left to tell at the end of the house."""
        told: list[Told[Inform]] = []
        while self._queue:
            told += self.advance(1024, now)
        return told + self._counted(self._folder.rest(now))

    def forget(self, told: Told[Inform]) -> None:
        """Take back that an event was told: it could not be kept."""
        self._folder.forget(told.name)
        self.counts.dropped["not_written"] += told.event.count

    def take_memories(self) -> list[Memory]:
        """Return what is to be kept over a restart."""
        return self._front_door.take_memories() if self._front_door else []

    def hand_over_counts(self, at: datetime) -> None:
        """Let the metrics know, at an instant."""
        self.counts.hand_over()
        QUEUED.set(len(self._queue))
        WAITED.set(max((at - self._decoded_at).total_seconds(), 0.0) if self._queue else 0.0)

    def _counted(self, told: list[Told[Inform]]) -> list[Told[Inform]]:
        for one in told:
            self.counts.events[one.kind] += 1
            if one.kind == "storm":
                self.counts.dropped["storm"] += one.event.count
        return told

    def _hear(self, datagram: Datagram, now: float) -> list[Told[Inform]]:
        """Turn a datagram into an event; return what of it is to be told at once."""
        envelope = datagram.envelope
        if envelope.version == 3:
            if self._front_door is None:
                raise NotAccepted("v3_unsupported")
            opened = self._front_door.open(datagram, now)
            if opened is None:
                return []
            notification, inform = opened.notification, opened.inform
        else:
            opened = None
            notification = read_notification(datagram.data, envelope.pdu_at, envelope.end, envelope.version)
            inform = _community_inform(datagram, now) if notification.is_inform else None
        event = event_of(notification, datagram, self._sources, self._next_instant(datagram.at))
        if opened is not None:
            event = replace(event, user=opened.user, device=event.device if event.relay else opened.device)
        return self._fold(event, notification, inform, weight_of(datagram.data), now)

    def _fold(
        self, event: TrapEvent, notification: Notification, inform: Inform | None, weight: int, now: float
    ) -> list[Told[Inform]]:
        key = None
        if inform is not None:
            key = (event.relay or event.source, event.user, notification.request_id, event.uptime, event.trap_oid)
            if not self._ledger.is_new(key, inform):
                return []
        try:
            told = self._folder.take(event, now, inform, weight)
        except OverflowError:
            if key is not None:
                self._ledger.withdraw(key)
            raise NotAccepted("queue_full") from None
        self.counts.received[event.version] += 1
        return told

    def _next_instant(self, at: datetime) -> datetime:
        """Return an instant later than any before, so that `at` tells which of two events was heard first."""
        self._last_at = max(at, self._last_at + _LEAST)
        return self._last_at

    def _complain(self, exc: Exception, now: float) -> None:
        if now >= self._complain_at:
            self._complain_at = now + COMPLAIN_EVERY_SECONDS
            log.error("a datagram at the trap port met a mistake of ours", exc_info=exc)


def _community_inform(datagram: Datagram, now: float) -> Inform:
    """Return an inform that is answered by its own bytes with another PDU tag (RFC 3416, section 4.2.7)."""
    data, envelope = datagram.data, datagram.envelope

    def answer() -> bytes:
        return data[: envelope.pdu_at] + PDU_RESPONSE + data[envelope.pdu_at + 1 : envelope.end]

    return Inform(datagram.socket, datagram.address, answer, now)


def weight_of(data: bytes) -> int:
    """Return what a datagram counts as in memories that are bounded: 1 unless it is large."""
    return 1 + len(data) // 1500


def event_of(notification: Notification, datagram: Datagram, sources: Sources, at: datetime) -> TrapEvent:
    """Return the event; a trusted relay is believed whose trap it passes on.

    Raises:
        NotAccepted: the origin's own community, as the relay tells it, is not one the origin may use.
    """
    source, relay = datagram.source, ""
    if source.is_relay and notification.origin and notification.origin != source.address:
        relay, source = source.address, sources.origin(notification.origin)
        if notification.community is not None:
            check_community(source, notification.community)
    ticks = notification.ticks
    return TrapEvent(
        at=at,
        source=source.address,
        device=source.name,
        version=VERSION_NAMES[datagram.envelope.version],
        trap_oid=notification.trap_oid,
        varbinds=notification.varbinds,
        uptime=None if ticks is None else timedelta(0, 0, ticks * MICROSECONDS_PER_TICK),
        inform=notification.is_inform,
        relay=relay,
    )
