"""The corridor: a reading or a trap goes in, alert changes and outbox rows come out, written in one transaction.

Everything that happens to an alert passes here and nowhere else: rules say what is broken, alerts what becomes of
it and who is told, the ledger writes it down. Nothing is mailed from here; an outbox row is, once it is written.

    reading -> rules.evaluate   -> alerts.step -> alerts.join -> Transaction(alerts, groups, events)
    trap    -> rules.verdict_on -> alerts.step -> alerts.join -> Transaction(trap, alerts, groups, events)
    tick    -> alerts.flush     -> Mailer.compose             -> Transaction(groups, outbox entries, events)

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.app, which hands in the rest.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog

from netwatch.alerts import Happening, NoData, Policy, Route, RouteMatch, step
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.clock_steps import rested_alert
from netwatch.engine.decisions import Decisions
from netwatch.engine.draft import Draft
from netwatch.engine.history import History
from netwatch.engine.intake.confirming import Confirmations
from netwatch.engine.intake.readability import Readability
from netwatch.engine.intake.readings import ReadingDesk
from netwatch.engine.intake.traps import KnownRows, NoRows, TrapDesk, is_sender
from netwatch.engine.metrics import ALERTS, FLUSH_ERRORS, MUTED, SKIPPED, UNWRITTEN
from netwatch.engine.telling.incidents import DIGEST_SCOPE, Incidents, Mailer
from netwatch.engine.telling.sights import SIGHT_SCOPE, Sights
from netwatch.engine.telling.suppression import Suppression
from netwatch.engine.telling.surroundings import Surroundings
from netwatch.errors import LeftOutError
from netwatch.model import (
    Alert,
    AlertGroup,
    AlertState,
    ClockStep,
    Event,
    Memory,
    MuteKind,
    Muting,
    ReadingGap,
    Silence,
    TableReading,
    Transaction,
    TrapEvent,
)
from netwatch.rules import (
    MEMORY_SCOPE,
    NO_MIB,
    MibNames,
    Rule,
    TrapRule,
    Verdicts,
)

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS = 5.0
MOST_RECALLED = 10_000
"""Alerts looked through at the start for those that began lately."""
MEASURED_AT_ONCE = 50
"""Alerts looked at before the event loop has its turn again: ten thousand take a third of a second."""
SILENCES_KEPT_FOR = timedelta(days=5)
"""As long as Alertmanager shows silences that ended."""


class Ledger(Protocol):
    """Where everything is written down, in the order handed in."""

    def commit(self, transaction: Transaction) -> asyncio.Future[None]:
        """Write it whole or not at all; the future is done once it is durable."""

    async def unfinished(self) -> Sequence[Alert]:
        """Return the alerts that are not over, and those that open groups still tell of."""

    async def groups(self) -> Sequence[AlertGroup]:
        """Return the incidents that are not over."""

    async def memories(self, scope: str) -> Sequence[Memory]:
        """Return what was remembered under a scope."""

    async def silences(self) -> Sequence[Silence]:
        """Return every silence that is kept."""

    async def alerts(self, states: Collection[AlertState] | None, limit: int | None) -> Sequence[Alert]:
        """Return alerts of some states, the youngest first."""


class Engine:
    """Holds what fires now and who was told; `start()` restores it, so that a restart changes nothing."""

    def __init__(
        self,
        *,
        rules: Sequence[Rule],
        route: Route,
        device_labels: Mapping[str, Mapping[str, str]],
        ledger: Ledger,
        mailer: Mailer,
        trap_rules: Sequence[TrapRule] = (),
        rows: KnownRows | None = None,
        names: MibNames = NO_MIB,
        policy: Policy | None = None,
        history: History | None = None,
        poll_now: Callable[[str], object] = lambda device: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: uuid4().hex,
        unlogged: Collection[str] = (),
        never_skipped: Collection[str] = (),
    ) -> None:
        """Keep what is handed in.

        Args:
            rules: the rules to hold readings against.
            route: whom to tell.
            device_labels: device name -> its labels; also says which devices exist.
            ledger: where changes are written.
            mailer: who writes the messages.
            trap_rules: the rules to hold traps against.
            rows: who knows the rows of polled tables, so that a trap's ifIndex gets a name.
            names: who writes OIDs and values for people.
            policy: who is not told, and when.
            history: what remembers the values of the last hour, for the charts in mails.
            poll_now: asks for a poll of a device out of turn.
            clock: the time for mails; readings bring their own.
            new_id: makes ids of alerts and threads.
            unlogged: rules whose alerts come and go without a line in the event log.
            never_skipped: devices whose readings are held against rules whatever a maintenance window says.
        """
        self._device_labels = device_labels
        self._ledger, self._clock, self._new_id = ledger, clock, new_id
        self._never_skipped = frozenset(never_skipped)
        known: dict[str, Alert] = {}
        self._wake = asyncio.Event()
        self._mailer = mailer
        policy = policy or Policy()
        self._sights = Sights(policy.topology, policy.patience)
        self._suppression = Suppression(policy, self._sights)
        self._book = AlertBook(device_labels, known, self._suppression, self._wake.set, new_id, unlogged)
        self._history = history or History()
        self._readability = Readability()
        surroundings = Surroundings(self._book, self._suppression, self._history)
        self._incidents = Incidents(route, mailer, known, self._suppression, surroundings, new_id)
        self._book.tell(self._incidents)
        self._decisions = Decisions(self._book, self._suppression, self._incidents)
        self._confirmations = Confirmations(poll_now)
        self._readings = ReadingDesk(rules, self._book, self._history)
        self._traps = TrapDesk(trap_rules, self._book, rows or NoRows(), names, self._confirmations, self._wake.set)
        self._flusher: asyncio.Task[None] | None = None
        self._last_step: ClockStep | None = None

    async def start(self) -> None:
        """Restore alerts, groups and memories, end what no longer has a rule or a device, and begin to flush."""
        self._readings.recall(await self._ledger.memories(MEMORY_SCOPE))
        await self._recall_suppression()
        self._mailer.restore(await self._ledger.memories(DIGEST_SCOPE))
        self._incidents.restore(await self._ledger.groups())
        for alert in await self._ledger.unfinished():
            self._book.keep(alert)
        self._book.recall_starts(await self._ledger.alerts(None, MOST_RECALLED), self._clock())
        draft = Draft()
        self._end_orphans(draft)
        firing = [alert for alert in self.alerts() if alert.state is AlertState.FIRING]
        self._incidents.resume(draft, firing, self._clock())
        self._write(draft)
        self._flusher = asyncio.create_task(self._flush_for_ever(), name="engine: flush")

    async def _recall_suppression(self) -> None:
        for silence in await self._ledger.silences():
            try:
                self._suppression.keep(silence)
            except ValueError as exc:  # written by another version; the others hold
                log.error("a silence cannot be obeyed", silence=silence.id, error=str(exc))
        for memory in await self._ledger.memories(SIGHT_SCOPE):
            self._sights.recall(memory)

    async def stop(self) -> None:
        """Stop flushing; what is due is flushed at the next start."""
        self._confirmations.stop()
        if self._flusher is not None:
            self._flusher.cancel()
            await asyncio.gather(self._flusher, return_exceptions=True)
            self._flusher = None

    def is_alive(self) -> bool:
        """Return whether mails would still be written."""
        return self._flusher is not None and not self._flusher.done()

    def alerts(self) -> list[Alert]:
        """Return what is pending or firing now."""
        return self._book.alerts()

    def alert(self, alert_id: str) -> Alert | None:
        """Return a pending or firing alert, or one that is over and not yet told; None where there is none."""
        return self._book.find(alert_id)

    def muting_of(self, alert: Alert, now: datetime | None = None) -> Muting | None:
        """Return why nobody is told of an alert at this moment; None where somebody is, or it does not fire."""
        if alert.state is not AlertState.FIRING:
            return None
        now, first = now or self._clock(), None
        for match in self._incidents.receivers_of(alert) or (None,):
            muting = self._suppression.muting_of(alert, match, now)
            if muting is None:
                return None
            first = first or muting
        return first

    def current(self, rule: str, device: str, instance: str) -> Alert | None:
        """Return the alert that is pending or firing of one row."""
        return self._book.current(rule, device).get(instance)

    def receivers_of(self, alert: Alert) -> tuple[RouteMatch, ...]:
        """Return who is to be told of an alert, in which group and when."""
        return self._incidents.receivers_of(alert)

    def group_of_thread(self, thread_id: str) -> AlertGroup | None:
        """Return the incident whose mails are in this thread, None where it is over."""
        return self._incidents.group_of_thread(thread_id)

    def groups_of(self, alert_id: str) -> list[AlertGroup]:
        """Return the incidents that tell of an alert."""
        return self._incidents.groups_of(alert_id)

    def next_due(self, alert_id: str) -> datetime | None:
        """Return when the mails of an alert are next decided on, None where nothing is foreseen."""
        return self._incidents.next_due(alert_id)

    def verdicts_now(self, rule: str, device: str) -> Verdicts | None:
        """Return what a rule says of the newest reading of its table, None where there is none yet."""
        return self._readings.verdicts_now(rule, device)

    def held_off(self, device: str) -> str:
        """Return why readings of a device are not held against rules now; empty where they are."""
        now, labels = self._clock(), self._device_labels.get(device, {})
        if device in self._never_skipped or not self._suppression.skips(device, labels, now):
            return ""
        window = self._suppression.policy.maintenance.muting_of({**labels, "device": device}, now)
        return window.reason if window is not None else "maintenance"

    def silences(self) -> list[Silence]:
        """Return every silence, those that ended in the last days among them."""
        return self._suppression.silences()

    def put_silence(self, silence: Silence) -> asyncio.Future[None]:
        """Obey a silence from now on, in place of the one with its id; the future is done when it is durable.

        Raises:
            ValueError: one of its matchers is none; nothing has changed.
        """
        draft = Draft()
        self._decisions.silence(draft, silence, self._clock())
        return self._commit_decision(draft)

    def acknowledge(self, alert_ids: Iterable[str], by: str, comment: str = "") -> asyncio.Future[None]:
        """Note that somebody has alerts in hand: they are not repeated and not escalated any more.

        Those that are over, or in hand already, are passed over. The future is done when it is durable.
        """
        draft = Draft()
        self._decisions.acknowledge(draft, alert_ids, by, comment, self._clock())
        return self._commit_decision(draft)

    def unacknowledge(self, alert_ids: Iterable[str], by: str) -> asyncio.Future[None]:
        """Note that nobody has alerts in hand after all; the future is done when it is durable."""
        draft = Draft()
        self._decisions.unacknowledge(draft, alert_ids, by, self._clock())
        return self._commit_decision(draft)

    def write_anew(self) -> asyncio.Future[None]:
        """Write down all that is open, since the database may have lost it; the future is done when it is durable.

        So that a restart neither tells again what was told nor forgets whom the end of it is owed.
        """
        open_now = Transaction(
            alerts=tuple(self._book.known()),
            groups=tuple(self._incidents.groups()),
            silences=tuple(self.silences()),
            memories=tuple(self._sights.memories()),
        )
        return self._commit(open_now)

    async def measure(self) -> None:
        """Count what is held back, by stage, and forget silences that ended long ago; gives way to the loop."""
        now, counts = self._clock(), Counter[MuteKind]()
        for number, alert in enumerate(self.alerts(), start=1):
            if (muting := self.muting_of(alert, now)) is not None:
                counts[muting.kind] += 1
            if number % MEASURED_AT_ONCE == 0:
                await asyncio.sleep(0)
        for kind in MuteKind:
            MUTED.labels(kind).set(counts[kind])
        self._suppression.forget_silences(self._clock() - SILENCES_KEPT_FOR)

    def take_reading(self, reading: TableReading) -> None:
        """Hold a reading against every rule of its table, and write all that follows from it at once."""
        if (at := self._restated(reading.at)) != reading.at:
            reading = replace(reading, at=at)
        draft = Draft()
        if (seen := self._sights.take(reading)) is not None:
            draft.memories.extend(seen.memories)
            self._book.look_again_at(seen.devices)
            if seen.frees or self._incidents.is_to_look_again:
                self._wake.set()
        if (news := self._readability.take_reading(reading)) is not None:
            draft.events.append(news)
        if self._readings.has_rules(reading.table):
            self._readings.take(draft, reading, held_off=self._is_skipped(reading.device, reading.at))
        self._write(draft)

    def take_gap(self, gap: ReadingGap) -> None:
        """Apply the rules' `no_data` to a table that was not read."""
        self._history.note_gap(gap)
        draft = Draft()
        if (news := self._readability.take_gap(gap)) is not None:
            draft.events.append(news)
        if not self._is_skipped(gap.device, gap.at):
            self._readings.take_gap(draft, gap)
        self._write(draft)

    def take_trap(self, event: TrapEvent) -> asyncio.Future[None]:
        """Log a trap and do what the rules say of it; the future is done when all of that is durable."""
        if (at := self._restated(event.at)) != event.at:
            event = replace(event, at=at)
        draft = Draft()
        if event.device and self._is_skipped(event.device, event.at):
            draft.traps.append(event)
        else:
            self._traps.take(draft, event)
        return self._commit(draft.finished())

    def clock_was_set(self, step: ClockStep) -> None:
        """Move everything that is open with the wall clock; the store does the same with its rows by itself."""
        self._last_step = step
        self._book.move(step)
        self._sights.move(step)
        self._incidents.move(step)
        self._history.move(step)
        self._readings.move(step)
        self._wake.set()

    def _restated(self, at: datetime) -> datetime:
        """Return when something was, which may have been under way to us while the clock was set."""
        return at if self._last_step is None else self._last_step.restated(at, self._clock())

    def slept(self, asleep: timedelta) -> None:
        """Take in that the machine slept: what is due is done now, and hold times go on where they were."""
        draft = Draft()
        for alert in self.alerts():
            rested = rested_alert(alert, asleep)
            if rested != alert:
                self._book.put(draft, rested, None, "", self._clock())
        self._write(draft)
        self._wake.set()

    def remember(self, memory: Memory) -> None:
        """Write down what another room wants back after a restart."""
        self._write(Draft(memories=[memory]))

    def note(self, event: Event) -> None:
        """Write one line of the event log."""
        self._write(Draft(events=[event]))

    def flush_due(self, now: datetime) -> datetime | None:
        """End what is over by itself, put into the outbox what is due, and return when to look again.

        None means that nothing is foreseen.
        """
        draft = Draft()
        expires = self._traps.expire(draft, now)
        self._write(draft)
        for state in (AlertState.PENDING, AlertState.FIRING):
            ALERTS.labels(state).set(self._book.states().get(state, 0))
        self._book.look_again_at(self._sights.freed(now))
        mails = self._incidents.flush_due(now, self._write_flushed)
        dues = (expires, self._sights.next_freed_at(), mails, self._write_digests(now))
        return min((due for due in dues if due is not None), default=None)

    def _write_digests(self, now: datetime) -> datetime | None:
        """Put the digests that are due into the outbox, and return when the next will be."""
        due = self._mailer.next_digest_at()
        if due is not None and due <= now:
            draft = Draft()
            draft.add(self._mailer.digests_due(now))
            self._write(draft)
            due = self._mailer.next_digest_at()
        return due

    def _is_skipped(self, device: str, now: datetime) -> bool:
        if device in self._never_skipped:
            return False
        skipped = self._suppression.skips(device, self._device_labels.get(device, {}), now)
        if skipped:
            SKIPPED.inc()
        return skipped

    def _end_orphans(self, draft: Draft) -> None:
        """End alerts whose rule or device the configuration no longer has."""
        now = self._clock()
        for alert in self.alerts():
            trap_rule = self._traps.rule(alert.key.rule)
            rule = trap_rule or self._readings.rule(alert.key.rule)
            gone = Happening.RULE_GONE if rule is None else Happening.DEVICE_GONE
            has_source = alert.key.device in self._device_labels or (trap_rule and is_sender(alert.key.device))
            if rule is not None and has_source:
                continue
            after = step(rule or _NO_RULE, alert, gone, now, key=alert.key, new_id=self._new_id)
            if after.alert is not None and after.changed:
                self._book.put(draft, after.alert, after.transition, after.reason, now)

    async def _flush_for_ever(self) -> None:
        while True:
            self._wake.clear()
            try:
                due = self.flush_due(self._clock())
                wait = None if due is None else max(0.0, (due - self._clock()).total_seconds())
            except Exception:  # no mail would ever be written again
                log.exception("what is due could not be looked through; trying again")
                FLUSH_ERRORS.inc()
                wait = RETRY_AFTER_SECONDS
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _commit_decision(self, draft: Draft) -> asyncio.Future[None]:
        self._wake.set()
        return self._commit(draft.finished())

    def _write_flushed(self, draft: Draft, group: AlertGroup) -> None:
        """Write a group's mail, and forget what it alone still told of."""
        self._book.forget_told(group)
        self._write(draft)

    def _write(self, draft: Draft) -> None:
        if draft:
            self._commit(draft.finished())

    def _commit(self, transaction: Transaction) -> asyncio.Future[None]:
        written = self._ledger.commit(transaction)
        written.add_done_callback(_log_failure)
        return written


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoRule:
    """The timing of an alert whose rule is gone: it ends at once."""

    hold_for: timedelta = timedelta(0)
    keep_firing_for: timedelta = timedelta(0)
    no_data: NoData = "keep"


_NO_RULE = _NoRule()


def _log_failure(written: asyncio.Future[None]) -> None:
    if not written.cancelled() and (trouble := written.exception()) is not None:
        UNWRITTEN.inc()
        if isinstance(trouble, LeftOutError):  # there may be very many; the store counts them, and says so itself
            return
        log.error("a transaction was not written", error=str(trouble))
