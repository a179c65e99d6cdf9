"""Names for OIDs on the command line: net-snmp's flags -m, -M and -O, and the index they ask for.

May import: netwatch.config, netwatch.mib, netwatch.model. Called by: netwatch mib, translate, get, walk, table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netwatch.cli.config_file import inventory_or_exit
from netwatch.cli.output import USAGE, fail
from netwatch.cli.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from rich.progress import Progress as ProgressBar
    from rich.progress import TaskID

    from netwatch.config import InventorySettings
    from netwatch.mib import MibIndex, Progress, Style
    from netwatch.model import Oid

SECONDS_BETWEEN_LINES = 5.0
"""How often it is said without a terminal how far the compiling is."""
MANY_FILES = 50
"""Files from which on it is said: more than NetWatch's own, which the first command of all compiles."""

MibDirs = Annotated[
    list[str] | None,
    typer.Option("-M", help="Directories of MIB modules instead of the configured ones; +DIR adds.", metavar="DIRS"),
]
MibModules = Annotated[
    list[str] | None,
    typer.Option("-m", help="MIB files, or modules that must be there; ALL means nothing more.", metavar="MODULES"),
]
OutputFlags = Annotated[
    list[str] | None,
    typer.Option("-O", help="How to write, as net-snmp: n numbers, f whole path, s name alone...", metavar="LETTERS"),
]
MibConfig = Annotated[
    Path | None,
    typer.Option("-c", "--config", envvar="NETWATCH_CONFIG", help=f"The configuration; by default {DEFAULT_CONFIG}."),
]


def index_for(
    config: Path | None, dirs: Sequence[str] | None = None, modules: Sequence[str] | None = None
) -> MibIndex:
    """Return the index a command asks for: configured directories, -M and -m, always on top of our own modules."""
    files, names = _split_modules(modules or ())
    index = load_quietly([*files, *_directories(config, dirs or ())])
    missing = [name for name in names if not index.has_module(name)]
    if missing:
        fail(f"no file holds the module {' nor '.join(missing)}", USAGE)
    return index


def _split_modules(flags: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return files and module names of `-m A:B`; a leading + changes nothing here, as nothing is left out."""
    words = [word for flag in flags for word in flag.removeprefix("+").split(":") if word not in ("", "ALL", "all")]
    files = [Path(word) for word in words if "/" in word]
    return files, [word for word in words if "/" not in word]


def _directories(config: Path | None, flags: Sequence[str]) -> list[Path]:
    given = [Path(word) for flag in flags for word in flag.lstrip("+-").split(":") if word]
    adds = all(flag.startswith("+") for flag in flags)
    return [*given, *configured_paths(config)] if adds else given


def configured_paths(config: Path | None) -> list[Path]:
    """Return the configured directories; without a configuration there are none."""
    settings = configuration(config)
    return settings.mib_paths() if settings is not None else []


def configuration(config: Path | None) -> InventorySettings | None:
    """Return the configuration, None where none is named and none stands at its usual place."""
    if config is None and not DEFAULT_CONFIG.is_file():
        return None
    return inventory_or_exit(config or DEFAULT_CONFIG)


def load_quietly(paths: Sequence[Path]) -> MibIndex:
    """Load modules; where that takes long, with a bar on stderr, or without a terminal a line every few seconds."""
    from netwatch.mib import load_index  # as below: nobody needs it who asks in numbers

    with ExitStack() as shown:
        return load_index(paths, progress=_bar(shown) if sys.stderr.isatty() else _lines())


def _lines(clock: Callable[[], float] = time.monotonic) -> Progress:
    """Return what writes now and then how far it is; what is done in a moment is not mentioned."""
    said_at = clock()

    def told(done: int, total: int) -> None:
        nonlocal said_at
        if total >= MANY_FILES and clock() - said_at >= SECONDS_BETWEEN_LINES:
            said_at = clock()
            typer.echo(f"{done} of {total} MIB files compiled", err=True)

    return told


def _bar(shown: ExitStack) -> Progress:
    """Return what draws a bar from the first file on that has to be compiled; mostly there is none."""

    @cache
    def bar() -> tuple[ProgressBar, TaskID]:
        from rich.progress import Progress as Bar

        from netwatch.cli.screen import err

        drawn = shown.enter_context(Bar(console=err, transient=True))
        return drawn, drawn.add_task("compiling MIB files", total=None)

    def told(done: int, total: int) -> None:
        drawn, task = bar()
        drawn.update(task, completed=done, total=total)

    return told


def oid_or_exit(index: MibIndex, name: str) -> Oid:
    """Return the OID somebody typed, by name or number, or leave with exit code 2."""
    from netwatch.mib import UnknownName

    try:
        return index.oid_of(name)
    except UnknownName as exc:
        fail(str(exc), USAGE)


def style_or_exit(flags: Sequence[str] | None) -> Style:
    """Return how to write OIDs and values, or leave with exit code 2."""
    from netwatch.mib import Style

    try:
        return Style.parse("".join(flags or ()))
    except ValueError as exc:
        fail(str(exc), USAGE)
