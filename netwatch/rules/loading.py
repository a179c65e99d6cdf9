"""Reads rule files, checks all in them against tables of profiles and names of MIB modules, compiles the rules.

All that is wrong is said at once, with file, line and column; inside an expression the column is that of the word.

A quiet room but for reading the files it is given: no clock, no socket, no database.
May import: netwatch.formulas, netwatch.model, the rest of netwatch.rules.
Called by: netwatch.app, cli (`netwatch check`), engine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from netwatch.formulas import did_you_mean
from netwatch.model import (
    InvalidFile,
    KeyPath,
    Problem,
    Severities,
    TableSchema,
    YamlFile,
    matcher_text,
    parse_yaml,
    plain,
    read_yaml,
    shipped_directory,
    unforeseen,
)
from netwatch.rules.compiling import Complaint, compile_rule
from netwatch.rules.entry import RESERVED_LABELS, RuleEntry
from netwatch.rules.rule import Rule
from netwatch.rules.templates import is_template
from netwatch.rules.traps.compiling import compile_trap_rule
from netwatch.rules.traps.entry import LabelMap, TrapEntry
from netwatch.rules.traps.names import NO_MIB, MibNames
from netwatch.rules.traps.rule import TrapRule
from netwatch.rules.traps.witness import names_carried, tie_witnesses

ON_TRAP = "on_trap"
"""The key that makes an entry a trap rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """What rule files say, in their order; `warnings` are about rules that can be used.

    files: as they were read, so that trap rules can be compiled again when more names are known.
    awaits_tables: rules about readings may be left out that are right once more tables are known.
    """

    rules: tuple[Rule, ...] = ()
    trap_rules: tuple[TrapRule, ...] = ()
    warnings: tuple[Problem, ...] = ()
    files: tuple[YamlFile, ...] = field(default=(), repr=False)
    awaits_tables: bool = False


def load_rules(paths: Sequence[Path], schema: Mapping[str, TableSchema]) -> tuple[Rule, ...]:
    """Read the files in the order given and return their rules about readings, without names from MIB modules.

    Raises:
        InvalidFile: with every problem in any of the files.
    """
    return load_rule_book(paths, schema).rules


