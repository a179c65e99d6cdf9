"""What a trap does that speaks for a rule about readings: it begins that rule's alert; the poll has the last word.

    trap begins  -> the polled rule's alert of the row fires at once (after the trap rule's own `for`),
                    unless the polled rule would say no of a row that is as the trap says
    trap ends    -> nothing, until a poll agrees; at once where the newest poll does, or nothing of it is read
    poll         -> broken: confirmed, one more line of evidence; not broken: over (netwatch.engine.intake.readings)
    first poll   -> what the trap rule told alone, since nothing was read yet, becomes the polled rule's alert, or is
                    over where that says no of the row whatever is read: of an access port

Where the device is not polled, or the table has no such row, the trap rule stands alone, which is traps' work.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: traps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netwatch.alerts import Happening, NoData, OnGone
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.intake.evidence import (
    SAID_BY_POLL,
    SAID_BY_TRAP,
    began_line,
    described,
    is_confirmed,
    is_witnessed,
    trap_line,
)
from netwatch.engine.intake.heard import Heard, KnownRows, Seat
from netwatch.engine.intake.readings import ReadingIntake
from netwatch.engine.intake.row_index import RowIndex
from netwatch.engine.metrics import TRAPS_CONTRADICTED
from netwatch.model import Alert, AlertKey, AlertState, TableReading, format_duration
from netwatch.rules import MibNames, Rule, TrapFacts, TrapRule, own_labels, render, says_no_of, trap_evidence

MOST_NOTED = 10_000
"""Rows of which it is remembered that traps about them are no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timing:
    """The times of an alert with two witnesses: the trap's `for`, and how long the polled rule must be well."""

    hold_for: timedelta
    keep_firing_for: timedelta
    no_data: NoData = "keep"
    on_gone: OnGone = "keep"


