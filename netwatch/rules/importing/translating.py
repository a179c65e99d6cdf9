"""Turns an expression of Prometheus into one of NetWatch: over the rows of one table of one device.

What there means all series, a span, an enumeration's number is here a row, a function with a span in quotes, a word.
What has no counterpart is refused with the reason, never guessed.
A quiet room. May import: netwatch.model, netwatch.rules.importing.promql. Called by: carrying.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from netwatch.model import TableSchema, format_duration
from netwatch.rules.importing.promql import Call, Negative, Number, Operation, Selector, Span, Text, Tree

COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
_MIRRORED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "==": "==", "!=": "!="}
_OVER = {
    "avg_over_time": "avg_over", "min_over_time": "min_over", "max_over_time": "max_over",
    "sum_over_time": "sum_over", "count_over_time": "count_over", "stddev_over_time": "stddev_over",
    "last_over_time": "last_over",
    "changes": "changes_over", "increase": "delta_over", "delta": "delta_over",
}  # fmt: skip
_RATES = frozenset({"rate", "irate"})
_ROWS = frozenset({"sum", "avg", "min", "max", "count"})
_SAME = frozenset({"scalar", "vector", "sort", "sort_desc"})
_ROW_LABEL = re.compile(r"[a-z]+[A-Z]\w*|index|sensor|quantity|path|pool|peer|part|part_class|cpu|scope")
_UP = {"up": "up", "netwatch_device_up": "up", "sysUpTime": "uptime_seconds * 100",
       "sysUpTimeInstance": "uptime_seconds * 100", "snmpEngineTime": "uptime_seconds"}  # fmt: skip
_ATOM = 9
_STRENGTH = {"or": 1, "and": 2, "unless": 2, **dict.fromkeys(COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
             "^": 8}  # fmt: skip
_WORDS = {"unless": "and not", "^": "**"}


class NotCarried(ValueError):
    """There is no counterpart; says for what."""


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
    translator = _Translator(schema, records)
    text, strength = translator.of(tree, is_condition=True)
    if not translator.is_condition(tree):
        text, strength = f"{_wrapped(text, strength, 5)} != 0", 4
        translator.result.notes.append("every value fires there; here what is not 0")
    for condition in dict.fromkeys(translator.conditions):
        text, strength = f"{_wrapped(text, strength, 2)} and {condition}", 2
    translator.result.expr = text
    return translator.result


class _Translator:
    def __init__(self, schema: Mapping[str, TableSchema], records: Mapping[str, Tree]) -> None:
        self._records = records
        self._enums: dict[str, Mapping[int, str]] = {}
        for table in schema.values():
            self._enums |= {name: words for name, words in (table.enums or {}).items() if name not in self._enums}
        self._open: list[str] = []
        self.conditions: list[str] = []
        self.result = Translated()

    def is_condition(self, tree: Tree) -> bool:
        if isinstance(tree, Selector) and tree.name in self._records:
            return self.is_condition(self._records[tree.name])
        return isinstance(tree, Operation) and (
            tree.operator in COMPARISONS or tree.operator in ("and", "or", "unless")
        )

    def of(self, tree: Tree, *, is_condition: bool = False) -> tuple[str, int]:
        match tree:
            case Number():
                return _number(tree.text), _ATOM
            case Negative():
                text, strength = self.of(tree.inner)
                return f"-{_wrapped(text, strength, 7)}", 7
            case Selector():
                return self._series(tree)
            case Operation():
                return self._operation(tree, is_condition=is_condition)
            case Call():
                return self._call(tree)
            case Span() | Text():
                raise NotCarried("a span, or a text, where a number is wanted")

    def _series(self, selector: Selector) -> tuple[str, int]:
        if selector.span:
            raise NotCarried(f"{selector.name} over a span, outside of a function")
        if selector.name in self._records:
            return self._recorded(selector)
        self._match(selector)
        text = _UP.get(selector.name, selector.name)
        if selector.name.startswith("netwatch_") and selector.name not in _UP:
            text = selector.name.removeprefix("netwatch_")
        if selector.offset:
            return f"offset({text}, {_span(selector.offset)})", _ATOM
        return text, 6 if " " in text else _ATOM

    def _recorded(self, selector: Selector) -> tuple[str, int]:
        """Write out what was recorded under a name."""
        if selector.name in self._open or selector.offset:
            raise NotCarried(f"{selector.name}, which is recorded, within itself or at another time")
        self._open.append(selector.name)
        self._match(selector)
        found = self.of(self._records[selector.name])
        self._open.pop()
        return found

    def _match(self, selector: Selector) -> None:
        for label, operator, text in selector.matchers:
            if label == "job":
                continue
            if label in ("instance", "device", "exported_instance"):
                self._for_devices("device", operator, text)
            elif _ROW_LABEL.fullmatch(label):
                self.conditions.append(_row_condition(label, operator, text))
            else:
                self._for_devices(label, operator, text)

    def _for_devices(self, label: str, operator: str, text: str) -> None:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        matcher = f'{label}{operator}"{escaped}"'
        if matcher not in self.result.devices:
            self.result.devices.append(matcher)

    def _operation(self, tree: Operation, *, is_condition: bool) -> tuple[str, int]:
        operator = tree.operator
        logical = operator in ("and", "or", "unless")
        if operator in COMPARISONS and not is_condition and not tree.is_bool:
            raise NotCarried("a comparison that leaves values, in the midst of arithmetic")
        if operator in COMPARISONS and (named := self._state(tree)):
            return named, 4
        strength = _STRENGTH[operator]
        left = self._side(tree.left, strength, logical=logical)
        right = self._side(tree.right, strength + (operator in ("-", "/", "%", "unless")), logical=logical)
        return f"{left} {_WORDS.get(operator, operator)} {right}", strength

    def _side(self, tree: Tree, strength: int, *, logical: bool) -> str:
        text, own = self.of(tree, is_condition=logical)
        if logical and not self.is_condition(tree):
            return f"not absent({text})"
        return _wrapped(text, own, strength + (not logical and strength == 4))

    def _state(self, tree: Operation) -> str:
        """Return a comparison of an enumeration with the word of its number; empty where it is none."""
        left, right, operator = tree.left, tree.right, tree.operator
        if isinstance(left, Number) and isinstance(right, Selector):
            left, right, operator = right, left, _MIRRORED[operator]
        if not isinstance(left, Selector) or not isinstance(right, Number) or left.span:
            return ""
        name = left.name.removeprefix("netwatch_")
        words = self._enums.get(name, {})
        if not words:
            return ""
        text, _ = self._series(left)
        try:
            number = float(right.text)
        except ValueError:
            return ""
        if operator not in ("==", "!=") or number not in words:
            return f"code({text}) {operator} {_number(right.text)}"
        return f"{text} {operator} '{words[int(number)]}'"

    def _call(self, call: Call) -> tuple[str, int]:
        name, arguments = call.name, call.arguments
        if name in _ROWS:
            return self._rows(call)
        if name in _SAME and len(arguments) == 1:
            return self.of(arguments[0])
        if name in ("abs",) and len(arguments) == 1:
            return f"abs({self.of(arguments[0])[0]})", _ATOM
        if name == "time" and not arguments:
            return "now()", _ATOM
        if name in _RATES and len(arguments) == 1:
            return f"rate({self._spanned(arguments[0])[0]})", _ATOM
        if name in _OVER and len(arguments) == 1:
            text, span = self._spanned(arguments[0])
            return f"{_OVER[name]}({text}, {_span(span)})", _ATOM
        if name == "quantile_over_time" and len(arguments) == 2 and isinstance(arguments[0], Number):
            text, span = self._spanned(arguments[1])
            return f"quantile_over({text}, {_number(arguments[0].text)}, {_span(span)})", _ATOM
        if name == "predict_linear" and len(arguments) == 2:
            return self._forecast(arguments)
        if name == "absent":
            raise NotCarried("absent(): a rule looks at rows that there are; no_data: alert is for what goes missing")
        raise NotCarried(f"{name}()")

    def _forecast(self, arguments: Sequence[Tree]) -> tuple[str, int]:
        text, _ = self._spanned(arguments[0])
        seconds = _constant(arguments[1])
        if not 60 <= seconds <= 86_400 * 31:
            raise NotCarried("predict_linear() so far ahead")
        ahead = format_duration(timedelta(seconds=round(seconds)))
        self.result.notes.append(f"forecast looks back as far as it looks ahead, {ahead}, a day at most")
        return f"forecast({text}, '{ahead}')", _ATOM

    def _spanned(self, tree: Tree) -> tuple[str, str]:
        """Return what stands under a span, and the span."""
        if isinstance(tree, Span):
            return self.of(tree.inner)[0], tree.span
        if isinstance(tree, Selector) and tree.span:
            if tree.offset:
                raise NotCarried("a span at another time")
            return self._series(Selector(tree.name, tree.matchers))[0], tree.span
        raise NotCarried("a function of a span, of something without one")

    def _rows(self, call: Call) -> tuple[str, int]:
        """Translate an aggregation: over the rows of a device, or of one row, which is the row."""
        if len(call.arguments) != 1:
            raise NotCarried(f"{call.name}() of several")
        labels = set(call.by or ())
        if call.without:
            raise NotCarried(f"{call.name} without (..): over which rows it is cannot be told")
        if not labels & {"instance", "device", "exported_instance"} and not any(map(_ROW_LABEL.fullmatch, labels)):
            raise NotCarried(f"{call.name} over all devices; a rule is about one")
        inner = call.arguments[0]
        condition = self.is_condition(inner)
        if condition and call.name != "count":
            raise NotCarried(f"{call.name} of a comparison")
        text, _ = self.of(inner, is_condition=condition)
        if any(map(_ROW_LABEL.fullmatch, labels)):
            if call.name == "count":
                raise NotCarried("count by a label of rows")
            return _wrapped(text, 0, _ATOM), _ATOM
        if self.conditions:
            raise NotCarried(f"{call.name} over some rows only, chosen by a label")
        return f"{call.name}({text})", _ATOM


def _row_condition(label: str, operator: str, text: str) -> str:
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if operator in ("=", "!="):
        return f"{label} {'==' if operator == '=' else '!='} {quoted}"
    return f"{'not ' if operator == '!~' else ''}matches({label}, {quoted})"


def _wrapped(text: str, strength: int, needed: int) -> str:
    return text if strength >= needed or re.fullmatch(r"[\w.]+(\([^()]*\))?", text) else f"({text})"


def _number(text: str) -> str:
    if text.lower() in ("inf", "nan"):
        raise NotCarried(f"the number {text}")
    return str(int(text, 16)) if text.startswith("0x") else text


def _span(text: str) -> str:
    if "$" in text or not re.fullmatch(r"(\d+(ms|[smhdwy]))+", text):
        raise NotCarried(f"the span {text}")
    return f"'{text}'"


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
}  # fmt: skip


def _constant(tree: Tree) -> float:
    """Return what a number, or a product of some, comes to.

    Raises:
        NotCarried: it is none.
    """
    if isinstance(tree, Number):
        return float(_number(tree.text))
    if isinstance(tree, Operation) and tree.operator in _ARITHMETIC:
        value = _ARITHMETIC[tree.operator](_constant(tree.left), _constant(tree.right))
        return value if math.isfinite(value) else 0.0
    raise NotCarried("a number of seconds that is not written as one")