def load_rule_book(
    paths: Sequence[Path],
    schema: Mapping[str, TableSchema],
    names: MibNames = NO_MIB,
    severities: Severities | None = None,
    *,
    patient: bool = False,
    awaits_tables: bool = False,
) -> RuleBook:
    """Read the files in the order given and return all their rules.

    Rules about readings are checked against `schema` (table name -> table), trap rules against what `names` knows,
    severities against `severities`; those of the rules that come with NetWatch mean the nearest one listed. With
    `patient` more names are yet to come, and trap rules that need one wait for it (`waits_for`). With `awaits_tables`
    profiles lack names too, and `schema` is not whole: a rule about readings that is wrong by it is left out with a
    warning, to be read again with the profiles.

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
    return _book_of(files, schema, names, problems, severities, patient, awaits_tables=awaits_tables)


def compiled_again(
    book: RuleBook, schema: Mapping[str, TableSchema], names: MibNames, severities: Severities | None = None
) -> RuleBook:
    """Return a book against other names; what waited for one of them takes traps now, what was not found still waits.

    A rule that is wrong by what its names turned out to mean stays as it was, and a warning says what is wrong.
    """
    before = {(rule.file, rule.line): rule for rule in book.trap_rules}
    return _book_of(book.files, schema, names, [], severities, True, before, awaits_tables=book.awaits_tables)


def parse_rules(text: str, name: str, schema: Mapping[str, TableSchema]) -> tuple[Rule, ...]:
    """Do what `load_rules` does for one file given as text.

    Raises:
        InvalidFile: with every problem.
    """
    return parse_rule_book(text, name, schema).rules


def parse_rule_book(
    text: str,
    name: str,
    schema: Mapping[str, TableSchema],
    names: MibNames = NO_MIB,
    severities: Severities | None = None,
) -> RuleBook:
    """Do what `load_rule_book` does for one file given as text.

    Raises:
        InvalidFile: with every problem.
    """
    return _book_of([parse_yaml(text, name)], schema, names, [], severities)


def _book_of(
    files: Sequence[YamlFile],
    schema: Mapping[str, TableSchema],
    names: MibNames,
    problems: list[Problem],
    severities: Severities | None,
    patient: bool = False,
    before: Mapping[tuple[str, int], TrapRule] = MappingProxyType({}),
    *,
    awaits_tables: bool = False,
) -> RuleBook:
    found: dict[tuple[str, frozenset[tuple[str, str]]], Rule | TrapRule] = {}
    entries: list[_Written] = []
    written = list(_written(files, problems))
    carried = names_carried(one.entry for one in written)
    for one in written:
        file, path, entry = one
        same = entry.alert, frozenset((name, str(text)) for name, text in entry.labels.items())
        if same in found:
            first = found[same]
            message = (
                f"there is an alert {entry.alert} already, in {first.file}:{first.line}; two rules may share a "
                "name where their labels differ, such as severity"
            )
            problems.append(file.problem((*path, "alert"), message))
            continue
        if severities is not None and not _is_shipped(file):
            problems += _unknown_severities(file, path, entry, severities)
        try:
            found[same] = _compiled(file, path, entry, schema, names, carried.get(entry.alert, ()), problems, patient)
            entries.append(one)
        except Complaint as exc:
            kept = before.get((file.name, file.position(path)[0]))
            may_be_right = awaits_tables and isinstance(entry, RuleEntry)
            severity = "error" if kept is None and not may_be_right else "warning"
            problems += [_problem(file, path, *flaw, severity=severity) for flaw in exc.flaws]
            if kept is not None:
                found[same] = kept
                entries.append(one)
        except Exception as exc:  # noqa: BLE001  # the net under every rule: one that nobody foresaw is that rule's trouble
            problems.append(file.problem(path, unforeseen(exc)))
    rules = _told_apart(tuple(found.values()))
    polled = {one.entry.alert for one in written if isinstance(one.entry, RuleEntry)}
    for place, flaw in tie_witnesses(rules, [one.entry for one in entries], polled, schema):
        problems.append(entries[place].file.problem((*entries[place].path, "witness_of"), flaw))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidFile(errors)
    return RuleBook(
        rules=tuple(rule for rule in rules if isinstance(rule, Rule)),
        trap_rules=tuple(rule for rule in rules if isinstance(rule, TrapRule)),
        warnings=tuple(problems),
        files=tuple(files),
        awaits_tables=awaits_tables,
    )


class _Written(NamedTuple):
    """A rule that is written as one, and where."""

    file: YamlFile
    path: KeyPath
    entry: RuleEntry | TrapEntry


def _written(files: Sequence[YamlFile], problems: list[Problem]) -> Iterator[_Written]:
    """Yield every rule that is written as one, with the labels of its group."""
    for file in files:
        for path, node, shared in _entries(file, problems):
            entry = _entry(file, path, node, problems)
            if entry is not None:
                labels = {**shared, **entry.labels}
                yield _Written(file, path, entry.model_copy(update={"labels": labels}) if shared else entry)


def _told_apart(rules: Sequence[Rule | TrapRule]) -> list[Rule | TrapRule]:
    """Return the rules, each with a name of its own: where several share one, labels that differ stand behind."""
    of_name: dict[str, list[Rule | TrapRule]] = {}
    for rule in rules:
        of_name.setdefault(rule.name, []).append(rule)
    return [rule if len(of_name[rule.name]) == 1 else _named(rule, of_name[rule.name]) for rule in rules]


def _named(rule: Rule | TrapRule, alike: Sequence[Rule | TrapRule]) -> Rule | TrapRule:
    labels = sorted({label for one in alike for label in one.labels})
    differing = [label for label in labels if len({one.labels.get(label, "") for one in alike}) > 1]
    told = ",".join(matcher_text(label, rule.labels.get(label, "")) for label in differing)
    return replace(rule, name=f"{rule.alertname}{{{told}}}")


def _unknown_severities(
    file: YamlFile, path: KeyPath, entry: RuleEntry | TrapEntry, severities: Severities
) -> Iterator[Problem]:
    """Yield a problem for each severity of a rule that is none, those of a map by a varbind among them."""
    written = entry.labels.get("severity")
    where: KeyPath = (*path, "labels", "severity")
    if isinstance(written, LabelMap):
        words: dict[KeyPath, str | None] = {(*where, "map", value): word for value, word in written.map.items()}
        words[(*where, "default")] = written.default
    else:
        words = {where: written}
    known = ", ".join(severities.names)
    for at, word in words.items():
        if word is None or word in severities.names or is_template(word):
            continue
        meant = severities.meant_by(word)
        hint = f", did you mean {meant}?" if meant else did_you_mean(word, severities.names)
        yield file.problem(at, f"{word!r} is none of the severities{hint} ({known})")


def _is_shipped(file: YamlFile) -> bool:
    return Path(file.name).parent == shipped_directory("rules")


def _compiled(
    file: YamlFile,
    path: KeyPath,
    entry: RuleEntry | TrapEntry,
    schema: Mapping[str, TableSchema],
    names: MibNames,
    carried: Collection[str],
    problems: list[Problem],
    patient: bool,
) -> Rule | TrapRule:
    line = file.position(path)[0]
    if isinstance(entry, RuleEntry):
        return compile_rule(entry, schema, file=file.name, line=line, carried=carried)
    rule, remarks = compile_trap_rule(entry, schema, names, file=file.name, line=line, patient=patient)
    problems += [_problem(file, path, *remark, severity="warning") for remark in remarks]
    return rule


_Found = tuple[KeyPath, Any, Mapping[str, str]]
"""Where an entry stands, what is written there, and the labels of its group."""


def _entries(file: YamlFile, problems: list[Problem]) -> Sequence[_Found]:
    """Return what stands under `rules`, or under `groups` as Prometheus has it; an empty file has nothing."""
    if file.data is None:
        return ()
    if not isinstance(file.data, Mapping):
        problems.append(file.problem((), "a rule file begins with `rules:`"))
        return ()
    problems += [
        file.problem((key,), f"unknown key{did_you_mean(str(key), ['rules', 'groups'])}", key=True)
        for key in file.data
        if key not in ("rules", "groups")
    ]
    found = list(_listed(file, ("rules",), file.data.get("rules"), {}, problems))
    groups = file.data.get("groups")
    if groups is not None and not isinstance(groups, list):
        problems.append(file.problem(("groups",), "must be a list of groups, each with its `rules:`"))
        return found
    for number, group in enumerate(groups or ()):
        found += _of_group(file, ("groups", number), group, problems)
    return found


_OF_GROUPS: Mapping[str, str] = {
    "interval": "rules are held against every reading, and how often devices are read is said by `polling.interval`",
    "limit": "how many alerts one rule may have is not limited",
    "query_offset": "rules look at the newest reading; offset(x, '1h') looks back",
    "partial_response_strategy": "there is nothing to be partial",
}
"""What Prometheus's groups may say beside their rules, and what is so here."""


