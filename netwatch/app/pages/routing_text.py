"""Writes routes and receivers as an Alertmanager's configuration, for programs that ask one for it.

`amtool config routes` draws the tree and tests labels against it. Receivers are names only: no address and no secret
is in what anybody may read.
May import: netwatch.config, netwatch.alerts, netwatch.model. Called by: netwatch.app.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from ruamel.yaml import YAML

from netwatch.alerts import RouteSettings
from netwatch.alerts.settings import DEFAULT_GROUP_BY
from netwatch.config import Settings
from netwatch.model import Section, format_duration

Node = dict[str, object]


def routing_text(settings: Settings) -> str:
    """Return the YAML; empty where nobody is told, since Alertmanager knows no such configuration."""
    if not settings.receivers:
        return ""
    document = {
        "route": {"group_by": list(DEFAULT_GROUP_BY)} | _node(settings.route),
        "receivers": [{"name": receiver.name} for receiver in settings.receivers],
        "inhibit_rules": _dumped(settings.inhibit_rules),
        "time_intervals": _dumped(settings.time_intervals),
    }
    text = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump({name: part for name, part in document.items() if part}, text)
    return text.getvalue()


def _dumped(parts: Sequence[Section]) -> list[object]:
    """Return parts that are written in Alertmanager's words anyway."""
    return [part.model_dump(mode="json", by_alias=True, exclude_unset=True) for part in parts]


def _node(route: RouteSettings) -> Node:
    """Return a route; whom it escalates to, or falls back on, is left out: Alertmanager does neither."""
    node: Node = {"receiver": route.receiver} if route.receiver else {}
    exact = [f"{name}={_quoted(text)}" for name, text in route.match.items()]
    if exact or route.matchers:
        node["matchers"] = [*exact, *route.matchers]
    if route.group_by is not None:
        node["group_by"] = list(route.group_by)
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if (length := getattr(route, name)) is not None:
            node[name] = format_duration(length)
    if route.continue_:
        node["continue"] = True
    for name in ("mute_time_intervals", "active_time_intervals"):
        if names := getattr(route, name):
            node[name] = list(names)
    if route.routes:
        node["routes"] = [_node(child) for child in route.routes]
    return node


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inside}"'
