"""In what unit a rule's value is, so that people read `98 %` and `9.21 Gb/s`.

A rule says it with the annotation `unit`, which stands in the alert. Where it says nothing, its texts tell it
(`{{ value | percent }}`), or its expression (a share of something is a ratio), or the names of its columns, which end
in their unit; else the value is a bare number.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.rule. Called by: netwatch.app.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from netwatch.formulas import Arithmetic, Node, Read, source_text
from netwatch.model import CONCEPTS, ColumnKind
from netwatch.rules.rule import Rule

RATIO = "ratio"
OF_ROW = "{quantity}"
"""A sensor's: what the row's label `quantity` says."""
_WRITTEN = re.compile(r"\bvalue\s*\|\s*(percent|bits|bytes|duration)\b")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OCTETS = re.compile(r"(?:octets|bytes)$", re.IGNORECASE)
_WORDS = frozenset({"rate", "delta", "coalesce", "last", "avg", "min", "max", "sum", "abs"})
_SENSOR = {name for name, kind in CONCEPTS["sensor"].columns.items() if kind is ColumnKind.GAUGE}
_ENDINGS = {
    "_ratio": RATIO, "_bits_per_second": "b/s", "_bytes_per_second": "B/s", "_bytes": "B", "_seconds": "s",
    "_celsius": "°C", "_volts": "V", "_amperes": "A", "_watts": "W", "_rpm": "rpm", "_hertz": "Hz", "_dbm": "dBm",
    "_decibels": "dB", "_pascals": "Pa", "_joules": "J", "_percent": "%",
}  # fmt: skip


def units_of(rules: Iterable[Rule]) -> Mapping[str, str]:
    """Return the unit of every rule that has one, by its name; none where rules of one name differ."""
    found: dict[str, str] = {}
    for rule in rules:
        unit = unit_of(rule)
        found[rule.name] = unit if found.get(rule.name, unit) == unit else ""
    return {name: unit for name, unit in found.items() if unit}


def unit_of(rule: Rule) -> str:
    """Return the unit of a rule's value, empty where it is a bare number or a text."""
    if rule.value_of is None:
        return ""
    for text in rule.annotations.values():
        if (written := _WRITTEN.search(text)) is not None:
            bits = "b/s" if "rate(" in f"{rule.expr} {rule.value_of.text}" else "b"
            return {"percent": RATIO, "bits": bits, "bytes": "B", "duration": "s"}[written[1]]
    return _unit(rule.value_of.node)


def _unit(node: Node) -> str:
    if isinstance(node, Read):
        return "" if node.names else _of_source(source_text(node.source))
    if not isinstance(node, Arithmetic):
        return _common(node.parts())
    left, right = _unit(node.left), _unit(node.right)
    if node.operator in "+-":
        return _common((node.left, node.right))
    if node.operator == "/" and not node.right.is_constant:
        return RATIO if _is_share(node.right) or (left and left == right) else ""
    if node.operator in "*/" and (factor := _number(node.right) or _number(node.left)) is not None:
        return _SCALED.get((node.operator, left or right, factor), "")
    return ""


_SCALED = {("*", "B/s", 8): "b/s", ("*", "B", 8): "b", ("*", RATIO, 100): "%", ("*", "B/s", 1): "B/s"}


def _common(nodes: Iterable[Node]) -> str:
    units = {_unit(node) for node in nodes if not node.is_constant}
    return units.pop() if len(units) == 1 else ""


def _is_share(divisor: Node) -> bool:
    """Return whether this is what is left of `0.90 * ifHighSpeed` without its factor."""
    while isinstance(divisor, Arithmetic):
        divisor = divisor.left
    return bool(_number(divisor) == 1)


def _number(node: Node | None) -> Any:
    return getattr(node, "value", None)


def _of_source(text: str) -> str:
    """Return the unit of `rate(ifHCInOctets)`, `round_trip_seconds`, `coalesce(...)` of several that agree."""
    names = [name for name in _NAME.findall(text) if name not in _WORDS]
    units = {_of_name(name) for name in names}
    unit = units.pop() if len(units) == 1 else ""
    if "rate(" not in text:
        return unit
    return "B/s" if unit == "B" else ""


def _of_name(name: str) -> str:
    if name in _SENSOR:
        return OF_ROW
    if _OCTETS.search(name):
        return "B"
    return next((unit for ending, unit in _ENDINGS.items() if name.endswith(ending)), "")
