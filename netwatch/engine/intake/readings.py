"""What readings make of alerts: every rule of a table is held against every reading of it.

    reading -> rules.evaluate -> alerts.step -> AlertBook.put
    gap     -> the rules' no_data, the same way

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from netwatch.alerts import Happening, Step, Transition, happening_of
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft, event_of
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
from netwatch.formulas import Frame
from netwatch.model import SYSTEM, Alert, AlertKey, ClockStep, Memory, ReadingGap, TableReading, Value
from netwatch.rules import (
    EVERY_RULE,
    WINDOW_SCOPE,
    Rule,
    TableMemory,
    Verdicts,
    evaluate,
    evidence_of,
    memory_key,
    own_labels,
    render,
    table_of_window,
    verdicts_again,
    would_be_broken,
)

BROKEN = (Transition.PENDING, Transition.FIRING, Transition.RELAPSED)
"""What an alert comes to while its rule is broken; a mail about its end tells how it was, not how it is."""


class ReadingIntake:
    """The rules on polled tables, and what they remember."""

    def __init__(self, rules: Sequence[Rule], book: AlertBook, history: History, audience: Audience) -> None:
        self._rules = {rule.name: rule for rule in rules}
        self._rules_of: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._rules_of[rule.table].append(rule)
        self._book, self._history, self._audience = book, history, audience
        self._memories: dict[tuple[str, str], TableMemory] = {}
        self._restored: dict[str, list[Memory]] = defaultdict(list)
        self._systems: dict[str, Frame] = {}

    def recall(self, memories: Iterable[Memory]) -> None:
        """Take back what the rules remembered before a restart."""
        for memory in memories:
            key = table_of_window(memory) if memory.scope == WINDOW_SCOPE else memory.key
            self._restored[key].append(memory)

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
        return None if known is None or memory is None else verdicts_again(known, memory)

    def would_be_broken(self, rule: Rule, key: AlertKey, told: Mapping[str, Value]) -> bool | None:
        """Return what a rule would say of a row that is as somebody tells; None where that cannot be known."""
        memory = self._memories.get((key.device, rule.table))
        return None if memory is None else would_be_broken(rule, memory, key.instance, told)

    def is_well(self, rule: Rule, key: AlertKey) -> bool:
        """Return whether the newest reading of a row says that nothing is wrong."""
        memory = self._memories.get((key.device, rule.table))
        frame = None if memory is None else memory.newest
        if memory is None or frame is None:
            return False
        row = 0 if rule.is_aggregate else memory.row_numbers(frame.reading.rows).get(key.instance)
        if row is None:
            return False
        if rule.healed is None:
            return rule.broken.at(frame, row) is False
        return rule.healed.at(frame, row) is True

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
        for rule in meant:
            verdicts = evaluate(rule, reading, memory)
            current = self._book.current(rule.name, reading.device)
            if not held_off and (current or True in verdicts.broken):
                self._step_rows(draft, rule, reading, verdicts, current)
        self._history.note(reading, memory)
        draft.memories.extend(memory.unsaved())

    def take_gap(self, draft: Draft, gap: ReadingGap) -> None:
        """Apply the rules' `no_data` to a table that was not read."""
        if gap.table == SYSTEM:
            self._systems.pop(gap.device, None)
        for rule in self._rules_of.get(gap.table, ()):
            if not self._audience.is_meant(rule, gap.device):
                continue
            instances = list(self._book.current(rule.name, gap.device)) or ([""] if rule.no_data == "alert" else [])
            for instance in instances:
                key = AlertKey(rule=rule.name, device=gap.device, instance=instance)
                after = self._book.step(rule, key, Happening.NO_DATA, gap.at)
                self._apply(draft, rule, after, gap.at, labels={}, value=None, threshold=None, why=gap.reason)

    def move(self, step: ClockStep) -> None:
        """Move what the rules remember with the wall clock."""
        for memory in self._memories.values():
            memory.move(step)

    def _end_all(self, draft: Draft, rule: Rule, reading: TableReading) -> None:
        """End the alerts of a rule that is not meant for the device, or not any more."""
        for alert in tuple(self._book.current(rule.name, reading.device).values()):
            after = self._book.step(rule, alert.key, Happening.NOT_MEANT, reading.at)
            self._apply(draft, rule, after, reading.at, labels={}, value=None, threshold=None)

    def _step_rows(
        self, draft: Draft, rule: Rule, reading: TableReading, verdicts: Verdicts, current: Mapping[str, Alert]
    ) -> None:
        """Step the alerts of one rule: of every row that is broken, and every alert there is."""
        broken = [verdicts.keys[row] for row, verdict in enumerate(verdicts.broken) if verdict]
        ignored = _ignored(rule, reading) if reading.ignored else frozenset[str]()
        for instance in dict.fromkeys((*broken, *current)):
            if instance in ignored:
                if (alert := current.get(instance)) is not None:
                    self._step_lost_row(draft, rule, reading, alert, Happening.IGNORED)
                continue
            row = verdicts.row_of(instance)
            if row is not None:
                self._step_row(draft, rule, reading, verdicts, row)
            elif not reading.partial:
                self._step_lost_row(draft, rule, reading, current[instance], Happening.ROW_GONE)

    def _step_row(self, draft: Draft, rule: Rule, reading: TableReading, verdicts: Verdicts, row: int) -> None:
        """Step the alert of one row."""
        healed = verdicts.healed
        happening = happening_of(
            verdicts.broken[row], healed[row] if healed is not None else None, has_clear_expr=healed is not None
        )
        key = AlertKey(rule=rule.name, device=reading.device, instance=verdicts.keys[row])
        before = self._book.current(rule.name, reading.device).get(key.instance)
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

    def _step_lost_row(
        self, draft: Draft, rule: Rule, reading: TableReading, alert: Alert, happening: Happening
    ) -> None:
        """Step an alert whose row a whole reading no longer holds, or that is ignored.

        That a row is not there contradicts no trap that spoke for it.
        """
        if happening is Happening.ROW_GONE and is_witnessed(alert) and not is_confirmed(alert):
            return
        after = self._book.step(rule, alert.key, happening, reading.at)
        self._apply(draft, rule, after, reading.at, labels={}, value=None, threshold=None)

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
            memory = TableMemory(device, table, restored, partial(self._systems.get, device))
            self._memories[(device, table)] = memory
        return memory


def _ignored(rule: Rule, reading: TableReading) -> frozenset[str]:
    """Return the keys of the rows that a rule shall not see."""
    nothing = frozenset[str]()
    return reading.ignored.get(EVERY_RULE, nothing) | reading.ignored.get(rule.alertname or rule.name, nothing)
