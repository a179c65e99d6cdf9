"""What traps make of alerts: they begin and end them, repeats are counted, and what nobody ends runs out.

    trap -> rules.verdict_on -> alerts.step -> AlertBook.put
         -> of a rule that speaks for one about readings: Witnesses
    tick -> what has stood for its hold time, what its ttl is over for

Of one rule and sender so many alerts are kept; what is beyond is in the trap log, and its sum is an alert of its own.

An alert keeps the row's own name as its instance where polling knows it (`ifName=Gi1/0/7`), else the key as the trap
told it (`ifIndex=7`); a later trap finds it either way, also after a restart, when nothing was polled yet.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import ip_address

from netwatch.alerts import Happening, Step
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft
from netwatch.engine.faults import Faults
from netwatch.engine.intake.audience import Audience
from netwatch.engine.intake.beyond import Beyond, ttl_of
from netwatch.engine.intake.confirming import Confirmations
from netwatch.engine.intake.heard import Heard, KnownRows, Seat
from netwatch.engine.intake.readings import ReadingIntake
from netwatch.engine.intake.waiting import WAITING_SCOPE, Owed
from netwatch.engine.intake.witnesses import Witnesses
from netwatch.engine.metrics import TRAP_EVENTS, TRAP_RULE_ERRORS
from netwatch.model import (
    ALIVE,
    Alert,
    AlertKey,
    AlertState,
    Memory,
    Oid,
    TableReading,
    TrapEvent,
    format_duration,
)
from netwatch.rules import (
    AlikeTraps,
    Exceptions,
    MibNames,
    Outcome,
    TrapFacts,
    TrapRule,
    TrapVerdict,
    facts_of,
    meanings_of,
    own_trap_labels,
    render_trap,
    trap_evidence,
    verdict_on,
)

_MATCHED, _UNMATCHED = TRAP_EVENTS.labels("matched"), TRAP_EVENTS.labels("unmatched")
FIRST_READINGS = timedelta(minutes=1)
"""So long after a restart a trap waits for the first reading of what it speaks for, which knows what hung there."""
PIECE_SECONDS = 0.01
"""How long rules are paid what they are owed before the loop goes on."""
SPARE_KEYS = 1000
"""Keys of alerts that are over, before what is filed by key is filed anew."""


class _Taking(Enum):
    """What a rule does with a trap: it means something, it is known and means nothing, or the rule cannot tell."""

    MEANT = "meant"
    DECLINED = "declined"
    NO = "no"


_NOT_TAKEN = frozenset((_Taking.NO,))


class TrapIntake:
    """The trap rules, and the alerts they made."""

    def __init__(
        self,
        rules: Sequence[TrapRule],
        book: AlertBook,
        rows: KnownRows,
        names: MibNames,
        readings: ReadingIntake,
        confirmations: Confirmations,
        wake: Callable[[], None],
        audience: Audience,
        exceptions: Exceptions,
        faults: Faults,
    ) -> None:
        """Keep what is handed in; `wake` is called when `expire` will have something to do sooner than it said."""
        self._rules: dict[str, TrapRule] = {}
        self._patient: dict[str, TrapRule] = {}
        self._exact: dict[Oid, list[TrapRule]] = defaultdict(list)
        self._families: dict[Oid, list[TrapRule]] = defaultdict(list)
        self._lengths: tuple[int, ...] = ()
        self._last_rules: list[TrapRule] = []
        self._by_definition: list[TrapRule] = []
        self._owed = Owed()
        self._alike: Mapping[str, AlikeTraps] = {}
        self._names = names
        self._file_all(rules)
        self._book, self._rows = book, rows
        self._confirmations, self._wake = confirmations, wake
        self._audience, self._exceptions, self._faults = audience, exceptions, faults
        self._readings = readings
        self._witnesses = Witnesses(rules, book, rows, readings, names)
        self._beyond = Beyond(book, self._rules)
        self._looked_at: datetime | None = None
        self._next_due: datetime | None = None
        self._waits_for_sums = False
        self._began_at: datetime | None = None
        self._by_key: dict[tuple[str, str], dict[tuple[str, ...], str]] = {}

    def rule(self, name: str) -> TrapRule | None:
        """Return the rule of this name."""
        return self._rules.get(name)

    def begin(self, now: datetime) -> None:
        """Learn when NetWatch was started: nothing was read yet."""
        self._began_at = now

    def take(self, draft: Draft, event: TrapEvent) -> None:
        """Do what the rules say of a trap; whoever calls logs it."""
        if self._waits:
            self._owed.keep(event)
        takings = {
            _Taking.MEANT if self._owed.defer(rule, event) else self._hold_against(draft, rule, event)
            for rule in self._rules_for(event.trap_oid)
        }
        if takings <= _NOT_TAKEN:
            takings = {self._hold_against(draft, rule, event) for rule in self._by_definition}
        if takings <= _NOT_TAKEN:
            takings = {self._hold_against(draft, rule, event) for rule in self._last_rules}
        (_MATCHED if _Taking.MEANT in takings else _UNMATCHED).inc()

    @property
    def waiting(self) -> Sequence[str]:
        """Return the rules that take no trap till their names have come."""
        return [rule.name for rule in self._rules.values() if rule.waits_for]

    def renew(self, rules: Sequence[TrapRule]) -> None:
        """Take traps by other rules from now on; what came while one waited for its names, it is owed.

        Each rule keeps its alerts, by its name.
        """
        waited = set(self.waiting)
        self._file_all(rules)
        self._witnesses = Witnesses(rules, self._book, self._rows, self._readings, self._names)
        self._owe([rule for rule in rules if rule.name in waited and not rule.waits_for])

    def recall(self, draft: Draft, events_of: Mapping[str, Sequence[TrapEvent]]) -> None:
        """Take back what rules missed before a restart: those that have their names by now are owed it."""
        for name, events in events_of.items():
            if name not in self._rules:
                draft.memories.append(Memory(scope=WAITING_SCOPE, key=name, text=None))
                continue
            self._owed.recall(name, events)
        self._owe([rule for rule in self._rules.values() if rule.name in events_of and not rule.waits_for])

    def _owe(self, awake: Sequence[TrapRule]) -> None:
        self._owed.owe(awake)
        if not self._waits:
            self._owed.clear()

    def pay(self, draft: Draft) -> bool:
        """Hold some of the traps that rules are owed against them; return whether more are to be."""
        began = time.perf_counter()
        for name, event in self._owed.pay():
            rule = self._rules.get(name)
            if event is None:
                draft.memories.append(Memory(scope=WAITING_SCOPE, key=name, text=None))
            elif rule is not None:
                self._hold_against(draft, rule, event)
            if time.perf_counter() - began >= PIECE_SECONDS:
                break
        return self._owed.owes

    def expire(self, draft: Draft, now: datetime) -> datetime | None:
        """Do what is due without a trap; return when something will be next, None where nothing is foreseen.

        In a flood of traps this is asked all the time, and thousands of alerts stand: before something can be due
        they are not looked through. What is put off meanwhile is looked at too early once, which costs nothing.
        """
        self._beyond.tell(draft, now)
        self._waits_for_sums = self._beyond.next_due is not None
        is_early = self._next_due is None or now < self._next_due
        if self._looked_at is None or now < self._looked_at or not is_early:
            self._next_due = self._carry_all_on(draft, now)
        self._looked_at = now
        return min(filter(None, (self._next_due, self._beyond.next_due)), default=None)

    def _wake_for_sums(self) -> None:
        """Have `expire` asked again for what is owed, once for all of it."""
        if not self._waits_for_sums:
            self._waits_for_sums = True
            self._wake()

    def _carry_all_on(self, draft: Draft, now: datetime) -> datetime | None:
        dues = []
        for alert in self._book.of_rules(self._rules):
            rule = self._rules.get(alert.key.rule)
            if rule is None:
                continue
            rule = self._as_of(rule, alert.key.device, alert.pending_at)
            due = _due_at(rule, alert)
            if due is not None and due <= now:
                due = self._carry_on(draft, rule, alert, now)
            elif _last_seen(alert) > now:  # the wall clock was set back: run from now on rather than for ever
                again = _from_now_on(alert, now)
                self._book.put(draft, again, None, "", now)
                due = _due_at(rule, again)
            dues += [] if due is None else [due]
        for alert in self._witnesses.alerts():
            due = self._witnesses.due_at(alert)
            if due is not None and due <= now:
                due = self._witnesses.carry_on(draft, alert, now)
            elif _last_seen(alert) > now:
                again = _from_now_on(alert, now)
                self._book.put(draft, again, None, "", now)
                due = self._witnesses.due_at(again)
            dues += [] if due is None else [due]
        return min(dues, default=None)

    def hand_over(self, draft: Draft, reading: TableReading) -> None:
        """Make what trap rules told alone of rows of this reading alerts of the rules they speak for."""
        if self._witnesses.hand_over(draft, reading):
            self._looked_at = None

    def _file_all(self, rules: Sequence[TrapRule]) -> None:
        self._rules.clear()  # the same object: others look into it
        self._rules.update({rule.name: rule for rule in rules})
        self._patient = {
            rule.name: replace(rule, hold_for=max(rule.hold_for, FIRST_READINGS))
            for rule in rules
            if rule.witness_of is not None
        }
        # Where every module is compiled and none has the name, nothing is to come that traps could be kept for.
        self._waits = not self._names.whole and any(rule.waits_for for rule in rules)
        self._exact.clear()
        self._families.clear()
        self._last_rules.clear()
        self._by_definition.clear()
        for rule in rules:
            self._file(rule)
        self._alike = AlikeTraps.for_rules(rules, self._names)

    def _file(self, rule: TrapRule) -> None:
        patterns = (*rule.on_trap, *rule.clear_on)
        if rule.takes_the_rest:
            self._last_rules.append(rule)
            return
        if rule.goes_by_definitions:
            self._by_definition.append(rule)
            return
        for oid in {pattern.oid for pattern in patterns if pattern.family}:
            self._families[oid].append(rule)
        for oid in {oid for pattern in patterns if pattern.is_plain for oid in pattern.oids}:
            self._exact[oid].append(rule)
        self._lengths = tuple(sorted({len(oid) for oid in self._families}))

    def _rules_for(self, trap_oid: Oid) -> Iterator[TrapRule]:
        """Return the rules that look at a trap, found by its OID and by what that begins with; each once."""
        found = self._exact.get(trap_oid, ())
        yield from found
        told = set(map(id, found))
        for length in self._lengths:
            for rule in self._families.get(trap_oid[:length], ()):  # type: ignore[call-overload]
                if id(rule) not in told:
                    told.add(id(rule))
                    yield rule

    def _hold_against(self, draft: Draft, rule: TrapRule, event: TrapEvent) -> _Taking:
        """Let one rule read a trap; return whether it took it. A rule that fails costs nothing else."""
        if not self._audience.is_meant(rule, event.device or event.source):
            return _Taking.NO
        try:
            takings = {self._take_in(draft, heard) for heard in self._read(rule, event)}
        except Exception as exc:  # noqa: BLE001  # whatever a device sends, the trap is kept and the other rules see it
            TRAP_RULE_ERRORS.inc()
            self._faults.note("trap rule", rule.name, exc, event.at, event.device or event.source)
            return _Taking.NO
        if _Taking.MEANT not in takings:
            return _Taking.DECLINED if _Taking.DECLINED in takings else _Taking.NO
        if rule.confirm and event.device:
            self._confirmations.ask(event.device)
        return _Taking.MEANT

    def _take_in(self, draft: Draft, heard: Heard) -> _Taking:
        """Do what one verdict on a trap says."""
        if heard.verdict.outcome is Outcome.NOTHING:
            return _Taking.DECLINED if heard.verdict.declined else _Taking.NO
        if self._is_ignored(heard):
            return _Taking.DECLINED
        if heard.seat is not None:
            self._bear_witness(draft, heard, heard.seat)
        elif heard.verdict.outcome is Outcome.BEGINS:
            self._begin(draft, heard)
        else:
            self._end(draft, heard)
        return _Taking.MEANT

    def _is_ignored(self, heard: Heard) -> bool:
        """Return whether the configuration says that a rule shall not see what the trap is about."""
        begins, event = heard.verdict.outcome is Outcome.BEGINS, heard.event
        if not begins or not self._exceptions.ignore_traps:
            return False
        rules = (heard.rule,) if heard.seat is None else (heard.rule, heard.seat.rule)
        names = [rule.alertname or rule.name for rule in rules]
        device = event.device or event.source
        return any(self._exceptions.ignores(device, heard.labels, name) for name in names)

    def _bear_witness(self, draft: Draft, heard: Heard, seat: Seat) -> None:
        """Have a trap speak for the rule about readings; what it told alone before is told there from now on."""
        speak = self._witnesses.begin if heard.verdict.outcome is Outcome.BEGINS else self._witnesses.end
        if speak(draft, heard, seat):
            alert = self._book.current(seat.key.rule, seat.key.device).get(seat.key.instance)
            self._note_due(None if alert is None else self._witnesses.due_at(alert))
            self._wake()

    def _read(self, rule: TrapRule, event: TrapEvent) -> Sequence[Heard]:
        """Return what a trap means to a rule: one thing, or by its definition as many as it begins or ends."""
        if rule.goes_by_definitions:
            meant = meanings_of(rule, event, self._names)
            return [self._heard(rule, facts, None, verdict) for facts, verdict in meant]
        alike = self._alike.get(rule.name)
        read = None if alike is None else alike.read(event)
        facts, alone = read or (facts_of(rule, event, self._names), None)
        seat = self._witnesses.seat_of(rule, facts)
        if seat is not None and not self._audience.is_meant(seat.rule, event.device):
            seat = None
        return [self._heard(rule, facts, seat, alone=alone)]

    def _heard(
        self, rule: TrapRule, facts: TrapFacts, seat: Seat | None, verdict: TrapVerdict | None = None, *,
        alone: TrapVerdict | None = None,
    ) -> Heard:  # fmt: skip
        """Return a trap as a rule reads it; `alone` is the verdict where nothing is known of the row."""
        event = facts.event
        if seat is not None:
            row_key, row_labels = seat.key.instance, seat.labels
        else:
            row = self._rows.row_of(event.device, facts.key) if event.device and facts.key else None
            row_key, row_labels = row or ("", {})
        return Heard(
            rule=rule,
            facts=facts,
            verdict=verdict or (None if row_labels else alone) or verdict_on(rule, facts, row_labels),
            row_key=row_key if "=" in row_key else "",
            told_key=",".join([f"{name}={text}" for name, text in facts.key.items()]),
            labels={"source": event.source, **row_labels, **facts.key},
            seat=seat,
        )

    def _begin(self, draft: Draft, heard: Heard) -> None:
        rule, event, before = heard.rule, heard.event, self._find(heard)
        device = event.device or event.source
        if before is None and (place := self._beyond.where_full(rule.name, device, event.at)) is not None:
            summed = self._beyond.take(heard, place)
            if summed is None:
                self._wake_for_sums()
            elif summed.alert is not None:
                self._put(draft, summed.alert, summed, heard)
            return
        fresh = AlertKey(rule=rule.name, device=device, instance=heard.row_key or heard.told_key)
        timing = self._as_of(rule, event.device, before.pending_at if before else event.at)
        after = self._book.step(timing, before.key if before else fresh, Happening.TRAP, event.at)
        if after.alert is None:
            return
        count = (before.trap_count if before else 0) + event.count
        alert = self._worded(after.alert, heard, count)
        self._put(draft, alert, after, heard)
        self._file_by_key(rule, alert)

    def _as_of(self, rule: TrapRule, device: str, began_at: datetime) -> TrapRule:
        """Return a rule as it counts for what began then: more patient while what it speaks for is unread again."""
        polled, start = rule.witness_of, self._began_at
        if polled is None or start is None or not device or not start <= began_at < start + FIRST_READINGS:
            return rule
        is_unread = self._rows.rows_of(device, polled.table) is None
        return self._patient[rule.name] if is_unread and self._readings.recalls(device, polled.table) else rule

    def _worded(self, alert: Alert, heard: Heard, count: int) -> Alert:
        """Return an alert as its last trap has it, after so many of them."""
        rule, verdict, key = heard.rule, heard.verdict, alert.key
        seen = {**self._book.labels_of_device(key.device), **heard.labels}
        own = own_trap_labels(
            rule, heard.facts, alert.labels, count=count, labels=seen, device=key.device, instance=key.instance,
            verdict=verdict,
        )  # fmt: skip
        labels = self._book.labels_for(alert, heard.labels, own)
        value = alert.value if verdict.value is None else verdict.value
        threshold = alert.threshold if verdict.threshold is None else verdict.threshold
        annotations = render_trap(
            rule, heard.facts, labels=labels, device=key.device, instance=key.instance, count=count, value=value,
            threshold=threshold,
        )  # fmt: skip
        return replace(
            alert, seen_at=heard.event.at, trap_count=count, labels=labels, annotations=annotations, value=value,
            threshold=threshold,
        )  # fmt: skip

    def _end(self, draft: Draft, heard: Heard) -> None:
        before = self._find(heard)
        if before is None:
            for after in self._beyond.settle(draft, heard):
                if after.alert is not None and after.changed:
                    self._put(draft, after.alert, after, heard)
            return
        after = self._book.step(heard.rule, before.key, Happening.TRAP_OVER, heard.event.at)
        if after.alert is not None and after.changed:
            self._put(draft, after.alert, after, heard)

    def _put(self, draft: Draft, alert: Alert, after: Step, heard: Heard) -> None:
        event, details = heard.event, None
        if after.transition is not None:
            details = trap_evidence(heard.rule, heard.facts, heard.verdict, heard.labels)
        times = f", {event.count} times" if event.count > 1 else ""
        reason = f"{after.reason} ({heard.facts.words.name} from {event.source}{times})"
        self._book.put(draft, alert, after.transition, reason, event.at, details)
        if after.transition is not None:
            rule = self._as_of(heard.rule, event.device, alert.pending_at)
            self._note_due(_due_at(rule, alert) if alert.state in ALIVE else None)
            self._wake()

    def _note_due(self, due: datetime | None) -> None:
        """Take in when something will be due that changed since the last look."""
        if due is not None:
            self._next_due = due if self._next_due is None else min(self._next_due, due)

    def _carry_on(self, draft: Draft, rule: TrapRule, alert: Alert, now: datetime) -> datetime | None:
        """Move an alert on whose time is over; return when it is due again."""
        ttl = ttl_of(rule, alert)
        expired = ttl is not None and _last_seen(alert) + ttl <= now
        standing = Happening.TRAP_STANDS if alert.state is AlertState.PENDING else Happening.TRAP_OVER_STANDS
        after = self._book.step(rule, alert.key, Happening.EXPIRED if expired else standing, now)
        if after.alert is None or not after.changed:
            return None
        moved = after.alert
        if expired and moved.state is AlertState.RESOLVED:
            moved = replace(moved, annotations=_with_last_words(ttl, moved))
            self._beyond.forget(moved.key)
        self._book.put(draft, moved, after.transition, after.reason, now)
        return _due_at(rule, moved)

    def _find(self, heard: Heard) -> Alert | None:
        """Return the alert a trap is about: by the row's name, else by the key that traps tell.

        What began while the sender was no configured device stands under its address.
        """
        event = heard.event
        known = event.device or event.source
        for device in (known,) if known == event.source else (known, event.source):
            current = self._book.current(heard.rule.name, device)
            if not current:
                continue
            for instance in (heard.row_key, heard.told_key):
                if instance and instance in current:
                    return current[instance]
            if not heard.facts.key:
                found = current.get("")
            elif heard.row_key or len(heard.facts.key) < len(heard.rule.key):
                found = None  # the key belongs to another row by now, or could mean several
            else:
                found = self._found_by_key(heard, device, current)
            if found is not None:
                return found
        return None

    def _found_by_key(self, heard: Heard, device: str, current: Mapping[str, Alert]) -> Alert | None:
        """Return the alert whose labels have the key; where thousands are open they are not looked through."""
        rule, place = heard.rule, (heard.rule.name, device)
        filed = self._by_key.get(place)
        if filed is None or len(filed) > 2 * len(current) + SPARE_KEYS:
            filed = self._by_key[place] = {}
            for alert in current.values():
                self._file_by_key(rule, alert)
        found = current.get(filed.get(tuple(heard.facts.key.get(name, "") for name in rule.key), ""))
        return found if found is not None and _has(found, heard.facts.key) else None

    def _file_by_key(self, rule: TrapRule, alert: Alert) -> None:
        filed = self._by_key.get((rule.name, alert.key.device))
        if filed is not None and rule.key:
            filed[tuple(alert.labels.get(name, "") for name in rule.key)] = alert.key.instance


def is_sender(device: str) -> bool:
    """Return whether an alert's device is the address of a sender that no configured device has."""
    try:
        ip_address(device)
    except ValueError:
        return False
    return True


