"""Commands that look into the store, also while the agent runs: alerts.

May import: netwatch.store, netwatch.model. Called by: netwatch.cli, and outbox, which reads as this does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar

import typer

from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.config_file import DEFAULT_CONFIG, ConfigOption, settings_or_exit
from netwatch.cli.output import coloured, fail, print_json, print_table, rfc3339
from netwatch.errors import StoreError
from netwatch.model import Alert, AlertState
from netwatch.store import StoreReader

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Limit = Annotated[int, typer.Option(help="How many at most, newest first.", min=1, max=100_000)]
ALIVE = (AlertState.FIRING, AlertState.PENDING)
STATE_COLOURS = {AlertState.FIRING: "bold red", AlertState.PENDING: "yellow", AlertState.RESOLVED: "green"}


def alerts(
    config: ConfigOption = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones as well.")] = False,
    limit: Limit = 200,
    json: AsJson = False,
) -> None:
    """Print what is pending or firing."""
    states = (*ALIVE, AlertState.RESOLVED) if everything else ALIVE
    rows = read_store(config, lambda store: store.alerts(states, limit))
    muted = _held_back(config) if any(alert.state is AlertState.FIRING for alert in rows) else {}
    if json:
        print_json([alert_row(alert, muted.get(alert.id, "")) for alert in rows])
        return
    columns = ["state", "severity", "alert", "device", "instance", "since", "summary", "in hand or held back"]
    print_table("Alerts", columns, (_alert_cells(alert, muted) for alert in rows), empty="all is well")


def alert_row(alert: Alert, muted: str = "") -> dict[str, object]:
    """Return an alert as one flat object; `muted` says why people are not told of it."""
    return {
        "id": alert.id, "alert": alert.key.rule, "device": alert.key.device, "instance": alert.key.instance,
        "state": alert.state, "severity": alert.severity, "summary": alert.annotations.get("summary", ""),
        "value": alert.value, "pending_at": rfc3339(alert.pending_at), "firing_at": rfc3339(alert.firing_at),
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
    in_hand = f"acknowledged by {alert.acked_by}" if alert.acked_at is not None else ""
    held = "; ".join(word for word in (in_hand, muted.get(alert.id, "")) if word)
    return [state, alert.severity, alert.key.rule, alert.key.device, alert.key.instance, since, summary, held]


def read_store(config: ConfigOption, question: Callable[[StoreReader], Awaitable[T]]) -> T:
    """Ask the store of a configuration, or leave with the reason why it cannot be read."""
    settings = settings_or_exit(config)

    async def read() -> T:
        store = StoreReader(settings.store)
        await store.start()
        try:
            return await question(store)
        finally:
            await store.stop()

    try:
        return asyncio.run(read())
    except StoreError as exc:
        fail(str(exc))
