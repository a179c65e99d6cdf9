"""The configuration as commands load it: errors printed, exit code 78.

May import: netwatch.config. Called by: every command that needs the configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from netwatch.cli.output import BAD_CONFIG, fail
from netwatch.config import Settings, load_settings
from netwatch.errors import ConfigError

DEFAULT_CONFIG = Path("/etc/netwatch/netwatch.yaml")

ConfigOption = Annotated[
    Path,
    typer.Option("-c", "--config", envvar="NETWATCH_CONFIG", help="The configuration file.", show_default=True),
]


def settings_or_exit(path: Path) -> Settings:
    """Load the configuration, or print all that is wrong with it and leave with exit code 78."""
    try:
        return load_settings(path)
    except ConfigError as exc:
        fail(f"the configuration is not usable\n{exc}", BAD_CONFIG)
