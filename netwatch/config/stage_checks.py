"""What stands between an alert and a mail fits the rest of the file: intervals, escalation, maintenance.

May import: netwatch.alerts, netwatch.model. Called by: checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from netwatch.alerts.interval_settings import LocalInstant
from netwatch.alerts.interval_text import LOCAL, zone
from netwatch.alerts.intervals import both_readings
from netwatch.alerts.settings import NOTHING_IS_URGENT
from netwatch.config.parts import Tree, duplicates, names_of, routes_of, unknown
from netwatch.config.tree import EACH, found, text_of, texts
from netwatch.model import USUAL_SEVERITIES, KeyPath, Matcher, Problem, YamlFile, all_hold, parse_matchers

_INSTANT: TypeAdapter[datetime] = TypeAdapter(LocalInstant)


def stage_checks(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield every problem between the stages and the other parts of a configuration."""
    yield from _severities(file, tree)
    yield from _intervals(file, tree)
    yield from _escalation(file, tree)
    yield from _maintenance(file, tree)


def _severities(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield what `severities` says twice, and every `urgent_from` that is none of them."""
    listed = [(path, name) for path, name in found(tree, "severities", EACH) if isinstance(name, str)]
    known = {name: path for path, name in reversed(listed)} or dict.fromkeys(USUAL_SEVERITIES.names, ())
    for path, name in listed:
        if known[name] != path:
            yield file.problem(path, f"{name!r} stands there already")
        if name == NOTHING_IS_URGENT:
            yield file.problem(path, f"{name!r} cannot be one: urgent_from: none means that nothing is urgent")
    for path, node in routes_of(tree):
        for at, name in texts(node, "urgent_from"):
            if name not in (*known, NOTHING_IS_URGENT):
                yield unknown(file, (*path, *at), "severity", name, [*known, NOTHING_IS_URGENT])


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
    yield from _never_open(file, tree)


def _never_open(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield a warning for a route that tells nobody, ever; where hours leave no gap is for people to see."""
    specs = {name: part.get("time_intervals") for _, part in found(tree, "time_intervals", EACH)
             if (name := text_of(part, "name")) is not None}  # fmt: skip
    always = {name for name, spec in specs.items() if isinstance(spec, list) and _is_always(spec)}
    never = {name for name, spec in specs.items() if not spec}
    for path, node in routes_of(tree):
        active = [name for _, name in texts(node, "active_time_intervals", EACH)]
        for at, name in texts(node, "mute_time_intervals", EACH):
            if name in always:
                said = f"{name!r} holds at all times: this route tells nobody, ever"
                yield file.problem((*path, *at), said, severity="warning")
        if active and never.issuperset(active):
            said = "these hold at no time: this route tells nobody, ever"
            yield file.problem((*path, "active_time_intervals"), said, severity="warning")


def _is_always(spec: Sequence[Any]) -> bool:
    limits = ("times", "weekdays", "days_of_month", "months", "years")
    return any(isinstance(one, dict) and not any(one.get(key) for key in limits) for one in spec)


def _escalation(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield a warning where a step tells those who were told already; a step inherited counts for its own node."""
    for path, node in routes_of(tree):
        for at, name in texts(node, "escalate", EACH, "receiver"):
            if name == node.get("receiver"):
                said = f"{name!r} is the receiver of this route and told at once; this step does nothing"
                yield file.problem((*path, *at), said, severity="warning")


def _maintenance(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    yield from duplicates(file, tree, "maintenance")
    devices = _devices(tree)
    for path, window in found(tree, "maintenance", EACH):
        if not isinstance(window, dict):
            continue
        begins, ends = _instant(window.get("from")), _instant(window.get("until"))
        if begins is not None and ends is not None and _is_before(ends, begins):
            yield file.problem((*path, "until"), "must come after from")
        yield from _odd_times(file, path, window)
        yield from _odd_matchers(file, path, window, devices)


def _odd_times(file: YamlFile, path: KeyPath, window: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a warning for what the wall clock shows twice, or never."""
    location = window.get("location", "UTC")
    for key, meant in (("from", "first"), ("until", "last")):
        wall = _instant(window.get(key))
        if wall is None or wall.tzinfo is not None or not _is_zone(location):
            continue
        first, last = both_readings(wall, zone(location))
        if first != last:
            twice = first.astimezone(zone(location)).replace(tzinfo=None) == wall
            said = f"the clocks of {location} show this time " + (
                f"twice; the {meant} is meant" if twice else "never"
            )
            yield file.problem((*path, key), said, severity="warning")


def _odd_matchers(
    file: YamlFile, path: KeyPath, window: Mapping[str, Any], devices: Sequence[Mapping[str, str]]
) -> Iterator[Problem]:
    """Yield a warning for a window that concerns no device, or asks of a device what none has."""
    about_devices = frozenset({"device"}.union(*devices))
    read = [(at, _matchers(text)) for at, text in texts(window, "matchers", EACH)]
    odd = [(at, one.label) for at, matchers in read for one in matchers if one.label not in about_devices]
    if odd and window.get("mode") == "skip":
        at, label = odd[0]
        said = f"no device has a label {label!r}, and a window with mode skip asks for nothing else"
        yield file.problem((*path, *at), said, severity="warning")
    every = [matcher for _, matchers in read for matcher in matchers]
    if devices and every and not odd and not any(all_hold(every, device) for device in devices):
        yield file.problem((*path, "matchers"), "no device meets all of these", severity="warning")


def _devices(tree: Tree) -> list[dict[str, str]]:
    """Return the labels of every device, its name as `device`."""
    known = []
    for _, device in found(tree, "devices", EACH):
        name = text_of(device, "name")
        if name is not None:
            labels = {str(path[-1]): text for path, text in texts(device, "labels", EACH)}
            known.append({**labels, "device": name})
    return known


def _is_zone(location: Any) -> bool:
    try:
        return isinstance(location, str) and (zone(location) is not None or location == LOCAL)
    except ValueError:
        return False


def _instant(value: Any) -> datetime | None:
    """Return the instant at one key, None where there is none or it is wrong, which is said elsewhere."""
    try:
        return _INSTANT.validate_python(value)
    except ValidationError:
        return None


def _is_before(first: datetime, second: datetime) -> bool:
    """Compare the words; where only one of them has an offset they cannot be compared so."""
    return (first.tzinfo is None) == (second.tzinfo is None) and first <= second


def _matchers(text: str) -> tuple[Matcher, ...]:
    try:
        return parse_matchers(text)
    except ValueError:
        return ()
