"""What readings make of alerts: every rule of a table is held against every reading of it.

    reading -> rules.evaluate -> alerts.step -> AlertBook.put
            -> RollCall: rows that are no longer there -> rules.evaluate_gone -> the same way
    gap     -> the rules' no_data, the same way
    tick    -> what is gone for so long that it is taken as removed

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from netwatch.alerts import Happening, Step, Transition, happening_of
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft, event_of
from netwatch.engine.faults import Faults
from netwatch.engine.history import History
from netwatch.engine.intake.audience import Audience
from netwatch.engine.intake.evidence import (
    described,
    is_confirmed,
    is_witnessed,
    knows_nothing_of,
    poll_line,
    read_words,
    with_poll_line,
)
from netwatch.engine.intake.roll_call import MissingRow, RollCall
from netwatch.engine.last_words import with_last_words
from netwatch.engine.metrics import GONE_ROWS_FORGOTTEN
from netwatch.formulas import Frame
from netwatch.model import (
    SYSTEM,
    Alert,
    AlertKey,
    AlertState,
    ClockStep,
    Memory,
    ReadingGap,
    RowSet,
    TableReading,
    Value,
    format_duration,
)
from netwatch.rules import (
    EVERY_RULE,
    WINDOW_SCOPE,
    Concerned,
    Hindsight,
    Rule,
    TableMemory,
    Verdicts,
    evaluate,
    evaluate_gone,
    evidence_of,
    memory_key,
    own_labels,
    render,
    sees_absence,
    table_of_window,
    verdicts_again,
    would_be_broken,
)

GONE_AFTER = timedelta(hours=24)
A_WHILE = timedelta(minutes=1)
IS_THERE = frozenset({"up", "snmp_up"})
"""What more people than the rules read of a check."""
BROKEN = (Transition.PENDING, Transition.FIRING, Transition.RELAPSED, Transition.RETURNED)
"""What an alert comes to while its rule is broken; a mail about its end tells how it was, not how it is."""


class ReadingIntake:
    """The rules on polled tables, and what they remember."""

    def __init__(
        self,
        rules: Sequence[Rule],
        book: AlertBook,
        history: History,
        audience: Audience,
        faults: Faults,
        gone_after: timedelta = GONE_AFTER,
        hindsight: Hindsight | None = None,
    ) -> None:
        self._faults, self._hindsight = faults, hindsight
        self._rules = {rule.name: rule for rule in rules}
        self._rules_of: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._rules_of[rule.table].append(rule)
        self._by_moved = {table: Concerned(of_table) for table, of_table in self._rules_of.items()}
        self._looked_at = {
            table: None if concerned.reads is None else concerned.reads | IS_THERE
            for table, concerned in self._by_moved.items()
        }
        self._book, self._history, self._audience = book, history, audience
        self._gone_after = gone_after
        self._sees_absence = {rule.name for rule in rules if sees_absence(rule)}
        self._watching = {rule.name for rule in rules if self._watches(rule)}
        self._roll = RollCall(
            kept={rule.table for rule in rules if rule.name in self._watching},
            keep_for={
                table: max(rule.gone_after or gone_after for rule in of_table)
                for table, of_table in self._rules_of.items()
            },
        )
        self._memories: dict[tuple[str, str], TableMemory] = {}
        self._restored: dict[str, list[Memory]] = defaultdict(list)
        self._systems: dict[str, Frame] = {}
        self._system_of: dict[str, Callable[[], Frame | None]] = {}

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what the rules remembered before a restart."""
        for memory in memories:
            key = table_of_window(memory) if memory.scope == WINDOW_SCOPE else memory.key
            self._restored[key].append(memory)

    def recall_rows(self, memories: Iterable[Memory]) -> None:
        """Take back which rows there were before a restart."""
        self._roll.recall(memories)

    def note_uptime(self, reading: TableReading) -> None:
        """Take in whether a device started again."""
        self._roll.note_uptime(reading)

    def gone_after(self, rule: str) -> timedelta:
        """Return after how long what vanished is taken as removed."""
        known = self._rules.get(rule)
        return self._gone_after if known is None or known.gone_after is None else known.gone_after

    def holds(self, alert: Alert) -> bool:
        """Return whether the newest reading holds what an alert is about."""
        if alert.state is AlertState.GONE:
            return False
        verdicts = self.verdicts_now(alert.key.rule, alert.key.device)
        return verdicts is not None and _row_of(verdicts, alert.key.instance) is not None

    def forget(self, alert: Alert) -> None:
        """Take a row as removed, since somebody says so."""
        rule = self._rules.get(alert.key.rule)
        if rule is not None:
            self._roll.forget(alert.key.device, rule.table, alert.key.instance)

    def unsaved(self, alert: Alert) -> Iterable[Memory]:
        """Return what is to be remembered after `forget`."""
        rule = self._rules.get(alert.key.rule)
        return () if rule is None else self._roll.unsaved(alert.key.device, rule.table)

    def expire(self, draft: Draft, now: datetime, is_down: Callable[[str], bool]) -> datetime | None:
        """Take as removed what is gone for long enough; return when something will be, None where nothing is gone.

        Of a device that is down nobody knows what is there; that waits until it answers.
        """
        dues = []
        for alert in self._book.gone():
            rule = self._rules.get(alert.key.rule)
            if rule is None or alert.gone_at is None:
                continue
            due = alert.gone_at + self.gone_after(rule.name)
            if due > now:
                dues.append(due)
            elif is_down(alert.key.device):
                dues.append(now + A_WHILE)
            else:
                self._remove(draft, rule, alert, now)
        return min(dues, default=None)

    def rule(self, name: str) -> Rule | None:
        """Return the rule of this name."""
        return self._rules.get(name)

    def wants(self, table: str) -> bool:
        """Return whether any rule looks at a table."""
        return table in self._rules_of or table == SYSTEM

    def is_meant(self, name: str, device: str) -> bool:
        """Return whether a rule is meant for a device; one that is not known is said to be by others."""
        rule = self._rules.get(name)
        return rule is None or self._audience.is_meant(rule, device)

    def verdicts_now(self, rule: str, device: str) -> Verdicts | None:
        """Return what a rule says of the newest reading of its table, None where there is none yet."""
        known = self._rules.get(rule)
        memory = None if known is None else self._memories.get((device, known.table))
        if known is None or memory is None:
            return None
        try:
            return verdicts_again(known, memory)
        except Exception as exc:  # noqa: BLE001  # whoever asks, a page or a mail, goes on without
            at = memory.newest.reading.at if memory.newest is not None else datetime.min.replace(tzinfo=UTC)
            self._faults.note("rule", rule, exc, at, device)
            return None

    def recalls(self, device: str, table: str) -> bool:
        """Return whether a table was read before a restart, and was not since."""
        return memory_key(device, table) in self._restored

    def would_be_broken(self, rule: Rule, key: AlertKey, told: Mapping[str, Value]) -> bool | None:
        """Return what a rule would say of a row that is as somebody tells; None where that cannot be known."""
        memory = self._memories.get((key.device, rule.table))
        return None if memory is None else would_be_broken(rule, memory, key.instance, told)

    def is_well(self, rule: Rule, key: AlertKey) -> bool:
        """Return whether the newest reading of a row says that nothing is wrong."""
        frame, row = self._newest_row(rule, key)
        if frame is None or row is None:
            return False
        if rule.healed is None:
            return rule.broken.at(frame, row) is False
        return rule.healed.at(frame, row) is True

    def cannot_tell(self, rule: Rule, key: AlertKey) -> bool:
        """Return whether a row is read and has nothing of what the rule asks about, so that no poll can decide."""
        frame, row = self._newest_row(rule, key)
        return frame is not None and row is not None and rule.broken.at(frame, row) is None

    def _newest_row(self, rule: Rule, key: AlertKey) -> tuple[Frame | None, int | None]:
        memory = self._memories.get((key.device, rule.table))
        frame = None if memory is None else memory.newest
        if memory is None or frame is None:
            return None, None
        return frame, 0 if rule.is_aggregate else memory.row_numbers(frame.reading.rows).get(key.instance)

    def take_calmly(self, reading: TableReading) -> bool:
        """Take in a reading that changes nothing; False where that is for `take` to say, which may come after this.

        Nothing stands on the device, no row is missing, and what anybody reads is the very same as before. The same
        comes of it as of `take`, at a fifth of the cost: most readings are so.
        """
        place = reading.device, reading.table
        memory = self._memories.get(place)
        if memory is None or self._faults.stand or self._book.of_device(reading.device):
            return False
        if reading.ignored or reading.lacking or not self._audience.is_settled(*place):
            return False
        if reading.table == SYSTEM or not self._roll.goes_on(reading):
            return False
        if not memory.take_calmly(reading, self._looked_at[reading.table]):
            return False
        self._history.note(reading, memory)
        return True

    def take(self, draft: Draft, reading: TableReading, *, held_off: bool) -> None:
        """Hold a reading against every rule of its table; while it is held off they only remember it."""
        if reading.table == SYSTEM:
            self._systems[reading.device] = Frame(reading)
        if (news := self._audience.news_of(reading.device)) is not None:
            draft.memories.append(news)
        if reading.table not in self._rules_of:
            return
        memory = self._memory_of(reading.device, reading.table)
        meant, others = self._audience.rules_of(reading.device, reading.table, self._rules_of[reading.table])
        for rule in others:
            self._end_all(draft, rule, reading)
        ignored = reading.ignored.get(EVERY_RULE, ())
        has_alerts = bool(self._book.of_device(reading.device))
        missing = self._roll.take(reading, self._claimed(meant, reading.device) if has_alerts else (), ignored)
        is_as_usual = not (missing or ignored or reading.lacking or self._faults.stand)
        rules = self._concerned(meant, reading, memory, has_alerts=has_alerts) if is_as_usual else meant
        restless: list[str] = []
        for rule in rules:
            try:
                if self._hold_against(draft, rule, reading, memory, missing, held_off=held_off):
                    restless.append(rule.name)
            except Exception as exc:  # noqa: BLE001  # the other rules see the reading; this one's alerts stay as they are
                self._faults.note("rule", rule.name, exc, reading.at, reading.device)
                restless.append(rule.name)
            else:
                self._faults.settle("rule", rule.name, reading.device)
        memory.restless = None if reading.lacking else restless
        if not reading.lacking:
            self._history.note(reading, memory)
        if forgotten := memory.take_forgotten():
            GONE_ROWS_FORGOTTEN.inc(forgotten)
        draft.memories.extend(memory.unsaved())
        draft.memories.extend(self._roll.unsaved(reading.device, reading.table))

    def _concerned(
        self, meant: Sequence[Rule], reading: TableReading, memory: TableMemory, *, has_alerts: bool
    ) -> Sequence[Rule]:
        """Return the rules to hold a reading against: to the others it says what the reading before said.

        That one broke none of them in any row, and nothing stands that their being well could end.
        """
        restless, moved = memory.restless, memory.frame_of(reading).moved
        if restless is None or moved is None or meant is not self._rules_of[reading.table]:
            return meant
        concerned = self._by_moved[reading.table].by(moved)
        if not restless and not has_alerts:
            return concerned
        return [
            rule for rule in meant
            if rule in concerned or rule.name in restless or self._book.current(rule.name, reading.device)
        ]  # fmt: skip

    def take_gap(self, draft: Draft, gap: ReadingGap) -> None:
        """Apply the rules' `no_data` to a table that was not read."""
        if gap.table == SYSTEM:
            self._systems.pop(gap.device, None)
        for rule in self._rules_of.get(gap.table, ()):
            if not self._audience.is_meant(rule, gap.device):
                continue
            current = self._book.current(rule.name, gap.device)
            instances = [instance for instance, alert in current.items() if alert.state is not AlertState.GONE]
            for instance in instances or ([""] if rule.no_data == "alert" else []):
                key = AlertKey(rule=rule.name, device=gap.device, instance=instance)
                after = self._book.step(rule, key, Happening.NO_DATA, gap.at)
                self._apply(draft, rule, after, gap.at, labels={}, value=None, threshold=None, why=gap.reason)

    def _hold_against(
        self,
        draft: Draft,
        rule: Rule,
        reading: TableReading,
        memory: TableMemory,
        missing: Mapping[str, MissingRow],
        *,
        held_off: bool,
    ) -> bool:
        """Hold a reading against one rule, and step its alerts; return whether any row breaks it."""
        if reading.lacking:
            if missing and not held_off and not rule.is_aggregate:
                self._step_missing(draft, rule, reading, missing, memory)
            return False
        verdicts = evaluate(rule, reading, memory)
        is_broken = True in verdicts.broken
        if held_off:
            return is_broken
        current = self._book.current(rule.name, reading.device)
        if current or is_broken:
            self._step_rows(draft, rule, reading, verdicts, current, missing)
        if missing and not reading.partial and not rule.is_aggregate:
            self._step_missing(draft, rule, reading, missing, memory)
        return is_broken

    def move(self, step: ClockStep) -> None:
        """Move what the rules remember with the wall clock."""
        for memory in self._memories.values():
            memory.move(step)
        self._roll.move(step)

    def _end_all(self, draft: Draft, rule: Rule, reading: TableReading) -> None:
        """End the alerts of a rule that is not meant for the device, or not any more."""
        for alert in tuple(self._book.current(rule.name, reading.device).values()):
            after = self._book.step(rule, alert.key, Happening.NOT_MEANT, reading.at)
            self._apply(draft, rule, after, reading.at, labels={}, value=None, threshold=None)

    def _step_rows(
        self,
        draft: Draft,
        rule: Rule,
        reading: TableReading,
        verdicts: Verdicts,
        current: Mapping[str, Alert],
        missing: Mapping[str, MissingRow],
    ) -> None:
        """Step the alerts of one rule: of every row that is broken, and every alert whose row is there."""
        broken = [verdicts.keys[row] for row, verdict in enumerate(verdicts.broken) if verdict]
        ignored = _ignored(rule, reading) if reading.ignored else frozenset[str]()
        for instance in dict.fromkeys((*broken, *current)):
            if instance in ignored:
                if (alert := current.get(instance)) is not None:
                    self._step_plainly(draft, rule, alert, Happening.IGNORED, reading.at)
                continue
            row = _row_of(verdicts, instance)
            if row is None:
                if instance == "" and reading.rows.keys and not reading.partial and not _is_only_heard(current[""]):
                    # what no_data raised
                    self._step_plainly(draft, rule, current[instance], Happening.READ_AGAIN, reading.at)
            elif instance in current and (lost := _lost_meanwhile(rule, reading, current[instance], missing)):
                self._step_shrunk(draft, rule, reading, verdicts, lost)
            else:
                self._step_row(draft, rule, reading, verdicts, row, instance)

    def _step_row(
        self, draft: Draft, rule: Rule, reading: TableReading, verdicts: Verdicts, row: int, instance: str
    ) -> None:
        """Step the alert of one row."""
        happening = _happening_in(verdicts, row)
        key = AlertKey(rule=rule.name, device=reading.device, instance=instance)
        before = self._book.current(rule.name, reading.device).get(instance)
        if before is not None and happening is not Happening.BROKEN and knows_nothing_of(reading, before):
            return
        after = self._book.step(rule, key, happening, reading.at)
        if before is not None and is_witnessed(before):
            after = self._heard_out(draft, verdicts, row, after, happening)
        if after.changed:
            self._apply(
                draft, rule, after, reading.at,
                labels=verdicts.labels_of(row), value=verdicts.value(row), threshold=verdicts.threshold(row),
                details=evidence_of(verdicts, row) if after.transition is not None else None,
            )  # fmt: skip

    def _heard_out(self, draft: Draft, verdicts: Verdicts, row: int, after: Step, happening: Happening) -> Step:
        """Return what becomes of an alert that a trap spoke for, with the poll's line of evidence in it."""
        alert, reading = after.alert, verdicts.reading
        over = after.transition in (Transition.RESOLVED, Transition.CLEARING, Transition.DROPPED)
        confirms = happening is Happening.BROKEN and alert is not None and not is_confirmed(alert)
        if alert is None or not (over or confirms):
            return after
        evidence = evidence_of(verdicts, row)
        words = read_words(verdicts.value(row), evidence["shown"], reading.at, alert.pending_at)
        alert = with_poll_line(alert, poll_line(words, over=over))
        if over:
            return replace(after, alert=alert, reason=f"{after.reason} ({words})")
        if after.transition is None:
            draft.events.append(
                replace(event_of(alert, f"confirmed by polling: {words}", reading.at), details=evidence)
            )
        return replace(after, alert=alert, changed=True)

    def _step_shrunk(
        self,
        draft: Draft,
        rule: Rule,
        reading: TableReading,
        verdicts: Verdicts,
        lost: Collection[MissingRow],
    ) -> None:
        """Step the alert of a rule about a whole table that lost rows meanwhile: that is not how things get well."""
        if _happening_in(verdicts, 0) is not Happening.HEALED or rule.on_gone == "clear":
            self._step_row(draft, rule, reading, verdicts, 0, "")
        elif all(row.settled for row in lost):
            alert = self._book.current(rule.name, reading.device)[""]
            if not _is_only_heard(alert):
                self._step_plainly(draft, rule, alert, Happening.ROW_GONE, reading.at)

    def _step_missing(
        self,
        draft: Draft,
        rule: Rule,
        reading: TableReading,
        missing: Mapping[str, MissingRow],
        memory: TableMemory,
    ) -> None:
        """Step the alerts of rows that are no longer there, and raise those of rules that ask for absence.

        That a row is not there contradicts no trap that spoke for it.
        """
        current = self._book.current(rule.name, reading.device)
        ignored = _ignored(rule, reading)
        watches = rule.name in self._watching
        absent = self._absent_verdicts(rule, reading, missing, memory)
        for key in list(missing) if watches else [key for key in current if key in missing]:
            alert, row = current.get(key), missing[key]
            if key in ignored or not (row.absent if watches else row.settled):
                continue
            if alert is not None and _is_only_heard(alert):
                continue
            is_waiting = alert is not None and alert.state is AlertState.PENDING
            if (watches or is_waiting) and reading.at - row.since >= self.gone_after(rule.name):
                if alert is not None:
                    self._remove(draft, rule, alert, reading.at)
                continue
            place = None if absent is None else absent.row_of(key)
            said = absent is not None and place is not None and absent.broken[place] is True
            if alert is None and not said and rule.on_gone != "alert":
                continue
            happening = Happening.BROKEN if said else Happening.ROW_GONE
            after = self._book.step(
                rule, AlertKey(rule=rule.name, device=reading.device, instance=key), happening, reading.at
            )
            details = evidence_of(absent, place) if said and absent is not None and place is not None else None
            self._apply(
                draft, rule, after, reading.at, labels=row.labels, value=None, threshold=None,
                details=details if after.transition is not None else None,
            )  # fmt: skip

    def _absent_verdicts(
        self, rule: Rule, reading: TableReading, missing: Mapping[str, MissingRow], memory: TableMemory
    ) -> Verdicts | None:
        """Return what a rule that asks for absence says of the rows that vanished."""
        if rule.name not in self._sees_absence:
            return None
        keys = tuple(key for key, row in missing.items() if row.absent)
        if not keys:
            return None
        labels = {
            name: tuple(missing[key].labels.get(name, "") for key in keys)
            for name in reading.rows.labels.keys() | {name for key in keys for name in missing[key].labels}
        }
        return evaluate_gone(rule, RowSet(index=keys, keys=keys, labels=labels), reading, memory)

    def _remove(self, draft: Draft, rule: Rule, alert: Alert, now: datetime) -> None:
        """End an alert of what is no longer there for so long that it will not come back."""
        after = self._book.step(rule, alert.key, Happening.REMOVED, now)
        since = "" if alert.gone_at is None else f"gone since {alert.gone_at:%Y-%m-%d %H:%M:%S} UTC, "
        why = f"{since}gone_after is {format_duration(self.gone_after(rule.name))}"
        if after.alert is not None and after.alert.state is AlertState.RESOLVED:
            after = replace(after, alert=with_last_words(after.alert, f"{after.reason} ({why})", now))
        self._apply(draft, rule, after, now, labels={}, value=None, threshold=None, why=why)

    def _step_plainly(self, draft: Draft, rule: Rule, alert: Alert, happening: Happening, now: datetime) -> None:
        """Step an alert of which no reading says anything more."""
        after = self._book.step(rule, alert.key, happening, now)
        self._apply(draft, rule, after, now, labels={}, value=None, threshold=None)

    def _claimed(self, rules: Iterable[Rule], device: str) -> Iterable[str]:
        """Return the rows that alerts are about: they were there, even where nobody saw them since a restart."""
        return (
            instance
            for rule in rules if not rule.is_aggregate
            for instance, alert in self._book.current(rule.name, device).items() if not _is_only_heard(alert)
        )  # fmt: skip

    def _watches(self, rule: Rule) -> bool:
        """Return whether a rule wants to be told of rows that are no longer there although it does not fire."""
        return not rule.is_aggregate and (rule.on_gone == "alert" or rule.name in self._sees_absence)

    def _apply(
        self,
        draft: Draft,
        rule: Rule,
        after: Step,
        now: datetime,
        *,
        labels: Mapping[str, str],
        value: float | str | None,
        threshold: float | str | None,
        why: str = "",
        details: Mapping[str, str] | None = None,
    ) -> None:
        """Write down an alert that changed, with what people want to read about it."""
        if after.alert is None or not after.changed:
            return
        broken = after.transition in BROKEN
        kept = after.alert.value, after.alert.threshold
        key = after.alert.key
        seen = {**self._book.labels_of_device(key.device), **labels} if rule.label_templates else {}
        own = own_labels(
            rule, after.alert.labels, labels=seen, device=key.device, instance=key.instance,
            value=value, threshold=threshold,
        )  # fmt: skip
        alert = self._book.dressed(after.alert, labels, own, *((value, threshold) if broken else kept))
        if broken:
            annotations = render(
                rule, device=alert.key.device, instance=alert.key.instance, labels=alert.labels,
                value=alert.value, threshold=alert.threshold,
            )  # fmt: skip
            alert = replace(alert, annotations=described(annotations, alert.annotations))
        reason = f"{after.reason} ({why})" if why else after.reason
        self._book.put(draft, alert, after.transition, reason, now, details)

    def _memory_of(self, device: str, table: str) -> TableMemory:
        memory = self._memories.get((device, table))
        if memory is None:
            restored = self._restored.pop(memory_key(device, table), ())
            system = self._system_of.get(device)
            if system is None:
                system = self._system_of[device] = partial(self._systems.get, device)
            memory = TableMemory(device, table, restored, system, self._hindsight)
            self._memories[(device, table)] = memory
        return memory


