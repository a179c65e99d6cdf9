"""Reads rule files, checks all in them against tables of profiles and names of MIB modules, compiles the rules.

All that is wrong is said at once, with file, line and column; inside an expression the column is that of the word.

A quiet room but for reading the files it is given: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the rest of netwatch.rules.
Called by: netwatch.app, cli (`netwatch check`), engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from netwatch.formulas import did_you_mean
from netwatch.model import InvalidFile, KeyPath, Problem, TableSchema, YamlFile, parse_yaml, plain, read_yaml
from netwatch.rules.compiling import Complaint, compile_rule
from netwatch.rules.entry import RuleEntry
from netwatch.rules.rule import Rule
from netwatch.rules.traps.compiling import compile_trap_rule
from netwatch.rules.traps.entry import TrapEntry
from netwatch.rules.traps.names import NO_MIB, MibNames
from netwatch.rules.traps.rule import TrapRule
from netwatch.rules.traps.witness import names_carried, tie_witnesses

ON_TRAP = "on_trap"
"""The key that makes an entry a trap rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """What rule files say, in their order; `warnings` are about rules that can be used."""

    rules: tuple[Rule, ...] = ()
    trap_rules: tuple[TrapRule, ...] = ()
    warnings: tuple[Problem, ...] = ()


def load_rules(paths: Sequence[Path], schema: Mapping[str, TableSchema]) -> tuple[Rule, ...]:
    """Read the files in the order given and return their rules about readings, without names from MIB modules.

    Raises:
        InvalidFile: with every problem in any of the files.
    """
    return load_rule_book(paths, schema).rules


def load_rule_book(paths: Sequence[Path], schema: Mapping[str, TableSchema], names: MibNames = NO_MIB) -> RuleBook:
    """Read the files in the order given and return all their rules.

    Rules about readings are checked against `schema` (table name -> table), trap rules against what `names` knows.

    Raises:
        InvalidFile: with every problem in any of the files.
    """
    problems: list[Problem] = []
    files: list[YamlFile] = []
    for path in paths:
        try:
            files.append(read_yaml(path))
        except InvalidFile as exc:
            problems += exc.problems
    return _book_of(files, schema, names, problems)


def parse_rules(text: str, name: str, schema: Mapping[str, TableSchema]) -> tuple[Rule, ...]:
    """Do what `load_rules` does for one file given as text.

    Raises:
        InvalidFile: with every problem.
    """
    return parse_rule_book(text, name, schema).rules


def parse_rule_book(text: str, name: str, schema: Mapping[str, TableSchema], names: MibNames = NO_MIB) -> RuleBook:
    """Do what `load_rule_book` does for one file given as text.

    Raises:
        InvalidFile: with every problem.
    """
    return _book_of([parse_yaml(text, name)], schema, names, [])


def _book_of(
    files: Sequence[YamlFile], schema: Mapping[str, TableSchema], names: MibNames, problems: list[Problem]
) -> RuleBook:
    rules: dict[str, Rule | TrapRule] = {}
    written = list(_written(files, problems))
    carried = names_carried(entry for _, _, entry in written)
    for file, path, entry in written:
        if entry.alert in rules:
            first = rules[entry.alert]
            message = f"there is an alert {entry.alert} already, in {first.file}:{first.line}"
            problems.append(file.problem((*path, "alert"), message))
            continue
        try:
            rules[entry.alert] = _compiled(file, path, entry, schema, names, carried.get(entry.alert, ()), problems)
        except Complaint as exc:
            problems += [_problem(file, path, *flaw) for flaw in exc.flaws]
    by_name = {entry.alert: (file, path) for file, path, entry in reversed(written)}
    for name, flaw in tie_witnesses(rules, schema, (entry for _, _, entry in written)):
        file, path = by_name[name]
        problems.append(file.problem((*path, "witness_of"), flaw))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidFile(errors)
    return RuleBook(
        rules=tuple(rule for rule in rules.values() if isinstance(rule, Rule)),
        trap_rules=tuple(rule for rule in rules.values() if isinstance(rule, TrapRule)),
        warnings=tuple(problems),
    )


