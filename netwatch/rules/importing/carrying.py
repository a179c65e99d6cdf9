"""Carries a rule file of Prometheus over: a rule file of NetWatch, and what is left with its line and reason.

Nothing is written that NetWatch's own reader of rules would refuse: each rule is read by it before it counts.
May import: netwatch.model, netwatch.rules. Called by: netwatch.cli.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwatch.model import (
    KeyPath,
    Problem,
    Severities,
    TableSchema,
    YamlFile,
    parse_yaml,
    severity_meant,
    unforeseen,
)
from netwatch.rules.importing.promql import NotRead, Tree, parse
from netwatch.rules.importing.sentences import sentence
from netwatch.rules.importing.translating import NotCarried, Translated, translate
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


def carry_over(text: str, name: str, known: Known) -> Carried:
    """Return what of a rule file of Prometheus can be carried over.

    Raises:
        InvalidFile: it is no YAML.
    """
    file, carried = parse_yaml(text, name), Carried()
    found = list(_rules(file))
    records = {}
    for path, rule, _ in found:
        if isinstance(rule.get("record"), str):
            tree = _parsed(file, path, rule, carried)
            if tree is not None:
                records[rule["record"]] = tree
    for path, rule, labels in found:
        if "record" not in rule:
            carried.alerts += 1
            _carry(file, path, {**rule, "labels": {**labels, **(rule.get("labels") or {})}}, known, records, carried)
    return carried


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
        return parse(str(rule.get("expr", "")))
    except NotRead as exc:
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
        text = _written(file, path, rule, translated, known)
        parse_rule_book(f"rules:\n{text}", file.name, known.schema, known.names, known.severities)
    except NotCarried as exc:
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: there is no counterpart of {exc}"))
    except ValueError as exc:
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: {exc}"))
    except Exception as exc:  # noqa: BLE001  # our own reader has the last word, whatever it stumbles over
        carried.left.append(file.problem((*path, "expr"), f"{_name(rule)}: {_words_of(exc)}"))
    else:
        carried.rules.append(text)


def _words_of(exc: Exception) -> str:
    problems: Sequence[Problem] = getattr(exc, "problems", ())
    return "; ".join(problem.message for problem in problems) or unforeseen(exc)


def _written(file: YamlFile, path: KeyPath, rule: Mapping[str, Any], translated: Translated, known: Known) -> str:
    """Return one rule as YAML, with what it was and what is different as comments."""
    line = file.position((*path, "alert"))[0]
    was = " ".join(str(rule.get("expr", "")).split())
    comments = [f"{file.name}:{line}: {was}", *translated.notes]
    entry: dict[str, Any] = {"alert": str(rule["alert"])}
    if translated.devices:
        entry["devices"] = translated.devices
    entry["expr"] = translated.expr
    entry |= {key: str(rule[key]) for key in _TIMES if rule.get(key)}
    comments += [f"{key} is not carried over" for key in rule if key not in _DONE]
    entry["labels"] = _labels(rule["labels"], known.severities, comments)
    annotations = rule.get("annotations")
    entry["annotations"] = _sentences(annotations if isinstance(annotations, dict) else {}, comments)
    lines = [f"  # {_one_line(comment)}" for comment in comments]
    rows = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items() if value]
    return "\n".join([*lines, f"  - {rows[0]}", *(f"    {row}" for row in rows[1:])]) + "\n"


def _labels(labels: Mapping[str, Any], severities: Severities, comments: list[str]) -> dict[str, str]:
    found = {}
    for name, value in labels.items():
        text, lost = sentence(str(value))
        if str(name) in _RESERVED or lost:
            comments.append(f"the label {name} is not carried over")
            continue
        meant = severity_meant(text, severities) if name == "severity" and "{{" not in text else text
        if meant is None:
            comments.append(f"the severity {text} is none of this configuration's; it is warning here")
        found[str(name)] = meant or "warning"
    return found


def _sentences(annotations: Mapping[str, Any], comments: list[str]) -> dict[str, str]:
    found = {}
    for name, value in annotations.items():
        found[str(name)], lost = sentence(str(value))
        comments += [f"{name}: {one} is not carried over" for one in lost]
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())
