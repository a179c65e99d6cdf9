"""The command `netwatch`: one file per group of commands; it prints, it never decides.

May import: everything below. Called by: the console script, netwatch.__main__.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from netwatch import __version__
from netwatch.cli.act.ack import ack, unack
from netwatch.cli.act.silence import silence_app
from netwatch.cli.ask.poll import get, poll, walk
from netwatch.cli.ask.set import set_
from netwatch.cli.ask.table import table
from netwatch.cli.configuration.check import check, schema
from netwatch.cli.configuration.mail import send_test_mail
from netwatch.cli.log import LogLevel, set_up_logging
from netwatch.cli.look.alerts import alerts
from netwatch.cli.look.explain import explain_
from netwatch.cli.look.outbox import outbox_app
from netwatch.cli.look.traps import traps
from netwatch.cli.names.mib import mib_app, translate
from netwatch.cli.watch.demo import demo
from netwatch.cli.watch.run import run

__all__ = ["app", "main"]

app = typer.Typer(
    name="netwatch",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_show_locals=False,  # locals may hold secrets
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"netwatch {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """Watch networks, and mail people when something breaks."""
    set_up_logging(LogLevel.ERROR)  # a command that runs for long says itself what it wants to hear


COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    "Watch": {"run": run, "demo": demo},
    "Configuration": {"check": check, "schema": schema, "test-mail": send_test_mail},
    "Ask a device": {"poll": poll, "get": get, "walk": walk, "table": table, "set": set_},
    "Names": {"translate": translate},
    "Look": {"alerts": alerts, "explain": explain_, "traps": traps},
    "Act": {"ack": ack, "unack": unack},
}
for group, commands in COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=group)(command)
app.add_typer(mib_app, name="mib", rich_help_panel="Names")
app.add_typer(outbox_app, name="outbox", rich_help_panel="Look")
app.add_typer(silence_app, name="silence", rich_help_panel="Act")


def main() -> None:
    """Run the command line."""
    app()
