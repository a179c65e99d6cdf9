"""What a rule makes of rows that are no longer there.

A row that vanished has no values, so most expressions know nothing of it. absent(x) does, and seen(..) still knows
what was seen of it: such a rule is held against the rows that vanished as against those that are there.

A rule that says no `on_gone` takes it from `no_data` where that is `alert` or `clear`. Otherwise its concept, or the
name of its table, decides: what comes and goes in daily life counts as well (`clear`), all else stands (`keep`).

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, netwatch.rules.memory, rule. Called by: netwatch.engine, compiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netwatch.formulas import Absence, Formula, Node, Read
from netwatch.model import CONCEPTS, RowSet, TableReading
from netwatch.rules.memory import TableMemory
from netwatch.rules.rule import NoData, OnGone, Rule, Verdicts

CONCEPTS_THAT_CLEAR = frozenset({"storage", "tunnel", "license", "client"})
"""Parts, sensors, peers, interfaces and all other concepts stand."""
COMES_AND_GOES = (
    "storage", "hrfs", "dsktable", "filesystem",
    "client", "station", "assoc", "lease", "session",
    "tunnel", "vpntun", "ipsec", "ike",
    "license", "licence",
)  # fmt: skip
"""In the name of a table, in any case: storage, clients, tunnels, licenses."""


def default_on_gone(table: str, no_data: NoData) -> OnGone:
    """Return what a row that is no longer there means to a rule that does not say."""
    if no_data != "keep":
        return no_data
    return "clear" if comes_and_goes(table) else "keep"


def comes_and_goes(table: str) -> bool:
    """Return whether rows of a table vanish in daily life: a disk that is unmounted, a client that leaves."""
    if table in CONCEPTS:
        return table in CONCEPTS_THAT_CLEAR
    name = table.lower()
    return any(word in name for word in COMES_AND_GOES)


def sees_absence(rule: Rule) -> bool:
    """Return whether a rule can say something of a row that is no longer there."""
    return not rule.is_aggregate and any(isinstance(node, Absence) for node in _nodes(rule.broken.node))


def evaluate_gone(rule: Rule, rows: RowSet, reading: TableReading, memory: TableMemory) -> Verdicts:
    """Return the rule's verdicts on rows that vanished; `reading` is the one they are not in."""
    without = replace(reading, rows=rows, columns={}, rates={})
    return Verdicts(rule, memory.frame_of_gone(without), memory)


def _nodes(node: Node) -> Iterator[Node]:
    for inner in node.walk():
        yield inner
        if isinstance(inner, Read):
            for body in _bodies(inner.source):
                yield from _nodes(body.node)


def _bodies(source: object) -> tuple[Formula, ...]:
    bodies = getattr(source, "bodies", None)
    if isinstance(bodies, tuple):
        return bodies
    body = getattr(source, "body", None)
    return (body,) if isinstance(body, Formula) else ()