def _ignored(rule: Rule, reading: TableReading) -> frozenset[str]:
    """Return the keys of the rows that a rule shall not see."""
    nothing = frozenset[str]()
    return reading.ignored.get(EVERY_RULE, nothing) | reading.ignored.get(rule.alertname or rule.name, nothing)


def _is_only_heard(alert: Alert) -> bool:
    """Return whether a trap spoke for an alert and no poll has seen it yet."""
    return is_witnessed(alert) and not is_confirmed(alert)


def _happening_in(verdicts: Verdicts, row: int) -> Happening:
    healed = verdicts.healed
    return happening_of(
        verdicts.broken[row], healed[row] if healed is not None else None, has_clear_expr=healed is not None
    )


def _row_of(verdicts: Verdicts, instance: str) -> int | None:
    """Return the row an alert is about; one that was known by its index alone may have got a name."""
    row = verdicts.row_of(instance)
    index = verdicts.reading.rows.index
    if row is None and instance and not verdicts.rule.is_aggregate and index is not verdicts.keys:
        return index.index(instance) if instance in index else None
    return row


def _lost_meanwhile(
    rule: Rule, reading: TableReading, alert: Alert, missing: Mapping[str, MissingRow]
) -> Collection[MissingRow]:
    """Return the rows whose loss may be all that made a rule about a whole table well; of an empty one all are."""
    if not rule.is_aggregate or reading.partial:
        return ()
    if not reading.rows.keys:
        return missing.values()
    return [row for row in missing.values() if row.since > alert.pending_at]
