"""Trap rules that speak for a rule about readings: what they carry, and which of its rows they mean.

A trap is one witness of what a poll sees too. Both tell of one alert, the polled rule's; so the key of the trap rule
must find a row of the polled rule's table.

A quiet room: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the parts of netwatch.rules below. Called by: netwatch.rules.loading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from netwatch.formulas import did_you_mean
from netwatch.model import TableSchema, Value
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
    rules: list[Rule | TrapRule],
    entries: Sequence[RuleEntry | TrapEntry],
    polled: Collection[str],
    schema: Mapping[str, TableSchema],
) -> Iterator[tuple[int, str]]:
    """Give each trap rule the rule it speaks for; yield the place of one that cannot, and why.

    `rules` are those of `entries`, place by place; `polled` are the names of all rules about readings that are
    written: one that is wrong is no news here.
    """
    for place, entry in enumerate(entries):
        if not isinstance(entry, TrapEntry):
            continue
        if entry.witness_of is None:
            if entry.row:
                yield place, "row says something of a polled row; it goes with witness_of"
            continue
        rule = rules[place]
        meant = [one for one in rules if one.alertname == entry.witness_of and isinstance(one, Rule)]
        if entry.witness_of not in polled:
            if any(one.alertname == entry.witness_of for one in rules):
                yield place, f"{entry.witness_of} is about traps too; only a rule about readings has the last word"
            else:
                hint = did_you_mean(entry.witness_of, polled)
                yield place, f"no rule about readings is called {entry.witness_of}{hint}"
        elif len(meant) > 1:
            yield (
                place,
                f"{len(meant)} rules are called {entry.witness_of}; a trap speaks for one: give that its own name",
            )
        elif meant and isinstance(rule, TrapRule):
            table = schema.get(meant[0].table)
            row, says, flaw = _of_row(entry.row, table)
            if flaw := flaw or _why_no_row(rule, meant[0], table):
                yield place, flaw
            else:
                rules[place] = replace(rule, witness_of=meant[0], row=row, says=says)


def _of_row(written: Mapping[str, str], table: TableSchema | None) -> tuple[dict[str, str], dict[str, Value], str]:
    """Return what `row` says as labels and as values of columns, and what is wrong with it."""
    labels: dict[str, str] = {}
    says: dict[str, Value] = {}
    for name, word in written.items():
        if table is None:
            break
        if name in table.labels:
            labels[name] = word
            continue
        numbers = {known: number for number, known in (table.enums or {}).get(name, {}).items()}
        if word not in numbers:
            names = [*table.labels, *(table.enums or {})]
            why = (
                f"is none of {', '.join(numbers)}"
                if numbers
                else f"is of no use: {name} is none of {', '.join(names)}"
            )
            return {}, {}, f"{word} in row {why}"
        says[name] = numbers[word]
    return labels, says, ""


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