def _has(alert: Alert, key: Mapping[str, str]) -> bool:
    return all(alert.labels.get(name) == text for name, text in key.items())


def _last_seen(alert: Alert) -> datetime:
    return alert.seen_at or alert.firing_at or alert.pending_at


def _from_now_on(alert: Alert, now: datetime) -> Alert:
    """Return the alert with no time of it in the future."""
    healthy_since = None if alert.healthy_since is None else min(alert.healthy_since, now)
    return replace(alert, seen_at=now, pending_at=min(alert.pending_at, now), healthy_since=healthy_since)


def _due_at(rule: TrapRule, alert: Alert) -> datetime | None:
    """Return when something happens to an alert by itself."""
    dues = []
    if alert.state is AlertState.PENDING:
        dues.append(alert.pending_at + rule.hold_for)
    if alert.healthy_since is not None:
        dues.append(alert.healthy_since + rule.keep_firing_for)
    if (ttl := ttl_of(rule, alert)) is not None:
        dues.append(_last_seen(alert) + ttl)
    return min(dues, default=None)


def _with_last_words(ttl: timedelta | None, alert: Alert) -> dict[str, str]:
    """Return the annotations with the truth about this end: nobody said that all is well."""
    words = f"It ended by itself, {format_duration(ttl)} after the last such trap." if ttl else ""
    said = alert.annotations.get("description", "")
    return {**alert.annotations, "description": f"{said}\n{words}".strip()}