class Witnesses:
    """The trap rules that speak for rules about readings."""

    def __init__(
        self, rules: Iterable[TrapRule], book: AlertBook, rows: KnownRows, readings: ReadingIntake, names: MibNames
    ) -> None:
        self._of_rule: dict[str, list[TrapRule]] = defaultdict(list)
        self._of_table: dict[str, list[TrapRule]] = defaultdict(list)
        for rule in rules:
            if rule.witness_of is not None:
                self._of_rule[rule.witness_of.name].append(rule)
                self._of_table[rule.witness_of.table].append(rule)
        self._book, self._rows, self._readings, self._names = book, rows, readings, names
        self._index = RowIndex()
        self._no_news: set[AlertKey] = set()

    def seat_of(self, rule: TrapRule, facts: TrapFacts) -> Seat | None:
        """Return which alert of which rule about readings a trap is about; None where the trap rule stands alone."""
        polled, device = rule.witness_of, facts.event.device
        if polled is None or not device:
            return None
        rows = self._rows.rows_of(device, polled.table)
        row = None
        if rows is not None and not polled.is_aggregate:
            row = self._index.find(device, polled.table, rows, {**facts.key, **rule.row}, facts.texts)
        if rows is not None and row is not None:
            key = AlertKey(rule=polled.name, device=device, instance=rows.keys[row])
            return Seat(rule=polled, key=key, labels=rows.labels_of(row))
        if rows is not None and polled.is_aggregate:
            return Seat(rule=polled, key=AlertKey(rule=polled.name, device=device), labels={})
        # The row is not there now, or nothing was read since the start; its alert may be.
        known = self._book.current(polled.name, device)
        alert = next((one for one in known.values() if _is_about(one, rule, facts.key)), None)
        return None if alert is None else Seat(rule=polled, key=alert.key, labels={})

    # -- traps --------------------------------------------------------------------------------------------------

    def begin(self, draft: Draft, heard: Heard, seat: Seat) -> bool:
        """Let a trap begin the polled rule's alert, or repeat itself; return whether something changed its state."""
        event, before = heard.event, self._current(seat.key)
        if before is None and self._is_no_news(draft, heard, seat):
            return False
        self._no_news.discard(seat.key)
        timing = _Timing(hold_for=heard.rule.hold_for, keep_firing_for=seat.rule.keep_firing_for)
        after = self._book.step(timing, seat.key, Happening.TRAP, event.at)
        if after.alert is None:
            return False
        count = after.alert.trap_count + event.count
        alert = replace(after.alert, seen_at=event.at, trap_count=count)
        value, threshold = heard.verdict.value, heard.verdict.threshold
        own = self._own_labels(seat.rule, alert, seat.labels, value, threshold)
        alert = self._book.dressed(alert, seat.labels, own, value, threshold)
        alert = replace(alert, annotations=self._annotations(alert, heard, seat, count, before))
        times = f", {event.count} times" if event.count > 1 else ""
        reason = f"{after.reason} ({_who(heard)}{times})"
        details = None if after.transition is None else self._details(heard)
        self._book.put(draft, alert, after.transition, reason, event.at, details)
        return after.transition is not None

    def end(self, draft: Draft, heard: Heard, seat: Seat) -> bool:
        """Take in that a trap says it is over; the poll that it asks for decides, unless there is none."""
        event, before = heard.event, self._current(seat.key)
        if before is None:
            return False
        is_read = self._rows.is_read(seat.key.device, seat.rule.table)
        is_blind = is_read and self._readings.cannot_tell(seat.rule, seat.key)
        if is_read and not is_blind and not self._readings.is_well(seat.rule, seat.key):
            text = f"a trap says that it is over ({_who(heard)}); the next poll decides"
            draft.events.append(replace(event_of(before, text, event.at), details=self._details(heard)))
            return False
        after = self._book.step(seat.rule, seat.key, Happening.TRAP_OVER, event.at)
        if after.alert is None or not after.changed:
            return False
        why = "the newest poll agrees" if is_read else f"{seat.rule.table} is not read at the moment"
        why = "what the rule asks about is not read there" if is_blind else why
        reason = f"{after.reason} ({_who(heard)}; {why})"
        self._book.put(draft, after.alert, after.transition, reason, event.at, self._details(heard))
        return after.transition is not None

    def _own_labels(
        self,
        rule: Rule,
        alert: Alert,
        labels: Mapping[str, str],
        value: float | str | None,
        threshold: float | str | None,
    ) -> Mapping[str, str]:
        """Return the labels of the rule about readings, as its readings would give them to the alert."""
        seen = {**self._book.labels_of_device(alert.key.device), **labels}
        return own_labels(
            rule, alert.labels, labels=seen, device=alert.key.device, instance=alert.key.instance,
            value=value, threshold=threshold,
        )  # fmt: skip

    # -- polls --------------------------------------------------------------------------------------------------

    def hand_over(self, draft: Draft, reading: TableReading) -> bool:
        """Make what trap rules told alone of rows of this reading the polled rule's alerts, before it is judged.

        Return whether there was anything to look at.
        """
        looked = False
        for rule in self._of_table.get(reading.table, ()):
            if (polled := rule.witness_of) is not None:
                for alert in list(self._book.current(rule.name, reading.device).values()):
                    self._hand_over_one(draft, rule, polled, alert, reading)
                    looked = True
        return looked

    def _hand_over_one(self, draft: Draft, rule: TrapRule, polled: Rule, alert: Alert, reading: TableReading) -> None:
        key = {name: alert.labels[name] for name in rule.key if alert.labels.get(name)} | dict(rule.row)
        row = 0
        if not polled.is_aggregate:
            found = self._index.find(reading.device, reading.table, reading.rows, key, alert.labels)
            if found is None:
                return
            row = found
        instance = "" if polled.is_aggregate else reading.rows.keys[row]
        place = AlertKey(rule=polled.name, device=reading.device, instance=instance)
        if self._current(place) is not None:
            after = self._book.step(rule, alert.key, Happening.TOLD_ELSEWHERE, reading.at)
            if after.alert is not None and after.changed:
                reason = f"{after.reason} ({polled.name})"
                self._book.put(draft, after.alert, after.transition, reason, reading.at)
            return
        if not polled.is_aggregate and says_no_of(polled, reading, row):
            after = self._book.step(rule, alert.key, Happening.TOLD_ELSEWHERE, reading.at)
            if after.alert is not None and after.changed:
                reason = f"{reading.table} is read, and {polled.name}, which has the last word, says no of it"
                self._book.put(draft, after.alert, after.transition, reason, reading.at)
            return
        labels = {} if polled.is_aggregate else reading.rows.labels_of(row)
        moved = replace(alert, key=place)
        untold = replace(moved, labels={}) if moved.state is AlertState.PENDING else moved
        own = self._own_labels(polled, untold, labels, moved.value, moved.threshold)
        moved = self._book.dressed(moved, labels, own, None, None)
        rendered = render(
            polled, device=place.device, instance=instance, labels=moved.labels,
            value=moved.value, threshold=moved.threshold,
        )  # fmt: skip
        heard_at = alert.seen_at or alert.pending_at
        line = trap_line(rule.name, alert.labels.get("source", ""), heard_at, alert.trap_count, alert.pending_at)
        moved = replace(moved, annotations=described(rendered, {SAID_BY_TRAP: line}))
        self._book.rename(draft, alert, moved)
        text = f"told as {polled.name} from now on: {reading.table} is read, which {rule.name} speaks for"
        draft.events.append(event_of(moved, text, reading.at))

    # -- time ---------------------------------------------------------------------------------------------------

    def alerts(self) -> list[Alert]:
        """Return the alerts of rules about readings for which a trap has spoken."""
        return [alert for alert in self._book.of_rules(self._of_rule) if is_witnessed(alert)]

    def due_at(self, alert: Alert) -> datetime | None:
        """Return when something happens to one of them without a trap or a poll."""
        dues = []
        if alert.state is AlertState.PENDING:
            dues.append(alert.pending_at + self._hold_for(alert))
        if alert.healthy_since is not None:
            dues.append(alert.healthy_since + self._keep_for(alert))
        ttl = self._ttl(alert)
        if ttl is not None and alert.seen_at is not None:
            dues.append(alert.seen_at + ttl)
        return min(dues, default=None)

    def carry_on(self, draft: Draft, alert: Alert, now: datetime) -> datetime | None:
        """Move one on whose time is over; return when it is due again."""
        ttl = self._ttl(alert)
        expired = ttl is not None and alert.seen_at is not None and alert.seen_at + ttl <= now
        standing = Happening.TRAP_STANDS if alert.state is AlertState.PENDING else Happening.TRAP_OVER_STANDS
        timing = _Timing(hold_for=self._hold_for(alert), keep_firing_for=self._keep_for(alert))
        after = self._book.step(timing, alert.key, Happening.EXPIRED if expired else standing, now)
        if after.alert is None or not after.changed:
            return None
        moved = after.alert
        if expired and ttl is not None and moved.state is AlertState.RESOLVED:
            words = f"It ended by itself, {format_duration(ttl)} after the last such trap; no poll had a word on it."
            told = f"{moved.annotations.get('description', '')}\n{words}".strip()
            moved = replace(moved, annotations={**moved.annotations, "description": told})
        self._book.put(draft, moved, after.transition, after.reason, now)
        return self.due_at(moved)

    def _hold_for(self, alert: Alert) -> timedelta:
        """Return the longest `for` of the traps that speak for a rule: which of them did is not kept."""
        return max((rule.hold_for for rule in self._of_rule[alert.key.rule]), default=timedelta(0))

    def _keep_for(self, alert: Alert) -> timedelta:
        polled = self._of_rule[alert.key.rule][0].witness_of
        return timedelta(0) if polled is None else polled.keep_firing_for

    def _ttl(self, alert: Alert) -> timedelta | None:
        """Return after how long without a trap an alert ends on which no poll had a word; None for never."""
        ttls = [rule.ttl for rule in self._of_rule[alert.key.rule] if rule.ttl is not None]
        never = len(ttls) < len(self._of_rule[alert.key.rule]) or is_confirmed(alert)
        return None if never else max(ttls)

    # -- words --------------------------------------------------------------------------------------------------

    def _is_no_news(self, draft: Draft, heard: Heard, seat: Seat) -> bool:
        """Return whether the polled rule would say no even if all is as the trap says; note that once."""
        if (
            self._readings.would_be_broken(seat.rule, seat.key, {**heard.facts.values, **heard.rule.says})
            is not False
        ):
            return False
        TRAPS_CONTRADICTED.inc()
        if seat.key not in self._no_news and len(self._no_news) < MOST_NOTED:
            self._no_news.add(seat.key)
            told = Alert(
                id="", key=seat.key, state=AlertState.INACTIVE, pending_at=heard.event.at
            )  # only to name the row
            text = f"not begun by a trap ({_who(heard)}): {seat.rule.name} says no of what it tells"
            draft.events.append(replace(event_of(told, text, heard.event.at), details=self._details(heard)))
        return True

    def _annotations(
        self, alert: Alert, heard: Heard, seat: Seat, count: int, before: Alert | None
    ) -> dict[str, str]:
        event, facts = heard.event, heard.facts
        carried = {
            **facts.texts, "source": event.source, "trap": heard.facts.words.name,
            "varbinds": facts.words.varbinds,
        }  # fmt: skip
        rendered = render(
            seat.rule, device=seat.key.device, instance=seat.key.instance, labels={**carried, **alert.labels},
            value=alert.value, threshold=alert.threshold,
        )  # fmt: skip
        lines = {
            **alert.annotations,
            SAID_BY_TRAP: trap_line(
                facts.words.name, event.source, event.at, count, alert.pending_at, facts.words.sentences
            ),
        }
        if before is not None and not is_witnessed(before):
            lines[SAID_BY_POLL] = began_line(before)
        return described(rendered, lines)

    def _details(self, heard: Heard) -> Mapping[str, str]:
        return trap_evidence(heard.rule, heard.facts, heard.verdict, heard.labels)

    def _current(self, key: AlertKey) -> Alert | None:
        return self._book.current(key.rule, key.device).get(key.instance)


def _who(heard: Heard) -> str:
    """Return which trap it was and who sent it, in words."""
    return f"{heard.facts.words.name} from {heard.event.source}"


def _is_about(alert: Alert, rule: TrapRule, key: Mapping[str, str]) -> bool:
    """Return whether an alert is about the row that a whole key names."""
    whole = {**key, **rule.row}
    return len(key) == len(rule.key) and all(alert.labels.get(name) == text for name, text in whole.items())
