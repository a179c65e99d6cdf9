"""What stands between an alert and a mail fits the rest of the file: intervals, escalation, maintenance.

May import: netwatch.alerts, netwatch.model. Called by: checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from netwatch.alerts import parse_matchers
from netwatch.alerts.interval_settings import LocalInstant
from netwatch.config.parts import Tree, duplicates, names_of, routes_of, unknown
from netwatch.config.tree import EACH, found, texts
from netwatch.model import Problem, YamlFile

_INSTANT: TypeAdapter[datetime] = TypeAdapter(LocalInstant)


def stage_checks(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield every problem between the stages and the other parts of a configuration."""
    yield from _intervals(file, tree)
    yield from _escalation(file, tree)
    yield from _maintenance(file, tree)


def _intervals(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    yield from duplicates(file, tree, "time_intervals")
    known, used = names_of(tree, "time_intervals"), set()
    for path, node in routes_of(tree):
        for key in ("mute_time_intervals", "active_time_intervals"):
            if path == ("route",) and node.get(key):
                yield file.problem(
                    (*path, key), "the root takes every alert and is always open; put this under routes"
                )
            for at, name in texts(node, key, EACH):
                used.add(name)
                if name not in known:
                    yield unknown(file, (*path, *at), "time interval", name, known)
    for name, path in known.items():
        if name not in used:
            yield file.problem(path, f"no route names {name!r}", severity="warning")


def _escalation(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield a warning where a step tells those who were told already; a step inherited counts for its own node."""
    for path, node in routes_of(tree):
        for at, name in texts(node, "escalate", EACH, "receiver"):
            if name == node.get("receiver"):
                said = f"{name!r} is the receiver of this route and told at once; this step does nothing"
                yield file.problem((*path, *at), said, severity="warning")


def _maintenance(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    yield from duplicates(file, tree, "maintenance")
    about_devices = {"device", *(str(path[-1]) for path, _ in found(tree, "devices", EACH, "labels", EACH))}
    for path, window in found(tree, "maintenance", EACH):
        if not isinstance(window, dict):
            continue
        begins, ends = _instant(window.get("from")), _instant(window.get("until"))
        if begins is not None and ends is not None and _is_before(ends, begins):
            yield file.problem((*path, "until"), "must come after from")
        if window.get("mode") != "skip":
            continue
        for at, text in texts(window, "matchers", EACH):
            if odd := [label for label in _labels(text) if label not in about_devices]:
                said = f"no device has a label {odd[0]!r}, and a window with mode skip asks for nothing else"
                yield file.problem((*path, *at), said, severity="warning")


def _instant(value: Any) -> datetime | None:
    """Return the instant at one key, None where there is none or it is wrong, which is said elsewhere."""
    try:
        return _INSTANT.validate_python(value)
    except ValidationError:
        return None


def _is_before(first: datetime, second: datetime) -> bool:
    """Compare the words; where only one of them has an offset they cannot be compared so."""
    return (first.tzinfo is None) == (second.tzinfo is None) and first <= second


def _labels(text: str) -> list[str]:
    try:
        return [matcher.label for matcher in parse_matchers(text)]
    except ValueError:
        return []
