"""A rule's value in every row of a reading, for a chart of the last hour.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below. Called by: netwatch.engine.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from netwatch.formulas import Formula, Frame, Kind
from netwatch.model import TableReading
from netwatch.rules.memory import TableMemory
from netwatch.rules.rule import Rule

_NAN = math.nan
_LARGEST = 3.4e38


def has_curve(rule: Rule) -> bool:
    """Return whether the rule's value is a number that moves; that of an enumeration or a text is not."""
    return rule.value_of is not None and rule.value_of.kind is Kind.NUMBER and not rule.value_names


def values_in(rules: Sequence[Rule], reading: TableReading, memory: TableMemory | None = None) -> array[float]:
    """Return the values of rules in the rows of a reading, one rule after the other, NaN for unknown.

    With the memory of the rules, which has just been given this reading, nothing is worked out twice. Without it what
    remembers readings is unknown.
    """
    frame = Frame(reading) if memory is None else memory.frame_of(reading)
    values: array[float] = array("f")
    for rule in rules:
        formula = rule.value_of
        size = 1 if rule.is_aggregate else frame.size
        if formula is None or (memory is None and formula.stateful):
            values.extend([_NAN] * size)
        else:
            values.extend(_column(formula, frame, size))
    return values


def threshold_in(rule: Rule, reading: TableReading, row: int) -> float | None:
    """Return what the value is held against, None where that is no number or takes more than this reading."""
    formula = rule.threshold_of
    if formula is None or formula.kind is not Kind.NUMBER or formula.stateful:
        return None
    found = formula.at(Frame(reading), row)
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else None


def _column(formula: Formula, frame: Frame, size: int) -> array[float]:
    column, whole = formula.prepared(frame)
    if len(column) != size:
        column = [*column] * size
    try:
        if whole:
            return array("f", column)
    except (TypeError, OverflowError):
        pass
    return array("f", [_NAN if value is None or abs(value) > _LARGEST else value for value in column])
