"""What all trap rules together make of one trap, and which traps none of them takes.

A quiet room: no clock, no socket, no database; nothing is begun or ended by it. What polling knows of a row is not
known here.
May import: netwatch.model, names, rule. Called by: netwatch.app (the page), cli.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from netwatch.model import Oid, TrapEvent, UnmatchedTraps
from netwatch.rules.traps.known import meanings_of
from netwatch.rules.traps.names import NO_MIB, MibNames
from netwatch.rules.traps.rule import (
    Outcome,
    TrapFacts,
    TrapRule,
    TrapVerdict,
    facts_of,
    labels_of_trap,
    render_trap,
    verdict_on,
)

SENDERS_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one rule says of a trap."""

    rule: TrapRule
    facts: TrapFacts
    verdict: TrapVerdict

    @property
    def takes_it(self) -> bool:
        """Return whether the trap means something to the rule, or the rule looked and found that it does not."""
        return self.verdict.outcome is not Outcome.NOTHING or self.verdict.declined

    @property
    def key(self) -> str:
        """Return the instance of the alert, as the trap tells it."""
        return ",".join(f"{name}={text}" for name, text in self.facts.key.items())

    @property
    def labels(self) -> dict[str, str]:
        """Return the alert's labels, without those of its device and of the polled row."""
        return {"source": self.facts.event.source, **self.facts.key, **labels_of_trap(self.rule, self.facts)}

    def annotations(self) -> dict[str, str]:
        """Return the annotations as the alert would have them."""
        event = self.facts.event
        return render_trap(
            self.rule, self.facts, labels=self.labels, device=event.device or event.source, instance=self.key,
            count=event.count, value=self.verdict.value, threshold=self.verdict.threshold,
        )  # fmt: skip


def opinions_on(rules: Iterable[TrapRule], event: TrapEvent, names: MibNames = NO_MIB) -> tuple[Opinion, ...]:
    """Return what the rules that look at a trap say of it; those with `any` are asked where no other takes it."""
    listed = list(rules)
    said = tuple(
        _opinion(rule, event, names)
        for rule in listed
        if not rule.takes_the_rest and not rule.goes_by_definitions and _looks_at(rule, event)
    )
    if any(one.takes_it for one in said):
        return said
    defined = tuple(
        Opinion(rule=rule, facts=facts, verdict=verdict)
        for rule in listed
        if rule.goes_by_definitions
        for facts, verdict in meanings_of(rule, event, names)
    )
    if defined:
        return (*said, *defined)
    return (*said, *(_opinion(rule, event, names) for rule in listed if rule.takes_the_rest))


def _looks_at(rule: TrapRule, event: TrapEvent) -> bool:
    return rule.looks_at(event.trap_oid)


def _opinion(rule: TrapRule, event: TrapEvent, names: MibNames) -> Opinion:
    facts = facts_of(rule, event, names)
    return Opinion(rule=rule, facts=facts, verdict=verdict_on(rule, facts, {}))


@dataclass(slots=True)
class _Kind:
    first_at: datetime
    last_at: datetime
    count: int = 0
    example: int | None = None
    senders: dict[str, None] = field(default_factory=dict)
    taken_by_any: bool = False


def unmatched_in(
    events: Iterable[TrapEvent], rules: Sequence[TrapRule], names: MibNames = NO_MIB
) -> tuple[UnmatchedTraps, ...]:
    """Return the traps that no rule but an `any` takes, by kind, the most frequent first; the newest come in first.

    A trap that a rule knows and says no to is taken.
    """
    kinds: dict[Oid, _Kind] = {}
    for event in events:
        said = opinions_on(rules, event, names)
        if any(one.takes_it for one in said if not one.rule.takes_the_rest):
            continue
        kind = kinds.setdefault(event.trap_oid, _Kind(event.at, event.at, example=event.number))
        kind.first_at, kind.last_at = min(kind.first_at, event.at), max(kind.last_at, event.at)
        kind.count += event.count
        kind.taken_by_any |= any(one.verdict.outcome is Outcome.BEGINS for one in said)
        if len(kind.senders) < SENDERS_NAMED:
            kind.senders[event.device or event.source] = None
    found = (
        UnmatchedTraps(
            trap_oid=oid, count=kind.count, senders=tuple(kind.senders), first_at=kind.first_at,
            last_at=kind.last_at, example=kind.example, taken_by_any=kind.taken_by_any,
        )
        for oid, kind in kinds.items()
    )  # fmt: skip
    return tuple(sorted(found, key=lambda kind: (-kind.count, kind.trap_oid)))
