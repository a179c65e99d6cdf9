"""`netwatch neighbours`: who stands at which port, as devices say by LLDP and CDP, and what addresses tell beside.

The running agent knows; without one it is what the store keeps.
May import: netwatch.config, netwatch.model, netwatch.neighbours. Called by: netwatch.cli.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from netwatch.cli import completion
from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.arguments import AsJson, ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.reading import read_store
from netwatch.cli.output import fail, print_json, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import coloured, print_table
from netwatch.config import devices as configured
from netwatch.model import Memory
from netwatch.neighbours import NEIGHBOUR_SCOPE, NeighbourBook
from netwatch.web import age, flat_neighbour

COLUMNS = ("device", "port", "neighbour", "its port", "is", "kind", "by", "VLAN", "first seen", "seen")
Which = Annotated[
    str, typer.Argument(help="Of this device alone.", metavar="[DEVICE]", autocompletion=completion.devices)
]
Everything = Annotated[bool, typer.Option("--all", help="Those that are no longer heard as well.")]


def neighbours(
    device: Which = "", config: ConfigOption = DEFAULT_CONFIG, everything: Everything = False, json: AsJson = False
) -> None:
    """List who stands at which port, since when, and which of them is a device that is watched."""
    settings = settings_or_exit(config)
    addresses = {one.name: one.address for one in configured(settings)}
    if device and device not in addresses:
        fail(f"no device is called {device}; `netwatch devices` lists those that are")
    try:
        rows: Sequence[Mapping[str, Any]] = Agent(settings).ask(
            "/api/v1/neighbours", {"device": device} if device else None
        )
    except (NoAgent, AgentRefused) as exc:
        typer.echo(f"netwatch: {printable(exc)}, so this is what was written down last", err=True)
        kept = read_store(config, lambda store: store.memories(NEIGHBOUR_SCOPE))
        rows = kept_rows(kept, addresses, device)
    shown = [row for row in rows if everything or row.get("is_there")]
    if json:
        print_json(shown)
        return
    empty = "none is known"
    if hidden := len(rows) - len(shown):
        empty = f"none is heard now; --all shows {hidden} that {'was' if hidden == 1 else 'were'}"
    print_table("Neighbours", COLUMNS, map(_cells, shown), empty=empty)


def kept_rows(
    memories: Sequence[Memory], addresses: Mapping[str, str], device: str = ""
) -> list[Mapping[str, object]]:
    """Return what the store keeps, as the API shows it; of devices that are watched."""
    book = NeighbourBook(addresses)
    book.recall(memory for memory in memories if memory.key in addresses)
    names = [device] if device else book.devices()
    return [flat_neighbour(one) for name in names for one in book.of_device(name)]


def _cells(row: Mapping[str, Any]) -> list[object]:
    by = "MAC address only" if row.get("is_evidence") else row.get("protocols")
    peer = coloured(str(row["peer"]), "green") if row.get("peer") else None
    first, last = (datetime.fromisoformat(str(row[name])) for name in ("first_seen", "last_seen"))
    its_port = row.get("peer_port") or row.get("neighbour_port_name") or row.get("neighbour_port")
    port = row.get("port") or row.get("if_index")
    seen = age(last, datetime.now(UTC))
    return [
        row.get("device"), port, row.get("neighbour"), its_port, peer, row.get("capabilities"), by, row.get("vlan"),
        first, seen if row.get("is_there") else coloured(f"gone, {last.astimezone():%Y-%m-%d %H:%M:%S}", "yellow"),
    ]  # fmt: skip
