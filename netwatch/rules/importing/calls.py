"""Turns functions and aggregations of Prometheus into those of NetWatch.

A quiet room. May import: netwatch.model, netwatch.rules.importing. Called by: translating, whose translator it gets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from netwatch.model import format_duration
from netwatch.promql import Call, Number, Operation, Selector, Subquery, Tree
from netwatch.rules.importing.choosing import OF_DEVICE, Chosen, is_row_label
from netwatch.rules.importing.words import (
    AND,
    ATOM,
    COMPARED,
    COMPARISONS,
    LOGICAL,
    MULTIPLIED,
    NotCarried,
    number,
    seconds,
    span,
    wrapped,
)

OVER = {
    "avg_over_time": "avg_over", "min_over_time": "min_over", "max_over_time": "max_over",
    "sum_over_time": "sum_over", "count_over_time": "count_over", "stddev_over_time": "stddev_over",
    "last_over_time": "last_over",
    "changes": "changes_over", "increase": "delta_over", "delta": "delta_over",
}  # fmt: skip
_OF_WORDS = frozenset({"changes", "count_over_time", "last_over_time", "present_over_time", "absent_over_time"})
"""Functions that look at a state and not at a number."""
_RATES = frozenset({"rate", "irate"})
_ROWS = frozenset({"sum", "avg", "min", "max", "count", "group"})
_SAME = frozenset({"scalar", "vector", "sort", "sort_desc", "label_replace", "label_join"})
_ROUNDED = frozenset({"round", "floor", "ceil"})
_FAR = "1e18"
"""Beyond whatever a device has."""
_UPTIMES = frozenset({"sysUpTime", "sysUpTimeInstance", "snmpEngineTime"})


class Translator(Protocol):
    """What translates the arguments of a function."""

    chosen: Chosen
    about_devices: bool

    def note(self, text: str) -> None:
        """Say what is different."""

    def value(self, tree: Tree, *, is_number: bool = True) -> tuple[str, int]:
        """Return a value and how strongly it binds."""

    def condition(self, tree: Tree) -> tuple[str, int, list[str]]:
        """Return what is true where a series comes of an expression, how strongly it binds, and of which devices."""

    def one_device(self, tree: Tree) -> bool:
        """Return whether every series is of one device that is named."""


def verdict(translator: Translator, call: Call) -> tuple[str, int] | None:
    """Return what is true where a series comes of a function; None where it comes of any number."""
    arguments = call.arguments
    if call.name in ("absent", "absent_over_time") and len(arguments) == 1:
        return _absent(translator, call)
    if call.name == "resets":
        return restarted(translator, call), COMPARED
    if call.name == "present_over_time" and len(arguments) == 1:
        text, over = _spanned(translator, arguments[0], is_number=False)
        return f"count_over({text}, {span(over)}) > 0", COMPARED
    inner = arguments[0] if arguments else None
    is_same = call.name in _SAME and call.name != "vector"
    of_rows = call.name in _ROWS and len(arguments) == 1 and _keeps_row(call.by or ())
    if inner is not None and (is_same or of_rows) and _is_condition(inner):
        text, strength, devices = translator.condition(inner)
        translator.chosen.add(Chosen([], devices))
        return text, strength
    return None


def restarted(translator: Translator, call: Call) -> str:
    """Return that the uptime is less than the span of `resets(uptime[span])`."""
    [argument] = call.arguments if len(call.arguments) == 1 else [None]
    if not isinstance(argument, Selector) or argument.name not in _UPTIMES or not argument.span or argument.offset:
        raise NotCarried("resets() of what is no uptime")
    over = seconds(argument.span)
    text, _ = translator.value(replace(argument, span=""))
    ticks = argument.name != "snmpEngineTime" and not translator.about_devices
    text = text.removesuffix(" * 100")
    return f"{text} < {over * 100 if ticks else over:.0f}"


def value(translator: Translator, call: Call, *, is_number: bool = True) -> tuple[str, int]:
    """Return the value of a function.

    Raises:
        NotCarried: it has no counterpart.
    """
    name, arguments = call.name, call.arguments
    if name in _ROWS:
        return _rows(translator, call)
    if name in _SAME and arguments:
        if name.startswith("label_"):
            translator.note(f"the label that {name}() makes is not carried over")
        return translator.value(arguments[0], is_number=is_number)
    if name == "abs" and len(arguments) == 1:
        return f"abs({translator.value(arguments[0])[0]})", ATOM
    if name in _ROUNDED and arguments:
        translator.note(f"{name}() is not carried over: the value is not rounded")
        return translator.value(arguments[0])
    if name in ("time", "timestamp"):
        return "now()", ATOM
    if name.startswith("clamp"):
        return _clamped(translator, name, arguments)
    return _of_span(translator, call)


def _clamped(translator: Translator, name: str, arguments: Sequence[Tree]) -> tuple[str, int]:
    texts = [translator.value(one)[0] for one in arguments]
    if name == "clamp" and len(texts) == 3:
        return f"max({texts[1]}, min({texts[2]}, {texts[0]}))", ATOM
    if name in ("clamp_min", "clamp_max") and len(texts) == 2:
        return f"{'max' if name == 'clamp_min' else 'min'}({texts[0]}, {texts[1]})", ATOM
    raise NotCarried(f"{name}()")


def _of_span(translator: Translator, call: Call) -> tuple[str, int]:
    name, arguments = call.name, call.arguments
    if name in _RATES and len(arguments) == 1:
        return _rate(translator, arguments[0]), ATOM
    if name == "idelta" and len(arguments) == 1:
        return f"delta({_spanned(translator, arguments[0])[0]})", ATOM
    if name in OVER and len(arguments) == 1:
        text, over = _spanned(translator, arguments[0], is_number=name not in _OF_WORDS)
        return f"{OVER[name]}({text}, {span(over)})", ATOM
    if name == "deriv" and len(arguments) == 1:
        text, over = _spanned(translator, arguments[0])
        translator.note("deriv() is the difference over the span here, and not the slope of a line through it")
        return f"delta_over({text}, {span(over)}) / {seconds(over):g}", MULTIPLIED
    if name == "quantile_over_time" and len(arguments) == 2 and isinstance(arguments[0], Number):
        text, over = _spanned(translator, arguments[1])
        return f"quantile_over({text}, {number(arguments[0].text)}, {span(over)})", ATOM
    if name == "predict_linear" and len(arguments) == 2:
        return _forecast(translator, arguments)
    if name in ("absent", "absent_over_time"):
        raise NotCarried(f"{name}() in the midst of arithmetic")
    raise NotCarried(f"{name}()")


def _absent(translator: Translator, call: Call) -> tuple[str, int]:
    """Return that a device has no such row; there it is one alert for all devices, here one for each."""
    [argument] = call.arguments
    series = argument.inner if isinstance(argument, Subquery) else argument
    if not isinstance(series, Selector):
        raise NotCarried(f"{call.name}() of what is no series")
    if series.name in ("up", "netwatch_device_up"):
        raise NotCarried(
            f"{call.name}({series.name}): which devices there are the configuration says, and up is always there"
        )
    if series.offset:
        raise NotCarried(f"{call.name}() at another time")
    inner, _, devices = translator.condition(replace(series, span=""))
    translator.chosen.add(Chosen([], devices))
    translator.note(
        "one alert there where no device has such a series; here one for each device whose table has none"
    )
    if series.span:
        translator.note(f"the span {series.span} is not carried over; for: says how long")
    return f"count({inner}) == 0", COMPARED


def _forecast(translator: Translator, arguments: Sequence[Tree]) -> tuple[str, int]:
    text, _ = _spanned(translator, arguments[0])
    ahead = _constant(arguments[1])
    if not 60 <= ahead <= 86_400 * 31:
        raise NotCarried("predict_linear() so far ahead")
    said = format_duration(timedelta(seconds=round(ahead)))
    translator.note(f"forecast looks back as far as it looks ahead, {said}, a day at most")
    return f"forecast({text}, '{said}')", ATOM


def _rate(translator: Translator, tree: Tree) -> str:
    """Return a rate, which may be that of another time."""
    if isinstance(tree, Selector) and tree.offset:
        text, _ = _spanned(translator, replace(tree, offset=""))
        return f"offset(rate({text}), {span(tree.offset)})"
    return f"rate({_spanned(translator, tree)[0]})"


def _spanned(translator: Translator, tree: Tree, *, is_number: bool = True) -> tuple[str, str]:
    """Return what stands under a span, and the span."""
    if isinstance(tree, Subquery):
        return translator.value(tree.inner, is_number=is_number)[0], tree.span
    if isinstance(tree, Selector) and tree.span:
        if tree.offset:
            raise NotCarried("a span at another time")
        return translator.value(replace(tree, span=""), is_number=is_number)[0], tree.span
    raise NotCarried("a function of a span, of something without one")


def _rows(translator: Translator, call: Call) -> tuple[str, int]:
    """Translate an aggregation: over the rows of a device, or of one row, which is the row."""
    if len(call.arguments) != 1:
        raise NotCarried(f"{call.name}() of several")
    labels, inner = call.by or (), call.arguments[0]
    if call.without:
        raise NotCarried(f"{call.name} without (..): over which rows it is cannot be told")
    keeps_row = _keeps_row(labels)
    if not keeps_row and not OF_DEVICE & set(labels) and not translator.one_device(inner):
        raise NotCarried(f"{call.name} over all devices; a rule is about one")
    if keeps_row:
        if call.name == "count":
            raise NotCarried("count by a label of rows")
        return translator.value(inner)
    if call.name == "group":
        raise NotCarried("group() as a number")
    outer, translator.chosen = translator.chosen, Chosen()
    text, condition = _aggregated(translator, call.name, inner)
    devices = translator.chosen.devices
    translator.chosen = outer
    translator.chosen.add(Chosen([f"count({condition}) > 0"] if condition else [], devices))
    return text, MULTIPLIED if " / " in text else ATOM


def _keeps_row(labels: Sequence[str]) -> bool:
    return any(map(is_row_label, labels))


def _aggregated(translator: Translator, name: str, inner: Tree) -> tuple[str, str]:
    """Return an aggregation over the rows that are chosen, and by what; the rest of the rows do not count."""
    if name == "count":
        text, _, devices = translator.condition(inner)
        translator.chosen.add(Chosen([], devices))
        is_bare = isinstance(inner, Selector) and text.startswith("not absent(") and " and " not in text
        return f"count({text.removeprefix('not absent(')}" if is_bare else f"count({text})", ""
    text, strength = translator.value(inner)
    condition = " and ".join(translator.chosen.rows)
    if not condition:
        return f"{name}({text})", ""
    chosen = wrapped(text, strength, AND)
    if name == "avg":
        return f"sum({chosen} if {condition} else 0) / count({condition})", condition
    other = {"sum": "0", "max": f"-{_FAR}", "min": _FAR}[name]
    return f"{name}({chosen} if {condition} else {other})", condition


def _is_condition(tree: Tree) -> bool:
    if isinstance(tree, Call) and tree.name in _SAME and tree.arguments:
        return _is_condition(tree.arguments[0])
    return isinstance(tree, Operation) and (
        (tree.operator in COMPARISONS and not tree.is_bool) or tree.operator in LOGICAL
    )


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
}  # fmt: skip


def _constant(tree: Tree) -> float:
    """Return what a number, or a product of some, comes to.

    Raises:
        NotCarried: it is none.
    """
    if isinstance(tree, Number):
        return float(number(tree.text))
    if isinstance(tree, Operation) and tree.operator in _ARITHMETIC:
        result = _ARITHMETIC[tree.operator](_constant(tree.left), _constant(tree.right))
        return result if math.isfinite(result) else 0.0
    raise NotCarried("a number of seconds that is not written as one")
