"""Which rules of a table a reading can say anything new to: those that read what moved, or time, or what was before.

A verdict follows from columns; while they are the very same objects it is the same. Most of what a switch says stands
still, and most rules are about that.
A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, rule. Called by: netwatch.engine.intake.readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from netwatch.formulas import columns_of
from netwatch.rules.rule import Rule

MOST_KNOWN: Final = 256
"""Sets of moved columns of one table that are remembered with their rules; like devices move alike."""


class Concerned:
    """The rules of one table, by what of it moved; found out once for all devices."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple((rule, columns_of((rule.broken, *rule.remembered))) for rule in rules)
        made_of = [columns for _, columns in self._rules]
        self.reads = None if None in made_of else frozenset[str]().union(*filter(None, made_of))
        """All columns that any of the rules follows from; None where one follows from more than columns."""
        self._known: dict[AbstractSet[str], tuple[Rule, ...]] = {}

    def by(self, moved: AbstractSet[str]) -> Sequence[Rule]:
        """Return the rules whose verdicts may be others now that these columns (`rate_name` of rates) moved."""
        found = self._known.get(moved)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            found = self._known[moved] = tuple(
                rule for rule, made_of in self._rules if made_of is None or not moved.isdisjoint(made_of)
            )
        return found
