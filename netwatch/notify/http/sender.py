"""Posts what stands in the outbox for webhooks and Alertmanagers, by the same ledger and timetable as mails.

A retry is the same body under the same Idempotency-Key. What one incident has to say to one place is said in its
order: later rows wait until those before them are settled. A place that is silent holds up nobody else.
May import: netwatch.errors, netwatch.model, netwatch.notify.{metrics, http.*, ledger.{attempts, carrier}}.
Called by: app, which starts it; engine's commits wake it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from netwatch.errors import StoreError
from netwatch.model import UNSENT, ClockStep, OutboxEntry, OutboxKind
from netwatch.notify import metrics
from netwatch.notify.http.client import WebClient
from netwatch.notify.http.compose_alertmanager import ALERTS_PATH
from netwatch.notify.http.outcomes import Answer, WebOutcome, WebPhase, answered, hopeless, rested
from netwatch.notify.http.overtaken import without_overtaken
from netwatch.notify.http.settings import PostedReceiver
from netwatch.notify.http.urls import shown_url, shown_urls
from netwatch.notify.ledger.attempts import Result
from netwatch.notify.ledger.carrier import Carrier, Outbox, utc_now

log = structlog.get_logger(__name__)

Place = tuple[OutboxKind, str, str]
"""Kind, receiver, URL as shown."""


class WebOutbox(Outbox, Protocol):
    """What posting needs of the store, beside what every carrier does."""

    async def outbox_of_thread(self, thread_id: str) -> Sequence[OutboxEntry]:
        """Return the rows of an incident, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPace:
    """How long things wait that no operator needs to set; tests do.

    timeout: how long a post may take as a whole. rest_for: how long a place that was silent is left alone.
    """

    at_once: int = 8
    timeout: timedelta = timedelta(seconds=15)
    lease_for: timedelta = timedelta(seconds=30)
    rest_for: timedelta = timedelta(seconds=5)
    grace: timedelta = timedelta(seconds=2)
    dice: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """One place and what is needed to post there."""

    url: str
    secret: str = ""
    login: tuple[str, str] | None = None
    ca_file: str | None = None


