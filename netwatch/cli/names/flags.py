"""Names for OIDs on the command line: net-snmp's flags -m, -M and -O, and the index they ask for.

May import: netwatch.config, netwatch.mib, netwatch.model. Called by: netwatch mib, translate, get, walk, table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress as ProgressBar

from netwatch.cli.config_file import DEFAULT_CONFIG, settings_or_exit
from netwatch.cli.output import USAGE, err, fail
from netwatch.config import Settings
from netwatch.mib import MibIndex, Progress, Style, UnknownName, load_index
from netwatch.model import Oid

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


def configuration(config: Path | None) -> Settings | None:
    """Return the configuration, None where none is named and none stands at its usual place."""
    if config is None and not DEFAULT_CONFIG.is_file():
        return None
    return settings_or_exit(config or DEFAULT_CONFIG)


def load_quietly(paths: Sequence[Path]) -> MibIndex:
    """Load modules, with a bar on stderr where many have to be compiled and somebody watches."""
    with _progress() as told:
        return load_index(paths, progress=told)


@contextmanager
def _progress() -> Iterator[Progress]:
    with ProgressBar(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("compiling MIB files", total=None)

        def told(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield told


def oid_or_exit(index: MibIndex, name: str) -> Oid:
    """Return the OID somebody typed, by name or number, or leave with exit code 2."""
    try:
        return index.oid_of(name)
    except UnknownName as exc:
        fail(str(exc), USAGE)


def style_or_exit(flags: Sequence[str] | None) -> Style:
    """Return how to write OIDs and values, or leave with exit code 2."""
    try:
        return Style.parse("".join(flags or ()))
    except ValueError as exc:
        fail(str(exc), USAGE)
