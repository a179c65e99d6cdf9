"""Trap rules that speak for a rule about readings: what they carry, and which of its rows they mean.

A trap is one witness of what a poll sees too. Both tell of one alert, the polled rule's; so the key of the trap rule
must find a row of the polled rule's table.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below. Called by: netwatch.rules.loading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from netwatch.formulas import did_you_mean
from netwatch.model import TableSchema
from netwatch.rules.entry import RuleEntry
from netwatch.rules.rule import Rule
from netwatch.rules.traps.entry import TrapEntry
from netwatch.rules.traps.rule import TrapRule

WITNESS_GIVEN = ("source", "trap", "varbinds")
"""What a trap gives to the annotations of the rule it speaks for, beside the varbinds that its own rule names."""


def names_carried(entries: Iterable[RuleEntry | TrapEntry]) -> dict[str, tuple[str, ...]]:
    """Return, by rule, what the traps that speak for it carry: a name that no trap gave is empty in annotations."""
    carried: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if isinstance(entry, TrapEntry) and entry.witness_of is not None:
            names = (*entry.varbinds, *entry.key, *WITNESS_GIVEN)
            carried[entry.witness_of] = tuple(dict.fromkeys((*carried.get(entry.witness_of, ()), *names)))
    return carried


def tie_witnesses(
    rules: dict[str, Rule | TrapRule], schema: Mapping[str, TableSchema], entries: Iterable[RuleEntry | TrapEntry]
) -> Iterator[tuple[str, str]]:
    """Give each trap rule the rule it speaks for; yield the name of a rule that cannot, and why.

    A rule that is written and wrong is no news here.
    """
    known = list(entries)
    polled = {entry.alert for entry in known if isinstance(entry, RuleEntry)}
    for entry in known:
        if not isinstance(entry, TrapEntry) or entry.witness_of is None:
            continue
        rule, meant = rules.get(entry.alert), rules.get(entry.witness_of)
        if isinstance(meant, TrapRule):
            yield entry.alert, f"{entry.witness_of} is about traps too; only a rule about readings has the last word"
        elif entry.witness_of not in polled:
            hint = did_you_mean(entry.witness_of, polled)
            yield entry.alert, f"no rule about readings is called {entry.witness_of}{hint}"
        elif isinstance(rule, TrapRule) and meant is not None:
            if flaw := _why_no_row(rule, meant, schema.get(meant.table)):
                yield entry.alert, flaw
            else:
                rules[entry.alert] = replace(rule, witness_of=meant)


def _why_no_row(rule: TrapRule, polled: Rule, table: TableSchema | None) -> str:
    """Return why the key finds no row of the polled rule's table; empty where it does."""
    labels: Collection[str] = () if table is None else table.labels
    if polled.is_aggregate or not labels:
        if not rule.key:
            return ""
        what = f"{polled.name} is about all of {polled.table}" if labels else f"{polled.table} has one row per device"
        return f"{what}, so a trap that speaks for it has no key; here it is {', '.join(rule.key)}"
    rows = f"the rows of {polled.table}, which {polled.name} is about, have {', '.join(labels)}"
    if not rule.key:
        return f"without a key a trap does not say which row it means; {rows}"
    foreign = [name for name in rule.key if name not in labels]
    return f"{rows}, and not {', '.join(foreign)}, which is in the key" if foreign else ""
