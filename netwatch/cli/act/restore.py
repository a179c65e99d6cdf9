"""`netwatch restore`: what `netwatch backup` copied takes the place of the database and of the history.

May import: netwatch.errors, netwatch.history, netwatch.store. Called by: netwatch.cli.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.output import WRONG, fail, printable
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.errors import HistoryError, StoreError
from netwatch.history import copy_of, restore_history
from netwatch.store import restore as put_back

Copy = Annotated[
    Path, typer.Argument(metavar="COPY", help="The file that `netwatch backup` made.", show_default=False)
]
History = Annotated[
    bool, typer.Option("--history/--no-history", help="Put the copy of the history back too, where one is beside it.")
]


def restore(copy: Copy, history: History = True, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Put a copy in the place of database and history, which are moved aside; the agent must be stopped."""
    settings = settings_or_exit(config)
    now = datetime.now(UTC)
    try:
        done = put_back(settings.store, copy, now)
    except StoreError as exc:
        fail(str(exc), WRONG)
    typer.echo(printable(f"{done.database} is what {copy} holds{_aside(done.aside)}"))
    kept = settings.history_path()
    beside = copy_of(settings.store.file, kept, copy)
    if history and beside.is_file():
        try:
            aside = restore_history(beside, kept, now)
        except HistoryError as exc:
            fail(f"the database was put back, and the history was not: {exc}", WRONG)
        typer.echo(printable(f"{kept} is what {beside} holds{_aside(aside)}"))
    if done.unsent:
        typer.echo(
            f"{done.unsent} messages had not been sent when the copy was made: they go out when NetWatch starts;"
        )
        typer.echo("`netwatch outbox` shows them before, and `netwatch outbox drop ID...` gives them up.")


def _aside(aside: str) -> str:
    return f"; what was there is {aside}" if aside else ""
