"""The configuration as commands load it: errors printed, exit code 78.

May import: netwatch.config. Called by: every command that needs the configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from netwatch.cli.output import BAD_CONFIG, fail
from netwatch.cli.places import where_else
from netwatch.errors import ConfigError

if TYPE_CHECKING:
    from netwatch.config import InventorySettings, Settings


def settings_or_exit(path: Path) -> Settings:
    """Load the configuration, or print all that is wrong with it and leave with exit code 78."""
    from netwatch.config import load_settings  # the models of every room; not all commands get here

    try:
        return load_settings(path)
    except ConfigError as exc:
        unusable(path, exc)


def inventory_or_exit(path: Path) -> InventorySettings:
    """Load what is needed to ask the devices of a configuration, or leave as `settings_or_exit` does."""
    from netwatch.config import load_inventory  # neither for a device that is asked by its address

    try:
        return load_inventory(path)
    except ConfigError as exc:
        unusable(path, exc)


def unusable(path: Path, error: ConfigError) -> NoReturn:
    """Print what is wrong with a configuration, how to name another where there is none, and leave with code 78."""
    fail("\n".join(["the configuration is not usable", str(error), *where_else(path)]), BAD_CONFIG)