def _written(
    files: Sequence[YamlFile], problems: list[Problem]
) -> Iterator[tuple[YamlFile, KeyPath, RuleEntry | TrapEntry]]:
    """Yield every rule that is written as one, with its place."""
    for file in files:
        for number, node in enumerate(_entries(file, problems)):
            path: KeyPath = ("rules", number)
            entry = _entry(file, path, node, problems)
            if entry is not None:
                yield file, path, entry


def _compiled(
    file: YamlFile,
    path: KeyPath,
    entry: RuleEntry | TrapEntry,
    schema: Mapping[str, TableSchema],
    names: MibNames,
    carried: Collection[str],
    problems: list[Problem],
) -> Rule | TrapRule:
    line = file.position(path)[0]
    if isinstance(entry, RuleEntry):
        return compile_rule(entry, schema, file=file.name, line=line, carried=carried)
    rule, remarks = compile_trap_rule(entry, schema, names, file=file.name, line=line)
    problems += [_problem(file, path, *remark, severity="warning") for remark in remarks]
    return rule


def _entries(file: YamlFile, problems: list[Problem]) -> Sequence[Any]:
    """Return the list under `rules`; an empty file has none."""
    if file.data is None:
        return ()
    if not isinstance(file.data, Mapping):
        problems.append(file.problem((), "a rule file begins with `rules:`"))
        return ()
    problems += [
        file.problem((key,), f"unknown key{did_you_mean(str(key), ['rules'])}", key=True)
        for key in file.data
        if key != "rules"
    ]
    entries = file.data.get("rules")
    if entries is None or isinstance(entries, list):
        return entries or ()
    problems.append(file.problem(("rules",), "must be a list of rules"))
    return ()


def _entry(file: YamlFile, path: KeyPath, node: Any, problems: list[Problem]) -> RuleEntry | TrapEntry | None:
    shape = TrapEntry if isinstance(node, Mapping) and ON_TRAP in node else RuleEntry
    try:
        return shape.model_validate(plain(node))
    except ValidationError as exc:
        for error in exc.errors(include_url=False):
            where: KeyPath = (*path, *error["loc"])
            unknown = error["type"] == "extra_forbidden"
            problems.append(file.problem(where, _in_plain_words(error, where, shape), key=unknown))
        return None


def _in_plain_words(error: Any, where: KeyPath, shape: type[RuleEntry] | type[TrapEntry]) -> str:
    match error["type"]:
        case "extra_forbidden":
            return _unknown_key(str(where[-1]), shape, at_top=len(error["loc"]) == 1)
        case "missing":
            return "is missing"
        case "string_type":
            return f"must be a text; put {error['input']!r} in quotes"
    return str(error["msg"]).removeprefix("Value error, ")


def _unknown_key(key: str, shape: type[RuleEntry] | type[TrapEntry], *, at_top: bool) -> str:
    other, words = (
        (TrapEntry, f"belongs to rules with {ON_TRAP}")
        if shape is RuleEntry
        else (RuleEntry, f"has no meaning in a rule with {ON_TRAP}")
    )
    if at_top and key in other.keys():  # noqa: SIM118 - no mapping: the keys of a rule file's entry
        return words
    return f"unknown key{did_you_mean(key, shape.keys()) if at_top else ''}"


def _problem(
    file: YamlFile, path: KeyPath, key: KeyPath, offset: int | None, message: str, *, severity: str = "error"
) -> Problem:
    """Return a problem at `offset` characters into the scalar, where that can be found on its line or the next."""
    where = (*path, *key)
    problem = file.problem(where, message, severity=severity)
    found = None if offset is None else _inside(file, where, offset)
    return problem if found is None else replace(problem, line=found[0], column=found[1])


def _inside(file: YamlFile, where: KeyPath, offset: int) -> tuple[int, int] | None:
    line, column = file.position(where)
    written = _text_at(file.data, where)
    lines = file.text.splitlines()
    for number, begin in ((line, column - 1), (line + 1, 0)):
        text = lines[number - 1] if number <= len(lines) else ""
        place = text.find(written, begin) if written else -1
        if place >= 0:
            return number, place + offset + 1
    return None


def _text_at(node: Any, where: KeyPath) -> str:
    for step in where:
        if not (isinstance(node, Mapping) and step in node) and not isinstance(step, int):
            return ""
        node = node[step]
    return str(node).strip()
