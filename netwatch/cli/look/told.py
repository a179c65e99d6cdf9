"""Asks the running agent for a list, for commands that also have something to say without one.

May import: nothing of ours. Called by: the commands of this folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from netwatch.cli.agent import Agent, AgentRefused, NoAgent
from netwatch.cli.output import printable


def told_by(agent: Agent, path: str, params: Mapping[str, str] | None = None) -> list[Mapping[str, Any]] | None:
    """Return a list of the API; None, and a word on stderr, where no agent answers or it has no such list."""
    try:
        told = agent.ask(path, params)
    except (NoAgent, AgentRefused) as exc:
        typer.echo(f"netwatch: {printable(exc)}, so this is what the configuration says", err=True)
        return None
    if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        typer.echo(f"netwatch: what answers at {agent.url} is no NetWatch agent", err=True)
        return None
    return told
