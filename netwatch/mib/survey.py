"""What is to be loaded: which files stand in some directories, how they are compiled, whether one of them changed.

Light, for every command that knows names passes through here.
May import: netwatch.model and this room. Called by: netwatch.mib.loading, building, builder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from netwatch.mib.cache import default_directory
from netwatch.mib.sources import files_in, signature_of
from netwatch.model import Problem, shipped_directory

if TYPE_CHECKING:
    from netwatch.mib.child import Answer

SECONDS_PER_FILE = 30.0
INDEX_FORMAT = "2"
"""Raised with every change of what is linked and packed, so that older indexes are made anew."""
Progress = Callable[[int, int], None]
"""Told how many files are done, and how many there are."""


class Compiles(Protocol):
    """Turns a text into facts."""

    def compile(self, text: str) -> Answer:
        """Return modules and faults of a text; never raises over the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Where compiled modules are kept (None: nowhere), how much CPU time a file may take, whether ours take part.

    `compiler` makes what compiles, given the CPU seconds per file; None is a child process.
    """

    cache: Path | None = field(default_factory=default_directory)
    seconds_per_file: float = SECONDS_PER_FILE
    shipped: bool = True
    compiler: Callable[[float], AbstractContextManager[Compiles]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The files that stand in some directories, in the order in which they count, and ours behind them.

    named: those that were named one by one. signature: changes when one of them does.
    """

    files: tuple[Path, ...]
    ours: tuple[Path, ...]
    named: frozenset[Path]
    problems: tuple[Problem, ...]
    signature: str


def survey(paths: Sequence[Path], options: LoadOptions) -> Tree:
    """Return what stands in the directories; no file is read."""
    given, problems = files_in(paths)
    ours = files_in([shipped_directory("mibs")])[0] if options.shipped else []
    files = tuple(dict.fromkeys([*given, *ours]))
    words = [f"{options.seconds_per_file:g}", *map(str, problems)]
    return Tree(
        files=files, ours=tuple(ours), named=frozenset(path for path in paths if path in given),
        problems=tuple(problems), signature=signature_of(files, words),
    )  # fmt: skip
