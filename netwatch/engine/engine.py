"""The corridor: a reading or a trap goes in, alert changes and outbox rows come out, written in one transaction.

Everything that happens to an alert passes here and nowhere else: rules say what is broken, alerts what becomes of
it and who is told, the ledger writes it down. Nothing is mailed from here; an outbox row is, once it is written.

    reading  -> Sights, Readability, rules.evaluate -> alerts.step -> alerts.join -> Transaction(alerts, groups,
                                                                                     events, memories)
    gap      -> Readability, the rules' no_data     -> alerts.step -> alerts.join -> Transaction(the same)
    trap     -> rules.verdict_on                    -> alerts.step -> alerts.join -> Transaction(the same, the trap)
    decision -> Decisions                                                         -> Transaction(silences or alerts,
                                                                                     events)
    tick     -> alerts.flush, incident by incident  -> Mailer.compose             -> Transaction(groups, outbox
                                                                                     entries, events)

Whatever comes in fills one draft, which becomes one transaction; of a reading or gap that changes nothing, none.
Questions are not answered here; `desk` does that.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.app, which hands in the rest.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from netwatch.alerts import Policy, Route, Timing, Transition
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.clock_steps import rested_alert
from netwatch.engine.decisions import Decisions
from netwatch.engine.desk import Desk
from netwatch.engine.draft import Draft
from netwatch.engine.faults import Faults
from netwatch.engine.history import History
from netwatch.engine.intake.audience import FACTS_SCOPE, Audience, FactsOf
from netwatch.engine.intake.confirming import Confirmations
from netwatch.engine.intake.heard import KnownRows, NoRows
from netwatch.engine.intake.inventory import INVENTORY_SCOPE, Inventory
from netwatch.engine.intake.quiet_ports import QuietPorts
from netwatch.engine.intake.readability import Readability
from netwatch.engine.intake.readings import GONE_AFTER, ReadingIntake
from netwatch.engine.intake.roll_call import ROWS_SCOPE
from netwatch.engine.intake.skipping import Skipping
from netwatch.engine.intake.traps import TrapIntake, is_sender
from netwatch.engine.intake.waiting import MOST_KEPT, WAITING_SCOPE, begins_of, marks_of
from netwatch.engine.ledger import Ledger
from netwatch.engine.metrics import ALERTS, MUTED, NEIGHBOURS_LEFT_OUT, UNWRITTEN
from netwatch.engine.orphans import end_orphans
from netwatch.engine.rounds import Rounds
from netwatch.engine.telling.curves import LongCurves
from netwatch.engine.telling.incidents import DIGEST_SCOPE, Incidents, Mailer
from netwatch.engine.telling.sights import SIGHT_SCOPE, Sights
from netwatch.engine.telling.suppression import Suppression
from netwatch.engine.telling.surroundings import Surroundings
from netwatch.engine.telling.wires import Wires
from netwatch.engine.together import Together
from netwatch.errors import LeftOutError
from netwatch.model import (
    REACHABILITY,
    Alert,
    AlertGroup,
    AlertState,
    ClockStep,
    Composition,
    Event,
    Memory,
    MuteKind,
    OutboxEntry,
    ReadingGap,
    Silence,
    TableReading,
    Transaction,
    TrapEvent,
    new_id,
)
from netwatch.neighbours import NEIGHBOUR_SCOPE, NeighbourBook
from netwatch.rules import (
    MEMORY_SCOPE,
    NO_MIB,
    WINDOW_SCOPE,
    Exceptions,
    Hindsight,
    MibNames,
    Rule,
    TrapRule,
)

log = structlog.get_logger(__name__)

NOTHING = Composition()
OF_BOTH_ENDS = (Transition.PENDING, Transition.FIRING, Transition.CLEARING, Transition.RESOLVED)
"""What begins or ends at one end of a link, mostly does at the other."""
MOST_RECALLED = 10_000
"""Alerts looked through at the start for those that began lately."""
MEASURED_AT_ONCE = 50
"""Alerts looked at before the event loop has its turn again: ten thousand take a third of a second."""
SILENCES_KEPT_FOR = timedelta(days=5)
"""As long as Alertmanager shows silences that ended."""


class Engine:
    """Holds what fires now and who was told; `start()` restores it, so that a restart changes nothing.

    desk: answers what is so, for whoever only asks.
    """

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
        new_id: Callable[[], str] = new_id,
        unlogged: Collection[str] = (),
        never_skipped: Collection[str] = (),
        facts_of: FactsOf = lambda device: None,
        exceptions: Exceptions | None = None,
        gone_after: timedelta = GONE_AFTER,
        faults: Faults | None = None,
        hindsight: Hindsight | None = None,
        neighbours: NeighbourBook | None = None,
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
            exceptions: what traps are about that rules shall not see; readings come without it.
            facts_of: who knows what a device says it is, for rules that are meant for some.
            never_skipped: devices whose readings are held against rules whatever a maintenance window says.
            gone_after: after how long what vanished is taken as removed, where the rule does not say.
            faults: keeps what breaks off; others may note there too.
            hindsight: looks into the history for rules that go back over days; None where none is kept.
            neighbours: keeps who stands at which port; it is told here, and others may ask it too.
        """
        self._device_labels = device_labels
        self._rules: tuple[Rule | TrapRule, ...] = (*rules, *trap_rules)
        self._about_readings = tuple(rules)
        self._ledger, self._clock, self._new_id = ledger, clock, new_id
        self._faults = faults if faults is not None else Faults()
        known: dict[str, Alert] = {}
        self._rounds = Rounds(self.flush_due, clock)
        self._mailer = mailer
        policy = policy or Policy()
        self._sights = Sights(policy.topology, policy.patience)
        self._suppression = Suppression(policy, self._sights)
        self._skipping = Skipping(policy.maintenance, device_labels, never_skipped)
        self._book = AlertBook(device_labels, known, self._suppression, self._rounds.wake, new_id, unlogged)
        self._history = history or History()
        self._readability = Readability()
        self._inventory = Inventory()
        self.neighbours = neighbours if neighbours is not None else NeighbourBook()
        self._quiet_ports = QuietPorts()
        self._wires = Wires(self.neighbours, self._book, self._table_of)
        surroundings = Surroundings(
            self._book, self._suppression, LongCurves(self._history, rules, hindsight),
            lambda rule, device: self._readings.verdicts_now(rule, device), self._wires,
        )  # fmt: skip
        self._incidents = Incidents(
            route, mailer, known, self._suppression, surroundings, new_id, self._faults, self._wires
        )  # fmt: skip
        self._book.tell(self._incidents)
        self._confirmations = Confirmations(poll_now)
        self._book.watch(self._look_at_other_end)
        self._audience = Audience((*rules, *trap_rules), device_labels, facts_of)
        self._readings = ReadingIntake(
            rules, self._book, self._history, self._audience, self._faults, gone_after, hindsight
        )  # fmt: skip
        self._paying: set[asyncio.Task[None]] = set()
        self._traps = TrapIntake(
            trap_rules,
            self._book,
            rows or NoRows(),
            names,
            self._readings,
            self._confirmations,
            self._rounds.wake,
            self._audience,
            exceptions or Exceptions(),
            self._faults,
        )
        self._decisions = Decisions(self._book, self._suppression, self._incidents, self._readings, self._rule_of)
        self._last_step: ClockStep | None = None
        self._together = Together(self._hand_in)
        self.desk = Desk(
            book=self._book, incidents=self._incidents, suppression=self._suppression, readings=self._readings,
            skipping=self._skipping, faults=self._faults, clock=clock, neighbours=self.neighbours,
        )  # fmt: skip

    async def start(self) -> None:
        """Restore alerts, groups and memories, end what no longer has a rule or a device, and begin to flush."""
        self._traps.begin(self._clock())
        for scope in (MEMORY_SCOPE, WINDOW_SCOPE):
            self._readings.recall(await self._ledger.memories(scope))
        self._readings.recall_rows(await self._ledger.memories(ROWS_SCOPE))
        self._inventory.recall(await self._ledger.memories(INVENTORY_SCOPE))
        kept = await self._ledger.memories(NEIGHBOUR_SCOPE)
        self.neighbours.recall(memory for memory in kept if memory.key in self._device_labels)
        await self._recall_suppression()
        self._mailer.restore(await self._ledger.memories(DIGEST_SCOPE))
        self._incidents.restore(await self._ledger.groups())
        self._audience.recall(await self._ledger.memories(FACTS_SCOPE))
        renamed = Draft()
        for alert in await self._ledger.unfinished():
            known = self._under_its_rule(alert)
            self._book.keep(known)
            if known is not alert:
                renamed.alerts[known.id] = known
        self._write(renamed)
        self._book.recall_starts(await self._ledger.alerts(None, MOST_RECALLED), self._clock())
        draft = Draft()
        end_orphans(
            draft, self._book, self._clock(),
            rule_of=self._rule_of, has_source=self._has_source, new_id=self._new_id,
        )  # fmt: skip
        firing = [alert for alert in self._book.alerts() if alert.stands]
        self._incidents.resume(draft, firing, self._clock())
        self._write(draft)
        await self._recall_waiting()
        self._rounds.start()

    async def _recall_waiting(self) -> None:
        """Note since when rules wait for their names; those that have them by now hear what they missed before."""
        marks = marks_of(await self._ledger.memories(WAITING_SCOPE))
        waiting = self._traps.waiting
        if not marks and not waiting:
            return
        last, _ = await self._ledger.traps_since(None, 0)
        draft = Draft()
        draft.memories += [
            Memory(scope=WAITING_SCOPE, key=name, text=str(last)) for name in waiting if name not in marks
        ]
        begins = begins_of(marks, last)
        draft.memories += [  # so that what is not read is counted in one life alone
            Memory(scope=WAITING_SCOPE, key=name, text=str(begin))
            for name, begin in begins.items()
            if begin != marks[name]
        ]
        missed = {begin: await self._logged_since(begin) for begin in set(begins.values())}
        self._traps.recall(draft, {name: missed[begin] for name, begin in begins.items()})
        self._write(draft)
        await self._pay_traps()

    async def _logged_since(self, mark: int) -> Sequence[TrapEvent]:
        _, events = await self._ledger.traps_since(mark, MOST_KEPT)
        return [*filter(self._is_for_rules, events)]

    def _is_for_rules(self, event: TrapEvent) -> bool:
        """Return whether rules may see a trap: not where a maintenance window takes its sender out."""
        return not (event.device and self._skipping.takes_out(event.device, event.at))

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
        self._together.write()
        for paying in [*self._paying]:  # what is not paid is read from the log at the next start
            paying.cancel()
        await asyncio.gather(*self._paying, return_exceptions=True)
        await self._rounds.stop()

    def is_alive(self) -> bool:
        """Return whether mails would still be written."""
        return self._rounds.is_alive()

    def put_silence(self, silence: Silence, told: Sequence[Event] = ()) -> asyncio.Future[None]:
        """Obey a silence from now on, in place of the one with its id; the future is done when it is durable.

        `told` are lines of the event log, written with it.

        Raises:
            ValueError: one of its matchers is none; nothing has changed.
        """
        return self.put_silences([silence], Composition(events=tuple(told)))

    def put_silences(self, silences: Sequence[Silence], beside: Composition = NOTHING) -> asyncio.Future[None]:
        """Obey silences from now on; `beside` is written with them, or nothing is.

        Raises:
            ValueError: a matcher is none; the silences before that one hold, and are not written.
        """
        draft = Draft()
        for silence in silences:
            self._decisions.silence(draft, silence, self._clock())
        draft.add(beside)
        return self._commit_decision(draft)

    def acknowledge(
        self, alert_ids: Iterable[str], by: str, comment: str = "", beside: Composition = NOTHING
    ) -> asyncio.Future[None]:
        """Note that somebody has alerts in hand: they are not repeated and not escalated any more.

        Those that are over, or in hand already, are passed over. `beside` is written with it, or nothing is. The
        future is done when it is durable.
        """
        draft = Draft()
        self._decisions.acknowledge(draft, alert_ids, by, comment, self._clock())
        draft.add(beside)
        return self._commit_decision(draft)

    def unacknowledge(self, alert_ids: Iterable[str], by: str, beside: Composition = NOTHING) -> asyncio.Future[None]:
        """Note that nobody has alerts in hand after all; the future is done when it, and `beside`, is durable."""
        draft = Draft()
        self._decisions.unacknowledge(draft, alert_ids, by, self._clock())
        draft.add(beside)
        return self._commit_decision(draft)

    def came_back(self, entry: OutboxEntry, why: str, beside: Composition) -> asyncio.Future[None]:
        """Note that a mail never reached its recipient: of urgent alerts in it the next are told at once.

        `beside` is written with it, or nothing is. The future is done when it is durable.
        """
        draft = Draft()
        self._incidents.note_unreached(draft, entry.alert_ids, entry.receiver, why, self._clock())
        draft.add(beside)
        return self._commit_decision(draft)

    def forget(self, alert_ids: Iterable[str], by: str) -> asyncio.Future[None]:
        """Take as removed what alerts are about, since somebody says that it will not come back.

        Those whose row the newest reading holds are passed over. The future is done when it is durable.
        """
        draft = Draft()
        self._decisions.forget(draft, alert_ids, by, self._clock())
        return self._commit_decision(draft)

    def write_anew(self) -> asyncio.Future[None]:
        """Write down all that is open, since the database may have lost it; the future is done when it is durable.

        So that a restart neither tells again what was told nor forgets whom the end of it is owed.
        """
        open_now = Transaction(
            alerts=tuple(self._book.known()),
            groups=tuple(self._incidents.groups()),
            silences=tuple(self._suppression.silences()),
            memories=tuple(self._sights.memories()),
        )
        return self._commit(open_now)

    async def measure(self) -> None:
        """Count what is held back, by stage, and forget silences that ended long ago; gives way to the loop."""
        now, counts = self._clock(), Counter[MuteKind]()
        for number, alert in enumerate(self._book.alerts(), start=1):
            if (muting := self.desk.muting_of(alert, now)) is not None:
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
        draft: Draft | None = None
        try:
            if not self._take_calmly(reading):
                draft = Draft()
                self._take_reading(draft, reading)
        except Exception as exc:  # noqa: BLE001  # as in `_surviving`, which takes longer than most of what comes in
            self._faults.note("table", reading.table, exc, reading.at, reading.device)
        else:
            self._faults.settle("table", reading.table, reading.device)
        if draft is not None:
            self._write(draft)

    def heeds_lack(self, device: str, table: str) -> bool:
        """Return whether anything comes of a reading that says no more than that a device does not have a table."""
        return self._readings.wants(table) or not self._readability.is_read(device, table) or bool(self._faults.stand)

    def _take_calmly(self, reading: TableReading) -> bool:
        """Take in a check of a device that is as it was, which most that comes in is; False where it may not be.

        Then it goes the long way, which comes to the same; what is taken in here may be taken in twice. After a start
        most are tables that a device does not have, of which nobody wants to know.
        """
        if reading.table != REACHABILITY.name:
            is_nobodys = reading.lacking and reading.uptime is None
            return is_nobodys and not self.heeds_lack(reading.device, reading.table)
        if not self._readability.is_read(reading.device, reading.table):
            return False
        if self._sights.are_drawn:
            return False
        if self._skipping.is_any_open(reading.at):
            return False
        self._readings.note_uptime(reading)
        return self._readings.take_calmly(reading)

    def _take_reading(self, draft: Draft, reading: TableReading) -> None:
        if (seen := self._sights.take(reading)) is not None:
            draft.memories.extend(seen.memories)
            self._book.look_again_at(seen.devices)
            if seen.frees or self._incidents.is_to_look_again:
                self._rounds.wake()
        if (news := self._readability.take_reading(reading)) is not None:
            draft.events.append(news)
        changes, remembered = self._inventory.take(reading)
        draft.events.extend(changes)
        draft.memories.extend(remembered)
        self._take_neighbours(draft, reading)
        draft.events.extend(self._quiet_ports.take(reading))
        self._wires.note(reading)
        self._readings.note_uptime(reading)
        if self._readings.wants(reading.table):
            held_off = self._skipping.takes_out(reading.device, reading.at)
            if not held_off and not reading.lacking:
                self._traps.hand_over(draft, reading)
            self._readings.take(draft, reading, held_off=held_off)

    def _take_neighbours(self, draft: Draft, reading: TableReading) -> None:
        changes, remembered = self.neighbours.take(reading)
        draft.events.extend(changes)
        draft.memories.extend(remembered)
        if left_out := self.neighbours.take_left_out():
            NEIGHBOURS_LEFT_OUT.inc(left_out)

    @contextmanager
    def _surviving(self, kind: str, name: str, device: str, now: datetime) -> Iterator[None]:
        """Go on where taking something in breaks off; what is in the draft by then is written."""
        try:
            yield
        except Exception as exc:  # noqa: BLE001  # nobody foresaw it, and the other tables and devices go on
            self._faults.note(kind, name, exc, now, device)
        else:
            self._faults.settle(kind, name, device)

    def take_gap(self, gap: ReadingGap) -> None:
        """Apply the rules' `no_data` to a table that was not read."""
        draft = Draft()
        with self._surviving("gap of table", gap.table, gap.device, gap.at):
            self._history.note_gap(gap)
            if (news := self._readability.take_gap(gap)) is not None:
                draft.events.append(news)
            if not self._skipping.takes_out(gap.device, gap.at):
                self._readings.take_gap(draft, gap)
        self._write(draft)

    def take_trap(self, event: TrapEvent) -> asyncio.Future[None]:
        """Log a trap and do what the rules say of it; the future is done when all of that is durable.

        What comes in one turn of the loop is written as one, and has one future.
        """
        if is_restated := (at := self._restated(event.at)) != event.at:
            event = replace(event, at=at)
        draft, written = self._together.begun(restated=is_restated)
        draft.traps.append(event)
        try:
            if self._is_for_rules(event):
                self._traps.take(draft, event)
        except Exception as exc:  # noqa: BLE001  # the trap is kept in the log; without ceremony, thousands come a second
            self._faults.note("trap", str(event.trap_oid), exc, event.at, event.device or event.source)
        return written

    def renew_trap_rules(self, rules: Sequence[TrapRule]) -> asyncio.Future[None]:
        """Take traps by these rules from now on: the same ones, against names that are known only now.

        What came while some of them waited is held against those. The future is done when that is durable.
        """
        self._rules = (*self._about_readings, *rules)
        self._traps.renew(rules)
        paying = asyncio.create_task(self._pay_traps(), name="traps owed to rules")
        self._paying.add(paying)
        paying.add_done_callback(self._paying.discard)
        return paying

    async def _pay_traps(self) -> None:
        """Hold traps against the rules that are owed them, piece by piece, each written before the next."""
        more = True
        while more:
            draft = Draft()
            more = self._traps.pay(draft)
            self._rounds.wake()
            await self._commit(draft.finished())
            await asyncio.sleep(0)  # also where the store needs no time

    def clock_was_set(self, step: ClockStep) -> None:
        """Move everything that is open with the wall clock; the store does the same with its rows by itself."""
        self._last_step = step
        self._book.move(step)
        self._sights.move(step)
        self._incidents.move(step)
        self._history.move(step)
        self._faults.move(step)
        self._readings.move(step)
        self._inventory.move(step)
        self.neighbours.move(step)
        self._rounds.wake()

    def _restated(self, at: datetime) -> datetime:
        """Return when something was, which may have been under way to us while the clock was set."""
        return at if self._last_step is None else self._last_step.restated(at, self._clock())

    def slept(self, asleep: timedelta) -> None:
        """Take in that the machine slept: what is due is done now, and hold times go on where they were."""
        draft = Draft()
        for alert in self._book.alerts():
            rested = rested_alert(alert, asleep)
            if rested != alert:
                self._book.put(draft, rested, None, "", self._clock())
        self._write(draft)
        self._rounds.wake()

    def remember(self, memory: Memory) -> None:
        """Write down what another room wants back after a restart."""
        self._write(Draft(memories=[memory]))

    def flush_due(self, now: datetime) -> datetime | None:
        """End what is over by itself, put into the outbox what is due, and return when to look again.

        None means that nothing is foreseen.
        """
        draft = Draft()
        expires = self._traps.expire(draft, now)
        removed = self._readings.expire(draft, now, self._readability.is_down)
        self._write(draft)
        for state in (AlertState.PENDING, AlertState.FIRING, AlertState.GONE):
            ALERTS.labels(state).set(self._book.states().get(state, 0))
        self._book.look_again_at(self._sights.freed(now))
        mails = self._incidents.flush_due(now, self._write_flushed)
        dues = (expires, removed, self._sights.next_freed_at(), mails, self._write_digests(now))
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

    def _under_its_rule(self, alert: Alert) -> Alert:
        """Return an alert under the name its rule has now, where another rule of that name came or went since."""
        if self._rule_of(alert) is not None:
            return alert
        fitting = [
            rule for rule in self._rules
            if rule.alertname == alert.key.alertname and rule.fixed_labels.items() <= alert.labels.items()
        ]  # fmt: skip
        if len(fitting) != 1:
            return alert
        return replace(alert, key=replace(alert.key, rule=fitting[0].name))

    def _look_at_other_end(self, alert: Alert, transition: Transition, now: datetime) -> None:
        """Have the device at the other end of a link polled too, so that both ends are told in one mail.

        What has to hold for a while is only sure at the poll after that.
        """
        far = self._wires.far_end(alert, now) if transition in OF_BOTH_ENDS else None
        if far is not None and far.device in self._device_labels:
            for _ in range(1 if transition is Transition.PENDING else 2):
                self._confirmations.ask(far.device)

    def _table_of(self, rule: str) -> str:
        known = self._readings.rule(rule)
        return "" if known is None else known.table

    def _rule_of(self, alert: Alert) -> Timing | None:
        return self._traps.rule(alert.key.rule) or self._readings.rule(alert.key.rule)

    def _has_source(self, alert: Alert) -> bool:
        by_trap = self._traps.rule(alert.key.rule) is not None
        return alert.key.device in self._device_labels or (by_trap and is_sender(alert.key.device))

    def _commit_decision(self, draft: Draft) -> asyncio.Future[None]:
        self._rounds.wake()
        return self._commit(draft.finished())

    def _write_flushed(self, draft: Draft, group: AlertGroup) -> None:
        """Write a group's mail, and forget what it alone still told of."""
        self._book.forget_told(group)
        self._write(draft)

    def _write(self, draft: Draft) -> None:
        if draft:
            self._commit(draft.finished())

    def _commit(self, transaction: Transaction) -> asyncio.Future[None]:
        self._together.write()
        return self._hand_in(transaction)

    def _hand_in(self, transaction: Transaction) -> asyncio.Future[None]:
        written = self._ledger.commit(transaction)
        written.add_done_callback(_log_failure)
        return written


def _log_failure(written: asyncio.Future[None]) -> None:
    if not written.cancelled() and (trouble := written.exception()) is not None:
        UNWRITTEN.inc()
        if isinstance(trouble, LeftOutError):  # there may be very many; the store counts them, and says so itself
            return
        log.error("a transaction was not written", error=str(trouble))