def _of_group(file: YamlFile, path: KeyPath, group: Any, problems: list[Problem]) -> Sequence[_Found]:
    """Return the rules of one of Prometheus's groups; what else it says is explained."""
    if not isinstance(group, Mapping):
        problems.append(file.problem(path, "a group has a `name:` and `rules:`"))
        return ()
    for key in group:
        where = (*path, key)
        if key in _OF_GROUPS:
            problems.append(file.problem(where, f"is not needed: {_OF_GROUPS[key]}", severity="warning", key=True))
        elif key not in ("name", "rules", "labels"):
            problems.append(file.problem(where, f"unknown key{did_you_mean(str(key), ['name', 'rules'])}", key=True))
    shared = group.get("labels") or {}
    if not isinstance(shared, Mapping) or not all(isinstance(text, str) for text in shared.values()):
        problems.append(file.problem((*path, "labels"), "must be names with texts"))
        shared = {}
    shared = {str(name): str(text) for name, text in shared.items()}
    for name in shared:
        if name in RESERVED_LABELS:
            message = f"{name} is set by NetWatch and cannot be a rule's label"
            problems.append(file.problem((*path, "labels", name), message, key=True))
    return _listed(file, (*path, "rules"), group.get("rules"), shared, problems)


def _listed(
    file: YamlFile, path: KeyPath, entries: Any, shared: Mapping[str, str], problems: list[Problem]
) -> Sequence[_Found]:
    if entries is None:
        return ()
    if not isinstance(entries, list):
        problems.append(file.problem(path, "must be a list of rules"))
        return ()
    found = []
    for number, entry in enumerate(entries):
        if isinstance(entry, Mapping) and "record" in entry:
            message = "records a series, which NetWatch does not: write what it stands for into the rules themselves"
            problems.append(file.problem((*path, number, "record"), message, key=True))
            continue
        found.append(((*path, number), entry, shared))
    return found


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
    except Exception as exc:  # noqa: BLE001  # the net under every validator: an entry may be anything
        problems.append(file.problem(path, unforeseen(exc)))
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
