"""What a verdict on a trap rests on, in words: which pattern took it, what it carried, what the expressions said.

A quiet room: no clock, no socket, no database. Nothing here runs while nobody asks why.
May import: netwatch.model, netwatch.rules.evidence, names, rule. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Mapping

from netwatch.model import NUMBERS, ObjectNames, cleaned, trap_name
from netwatch.rules.evidence import inputs_of, shown
from netwatch.rules.traps.names import TrapPattern
from netwatch.rules.traps.rule import Outcome, TrapFacts, TrapRule, TrapVerdict, frame_of_trap, varbinds_text


def trap_evidence(
    rule: TrapRule,
    facts: TrapFacts,
    verdict: TrapVerdict,
    labels: Mapping[str, str],
    names: ObjectNames = NUMBERS,
) -> dict[str, str]:
    """Return what a trap rule's verdict rests on; `labels` are what polling knows of the row, as for the verdict."""
    event = facts.event
    told = {
        "trap": trap_name(names, event.trap_oid), "matched": _matched(rule, facts, verdict),
        "source": event.source, "relay": event.relay, "version": event.version, "user": cleaned(event.user),
        "varbinds": varbinds_text(event.varbinds, names),
        "key": ",".join(f"{name}={text}" for name, text in facts.key.items()),
        "count": str(event.count) if event.count > 1 else "",
        "heard_at": event.at.isoformat(),
    }  # fmt: skip
    frame = frame_of_trap(rule, facts, labels)
    if rule.broken is not None and verdict.outcome is not Outcome.ENDS:  # then it was not asked for
        told |= {"expr": rule.expr or "", "shown": shown(rule.broken, frame, 0)} | inputs_of(rule.broken, frame, 0)
    if rule.healed is not None and verdict.outcome is not Outcome.BEGINS:
        told |= {"clear_expr": rule.clear_expr or "", "clear_shown": shown(rule.healed, frame, 0)}
        told |= inputs_of(rule.healed, frame, 0)
    return {name: text for name, text in told.items() if text}


def _matched(rule: TrapRule, facts: TrapFacts, verdict: TrapVerdict) -> str:
    def first(patterns: tuple[TrapPattern, ...]) -> str:
        return next((pattern.text for pattern in patterns if pattern.takes(facts.event.trap_oid)), "")

    began, ended = first(rule.on_trap), first(rule.clear_on)
    sides = {"on_trap": began, "clear_on": ended}
    if verdict.outcome is Outcome.ENDS:
        sides = {"clear_on": ended}
    elif verdict.outcome is Outcome.BEGINS:
        sides = {"on_trap": began}
    return ", ".join(f"{side}: {text}" for side, text in sides.items() if text)