class WebSender:
    """Posts between `start()` and `stop()`."""

    def __init__(
        self,
        outbox: WebOutbox,
        receivers: Sequence[PostedReceiver],
        *,
        pace: WebPace | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._outbox, self._pace, self._clock = outbox, pace or WebPace(), clock
        self._targets = dict(target for receiver in receivers for target in _targets_of(receiver))
        self._clients: dict[Place, WebClient] = {}
        self._resting: dict[Place, datetime] = {}
        self._carriers = [self._carrier(kind) for kind in (OutboxKind.WEBHOOK, OutboxKind.ALERTMANAGER)]

    def wake(self) -> None:
        """Look at the outbox now: rows were committed. Call it on the loop."""
        for carrier in self._carriers:
            carrier.wake()

    def clock_was_set(self, step: ClockStep) -> None:
        """Move what is under way with the wall clock, and the rest of places that were silent."""
        self._resting = {place: step.moved_due(until) for place, until in self._resting.items()}
        for carrier in self._carriers:
            carrier.clock_was_set(step)

    def slept(self, asleep: timedelta) -> None:
        """Look at the outbox again: timers stood still while the machine slept."""
        self.wake()

    async def start(self) -> None:
        """Begin to post."""
        for carrier in self._carriers:
            carrier.start()

    async def stop(self) -> None:
        """Let what is under way finish for a moment, give the rest back."""
        await asyncio.gather(*(carrier.stop() for carrier in self._carriers))
        await asyncio.gather(*(client.close() for client in self._clients.values()))
        self._clients.clear()

    def _carrier(self, kind: OutboxKind) -> Carrier:
        return Carrier(
            self._outbox,
            kind,
            carry=self._carry,
            room=lambda: self._pace.at_once,
            lease_for=self._pace.lease_for,
            grace=self._pace.grace,
            clock=self._clock,
        )

    async def _carry(self, entry: OutboxEntry) -> Result:
        outcome = await self._try(entry)
        metrics.POSTS.labels(entry.kind, outcome.outcome).inc()
        if outcome.outcome == "dead":
            log.error("post given up", url=entry.recipient, reply=outcome.entry.last_reply)
        return Result(entry=outcome.entry, events=outcome.events)

    async def _try(self, entry: OutboxEntry) -> WebOutcome:
        """Post one row, unless its place rests or is yet to hear something else first."""
        now, place = self._clock(), (entry.kind, entry.receiver, entry.recipient)
        target = self._targets.get(place)
        if target is None:
            return hopeless(
                entry, f"the configuration knows this {entry.kind} of {entry.receiver!r} no more", now=now
            )
        if self._resting.get(place, now) > now:
            return rested(entry, until=self._resting[place], dice=self._pace.dice())
        try:
            first = await self._before(entry)
        except StoreError:  # out of order it may not be said
            return rested(entry, until=now + self._pace.rest_for, dice=self._pace.dice())
        if first is not None:
            return rested(entry, until=max(first.not_before, now), dice=self._pace.dice())
        answer = await self._post(place, target, entry)
        now = self._clock()
        if answer.status is None:
            self._resting[place] = now + self._pace.rest_for
        return answered(entry, answer, now=now, dice=self._pace.dice())

    async def _before(self, entry: OutboxEntry) -> OutboxEntry | None:
        """Return a row that this place is to hear before this one."""
        if not entry.thread_id:
            return None
        place, turn = (entry.kind, entry.receiver, entry.recipient), (entry.created_at, entry.id)
        rows = await self._outbox.outbox_of_thread(entry.thread_id)
        return next(
            (
                row
                for row in rows
                if row.state in UNSENT
                and (row.kind, row.receiver, row.recipient) == place
                and (row.created_at, row.id) < turn
            ),
            None,
        )

    async def _post(self, place: Place, target: _Target, entry: OutboxEntry) -> Answer:
        now = self._clock()
        try:
            client = await self._client(place, target)
        except OSError as exc:
            words = f"cannot read the certificates in {target.ca_file}: {exc.strerror}"
            return Answer(words=words, phase=WebPhase.CONNECT)
        body = without_overtaken(entry)
        headers = {"Content-Type": "application/json", "Idempotency-Key": entry.id}
        if target.secret:
            headers["X-NetWatch-Signature"] = signature(target.secret, body, now)
        return await client.post(body, headers, now)

    async def _client(self, place: Place, target: _Target) -> WebClient:
        if place not in self._clients:

            def made() -> WebClient:
                return WebClient(
                    target.url, timeout=self._pace.timeout, ca_file=target.ca_file, login=target.login
                )  # fmt: skip

            client = await asyncio.to_thread(made)
            self._clients.setdefault(place, client)
        return self._clients[place]


def signature(secret: str, body: bytes, at: datetime) -> str:
    """Return `t=SECONDS,v1=HEX`: the HMAC-SHA256 of the seconds since 1970, a dot, and the body.

    Whoever checks it compares in constant time, and refuses a `t` that is minutes away from its own clock.
    """
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def _targets_of(receiver: PostedReceiver) -> list[tuple[Place, _Target]]:
    found: list[tuple[Place, _Target]] = []
    if (hook := receiver.webhook) is not None:
        secret = hook.secret.get_secret_value() if hook.secret else ""
        place = (OutboxKind.WEBHOOK, receiver.name, shown_url(hook.url))
        found.append((place, _Target(url=hook.url, secret=secret, ca_file=hook.ca_file)))
    if (peers := receiver.alertmanager) is not None:
        password = peers.password.get_secret_value() if peers.password else ""
        login = (peers.username, password) if peers.username is not None else None
        for shown, url in shown_urls(peers.urls).items():
            place = (OutboxKind.ALERTMANAGER, receiver.name, shown)
            whole = url.rstrip("/") + ALERTS_PATH
            found.append((place, _Target(url=whole, login=login, ca_file=peers.ca_file)))
    return found
