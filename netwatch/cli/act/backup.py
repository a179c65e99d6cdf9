"""`netwatch backup`: a copy of the database and of the history, whole, made while the agent runs.

May import: netwatch.errors, netwatch.history, netwatch.store. Called by: netwatch.cli.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import WRONG, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import HistoryError, StoreError
from netwatch.history import copy_history, copy_of
from netwatch.store import back_up

To = Annotated[
    Path | None,
    typer.Argument(
        metavar="[TO]",
        help="The file to make, or a directory for it; without, beside the database, named by the time.",
        show_default=False,
    ),
]


History = Annotated[bool, typer.Option("--history/--no-history", help="Copy the history too, beside the copy.")]


def backup(to: To = None, history: History = True, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Copy database and history into new files, whole, while the agent runs; exit 1 where that cannot be."""
    settings = settings_or_exit(config)
    try:
        made = back_up(settings.store, to)
    except StoreError as exc:
        fail(str(exc), WRONG)
    typer.echo(printable(f"{made.copy}: {made.size_bytes:,} bytes, a whole copy of {made.source}"))
    kept = settings.history_path()
    if history and kept.is_file():
        target = copy_of(settings.store.file, kept, made.copy)
        try:
            size = copy_history(kept, target)
        except HistoryError as exc:
            fail(f"the database was copied, and the history was not: {exc}", WRONG)
        typer.echo(printable(f"{target}: {size:,} bytes, a copy of {kept}"))
    typer.echo(printable(f"To go back to it, while NetWatch is stopped: netwatch restore {made.copy}"))
