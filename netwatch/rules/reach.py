"""What a rule wants of the history: how far back it looks, and its value over a day for a chart.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, compiling, hindsight, rule. Called by: netwatch.config, engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from netwatch.formulas import MAX_SPAN, Numbers, Over, Read
from netwatch.model import WITH_HISTORY
from netwatch.rules.compiling import reads_of
from netwatch.rules.hindsight import CURVE, CURVE_SPAN, Question
from netwatch.rules.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a rule wants of the history: how far back, and whether it knows nothing at all without."""

    span: timedelta
    needed: bool


def reach_of(rule: Rule) -> Reach | None:
    """Return it, None of a rule that asks no history."""
    formulas = (rule.broken, rule.healed, rule.value_of)
    asked = [
        read.source
        for formula in formulas
        if formula is not None
        for read in reads_of(formula.node)
        if isinstance(read.source, Over) and read.source.from_history
    ]
    if rule.table not in WITH_HISTORY or not asked:
        return None
    return Reach(
        span=max(min(source.span, MAX_SPAN) if source.function == "forecast" else source.span for source in asked),
        needed=any(source.function == "same_hour" for source in asked),
    )


def curve_question(rule: Rule, device: str, instance: str) -> Question | None:
    """Return what asks for a rule's value on a row over a day, None where history cannot tell it."""
    formula = rule.value_of
    if formula is None or formula.stateful or rule.is_aggregate or rule.table not in WITH_HISTORY:
        return None
    reads = [node for node in formula.node.walk() if isinstance(node, Read)]
    if not reads or not all(isinstance(read.source, Numbers) and not read.names for read in reads):
        return None
    return Question(
        device=device, table=rule.table, key=f"{CURVE} {rule.name} {instance}", function=CURVE, span=CURVE_SPAN,
        parameter=0.0, columns=frozenset(read.source.key for read in reads), body=formula, row=instance,
    )  # fmt: skip
