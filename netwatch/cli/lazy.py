"""A group of commands that are loaded when they are called; its help and its completion load none of them.

May import: nothing of ours. Called by: netwatch.cli.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A command as the help lists it; `place` is `module:name` of its function, or of the Typer that groups more."""

    place: str
    panel: str
    says: str


class LazyGroup(TyperGroup):
    """Lists its commands by what is said of them, and loads the one that is called."""

    listed: ClassVar[dict[str, Listed]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, command in self.listed.items():
            self.add_command(TyperCommand(name, help=command.says, rich_help_panel=command.panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command by its name as ever; what is called is the real one."""
        name, entry, rest = super().resolve_command(ctx, args)
        return name, entry if entry is None else self.load(str(entry.name)), rest

    def load(self, name: str) -> Any:
        """Return a command with everything that belongs to it."""
        module, _, attribute = self.listed[name].place.partition(":")
        found = getattr(import_module(module), attribute)
        self.after_loading()
        if isinstance(found, typer.Typer):
            group = get_group(found)
            group.name = name
            return group
        single = typer.Typer(add_completion=False, rich_markup_mode="rich")
        single.command(name)(found)
        return get_command(single)

    def after_loading(self) -> None:
        """Do what must be done between loading a command and running it."""
