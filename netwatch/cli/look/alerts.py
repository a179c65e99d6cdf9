"""`netwatch alerts`: what is pending or firing, also while the agent runs.

May import: netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.arguments import AsJson, ConfigOption, Limit
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.reading import read_store
from netwatch.cli.output import print_json, rfc3339
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import coloured, print_table
from netwatch.model import ALIVE, Alert, AlertState

STATE_COLOURS = {
    AlertState.FIRING: "bold red",
    AlertState.GONE: "bold magenta",
    AlertState.PENDING: "yellow",
    AlertState.RESOLVED: "green",
}


def alerts(
    config: ConfigOption = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones as well.")] = False,
    limit: Limit = 200,
    json: AsJson = False,
) -> None:
    """Print what is pending or firing."""
    states = (*ALIVE, AlertState.RESOLVED) if everything else ALIVE
    rows = read_store(config, lambda store: store.alerts(states, limit))
    muted = _held_back(config) if any(alert.stands for alert in rows) else {}
    if json:
        print_json([alert_row(alert, muted.get(alert.id, "")) for alert in rows])
        return
    columns = ["state", "severity", "alert", "device", "instance", "since", "summary", "in hand or held back"]
    print_table("Alerts", columns, (_alert_cells(alert, muted) for alert in rows), empty="all is well")


def alert_row(alert: Alert, muted: str = "") -> dict[str, object]:
    """Return an alert as one flat object; `muted` says why people are not told of it."""
    return {
        "id": alert.id, "alert": alert.key.alertname, "device": alert.key.device, "instance": alert.key.instance,
        "state": alert.state, "severity": alert.severity, "summary": alert.annotations.get("summary", ""),
        "value": alert.value, "pending_at": rfc3339(alert.pending_at), "firing_at": rfc3339(alert.firing_at),
        "gone_at": rfc3339(alert.gone_at),
        "resolved_at": rfc3339(alert.resolved_at), "acked_at": rfc3339(alert.acked_at), "acked_by": alert.acked_by,
        "muted": muted,
    }  # fmt: skip


def _held_back(config: ConfigOption) -> Mapping[str, str]:
    """Return why people are not told of what fires, by alert id; only a running agent knows."""
    try:
        told = Agent(settings_or_exit(config), patience_seconds=3).ask("/api/v1/alerts")
        return {str(one["id"]): str(one.get("muted_reason") or "") for one in told}
    except (NoAgent, AgentRefused, TypeError, KeyError):
        return {}


def _alert_cells(alert: Alert, muted: Mapping[str, str]) -> list[object]:
    state = coloured(alert.state, STATE_COLOURS.get(alert.state, "white"))
    since = alert.firing_at or alert.pending_at
    summary = alert.annotations.get("summary", "")
    gone = f"no longer there since {rfc3339(alert.gone_at)}" if alert.gone_at is not None else ""
    in_hand = f"acknowledged by {alert.acked_by}" if alert.acked_at is not None else ""
    held = "; ".join(word for word in (gone, in_hand, muted.get(alert.id, "")) if word)
    return [state, alert.severity, alert.key.alertname, alert.key.device, alert.key.instance, since, summary, held]
