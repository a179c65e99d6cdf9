"""How far back a rule looks into the history, and whether it does without.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, compiling, rule. Called by: netwatch.config.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from netwatch.formulas import MAX_SPAN, Over
from netwatch.model import WITH_HISTORY
from netwatch.rules.compiling import reads_of
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
