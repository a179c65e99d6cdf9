"""Turns one rule as written into one rule ready to use: finds its table, types and compiles what it says.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below. Called by: loading.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from netwatch.formulas import (
    ABOUT_DEVICES,
    WITH_MEMORY,
    Aggregate,
    Arithmetic,
    BadExpression,
    Checker,
    Comparison,
    FirstKnown,
    Flaw,
    Formula,
    Kind,
    Limit,
    Node,
    Over,
    Read,
    Seen,
    Source,
    common_ground,
    did_you_mean,
    names_in,
    offset_of,
    outcomes,
    parse,
    without_leading_factor,
)
from netwatch.model import SYSTEM, KeyPath, Matcher, TableSchema, parse_matchers
from netwatch.rules.absence import default_on_gone
from netwatch.rules.entry import RuleEntry
from netwatch.rules.rule import Rule
from netwatch.rules.templates import compile_template, flaws_of, is_template

_FIELDS = ("expr", "clear_expr", "value")


class Complaint(Exception):
    """What is wrong in one rule: key within it, offset within that text (None: all of it), message."""

    def __init__(self, flaws: list[tuple[KeyPath, int | None, str]]) -> None:
        self.flaws = flaws
        super().__init__("; ".join(message for _, _, message in flaws))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A rule on its way: the entry, what was written and parsed of it, and what is wrong so far."""

    entry: RuleEntry
    texts: Mapping[str, str]
    trees: dict[str, ast.expr] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    flaws: list[tuple[KeyPath, int | None, str]] = field(default_factory=list)

    def complain(self, name: str, flaw: Flaw) -> None:
        """Note a flaw in one of the expressions."""
        self.flaws.append(((name,), flaw.offset, flaw.message))

    def stop_if_wrong(self) -> None:
        """Raise the flaws noted so far, if any."""
        if self.flaws:
            raise Complaint(self.flaws)


def compile_rule(
    entry: RuleEntry, schema: Mapping[str, TableSchema], *, file: str, line: int, carried: Collection[str] = ()
) -> Rule:
    """Return the rule; `carried` is what its annotations may name beside the row: what traps that speak for it say.

    Raises:
        Complaint: with everything that is wrong in it.
    """
    texts = {"expr": entry.expr, "clear_expr": entry.clear_expr, "value": entry.value}
    draft = _Draft(entry=entry, texts={name: text for name, text in texts.items() if text is not None})
    for name, text in draft.texts.items():
        try:
            draft.trees[name] = parse(text)
        except BadExpression as exc:
            for flaw in exc.flaws:
                draft.complain(name, flaw)
    table = _table_of(draft, schema)
    if table is None:
        draft.stop_if_wrong()
        raise Complaint([(("expr",), 0, "names no column, so no reading can change it")])
    _type_all(draft, table, schema.get(SYSTEM))
    if not draft.flaws:
        _check_sense(draft)
    known = (*table.labels, *entry.labels, *carried)
    _check_templates(draft, table, known)
    draft.flaws.extend(parsed_devices(entry.devices)[1])
    draft.stop_if_wrong()
    return _assembled(draft, table, known, file=file, line=line)


def _table_of(draft: _Draft, schema: Mapping[str, TableSchema]) -> TableSchema | None:
    """Return the one table that has every name the rule uses; note what is wrong if there is none."""
    wanted = draft.entry.table
    if wanted is not None:
        if wanted not in schema:
            message = f"no profile has a table {wanted}{did_you_mean(wanted, schema)}"
            draft.flaws.append((("table",), None, message))
        return schema.get(wanted)
    used = {name.id for tree in draft.trees.values() for name in names_in(tree)}
    used = _without_scalars(used, schema)
    homes = {name: {table.name for table in schema.values() if _has(table, name)} for name in used}
    known = {name: tables for name, tables in homes.items() if tables}
    common = set.intersection(*known.values()) if known else set()
    if len(common) == 1:  # typing against it complains of names it does not have
        return schema[common.pop()]
    _complain_of_unknown(draft, known, schema)
    if common:
        message = f"fits the tables {', '.join(sorted(common))}; say which with `table:`"
        draft.flaws.append((("expr",), 0, message))
    elif known:
        _complain_of_mixture(draft, known)
    return None


