"""Writes routes and receivers as an Alertmanager's configuration, for programs that ask one for it.

`amtool config routes` draws the tree and tests labels against it. Receivers are names only: no address and no secret
is in what anybody may read.
May import: netwatch.config, netwatch.alerts, netwatch.model. Called by: netwatch.app.app.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from ruamel.yaml import YAML

from netwatch.alerts import RouteSettings
from netwatch.alerts.settings import DEFAULT_GROUP_BY
from netwatch.model import format_duration

Node = dict[str, object]


def routing_text(route: RouteSettings, receivers: Sequence[str]) -> str:
    """Return the YAML; empty where nobody is told, since Alertmanager knows no such configuration."""
    if not receivers:
        return ""
    text = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(
        {
            "route": {"group_by": list(DEFAULT_GROUP_BY)} | _node(route),
            "receivers": [{"name": name} for name in receivers],
        },
        text,
    )
    return text.getvalue()


def _node(route: RouteSettings) -> Node:
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
    if route.routes:
        node["routes"] = [_node(child) for child in route.routes]
    return node


def _quoted(text: str) -> str:
    inside = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{inside}"'
