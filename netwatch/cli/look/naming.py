"""All names that the agent has: MIB modules, and what trap profiles say of kinds of traps.

May import: netwatch.config, netwatch.mib. Called by: the other files of this folder.
"""

from __future__ import annotations

import typer

from netwatch.cli.output import printable
from netwatch.config import Settings
from netwatch.mib import LiveNames, TrapProfiles, load_index
from netwatch.model import Problem


def names_of(settings: Settings) -> LiveNames:
    """Return all names, with what trap profiles say of kinds of traps, as the agent has them."""
    paths = settings.trap_profile_paths()
    profiles = TrapProfiles(paths, _tell_of_profile) if paths else None
    return LiveNames(load_index(settings.mib_paths()), profiles=profiles)


def _tell_of_profile(problem: Problem) -> None:
    typer.echo(f"netwatch: {printable(str(problem))}", err=True)
