"""Carries a rule file of Prometheus over: a rule file of NetWatch, and what is left with its line and reason.

Nothing is written that NetWatch's own reader of rules would refuse: each rule is read by it before it counts.
May import: netwatch.model, netwatch.rules. Called by: netwatch.cli.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwatch.model import (
    InvalidFile,
    KeyPath,
    Problem,
    Severities,
    TableSchema,
    YamlFile,
    parse_yaml,
    severity_meant,
    unforeseen,
)
from netwatch.promql import NotPromql, Tree, parse
from netwatch.rules.importing.sentences import IsKnown, sentence
from netwatch.rules.importing.translating import Translated, translate
from netwatch.rules.importing.trees import selectors_in
from netwatch.rules.importing.words import NotCarried
from netwatch.rules.loading import parse_rule_book
from netwatch.rules.traps.names import MibNames

_TIMES = ("for", "keep_firing_for")
_DONE = frozenset({"alert", "expr", "labels", "annotations", *_TIMES})
_RESERVED = frozenset({"device", "alertname", "instance"})


@dataclass(slots=True)
class Carried:
    """What came of a file: its rules as text, how many, and what is left."""

    rules: list[str] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)
    alerts: int = 0
    """How many alerts the file has."""
    named: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many have the same name and labels."""

    @property
    def text(self) -> str:
        """Return the rule file."""
        return "rules:\n" + "\n".join(self.rules)


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may be about."""

    schema: Mapping[str, TableSchema]
    names: MibNames
    severities: Severities


def carry_over(files: Iterable[tuple[str, str]], known: Known) -> Carried:
    """Return what of rule files of Prometheus can be carried over, as one; each is its text with its name.

    What one of them records may be used in another.

    Raises:
        InvalidFile: one is no YAML.
    """
    carried, records = Carried(), dict[str, Tree]()
    found = [(file, *one) for file in [parse_yaml(*one) for one in files] for one in _rules(file)]
    for file, path, rule, _ in found:
        if isinstance(rule.get("record"), str):
            tree = _parsed(file, path, rule, carried)
            if tree is not None:
                records[rule["record"]] = tree
    for file, path, rule, labels in found:
        if "record" not in rule:
            carried.alerts += 1
            _carry(file, path, {**rule, "labels": {**labels, **(rule.get("labels") or {})}}, known, records, carried)
    return carried


def series_of_rules(files: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the names of all series that rule files of Prometheus speak of.

    Raises:
        InvalidFile: one is no YAML.
    """
    found: set[str] = set()
    for file in [parse_yaml(*one) for one in files]:
        for _, rule, _ in _rules(file):
            with contextlib.suppress(NotPromql):
                found |= {one.name for one in selectors_in(parse(str(rule.get("expr", ""))), {})}
    return frozenset(found)


