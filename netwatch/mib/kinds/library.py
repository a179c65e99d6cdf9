"""The trap profiles of a configuration: which files have traps of which enterprise, and a few of them open.

May import: netwatch.model, netdata. Called by: netwatch.mib.live, through the door of netwatch.mib.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from netwatch.mib.kinds.netdata import (
    ProfileFile,
    bytes_of_profile,
    enterprise_of,
    enterprises_in,
    flaws_of,
)
from netwatch.model import InvalidFile, Oid, Problem, TrapKind, is_file, is_folder

MAX_FILES = 5000
OPEN_BYTES = 16 * 2**20
"""Of so many octets files are kept open, and always one: what a network's own makers write."""
KINDS_REMEMBERED = 4096


class TrapProfiles:
    """Answers what the files of `traps.profiles` say of a trap; a file is opened when a trap of its makers comes."""

    def __init__(self, paths: Sequence[Path], tell: Callable[[Problem], None] | None = None) -> None:
        """Look through the files once, for which enterprises each has; what is wrong stands in `problems`.

        tell: called with each problem as it is found, also later, when a trap has a file opened.
        """
        self.problems: list[Problem] = []
        self._tell = tell
        self._files: dict[int, list[Path]] = defaultdict(list)
        self._open: OrderedDict[Path, tuple[int, ProfileFile | None]] = OrderedDict()
        self._kinds: OrderedDict[Oid, TrapKind | None] = OrderedDict()
        self.paths: list[Path] = []
        unread: list[Problem] = []
        for path in _files(paths, unread):
            try:
                self._look_through(path)
            except InvalidFile as exc:
                self._note(exc.problems)
        self._note(unread)

    def _look_through(self, path: Path) -> None:
        raw = bytes_of_profile(path)
        found = enterprises_in(raw)
        for number in found:
            self._files[number].append(path)
        self.paths.append(path)
        if not found:  # all the rest is told when a trap asks for it, and by `check_profiles`
            self._note([*islice(flaws_of(path, raw), 1)])

    def kind_of(self, oid: Oid) -> TrapKind | None:
        """Return what the first file that has this trap says of it."""
        if len(oid) < 2:
            return None
        if oid in self._kinds:
            self._kinds.move_to_end(oid)
            return self._kinds[oid]
        kind = next(
            (found for path in self._files.get(enterprise_of(oid), ()) if (found := self._in(path, oid))), None
        )
        self._kinds[oid] = kind
        if len(self._kinds) > KINDS_REMEMBERED:
            self._kinds.popitem(last=False)
        return kind

    def _in(self, path: Path, oid: Oid) -> TrapKind | None:
        profile = self._opened(path)
        if profile is None:
            return None
        try:
            forms = (oid, Oid((*oid[:-2], oid[-1])) if oid[-2] == 0 else Oid((*oid[:-1], 0, oid[-1])))
            return next((kind for form in forms if (kind := profile.kind_of(form)) is not None), None)
        except InvalidFile as exc:
            self._note(exc.problems)
            return None

    def _opened(self, path: Path) -> ProfileFile | None:
        if path not in self._open:
            try:
                raw = bytes_of_profile(path)
                self._open[path] = len(raw), ProfileFile(path, raw)
            except InvalidFile as exc:
                self._note(exc.problems)
                self._open[path] = 0, None
        self._open.move_to_end(path)
        while len(self._open) > 1 and sum(size for size, _ in self._open.values()) > OPEN_BYTES:
            self._open.popitem(last=False)
        return self._open[path][1]

    def _note(self, problems: Sequence[Problem]) -> None:
        for one in problems:
            if len(self.problems) < MAX_FILES and one not in self.problems:
                self.problems.append(one)
                if self._tell is not None:
                    self._tell(one)


def check_profiles(paths: Sequence[Path]) -> Iterator[Problem]:
    """Yield everything that is wrong in trap profiles, line by line; for `netwatch check`."""
    problems: list[Problem] = []
    for path in _files(paths, problems):
        try:
            yield from flaws_of(path, bytes_of_profile(path))
        except InvalidFile as exc:
            yield from exc.problems
    yield from problems


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    count = 0
    for path in paths:
        inside = sorted(one for one in path.rglob("*.y*ml") if is_file(one)) if is_folder(path) else [path]
        if not inside:
            problems.append(_about(path, "has no trap profiles (*.yaml)"))
        for one in inside:
            count += 1
            if count > MAX_FILES:
                problems.append(_about(one, f"is one of more than {MAX_FILES} trap profiles; it is not read"))
                return
            yield one


def _about(path: Path, message: str) -> Problem:
    return Problem(file=str(path), line=1, column=1, path="", message=message)