def _without_scalars(used: set[str], schema: Mapping[str, TableSchema]) -> set[str]:
    """Return the names that say which table is meant: a scalar of the device goes with any."""
    system = schema.get(SYSTEM)
    if system is None:
        return used
    elsewhere = {name for name in used if any(_has(table, name) for table in schema.values() if table is not system)}
    return {name for name in used if name in elsewhere or name not in system.columns} if elsewhere else used


def _has(table: TableSchema, name: str) -> bool:
    return name in table.columns or name in table.labels


def _complain_of_unknown(draft: _Draft, known: Mapping[str, set[str]], schema: Mapping[str, TableSchema]) -> None:
    names = {name for table in schema.values() for name in (*table.columns, *table.labels)}
    for field_name, tree in draft.trees.items():
        for name in names_in(tree):
            if name.id not in known:
                message = f"no table has a column or label {name.id}{did_you_mean(name.id, names)}"
                if name.id in ABOUT_DEVICES:
                    message = f"{name.id} is the device's; which devices a rule is meant for is said with `devices:`"
                draft.complain(field_name, Flaw(offset=offset_of(name, draft.texts[field_name]), message=message))


def _complain_of_mixture(draft: _Draft, known: Mapping[str, set[str]]) -> None:
    """Say at the first name that does not fit those before it that it stands in another table."""
    common: set[str] = set()
    first = ""
    for field_name, tree in draft.trees.items():
        for name in names_in(tree):
            tables = known.get(name.id)
            if not tables:
                continue
            if common and not common & tables:
                theirs, ours = " or ".join(sorted(tables)), " or ".join(sorted(common))
                message = f"{name.id} is of table {theirs} and {first} of {ours}; a rule reads one table"
                draft.complain(field_name, Flaw(offset=offset_of(name, draft.texts[field_name]), message=message))
                return
            common, first = (common & tables) if common else set(tables), first or name.id


def _type_all(draft: _Draft, table: TableSchema, system: TableSchema | None) -> None:
    for name, tree in draft.trees.items():
        checker = Checker(draft.texts[name], table, WITH_MEMORY, system)
        node = checker.check(tree, None if name == "value" else Kind.TRUTH)
        if node.kind is Kind.TRUTH and name == "value":
            checker.wrong(tree, "a number or text is wanted here, and this is true or false")
        elif not checker.flaws and node.is_constant:
            checker.wrong(tree, "no reading can change this")
        for flaw in checker.flaws:
            draft.complain(name, flaw)
        draft.nodes[name] = node


def parsed_devices(texts: Iterable[str]) -> tuple[tuple[Matcher, ...], list[tuple[KeyPath, int | None, str]]]:
    """Return the matchers of `devices`, and what is wrong with them."""
    matchers: list[Matcher] = []
    flaws: list[tuple[KeyPath, int | None, str]] = []
    for number, text in enumerate(texts):
        try:
            matchers += parse_matchers(text)
        except ValueError as exc:
            flaws.append((("devices", number), None, str(exc)))
    return tuple(matchers), flaws


def _check_templates(draft: _Draft, table: TableSchema, known: Collection[str]) -> None:
    for name, text in draft.entry.labels.items():
        if is_template(text):
            try:
                compile_template(text, table.labels)
            except ValueError as exc:
                draft.flaws.extend((("labels", name), offset, message) for offset, message in flaws_of(exc))
    for name, text in draft.entry.annotations.items():
        try:
            compile_template(text, known)
        except ValueError as exc:
            draft.flaws.extend((("annotations", name), offset, message) for offset, message in flaws_of(exc))