def _rules(file: YamlFile) -> Iterator[tuple[KeyPath, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every rule with its place and the labels of its group."""
    data = file.data if isinstance(file.data, dict) else {}
    groups = data.get("groups") or (data.get("spec") or {}).get("groups") or []
    root: KeyPath = ("groups",) if "groups" in data else ("spec", "groups")
    for number, group in enumerate(groups if isinstance(groups, list) else []):
        rules = group.get("rules") if isinstance(group, dict) else None
        for place, rule in enumerate(rules if isinstance(rules, list) else []):
            if isinstance(rule, dict):
                labels = group.get("labels") if isinstance(group.get("labels"), dict) else {}
                yield (*root, number, "rules", place), rule, labels


def _parsed(file: YamlFile, path: KeyPath, rule: Mapping[str, Any], carried: Carried) -> Tree | None:
    try:
        tree = parse(str(rule.get("expr", "")))
        for one in selectors_in(tree, {}):
            if not one.name or one.instant:
                raise NotPromql("series without a name" if not one.name else "'@' asks for one instant")
        return tree
    except NotPromql as exc:
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: {exc}"))
        return None


def _name(rule: Mapping[str, Any]) -> str:
    return str(rule.get("alert") or rule.get("record") or "a rule without a name")


def _carry(
    file: YamlFile,
    path: KeyPath,
    rule: Mapping[str, Any],
    known: Known,
    records: Mapping[str, Tree],
    carried: Carried,
) -> None:
    tree = _parsed(file, path, rule, carried)
    if tree is None:
        return
    try:
        translated = translate(tree, known.schema, records)
        text = _written(file, path, _told_apart(rule, carried, translated), translated, known)
    except NotCarried as exc:
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: there is no counterpart of {exc}"))
    except ValueError as exc:
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: {exc}"))
    except Exception as exc:  # noqa: BLE001  # our own reader has the last word, whatever it stumbles over
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: {_words_of(exc)}"))
    else:
        carried.rules.append(text)


def _told_apart(rule: Mapping[str, Any], carried: Carried, translated: Translated) -> Mapping[str, Any]:
    """Return a rule under a name of its own, where one before it has its name and its labels."""
    same = (str(rule["alert"]), json.dumps(rule["labels"], sort_keys=True, default=str))
    carried.named[same] = carried.named.get(same, 0) + 1
    if carried.named[same] == 1:
        return rule
    translated.notes.append(f"a rule before it is called {rule['alert']} and has the same labels")
    return {**rule, "alert": f"{rule['alert']}_{carried.named[same]}"}


def _words_of(exc: Exception) -> str:
    problems: Sequence[Problem] = getattr(exc, "problems", ())
    return "; ".join(problem.message for problem in problems) or unforeseen(exc)


def _written(file: YamlFile, path: KeyPath, rule: Mapping[str, Any], translated: Translated, known: Known) -> str:
    """Return one rule as YAML, with what it was and what is different as comments.

    Raises:
        InvalidFile: NetWatch's own reader of rules does not take it.
    """
    line = file.position((*path, "alert"))[0]
    was = " ".join(str(rule.get("expr", "")).split())
    comments = [f"{file.name}:{line}: {was}", *translated.notes]
    entry: dict[str, Any] = {"alert": str(rule["alert"])}
    if translated.devices:
        entry["devices"] = translated.devices
    entry["expr"] = translated.expr
    entry |= {key: str(rule[key]) for key in _TIMES if rule.get(key)}
    comments += [f"{key} is not carried over" for key in rule if key not in _DONE]
    bare = {**entry, "annotations": None}
    is_known = _Asked(bare, file.name, known).is_known
    entry["labels"] = bare["labels"] = _labels(rule["labels"], known.severities, comments, is_known)
    annotations = rule.get("annotations")
    entry["annotations"] = _sentences(annotations if isinstance(annotations, dict) else {}, comments, is_known)
    lines = [f"  # {_one_line(comment)}" for comment in comments]
    rows = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items() if value]
    text = "\n".join([*lines, f"  - {rows[0]}", *(f"    {row}" for row in rows[1:])]) + "\n"
    parse_rule_book(f"rules:\n{text}", file.name, known.schema, known.names, known.severities)
    return text


class _Asked:
    """Asks NetWatch's own reader which names a rule's sentences may have; what is no name here is a label there."""

    def __init__(self, entry: Mapping[str, Any], name: str, known: Known) -> None:
        self._entry, self._name, self._known = entry, name, known
        self._answers: dict[str, bool] = {}

    def is_known(self, name: str) -> bool:
        """Return whether a sentence may have a name."""
        if name not in self._answers:
            self._answers[name] = self._takes({"summary": f"{{{{ {name} }}}}"}) or not self._takes(None)
        return self._answers[name]

    def _takes(self, annotations: Mapping[str, str] | None) -> bool:
        rule = {key: value for key, value in {**self._entry, "annotations": annotations}.items() if value}
        try:
            parse_rule_book(
                json.dumps({"rules": [rule]}),
                self._name,
                self._known.schema,
                self._known.names,
                self._known.severities,
            )
        except InvalidFile:
            return False
        return True


def _labels(
    labels: Mapping[str, Any], severities: Severities, comments: list[str], is_known: IsKnown
) -> dict[str, str]:
    found = {}
    for name, value in labels.items():
        text, lost = sentence(str(value), is_known)
        if str(name) in _RESERVED or lost:
            comments.append(f"the label {name} is not carried over")
            continue
        meant = severity_meant(text, severities) if name == "severity" and "{{" not in text else text
        if meant is None:
            comments.append(f"the severity {text} is none of this configuration's; it is warning here")
        found[str(name)] = meant or "warning"
    return found


def _sentences(annotations: Mapping[str, Any], comments: list[str], is_known: IsKnown) -> dict[str, str]:
    found = {}
    for name, value in annotations.items():
        found[str(name)], lost = sentence(str(value), is_known)
        comments += [f"{name}: {one} is not carried over" for one in lost]
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
