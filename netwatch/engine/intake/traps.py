"""What traps make of alerts: they begin and end them, repeats are counted, and what nobody ends runs out.

    trap -> rules.verdict_on -> alerts.step -> AlertBook.put
    tick -> what has stood for its hold time, what its ttl is over for

An alert keeps the row's own name as its instance where polling knows it (`ifName=Gi1/0/7`), else the key as the trap
told it (`ifIndex=7`); a later trap finds it either way, also after a restart, when nothing was polled yet.

May import: netwatch.rules, netwatch.alerts, netwatch.model. Called by: netwatch.engine.engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from ipaddress import ip_address
from typing import Protocol

import structlog

from netwatch.alerts import Happening, Step
from netwatch.engine.alert_book import AlertBook
from netwatch.engine.draft import Draft
from netwatch.engine.intake.confirming import Confirmations
from netwatch.engine.metrics import TRAP_ALERTS_REFUSED, TRAP_EVENTS, TRAP_RULE_ERRORS
from netwatch.model import Alert, AlertKey, AlertState, Oid, TrapEvent, format_duration, trap_name
from netwatch.rules import (
    MibNames,
    Outcome,
    TrapFacts,
    TrapRule,
    TrapVerdict,
    facts_of,
    labels_of_trap,
    render_trap,
    trap_evidence,
    verdict_on,
)

MOST_ALERTS = 1000
"""Alerts of one rule and sender: who invents keys shall not fill the memory."""

log = structlog.get_logger(__name__)


class KnownRows(Protocol):
    """Who knows the rows of polled tables."""

    def row_of(self, device: str, labels: Mapping[str, str]) -> tuple[str, Mapping[str, str]] | None:
        """Return key and labels of the row that has these labels (`ifIndex`: `7`), None where none is known."""


class NoRows:
    """Stands in where nothing is polled."""

    def row_of(self, device: str, labels: Mapping[str, str]) -> None:
        """Return None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A trap as one rule reads it. `row_key` is empty where polling knows no name of the row."""

    rule: TrapRule
    facts: TrapFacts
    verdict: TrapVerdict
    row_key: str
    labels: Mapping[str, str]

    @property
    def event(self) -> TrapEvent:
        """Return the trap."""
        return self.facts.event

    @property
    def told_key(self) -> str:
        """Return the key as the trap told it."""
        return ",".join(f"{name}={text}" for name, text in self.facts.key.items())


class _Taking(Enum):
    """What a rule does with a trap: it means something, it is known and means nothing, or the rule cannot tell."""

    MEANT = "meant"
    DECLINED = "declined"
    NO = "no"


class TrapIntake:
    """The trap rules, and the alerts they made."""

    def __init__(
        self,
        rules: Sequence[TrapRule],
        book: AlertBook,
        rows: KnownRows,
        names: MibNames,
        confirmations: Confirmations,
        wake: Callable[[], None],
    ) -> None:
        """Keep what is handed in; `wake` is called when `expire` will have something to do sooner than it said."""
        self._rules = {rule.name: rule for rule in rules}
        self._exact: dict[Oid, list[TrapRule]] = defaultdict(list)
        self._families: list[TrapRule] = []
        self._last_rules: list[TrapRule] = []
        for rule in rules:
            self._file(rule)
        self._book, self._rows, self._names = book, rows, names
        self._confirmations, self._wake = confirmations, wake

    def rule(self, name: str) -> TrapRule | None:
        """Return the rule of this name."""
        return self._rules.get(name)

    def take(self, draft: Draft, event: TrapEvent) -> None:
        """Log a trap, and do what the rules say of it."""
        draft.traps.append(event)
        takings = [self._hold_against(draft, rule, event) for rule in self._rules_for(event.trap_oid)]
        if not any(taking is not _Taking.NO for taking in takings):
            takings += [self._hold_against(draft, rule, event) for rule in self._last_rules]
        matched = any(taking is _Taking.MEANT for taking in takings)
        TRAP_EVENTS.labels("matched" if matched else "unmatched").inc()

    def expire(self, draft: Draft, now: datetime) -> datetime | None:
        """Do what is due without a trap; return when something will be next, None where nothing is foreseen."""
        dues = []
        for alert in self._book.of_rules(self._rules):
            rule = self._rules.get(alert.key.rule)
            if rule is None:
                continue
            due = _due_at(rule, alert)
            if due is not None and due <= now:
                due = self._carry_on(draft, rule, alert, now)
            elif _last_seen(alert) > now:  # the wall clock was set back: run from now on rather than for ever
                again = _from_now_on(alert, now)
                self._book.put(draft, again, None, "", now)
                due = _due_at(rule, again)
            dues += [] if due is None else [due]
        return min(dues, default=None)

    def _file(self, rule: TrapRule) -> None:
        patterns = (*rule.on_trap, *rule.clear_on)
        if rule.takes_the_rest:
            self._last_rules.append(rule)
            return
        if any(pattern.family for pattern in patterns):
            self._families.append(rule)
            return
        for oid in {oid for pattern in patterns for oid in pattern.oids}:
            self._exact[oid].append(rule)

    def _rules_for(self, trap_oid: Oid) -> Iterator[TrapRule]:
        yield from self._exact.get(trap_oid, ())
        for rule in self._families:
            if any(pattern.takes(trap_oid) for pattern in (*rule.on_trap, *rule.clear_on)):
                yield rule

    def _hold_against(self, draft: Draft, rule: TrapRule, event: TrapEvent) -> _Taking:
        """Let one rule read a trap; return whether it took it. A rule that fails costs nothing else."""
        try:
            heard = self._read(rule, event)
            if heard.verdict.outcome is Outcome.NOTHING:
                return _Taking.DECLINED if heard.verdict.declined else _Taking.NO
            if heard.verdict.outcome is Outcome.BEGINS:
                self._begin(draft, heard)
            else:
                self._end(draft, heard)
        except Exception:  # whatever a device sends, the trap is logged and the other rules see it
            TRAP_RULE_ERRORS.inc()
            log.exception("a trap rule failed", rule=rule.name, trap=str(event.trap_oid), source=event.source)
            return _Taking.NO
        if rule.confirm and event.device:
            self._confirmations.ask(event.device)
        return _Taking.MEANT

    def _read(self, rule: TrapRule, event: TrapEvent) -> _Heard:
        facts = facts_of(rule, event, self._names)
        row = self._rows.row_of(event.device, facts.key) if event.device and facts.key else None
        row_key, row_labels = row or ("", {})
        return _Heard(
            rule=rule,
            facts=facts,
            verdict=verdict_on(rule, facts, row_labels),
            row_key=row_key if "=" in row_key else "",
            labels={"source": event.source, **row_labels, **facts.key},
        )

    def _begin(self, draft: Draft, heard: _Heard) -> None:
        rule, event, before = heard.rule, heard.event, self._find(heard)
        device = event.device or event.source
        if before is None and len(self._book.current(rule.name, device)) >= MOST_ALERTS:
            TRAP_ALERTS_REFUSED.inc()
            return
        fresh = AlertKey(rule=rule.name, device=device, instance=heard.row_key or heard.told_key)
        after = self._book.step(rule, before.key if before else fresh, Happening.TRAP, event.at)
        if after.alert is None:
            return
        count = (before.trap_count if before else 0) + event.count
        alert = replace(after.alert, seen_at=event.at, trap_count=count)
        own = labels_of_trap(rule, heard.facts)
        alert = self._book.dressed(alert, heard.labels, own, heard.verdict.value, heard.verdict.threshold)
        annotations = render_trap(
            rule, heard.facts, labels=alert.labels, device=alert.key.device, instance=alert.key.instance, count=count,
            value=alert.value, threshold=alert.threshold, names=self._names,
        )  # fmt: skip
        alert = replace(alert, annotations=annotations)
        self._put(draft, alert, after, heard)

    def _end(self, draft: Draft, heard: _Heard) -> None:
        before = self._find(heard)
        if before is None:
            return
        after = self._book.step(heard.rule, before.key, Happening.TRAP_OVER, heard.event.at)
        if after.alert is not None and after.changed:
            self._put(draft, after.alert, after, heard)

    def _put(self, draft: Draft, alert: Alert, after: Step, heard: _Heard) -> None:
        event, details = heard.event, None
        if after.transition is not None:
            details = trap_evidence(heard.rule, heard.facts, heard.verdict, heard.labels, self._names)
        times = f", {event.count} times" if event.count > 1 else ""
        reason = f"{after.reason} ({trap_name(self._names, event.trap_oid)} from {event.source}{times})"
        self._book.put(draft, alert, after.transition, reason, event.at, details)
        if after.transition is not None:
            self._wake()

    def _carry_on(self, draft: Draft, rule: TrapRule, alert: Alert, now: datetime) -> datetime | None:
        """Move an alert on whose time is over; return when it is due again."""
        expired = rule.ttl is not None and _last_seen(alert) + rule.ttl <= now
        standing = Happening.TRAP_STANDS if alert.state is AlertState.PENDING else Happening.TRAP_OVER_STANDS
        after = self._book.step(rule, alert.key, Happening.EXPIRED if expired else standing, now)
        if after.alert is None or not after.changed:
            return None
        moved = after.alert
        if expired and moved.state is AlertState.RESOLVED:
            moved = replace(moved, annotations=_with_last_words(rule, moved))
        self._book.put(draft, moved, after.transition, after.reason, now)
        return _due_at(rule, moved)

    def _find(self, heard: _Heard) -> Alert | None:
        """Return the alert a trap is about: by the row's name, else by the key that traps tell.

        What began while the sender was no configured device stands under its address.
        """
        event = heard.event
        for device in dict.fromkeys((event.device or event.source, event.source)):
            current = self._book.current(heard.rule.name, device)
            for instance in filter(None, (heard.row_key, heard.told_key)):
                if instance in current:
                    return current[instance]
            if not heard.facts.key:
                found = current.get("")
            elif heard.row_key or len(heard.facts.key) < len(heard.rule.key):
                found = None  # the key belongs to another row by now, or could mean several
            else:
                found = next((alert for alert in current.values() if _has(alert, heard.facts.key)), None)
            if found is not None:
                return found
        return None


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
    if rule.ttl is not None:
        dues.append(_last_seen(alert) + rule.ttl)
    return min(dues, default=None)


def _with_last_words(rule: TrapRule, alert: Alert) -> dict[str, str]:
    """Return the annotations with the truth about this end: nobody said that all is well."""
    words = f"It ended by itself, {format_duration(rule.ttl)} after the last such trap." if rule.ttl else ""
    said = alert.annotations.get("description", "")
    return {**alert.annotations, "description": f"{said}\n{words}".strip()}
