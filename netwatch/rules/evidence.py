"""What a verdict rests on, in words: the expression with its values put in, and every input that was read.

    {"expr": "rate(ifHCOutOctets) * 8 > 0.9 * ifHighSpeed * 1e6",
     "shown": "rate(ifHCOutOctets) * 8 = 941,000,000 > 0.9 * ifHighSpeed * 1e6 = 900,000,000",
     "rate(ifHCOutOctets)": "117,625,000", "ifHighSpeed": "1000", "reading_at": "2026-03-01T12:00:00+00:00"}

Of a rule with clear_expr `clear_expr` and `clear_shown` say the same, and its inputs stand with the others.
A quiet room: no clock, no socket, no database. Nothing here runs while nobody asks why.
May import: netwatch.formulas, netwatch.model, netwatch.rules.rule. Called by: netwatch.engine, traps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from netwatch.formulas import (
    UNKNOWN,
    Earlier,
    FirstKnown,
    Formula,
    Frame,
    Increases,
    Labels,
    Node,
    Numbers,
    OfSystem,
    Over,
    Rates,
    Read,
    Seen,
    Source,
    Texts,
    parts_of,
    result_of,
    said,
    source_text,
    value_text,
    written,
)
from netwatch.model import CONCEPTS, Missing, TableReading, measured, plain_text, quantity_of
from netwatch.rules.memory import TableMemory
from netwatch.rules.rule import Verdicts

MAX_SHOWN = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One condition of an expression: as written, with its values, and whether it holds (None: unknown)."""

    text: str
    shown: str
    holds: bool | None


def evidence_of(verdicts: Verdicts, row: int) -> dict[str, str]:
    """Return what a rule's verdict on a row rests on; good as long as the verdicts are."""
    rule, reading = verdicts.rule, verdicts.reading
    told = {"expr": rule.expr, "shown": shown(rule.broken, verdicts.frame, row)}
    if rule.healed is not None:
        told |= {"clear_expr": rule.clear_expr or "", "clear_shown": shown(rule.healed, verdicts.frame, row)}
    for formula in (rule.broken, rule.healed):
        told |= {} if formula is None else inputs_of(formula, verdicts.frame, row)
    told["reading_at"] = reading.at.isoformat()
    if (limited := reading.limited.get(verdicts.keys[row])) is not None:
        told["limits"] = limited
    if reading.partial:
        told["reading"] = f"partial: {reading.partial_because or 'the table could not be read whole'}"
    return told


def parts_with_verdicts(verdicts: Verdicts, row: int, *, clearing: bool = False) -> list[Part]:
    """Return the conditions of a rule's expr (of its clear_expr) one by one, and which of them hold."""
    formula = verdicts.rule.healed if clearing else verdicts.rule.broken
    if formula is None:
        return []
    values = partial(_value, verdicts.frame, row)
    return [
        Part(text=written(node), shown=said(node, values)[:MAX_SHOWN], holds=result_of(node, values))
        for node in parts_of(formula.node)
    ]


def shown(formula: Formula, frame: Frame, row: int) -> str:
    """Return an expression with its values in it."""
    return said(formula.node, partial(_value, frame, row))[:MAX_SHOWN]


def _value(frame: Frame, row: int, source: Source) -> Any:
    return frame.fetch(source)[0][0 if source.scalar else row]


def inputs_of(formula: Formula, frame: Frame, row: int) -> dict[str, str]:
    """Return every input by name, and what those are made of where that is the same row's."""
    told: dict[str, str] = {}
    for read in _reads(formula.node):
        value = _value(frame, row, read.source)
        doubt = _doubt(read.source, frame.reading, row)
        told[source_text(read.source)] = (
            _why_unknown(read.source, frame, row)
            if value is None
            else _in_words(read, value, frame.reading, row) + (f" ({doubt})" if doubt else "")
        )
    return told


def sources_of(formula: Formula) -> tuple[Source, ...]:
    """Return what an expression reads."""
    return tuple(read.source for read in _reads(formula.node))


def _in_words(read: Read, value: Any, reading: TableReading, row: int) -> str:
    """Write an input; a number of a concept with its unit, and as it is where the unit's words say it shorter."""
    text = value_text(value, read.names)
    source = read.source
    if not isinstance(source, Numbers) or read.names or isinstance(value, bool):
        return text
    concept = CONCEPTS.get(reading.table)
    if concept is None or source.key not in concept.columns:
        return text
    quantity = quantity_of(source.key, reading.rows.labels_of(row))
    measure = measured(value, quantity) if quantity != "count" else text
    return measure if measure.split(" ")[0].replace(",", "") == text.replace(",", "") else f"{text} ({measure})"


def _reads(node: Node) -> Iterator[Read]:
    for inner in node.walk():
        if isinstance(inner, Read):
            yield inner
            for body in _bodies(inner.source):
                yield from _reads(body.node)


def _bodies(source: Source) -> tuple[Formula, ...]:
    if isinstance(source, FirstKnown):
        return source.bodies
    return (source.body,) if isinstance(source, Seen | Over) else ()


def _why_unknown(source: Source, frame: Frame, row: int) -> str:
    if isinstance(source, Over) and source.from_history and isinstance(frame.memory, TableMemory):
        key = "" if source.scalar else frame.reading.rows.keys[row]
        if said := frame.memory.why_not_long_ago(source.key, key):
            return f"{UNKNOWN}: {said}"
    return f"{UNKNOWN}: {_reason(source, frame.reading, row)}"


def _doubt(source: Source, reading: TableReading, row: int) -> str:
    """Return what polling found wrong with a value or a rate, empty where nothing."""
    match source:
        case Numbers() | Texts():
            return reading.doubts.get(source.key, {}).get(row, "")
        case Rates() | Increases():
            of_rate = reading.doubts.get(f"rate({source.name})", {}).get(row)
            return of_rate or reading.doubts.get(source.name, {}).get(row, "")
    return ""


def _reason(source: Source, reading: TableReading, row: int) -> str:
    match source:
        case Numbers() | Texts():
            column = reading.columns.get(source.key)
            if column is None:
                return "the device was not asked for it"
            given = column[row]
            if given is None:
                return _doubt(source, reading, row) or "the device gave no value"
            if isinstance(given, Missing):
                return f"the device answered {given.value}"
            return f"the device gave {value_text(plain_text(given))}, no number"
        case Labels():
            return "the row has no such label"
        case Rates() | Increases():
            usual = "there is no rate, after a first reading, a restart, a discontinuity or a missing value"
            return _doubt(source, reading, row) or usual
        case OfSystem():
            return "the device's own scalars were not read"
        case Earlier():
            return "the reading before had no value, or there was none"
        case Over():
            return "too little was read of it so far"
    return "nothing it is made of is known"
