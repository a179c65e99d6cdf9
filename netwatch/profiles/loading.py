"""Reads the shipped profiles and the user's, whatever tool their files were written for, into one library.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.app, config, cli.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import structlog

from netwatch.model import Oid, Problem, cache_directory, is_file, is_folder, is_there, shipped_directory
from netwatch.profiles.concepts.compiling import problems_of
from netwatch.profiles.draft import ProfileFile
from netwatch.profiles.foreign.definitions import Foreign
from netwatch.profiles.kept.packing import Data
from netwatch.profiles.kept.shelf import Asked, Shelf, digest_of
from netwatch.profiles.kept.whole import data_of, library_of
from netwatch.profiles.library import ProfileLibrary
from netwatch.profiles.merging.family import Family
from netwatch.profiles.place import Resolve
from netwatch.profiles.reading import read_profile

log = structlog.get_logger(__name__)

MANY_FILES = 100
"""Of so many files of the user's, what is made of them is kept: reading them takes longer than finding it again."""
_SUFFIXES = (".yaml", ".yml")


def load_library(paths: Sequence[Path] = (), resolve: Resolve = Oid.parse) -> ProfileLibrary:
    """Read the shipped profiles and those under `paths` (files or folders with all below them; the later path wins).

    `resolve` reads what stands where an OID should; with a MIB index behind it that may be `IF-MIB::ifHCInOctets`.

    A file with errors is left out and the rest is used; `problems` of the library says why. A user's file adds to the
    shipped one of its name, and wins over it where both say something of one thing. What is made of many files is
    kept in the cache directory, and made anew when one of them changes.
    """
    with _no_collecting():
        return _loaded(paths, resolve)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the collector from looking through all that is read, again and again: none of it is garbage yet."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _loaded(paths: Sequence[Path], resolve: Resolve) -> ProfileLibrary:
    problems: list[Problem] = []
    shipped = list(_files([shipped_directory("profiles")], problems))
    own = list(_files(paths, problems))
    if len(own) < MANY_FILES:
        return _read_library(shipped, own, problems, resolve)
    shelf, asked = Shelf(cache_directory("profiles")), Asked(resolve)
    digest = digest_of([*shipped, *own], problems)
    library = _restored(shelf.get(digest, asked), resolve)
    if library is None:
        data = data_of(_read_library(shipped, own, problems, asked.oid_of))
        shelf.put(digest, asked, data)
        gc.collect()  # what the values were made of goes round in circles; what is made next takes its place
        library = library_of(data, resolve)
    return library.with_files(lambda: _read_library(shipped, own, [], resolve).files)


def _restored(data: Data | None, resolve: Resolve) -> ProfileLibrary | None:
    try:
        return None if data is None else library_of(data, resolve)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as exc:
        log.warning("what was kept of profiles is no use, and is made anew", reason=str(exc)[:100])
        return None


def _read_library(
    shipped_files: Sequence[Path], files: Sequence[Path], problems: Sequence[Problem], resolve: Resolve
) -> ProfileLibrary:
    foreign = Foreign(resolve)
    shipped, said = _read_shipped(tuple(map(_stamped, shipped_files)))
    problems = [*problems, *said]
    own = [file for file in files if not foreign.take(file)]
    theirs = _read(own, problems, resolve, shipped=False)
    problems += foreign.problems
    family = Family(shipped=shipped, theirs=theirs, problems=problems)
    profiles = family.profiles()
    meant = [file for name, file in theirs.items() if name not in profiles or profiles[name].sys_object_ids]
    problems += _shared_patterns(meant)
    ours = [name for name in shipped if name not in theirs]
    library = ProfileLibrary(profiles, problems, shipped=ours, catalogue=family.catalogue(), foreign=foreign)
    library.with_files(lambda: (*shipped.values(), *theirs.values()))
    meanings = {one: None for file in theirs.values() for one in file.concepts}
    library.with_problems(family.differences())
    return library.with_problems(problem for one in meanings for problem in problems_of(one, library.schema()))


def _stamped(file: Path) -> tuple[Path, int, int]:
    try:
        found = file.stat()
    except OSError:
        return file, 0, 0
    return file, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=1)
def _read_shipped(
    stamped: tuple[tuple[Path, int, int], ...],
) -> tuple[Mapping[str, ProfileFile], tuple[Problem, ...]]:
    """Return the shipped files, read once in a process for as long as none of them changes, without their trees."""
    problems: list[Problem] = []
    found = _read([file for file, _, _ in stamped], problems, Oid.parse, shipped=True)
    light = {name: replace(file, yaml=file.yaml.only("extends", "sysobjectid")) for name, file in found.items()}
    return MappingProxyType(light), tuple(problems)


def _read(
    files: Iterable[Path], problems: list[Problem], resolve: Resolve, *, shipped: bool
) -> dict[str, ProfileFile]:
    found: dict[str, ProfileFile] = {}
    for file in files:
        profile, noted = read_profile(file, shipped=shipped, resolve=resolve)
        problems += noted
        if profile is None:
            continue
        if profile.name in found:
            why = f"is left out: {file} is profile {profile.name!r} too, and stands later in profiles.paths"
            problems.append(found[profile.name].yaml.problem((), why, severity="warning"))
        found[profile.name] = profile
    return found


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if is_folder(path):
            yield from _below(path, problems)
        elif is_file(path):
            yield path
        else:
            why = "is no file and no directory" if is_there(path) else "no such file or directory"
            problems.append(_at_start(path, why))


def _below(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """Yield the profiles of a folder and all below it, but for what is hidden (ConfigMaps keep versions there)."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as exc:
        problems.append(_at_start(folder, exc.strerror or str(exc)))
        return
    for entry in entries:
        if is_folder(entry) and not entry.is_symlink() and not entry.name.startswith("."):
            yield from _below(entry, problems)
        elif entry.suffix in _SUFFIXES and is_file(entry):
            yield entry


def _at_start(path: Path, message: str) -> Problem:
    return Problem(file=str(path), line=1, column=1, path="", message=message)


def _shared_patterns(files: Iterable[ProfileFile]) -> Iterator[Problem]:
    """Warn where two files are meant for the same devices, which only the first of them then gets."""
    owners: dict[str, str] = {}
    for file in files:
        for pattern in file.sys_object_ids:
            owner = owners.setdefault(pattern, file.name)
            if owner != file.name:
                message = f"{pattern} is the pattern of profile {owner!r} too, which is the one used"
                yield file.yaml.problem(("sysobjectid",), message, severity="warning")
