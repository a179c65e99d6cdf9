"""The command `netwatch`: one file per group of commands; it prints, it never decides.

Its folders are the headings of the help; the files beside them are what commands of several headings need. A command
is loaded when it is called: neither the help nor a completion waits for what other commands need.

May import: everything below. Called by: the console script, netwatch.__main__.
"""

from __future__ import annotations

import gc
import logging
import os
from typing import Annotated

import typer

from netwatch.cli.commands import COMMANDS
from netwatch.cli.lazy import LazyGroup
from netwatch.log import when_loaded

__all__ = ["app", "main"]


class _Commands(LazyGroup):
    """All commands there are."""

    listed = COMMANDS

    def after_loading(self) -> None:
        """Let only errors be logged; a command that runs for long says itself what it wants to hear."""
        logging.basicConfig(level=logging.ERROR)
        when_loaded(_only_errors)


def _only_errors() -> None:
    from netwatch.cli.log import LogLevel, set_up_logging

    set_up_logging(LogLevel.ERROR)


app = typer.Typer(
    name="netwatch",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from netwatch import __version__

        typer.echo(f"netwatch {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Watch networks, and mail people when something breaks."""


def main() -> None:
    """Run the command line."""
    # pydantic looks for plugins in everything that is installed, which takes longer than reading a configuration.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    try:
        app()
    finally:
        # What is left ends with the process; Python would look through all of it for circles, twice, before it ends.
        gc.freeze()
