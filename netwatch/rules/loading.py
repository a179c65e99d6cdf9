"""Reads rule files, checks everything in them against the tables that profiles promise, and compiles the rules.

All that is wrong is said at once, with file, line and column; inside an expression the column is that of the word.

A quiet room but for reading the files it is given: no clock, no socket, no database.
May import: netwatch.model, the rest of netwatch.rules. Called by: netwatch.app, cli (`netwatch check`), engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from netwatch.model import InvalidFile, KeyPath, Problem, TableSchema, YamlFile, dotted, parse_yaml, plain, read_yaml
from netwatch.rules.compiling import Complaint, compile_rule
from netwatch.rules.grammar import did_you_mean
from netwatch.rules.rule import Rule
from netwatch.rules.rule_file import RuleEntry


def load_rules(paths: Sequence[Path], schema: Mapping[str, TableSchema]) -> tuple[Rule, ...]:
    """Read the files in the order given and return their rules, checked against `schema` (table name -> table).

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
    return _rules_of(files, schema, problems)


def parse_rules(text: str, name: str, schema: Mapping[str, TableSchema]) -> tuple[Rule, ...]:
    """Do the same for one file given as text.

    Raises:
        InvalidFile: with every problem.
    """
    return _rules_of([parse_yaml(text, name)], schema, [])


def _rules_of(
    files: Sequence[YamlFile], schema: Mapping[str, TableSchema], problems: list[Problem]
) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for file in files:
        for number, node in enumerate(_entries(file, problems)):
            path: KeyPath = ("rules", number)
            entry = _entry(file, path, node, problems)
            if entry is None:
                continue
            if entry.alert in rules:
                first = rules[entry.alert]
                message = f"there is an alert {entry.alert} already, in {first.file}:{first.line}"
                problems.append(file.problem((*path, "alert"), message))
                continue
            try:
                rule = compile_rule(entry, schema, file=file.name, line=file.position(path)[0])
            except Complaint as exc:
                problems += [_problem(file, path, key, offset, message) for key, offset, message in exc.flaws]
            else:
                rules[rule.name] = rule
    if problems:
        raise InvalidFile(problems)
    return tuple(rules.values())


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


def _entry(file: YamlFile, path: KeyPath, node: Any, problems: list[Problem]) -> RuleEntry | None:
    try:
        return RuleEntry.model_validate(plain(node))
    except ValidationError as exc:
        for error in exc.errors(include_url=False):
            where: KeyPath = (*path, *error["loc"])
            unknown = error["type"] == "extra_forbidden"
            problems.append(file.problem(where, _in_plain_words(error, where), key=unknown))
        return None


def _in_plain_words(error: Any, where: KeyPath) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key{did_you_mean(str(where[-1]), RuleEntry.keys())}"
        case "missing":
            return "is missing"
        case "string_type":
            return f"must be a text; put {error['input']!r} in quotes"
    return str(error["msg"]).removeprefix("Value error, ")


def _problem(file: YamlFile, path: KeyPath, key: KeyPath, offset: int | None, message: str) -> Problem:
    """Return a problem at `offset` characters into the scalar, where that can be found on its line or the next."""
    where = (*path, *key)
    problem = file.problem(where, message)
    found = None if offset is None else _inside(file, where, offset)
    if found is None:
        return problem
    return Problem(file=file.name, line=found[0], column=found[1], path=dotted(where), message=message)


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
