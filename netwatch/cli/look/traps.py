"""`netwatch traps`: the trap log, also while the agent runs, and followed as it grows.

May import: netwatch.store, netwatch.mib, netwatch.model. Called by: netwatch.cli.
"""

from __future__ import annotations

import asyncio
import contextlib
import json as json_format
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli import completion
from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import as_json, fail, print_json, printable, rfc3339
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import StoreError
from netwatch.model import NUMBERS, ObjectNames, TrapEvent, trap_name

if TYPE_CHECKING:
    from netwatch.config import Settings

LOOK_EVERY_SECONDS = 0.5
VARBINDS_SHOWN = 400
"""Characters of a trap's varbinds on the screen; JSON has all."""

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what comes, until Ctrl-C.")]
OfDevice = Annotated[
    str | None, typer.Option("--device", help="Only those of this device.", autocompletion=completion.devices)
]
OfSource = Annotated[str | None, typer.Option("--source", help="Only those from this address.")]
Limit = Annotated[int, typer.Option(help="How many at most, newest first.", min=1, max=100_000)]
Numeric = Annotated[bool, typer.Option("--numeric", "-n", help="OIDs as numbers, without names from MIB modules.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; with --follow one object per line.")]


def traps(
    config: ConfigOption = DEFAULT_CONFIG,
    follow: Follow = False,
    device: OfDevice = None,
    source: OfSource = None,
    limit: Limit = 50,
    numeric: Numeric = False,
    json: AsJson = False,
) -> None:
    """Print the traps and informs that were received, newest first; with --follow the newest last."""
    from netwatch.mib import load_index  # as below: not for TAB, which loads this file as well

    settings = settings_or_exit(config)
    names: ObjectNames = NUMBERS if numeric else load_index(settings.mib_paths())
    try:
        if follow:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_follow(settings, limit, device, source, names, json=json))
        else:
            _print(asyncio.run(_last(settings, limit, device, source)), names, json=json)
    except StoreError as exc:
        fail(str(exc))


def trap_row(trap: TrapEvent, names: ObjectNames) -> dict[str, object]:
    """Return a trap as one flat object, as the API has it."""
    return {
        "at": rfc3339(trap.at), "source": trap.source, "device": trap.device, "version": trap.version,
        "trap": trap_name(names, trap.trap_oid), "trap_oid": str(trap.trap_oid), "varbinds": _said(trap, names),
        "count": trap.count, "repeated": trap.repeated, "inform": trap.inform, "relay": trap.relay, "user": trap.user,
        "uptime_seconds": trap.uptime,
    }  # fmt: skip


async def _last(settings: Settings, limit: int, device: str | None, source: str | None) -> list[TrapEvent]:
    from netwatch.store import StoreReader

    store = StoreReader(settings.store)
    await store.start()
    try:
        return await store.traps(limit, device, source)
    finally:
        await store.stop()


async def _follow(
    settings: Settings, limit: int, device: str | None, source: str | None, names: ObjectNames, *, json: bool
) -> None:
    """Print the last ones, then what comes, in the order it was logged."""
    from netwatch.store import StoreReader

    store = StoreReader(settings.store)
    await store.start()
    try:
        mark, found = await store.traps_since(None, limit, device, source)
        while True:
            _print_lines(found, names, json=json)
            if not found:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            mark, found = await store.traps_since(mark, device=device, source=source)
    finally:
        await store.stop()


def _print(found: Iterable[TrapEvent], names: ObjectNames, *, json: bool) -> None:
    if json:
        print_json([trap_row(trap, names) for trap in found])
        return
    from netwatch.cli.screen import print_table

    columns = ["received", "from", "trap", "times", "says"]
    print_table("Traps", columns, (_cells(trap, names) for trap in found), empty="none was received yet")


def _print_lines(found: Iterable[TrapEvent], names: ObjectNames, *, json: bool) -> None:
    from rich.markup import escape

    from netwatch.cli.screen import out

    for trap in found:
        if json:
            typer.echo(json_format.dumps(as_json(trap_row(trap, names)), allow_nan=False))
            continue
        _, sender, name, _, said = (escape(printable(cell)) for cell in _cells(trap, names))
        times = f" [dim]{trap.count} times[/dim]" if trap.count > 1 else ""
        clock = f"{trap.at.astimezone():%H:%M:%S}"
        out.print(f"[dim]{clock}[/dim] {sender} [bold]{name}[/bold]{times} {said}", highlight=False, soft_wrap=True)


def _cells(trap: TrapEvent, names: ObjectNames) -> list[object]:
    sender = f"{trap.device} ({trap.source})" if trap.device else trap.source
    said = _said(trap, names)
    shown = said if len(said) <= VARBINDS_SHOWN else f"{said[:VARBINDS_SHOWN]}..."
    return [trap.at, sender, trap_name(names, trap.trap_oid), trap.count, shown]


def _said(trap: TrapEvent, names: ObjectNames) -> str:
    return ", ".join(f"{names.name_of(one.oid)} = {names.format(one.oid, one.value)}" for one in trap.varbinds)
