"""Turns an expression of Prometheus into one of NetWatch: over the rows of one table of one device.

What there means all series, a span, an enumeration's number is here a row, a function with a span in quotes, a word.
A matcher belongs to the comparison it stands in. What has no counterpart is refused with the reason, never guessed.
A quiet room. May import: netwatch.model, netwatch.rules.importing. Called by: carrying.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netwatch.model import TableSchema
from netwatch.promql import Call, Negative, Number, Operation, Selector, Subquery, Text, Tree
from netwatch.rules.importing import calls
from netwatch.rules.importing.choosing import Chosen, Names, chosen_by, row_condition
from netwatch.rules.importing.trees import ANSWERS, lender, says_up, selectors_in
from netwatch.rules.importing.words import (
    ADDED,
    AND,
    ATOM,
    COMPARED,
    COMPARISONS,
    LOGICAL,
    MIRRORED,
    MULTIPLIED,
    STRENGTH,
    NotCarried,
    number,
    span,
    wrapped,
)

_UP = {"up": "up", "netwatch_device_up": "up", "sysUpTime": "uptime_seconds * 100",
       "sysUpTimeInstance": "uptime_seconds * 100", "snmpEngineTime": "uptime_seconds"}  # fmt: skip
"""What is read of a device by itself, and not as a table; a rule about a table sees the uptime as sysUpTime."""
_WORDS = {"^": "**"}
_OWN = ("ALERTS", "ALERTS_FOR_STATE")


@dataclass(slots=True)
class Translated:
    """The expression, matchers of devices it is meant for, and what is different, in words."""

    expr: str = ""
    devices: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def translate(tree: Tree, schema: Mapping[str, TableSchema], records: Mapping[str, Tree]) -> Translated:
    """Return the counterpart of an alert's expression; `records` are recorded expressions by their names.

    Raises:
        NotCarried: something in it has none.
    """
    translator = Translator(Names.of(schema.values()), records)
    translator.about_devices = all(one.name in _UP for one in selectors_in(tree, records))
    text, _, devices = translator.condition(tree)
    return Translated(text, devices, translator.notes)


class Translator:
    """Translates one expression; `chosen` is what the comparison under way goes by so far."""

    def __init__(self, names: Names, records: Mapping[str, Tree]) -> None:
        self.names, self.notes = names, list[str]()
        self.about_devices = False
        self.chosen = Chosen()
        self._records = records
        self._open: list[str] = []

    def note(self, text: str) -> None:
        """Say what is different, once."""
        if text not in self.notes:
            self.notes.append(text)

    # -- what is true or not ------------------------------------------------------------------------------------

    def condition(self, tree: Tree) -> tuple[str, int, list[str]]:
        """Return what is true where a series comes of an expression, how strongly it binds, and of which devices."""
        if isinstance(tree, Selector) and tree.name in self._records:
            with_matchers = self._recorded(tree)
            return self._joined(*self.condition(self._records[tree.name]), with_matchers)
        if isinstance(tree, Operation) and tree.operator in LOGICAL:
            return self._logical(tree)
        outer, self.chosen = self.chosen, Chosen()
        try:
            text, strength = self._verdict(tree)
            return self._joined(text, strength, [], self.chosen)
        finally:
            self.chosen = outer

    @staticmethod
    def _joined(text: str, strength: int, devices: list[str], chosen: Chosen) -> tuple[str, int, list[str]]:
        rows = [row for row in chosen.rows if row != text]
        if rows and text:
            text, strength = " and ".join([wrapped(text, strength, AND), *rows]), AND
        elif rows:
            text, strength = " and ".join(rows), AND if len(rows) > 1 else COMPARED
        return text, strength, list(dict.fromkeys(devices + chosen.devices))

    def _logical(self, tree: Operation) -> tuple[str, int, list[str]]:
        guarded = self._guarded(tree)
        if guarded is not None:
            return self.condition(guarded)
        left, left_strength, left_devices = self.condition(tree.left)
        right, right_strength, right_devices = self.condition(tree.right)
        if tree.operator == "or" and set(left_devices) != set(right_devices):
            raise NotCarried("`or` between series of different devices; make two alerts of it")
        if tree.operator == "unless":
            if not set(right_devices) <= set(left_devices):
                raise NotCarried("`unless` with series of other devices")
            return (
                f"{wrapped(left, left_strength, AND)} and not {wrapped(right, right_strength, 3)}",
                AND,
                left_devices,
            )
        strength = STRENGTH[tree.operator]
        both = list(dict.fromkeys(left_devices + right_devices))
        text = f"{wrapped(left, left_strength, strength)} {tree.operator} {wrapped(right, right_strength, strength)}"
        return text, strength, both

    def _guarded(self, tree: Operation) -> Tree | None:
        """Return what is left of `x and up == 1`: a reading comes only of a device that answers; None of others."""
        if tree.operator == "or" or self.about_devices or not says_up(tree.right, tree.operator == "and"):
            return None
        self.note("whether the device is up is not asked: there are readings only of one that answers")
        return tree.left

    def _verdict(self, tree: Tree) -> tuple[str, int]:
        if isinstance(tree, Operation) and tree.operator in COMPARISONS:
            return self._comparison(tree)
        if isinstance(tree, Operation) and (other := self._of_info(tree)) is not None:
            text, strength, devices = self.condition(other)
            self.chosen.devices += devices
            return text, strength
        if isinstance(tree, Call):
            found = calls.verdict(self, tree)
            if found is not None:
                return found
        if isinstance(tree, Selector) and self._own_label(tree):
            self.value(tree)
            return "", ATOM
        text, _ = self.value(tree, is_number=False)
        return f"not absent({text})", COMPARED

    def _comparison(self, tree: Operation) -> tuple[str, int]:
        operator, left, right = tree.operator, tree.left, tree.right
        if isinstance(left, Number) and not isinstance(right, Number):
            left, right, operator = right, left, MIRRORED[operator]
        for special in (self._stated, self._state, self._restarts):
            if (found := special(left, operator, right)) is not None:
                return found
        sides = [wrapped(*self.value(side), ADDED) for side in (left, right)]
        return f"{sides[0]} {operator} {sides[1]}", COMPARED

    def _stated(self, left: Tree, operator: str, right: Tree) -> tuple[str, int] | None:
        """Translate a state that is a label of its own series, `x{x="down"} == 1`; None of others."""
        if not isinstance(left, Selector) or not isinstance(right, Number) or not self._own_label(left):
            return None
        true = {("==", "1"), (">", "0"), ("!=", "0"), (">=", "1")}
        false = {("==", "0"), ("<", "1"), ("!=", "1"), ("<=", "0")}
        if (operator, right.text) not in true | false:
            return None
        self.value(left)
        if (operator, right.text) in true:
            return "", ATOM
        own = self._own_label(left)
        [at] = [place for place, one in enumerate(left.matchers) if one[0] == own]
        said = row_condition(*left.matchers[at], self.names)
        self.chosen.rows = [row for row in self.chosen.rows if row != said]
        return f"not ({said})", 3

    def _own_label(self, selector: Selector) -> str:
        """Return the label of a series that says its text or state; empty where it has no matcher of it."""
        own = selector.name.removesuffix("_info")
        return own if any(label == own for label, _, _ in selector.matchers) else ""

    def _state(self, left: Tree, operator: str, right: Tree) -> tuple[str, int] | None:
        """Translate a comparison of an enumeration with the word of its number; None where it is none."""
        named = left
        if isinstance(left, Call) and left.name in ("last_over_time", "sort") and len(left.arguments) == 1:
            [named] = left.arguments
        if not isinstance(named, Selector) or not isinstance(right, Number):
            return None
        words = self.names.words_of(named.name)
        if operator not in ("==", "!=") or not right.text.isdigit() or int(right.text) not in words:
            return None
        text, _ = self.value(left, is_number=False)
        return f"{text} {operator} '{words[int(right.text)]}'", COMPARED

    def _restarts(self, left: Tree, operator: str, right: Tree) -> tuple[str, int] | None:
        """Translate `resets(sysUpTime[5m]) > 0`: it has been up for less than that; None of others."""
        if not isinstance(left, Call) or left.name != "resets" or not isinstance(right, Number):
            return None
        if (operator, right.text) not in ((">", "0"), (">=", "1"), ("!=", "0")):
            raise NotCarried("resets() compared with another number than none")
        return calls.restarted(self, left), COMPARED

    # -- what is a number ---------------------------------------------------------------------------------------

    def value(self, tree: Tree, *, is_number: bool = True) -> tuple[str, int]:
        """Return a value and how strongly it binds; is_number: of an enumeration the number, and not the word."""
        match tree:
            case Number():
                return number(tree.text), ATOM
            case Negative():
                return f"-{wrapped(*self.value(tree.inner), 7)}", 7
            case Selector():
                return self._series(tree, is_number=is_number)
            case Operation():
                return self._operation(tree)
            case Call():
                return calls.value(self, tree, is_number=is_number)
            case Subquery() | Text():
                raise NotCarried("a span, or a text, where a number is wanted")

    def _series(self, selector: Selector, *, is_number: bool) -> tuple[str, int]:
        if selector.span:
            raise NotCarried(f"{selector.name} over a span, outside of a function")
        if selector.name in _OWN:
            raise NotCarried(f"{selector.name}: inhibit_rules and depends_on hold back what another alert explains")
        if selector.name in self._records:
            self.chosen.add(self._recorded(selector))
            self._open.append(selector.name)
            found = self.value(self._records[selector.name], is_number=is_number)
            self._open.pop()
            return found
        self.chosen.add(chosen_by(selector, self.names, self.notes))
        text = self._named(selector.name)
        if selector.offset:
            text = f"offset({text}, {span(selector.offset)})"
        if is_number and self.names.words_of(selector.name):
            text = f"code({text})"
        return text, MULTIPLIED if " " in text and not text.endswith(")") else ATOM

    def _named(self, name: str) -> str:
        if name in _UP and (self.about_devices or name in ANSWERS):
            return _UP[name]
        return "sysUpTime" if name == "sysUpTimeInstance" else name.removeprefix("netwatch_")

    def _recorded(self, selector: Selector) -> Chosen:
        """Return what is chosen of what was recorded under a name, which is written out."""
        if selector.name in self._open or selector.offset:
            raise NotCarried(f"{selector.name}, which is recorded, within itself or at another time")
        return chosen_by(selector, self.names, self.notes)

    def _operation(self, tree: Operation) -> tuple[str, int]:
        operator = tree.operator
        if operator in COMPARISONS and tree.is_bool:
            text, _ = self._comparison(tree)
            return f"(1 if {text} else 0)", ATOM
        if operator in COMPARISONS or operator in ("and", "unless"):
            return self._with_condition(tree)
        if operator == "or":
            return f"coalesce({self.value(tree.left)[0]}, {self.value(tree.right)[0]})", ATOM
        if (other := self._of_info(tree)) is not None:
            return self.value(other)
        strength = STRENGTH[operator]
        left = wrapped(*self.value(tree.left), strength)
        right = wrapped(*self.value(tree.right), strength + (operator in ("-", "/", "%")))
        return f"{left} {_WORDS.get(operator, operator)} {right}", strength

    def _with_condition(self, tree: Operation) -> tuple[str, int]:
        """Return the left side's value; that the comparison holds is asked beside it."""
        text, strength, devices = self.condition(tree)
        self.chosen.add(Chosen([wrapped(text, strength, COMPARED)], devices))
        value, strength = self.value(tree.left)
        return value, strength

    def _of_info(self, tree: Operation) -> Tree | None:
        """Return what is multiplied with a series that only lends its labels: a row has them here; None of others."""
        if tree.operator not in ("*", "/"):
            return None
        for lending, other in ((tree.right, tree.left), (tree.left, tree.right)):
            selector = lender(lending)
            if selector is None or selector.offset or selector.span:
                continue
            if selector.name in self.names.texts or selector.name.endswith("_info"):
                self.chosen.add(chosen_by(selector, self.names, self.notes))
                return other
        return None

    def one_device(self, tree: Tree) -> bool:
        """Return whether every series is of one device that is named."""
        found = list(selectors_in(tree, self._records))
        return bool(found) and all(
            any(label in ("instance", "device") and how == "=" for label, how, _ in one.matchers) for one in found
        )
