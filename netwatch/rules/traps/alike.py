"""What a rule finds in traps that are made alike, as those of a storm are: worked out for the first of them.

Traps are alike whose varbinds stand in the same columns. Where in them a rule finds what it names is then the same,
and so is its verdict where its expressions are given the same values; which row a trap is about is read from it. This
is `facts_of` and `verdict_on` in a tenth of their time, and comes to the same: a test holds them together. Of rules
and traps where more than one number tells rows apart nothing is known here, and those two are asked.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.traps.*. Called by: netwatch.engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netwatch.formulas import Formula, Labels, Numbers, Texts
from netwatch.model import Oid, TrapEvent, Varbind
from netwatch.rules.traps.names import TRAP, MibNames
from netwatch.rules.traps.rule import TrapFacts, TrapRule, TrapVerdict, texts_of, verdict_on
from netwatch.rules.traps.words import TrapWords

MOST_LAYOUTS = 64
MOST_VERDICTS = 64
"""Ways that traps of one rule are made, and verdicts of each, that are kept."""
MOST_ALIKE = 32
"""Varbinds of such a trap, and numbers of each of their names; what is larger comes from few and is read as ever."""
LONGEST_KEPT = 64
"""Octets of a value that is kept with a verdict."""

Columns = tuple[tuple[int, ...], ...]
_Verdicts = dict[tuple[tuple[type, object], ...], TrapVerdict]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a rule finds what it names.

    places: of varbinds by name; asked: of those that its expressions look at; row: of the one that names the row.
    verdicts: those so far, by what the expressions were given.
    """

    places: tuple[tuple[str, int], ...]
    asked: tuple[int, ...]
    row: int
    verdicts: _Verdicts


class AlikeTraps:
    """Reads traps for one rule."""

    def __init__(self, rule: TrapRule, names: MibNames) -> None:
        self._rule, self._names = rule, names
        self._asked = _asked_by(rule)
        self._layouts: dict[tuple[Oid, Columns], _Layout | None] = {}

    @classmethod
    def for_rules(cls, rules: Iterable[TrapRule], names: MibNames) -> dict[str, AlikeTraps]:
        """Return readers of those rules that this can be done for, by the rule's name."""
        return {rule.name: cls(rule, names) for rule in rules if _is_simple(rule)}

    def read(self, event: TrapEvent) -> tuple[TrapFacts, TrapVerdict] | None:
        """Return what is in a trap, and the verdict without knowing its row; None where it is not simple."""
        varbinds = event.varbinds
        if len(varbinds) > MOST_ALIKE:
            return None
        made = event.trap_oid, tuple([varbind.oid[:-1] for varbind in varbinds])
        try:
            layout = self._layouts[made]
        except KeyError:
            layout = self._learned(*made, varbinds)
        if layout is None:
            return None
        row = varbinds[layout.row]
        number = row.value
        if type(number) is not int or row.oid[-1] != number:
            return None
        found = {name: varbinds[place] for name, place in layout.places}
        facts = TrapFacts(
            event=event, key={self._rule.key[0]: str(number)},
            values={name: one.value for name, one in found.items()},
            texts=texts_of(self._rule, found, self._names), words=TrapWords(event, self._names),
        )  # fmt: skip
        given = tuple([(type(varbinds[place].value), varbinds[place].value) for place in layout.asked])
        verdict = layout.verdicts.get(given)
        if verdict is None:
            verdict = verdict_on(self._rule, facts, {})
            if len(layout.verdicts) >= MOST_VERDICTS:
                layout.verdicts.clear()
            if all(not isinstance(one, bytes) or len(one) <= LONGEST_KEPT for one in facts.values.values()):
                layout.verdicts[given] = verdict
        return facts, verdict

    def _learned(self, trap_oid: Oid, columns: Columns, varbinds: tuple[Varbind, ...]) -> _Layout | None:
        if any(len(column) > MOST_ALIKE for column in columns):
            return None
        if len(self._layouts) >= MOST_LAYOUTS:
            self._layouts.clear()
        layout = self._layouts[trap_oid, columns] = self._layout(trap_oid, columns, varbinds)
        return layout

    def _layout(self, trap_oid: Oid, columns: Columns, varbinds: tuple[Varbind, ...]) -> _Layout | None:
        """Return where things are in traps made like this one; None where the last numbers have a say in that."""
        rule = self._rule
        wanted = [oid for one in rule.objects.values() for oid in (one.oid, *one.others)]
        if any(len(oid) > len(column) and oid[: len(column)] == column for oid in wanted for column in columns):
            return None
        numbers = {id(varbind): place for place, varbind in enumerate(varbinds)}
        if len(numbers) < len(varbinds):
            return None
        places = {
            name: numbers[id(varbind)]
            for name, one in rule.objects.items()
            if (varbind := one.found_in(trap_oid, varbinds)) is not None
        }
        row = places.get(rule.key[0])
        if row is None or not any(oid == columns[row] for oid in _oids_of(rule)):
            return None
        asked = tuple(place for name, place in places.items() if name in self._asked)
        return _Layout(tuple(places.items()), asked, row, {})


def _oids_of(rule: TrapRule) -> tuple[Oid, ...]:
    key = rule.objects[rule.key[0]]
    return (key.oid, *key.others)


def _is_simple(rule: TrapRule) -> bool:
    """Return whether one number tells the rule's rows apart, and no expression looks at it."""
    if len(rule.key) != 1 or rule.key[0] == TRAP or rule.goes_by_definitions or rule.key[0] not in rule.objects:
        return False
    if any(one.words for one in rule.objects.values()) or rule.objects[rule.key[0]].enum:
        return False
    sources = [source for formula in _formulas(rule) for source in formula.inputs]
    return rule.key[0] not in _asked_by(rule) and all(type(one) in (Numbers, Texts, Labels) for one in sources)


def _asked_by(rule: TrapRule) -> frozenset[str]:
    return frozenset(source.key for formula in _formulas(rule) for source in formula.inputs)


def _formulas(rule: TrapRule) -> list[Formula]:
    formulas = (rule.broken, rule.healed, rule.value_of, rule.threshold_of)
    return [formula for formula in formulas if formula is not None]