def _check_sense(draft: _Draft) -> None:
    """Complain of expressions that are never or always true, and of a clear_expr that overlaps expr."""
    for name in ("expr", "clear_expr"):
        node = draft.nodes.get(name)
        possible = {True, False} if node is None else outcomes(node)
        if possible != {True, False}:
            word = "always" if possible == {True} else "never"
            draft.complain(name, Flaw(offset=0, message=f"this is {word} true, whatever the readings say"))
    expr, clear = draft.nodes["expr"], draft.nodes.get("clear_expr")
    if clear is not None and not draft.flaws and (common := common_ground(expr, clear)) is not None:
        message = f"expr and clear_expr are both true at {common}; they must leave room between them, or touch"
        draft.complain("clear_expr", Flaw(offset=0, message=message))


def _assembled(draft: _Draft, table: TableSchema, known: Collection[str], *, file: str, line: int) -> Rule:
    entry, nodes, texts = draft.entry, draft.nodes, draft.texts
    broken = Formula(nodes["expr"], texts["expr"])
    healed = Formula(nodes["clear_expr"], texts["clear_expr"]) if "clear_expr" in nodes else None
    value, threshold = value_and_threshold(nodes["expr"], nodes.get("value"))
    value_of = None if value is None else Formula(value, texts.get("value", ""))
    threshold_of = None if threshold is None else Formula(threshold, "")
    for name, formula in (("clear_expr", healed), ("value", value_of)):
        if broken.scalar and formula is not None and not formula.scalar:
            raise Complaint([((name,), 0, "has one result per row, and expr one for the whole table")])
    others = [formula for formula in (healed, value_of, threshold_of) if formula is not None]
    remembered = {source.key: source for formula in others for source in formula.inputs if source.stateful}
    every = [formula for formula in (broken, *others) if formula is not None]
    limits = {
        read.source.name for formula in every for read in reads_of(formula.node) if isinstance(read.source, Limit)
    }
    return Rule(
        limits=frozenset(limits),
        name=entry.alert, alertname=entry.alert, devices=parsed_devices(entry.devices)[0],
        table=table.name, expr=entry.expr, clear_expr=entry.clear_expr,
        hold_for=entry.for_, keep_firing_for=entry.keep_firing_for, no_data=entry.no_data,
        on_gone=entry.on_gone or default_on_gone(table.name, entry.no_data), gone_after=entry.gone_after,
        labels=entry.labels,
        label_templates={
            name: compile_template(text, table.labels) for name, text in entry.labels.items() if is_template(text)
        },
        annotations=entry.annotations, file=file, line=line,
        broken=broken, healed=healed, value_of=value_of, threshold_of=threshold_of,
        value_names=(value.names or {}) if isinstance(value, Read) else {}, remembered=tuple(remembered.values()),
        templates={name: compile_template(text, known) for name, text in entry.annotations.items()},
    )  # fmt: skip


def reads_of(node: Node) -> Iterator[Read]:
    """Yield all that an expression reads, inside functions too."""
    for inner in node.walk():
        if isinstance(inner, Read):
            yield inner
            for body in bodies_of(inner.source):
                yield from reads_of(body.node)


def bodies_of(source: Source) -> tuple[Formula, ...]:
    """Return the expressions that a function was given."""
    if isinstance(source, FirstKnown):
        return source.bodies
    return (source.body,) if isinstance(source, Seen | Over | Aggregate) else ()


def value_and_threshold(expr: Node, value: Node | None) -> tuple[Node | None, Node | None]:
    """Return what to show as value and threshold.

    By itself the value is the left side of the first comparison with a share of something (`0.90 * ifHighSpeed *
    1e6`), and both are given in units of that something: 0.93 and 0.90. Where there is no such comparison it is the
    left side of the first one as it stands.
    """
    comparisons = [node for node in expr.walk() if isinstance(node, Comparison)]
    if value is not None:
        against = [node.right for node in comparisons if node.left == value]
        return value, against[0] if against else None
    for node in comparisons:
        if (split := without_leading_factor(node.right)) is not None:
            return Arithmetic(operator="/", left=node.left, right=split[1]), split[0]
    return (comparisons[0].left, comparisons[0].right) if comparisons else (None, None)
