"""`netwatch backup`: a copy of the database that is whole, made while the agent runs.

May import: netwatch.errors, netwatch.store. Called by: netwatch.cli.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import WRONG, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import StoreError
from netwatch.store import back_up

To = Annotated[
    Path | None,
    typer.Argument(
        metavar="[TO]",
        help="The file to make, or a directory for it; without, beside the database, named by the time.",
        show_default=False,
    ),
]


def backup(to: To = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Copy the database into a new file, whole and checked, while the agent runs; exit 1 where that cannot be."""
    try:
        made = back_up(settings_or_exit(config).store, to)
    except StoreError as exc:
        fail(str(exc), WRONG)
    typer.echo(printable(f"{made.copy}: {made.size_bytes:,} bytes, a whole copy of {made.source}"))
    typer.echo(
        "To go back to it: stop NetWatch, move the database with its -wal and -shm away, and put the copy there."
    )
