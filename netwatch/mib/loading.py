"""Loads the index of MIB files: the one that was packed last time where nothing changed, else a new one.

May import: netwatch.model and this room. Called by: app, cli, config.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from netwatch.mib.index import MibIndex
from netwatch.mib.pack.reading import Packed
from netwatch.mib.pack.shelf import KeptIndex, Shelf, name_of
from netwatch.mib.survey import INDEX_FORMAT, LoadOptions, Progress, survey

SECONDS_TO_LOOK = 5.0
"""How long a start waits for the dates of files."""
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """An index, and whether it is of the files as they are now."""

    index: MibIndex
    current: bool


def load_index(
    paths: Sequence[Path] = (), *, options: LoadOptions | None = None, progress: Progress | None = None
) -> MibIndex:
    """Return the index of every module in `paths` and of NetWatch's own.

    A module found in `paths` wins over ours, an earlier path over a later one, a whole copy over a damaged one.
    Never raises over a file: `problems` of the index tells what is wrong and what is lost.
    """
    options = options or LoadOptions()
    tree = survey(paths, options)
    shelf, name = Shelf(options.cache), shelf_name(paths, options)
    kept = shelf.get(name)
    if kept is not None and kept.signature == tree.signature:
        return MibIndex(Packed(kept.packed))
    from netwatch.mib.building import Building  # as below: mostly nothing has changed, and nobody needs it

    built = Building(tree, options, progress).whole()
    shelf.put(name, KeptIndex(signature=tree.signature if built.final else "", packed=built.packed))
    return MibIndex(Packed(built.packed))


def names_at_hand(paths: Sequence[Path], *, options: LoadOptions | None = None) -> KnownNames:
    """Return at once what names there are: those packed last for these paths, else NetWatch's own.

    What is not current is to be made anew in the background; nothing of `paths` is compiled here.
    """
    options = options or LoadOptions()
    if not paths:
        return KnownNames(index=counted(load_index(options=options)), current=True)
    kept = Shelf(options.cache).get(shelf_name(paths, options))
    if kept is None:
        return KnownNames(index=counted(load_index(options=options)), current=False)
    tree = within(SECONDS_TO_LOOK, lambda: survey(paths, options))
    current = tree is not None and kept.signature == tree.signature
    return KnownNames(index=counted(MibIndex(Packed(kept.packed))), current=current)


def within(seconds: float, work: Callable[[], _Made]) -> _Made | None:
    """Return what work brings, None where it takes too long: a directory on a server that is gone holds nobody."""
    made: list[_Made] = []
    thread = threading.Thread(target=lambda: made.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    return made[0] if made else None


def shelf_name(paths: Sequence[Path], options: LoadOptions) -> str:
    """Return under which name the index of these paths is kept; one of another format is not even looked at."""
    return name_of(paths, [INDEX_FORMAT, *([] if options.shipped else ["alone"])])


def counted(index: MibIndex) -> MibIndex:
    """Say in the metrics what an index holds, and return it."""
    from netwatch.mib.metrics import MODULES, PROBLEMS

    MODULES.set(len(index.modules))
    PROBLEMS.set(index.errors)
    return index
