"""`netwatch devices`: what is watched, and how the running agent sees it.

May import: netwatch.config. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import typer

from netwatch.cli.agent import Agent
from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.told import told_by
from netwatch.cli.output import print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import coloured, print_table
from netwatch.config import devices as configured
from netwatch.model import Device

SNMP_PORT = 161
IDENTITY = ("vendor", "model", "version", "serial")
"""Of what a device says it is; its `version` alone would be that of SNMP."""
COLOURS = {"up": "green", "down": "bold red", "not asked yet": "yellow", "not loaded": "yellow"}


def devices(config: ConfigOption = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the devices that are watched: up or down, when last polled, as which profile."""
    settings = settings_or_exit(config)
    told = told_by(Agent(settings), "/api/v1/devices")
    seen = None if told is None else {str(one["name"]): one for one in told}
    rows = [
        device_row(device, seen) | {"origin": settings.origins.get(device.name, str(config))}
        for device in configured(settings)
    ]
    if json:
        print_json(rows)
        return
    columns = ["state", "device", "address", "credential", "profile", "last polled", "trouble"]
    print_table("Devices", columns, map(_cells, rows), empty="none is configured")
    for origin, count in Counter(settings.origins.values()).items():
        typer.echo(printable(f"{count:,} of them stand in {origin}: taken by themselves (discovery.auto)"))


def device_row(device: Device, seen: Mapping[str, Mapping[str, Any]] | None) -> dict[str, object]:
    """Return a device as one flat object; `seen` is what the agent says by name, None where there is no agent."""
    agents = (seen or {}).get(device.name)
    return {
        "device": device.name, "address": device.address, "port": device.port,
        "version": device.credential.version if device.has_snmp else "",
        "credential": device.credential.name, "state": _state(agents, running=seen is not None),
        "profile": _of(agents, "profile") or device.profile, "last_polled_at": _of(agents, "last_polled_at"),
        "round_trip_seconds": _of(agents, "round_trip_seconds"), "sys_name": _of(agents, "sys_name"),
        **{f"identity_{name}": _of(agents, f"identity_{name}") for name in IDENTITY},
        "trouble": _of(agents, "trouble"), "depends_on": " ".join(device.depends_on),
        **{f"label_{name}": text for name, text in device.labels.items()},
    }  # fmt: skip


def _state(agents: Mapping[str, Any] | None, *, running: bool) -> str | None:
    """Return what the agent thinks; a device written since it read its configuration is none of its devices yet."""
    if agents is None:
        return "not loaded" if running else None
    return {True: "up", False: "down"}.get(agents.get("up"), "not asked yet")  # type: ignore[arg-type] # None has no key


def _of(agents: Mapping[str, Any] | None, key: str) -> object:
    return (agents or {}).get(key)


def _cells(row: Mapping[str, object]) -> list[object]:
    state = coloured(str(row["state"]), COLOURS.get(str(row["state"]), "white")) if row["state"] else None
    address = f"{row['address']}" if row["port"] == SNMP_PORT else f"{row['address']} port {row['port']}"
    polled = datetime.fromisoformat(str(row["last_polled_at"])) if row["last_polled_at"] else None
    return [state, row["device"], address, row["credential"], row["profile"], polled, row["trouble"]]
