"""What of the `discovery` part leads nowhere: sweeps over nothing, rules that never take anything.

May import: netwatch.discovery, netwatch.polling, netwatch.model. Called by: checks.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from netwatch.config.parts import Tree
from netwatch.config.tree import EACH, found, texts
from netwatch.discovery import parse_ranges
from netwatch.errors import ConfigError
from netwatch.model import Problem, YamlFile
from netwatch.polling.settings import DeviceSettings

HERE = ("discovery",)


def discovery_checks(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Yield what keeps the agent's own sweeps from what they are for."""
    part = tree.get("discovery")
    if not isinstance(part, dict):
        return
    if part.get("interval"):
        yield from _sweeps(file, part)
    elif part.get("auto"):
        said = "takes nothing while the agent does not look by itself: set discovery.interval"
        yield file.problem((*HERE, "auto"), said, severity="warning")
    for path, labels in found(tree, "discovery", "auto", EACH, "labels"):
        try:
            DeviceSettings.model_validate({"name": "found", "address": "192.0.2.1", "labels": labels})
        except ValidationError as exc:
            yield file.problem(path, exc.errors(include_url=False)[0]["msg"].removeprefix("Value error, "))
    yield from _out_of_range(file, tree)


def _sweeps(file: YamlFile, part: dict[str, Any]) -> Iterator[Problem]:
    ranges = part.get("ranges")
    if not ranges:
        said = "there is nothing to look through: discovery.ranges names no network"
        yield file.problem((*HERE, "interval"), said, severity="warning")
    elif not part.get("credentials"):
        said = "no device can be found without a credential to ask it with: see discovery.credentials"
        yield file.problem((*HERE, "interval"), said, severity="warning")
    if isinstance(ranges, list) and all(map(_network, ranges)):
        try:
            parse_ranges(ranges)
        except ConfigError as exc:
            yield file.problem((*HERE, "ranges"), str(exc))


def _out_of_range(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    ranges = [one for _, text in texts(tree, "discovery", "ranges", EACH) if (one := _network(text))]
    for path, text in texts(tree, "discovery", "auto", EACH, "networks", EACH):
        network = _network(text)
        if network is not None and not any(
            one.version == network.version and one.overlaps(network) for one in ranges
        ):
            said = f"{text} has no address in common with discovery.ranges, so nothing is ever found there"
            yield file.problem(path, said, severity="warning")


def _network(text: object) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text) if isinstance(text, str) else None
    except ValueError:
        return None
