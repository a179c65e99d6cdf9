"""Arguments and options that several commands have, declared once.

May import: nothing of ours. Called by: the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli import completion

ConfigOption = Annotated[
    Path,
    typer.Option("-c", "--config", envvar="NETWATCH_CONFIG", help="The configuration file.", show_default=True),
]
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Take a file that is empty, cut off, or without any device.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Limit = Annotated[int, typer.Option(help="How many at most, newest first.", min=1, max=100_000)]
By = Annotated[str | None, typer.Option("--by", help="Who says so; by itself whoever is logged in.")]
Rule = Annotated[
    str,
    typer.Argument(help="The rule's name, such as InterfaceDown.", metavar="RULE", autocompletion=completion.rules),
]
Device = Annotated[
    str, typer.Argument(help="The device's name.", metavar="DEVICE", autocompletion=completion.devices)
]
Labels = Annotated[
    list[str] | None,
    typer.Argument(help="Which row: ifName=Gi1/0/7, or just Gi1/0/7.", metavar="[LABELS]...", show_default=False),
]
