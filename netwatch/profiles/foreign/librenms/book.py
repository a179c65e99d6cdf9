"""What a user's copy of LibreNMS's definitions holds: every system's signs, and where its discovery stands.

The signs of all systems are read at once, of each file the one block that has them; the discovery of a system when
the first device of it is met, so that a folder of 1,500 files costs what the fleet is made of.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from netwatch.model import InvalidFile, Oid, Problem, parse_yaml, unforeseen
from netwatch.profiles.draft import ProfileFile
from netwatch.profiles.foreign.librenms.detection import Answers, Detection, Sample, System, read_conditions
from netwatch.profiles.foreign.librenms.mending import read_what_can_be
from netwatch.profiles.foreign.librenms.reading import read_discovery
from netwatch.profiles.place import Resolve

DETECTION, DISCOVERY = "os_detection", "os_discovery"
_KEYS: Final = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE | re.ASCII)
_OURS: Final = frozenset({"metrics", "concepts", "sysobjectid", "extends"})
_OS: Final = re.compile(r"^os:[ \t]*['\"]?([\w.-]{1,64})", re.MULTILINE | re.ASCII)
_SIGNS: Final = re.compile(r"^discovery:.*(?:\n(?:[ \t#-].*)?)*", re.MULTILINE)
MAX_BYTES: Final = 2**20


def kind_of(text: str) -> str:
    """Return of which kind of LibreNMS's a file is, by the keys at its left edge; empty if of none."""
    keys = set(_KEYS.findall(text))
    if keys & _OURS:
        return ""
    if "os" in keys and (keys & {"discovery", "text", "type", "group"}):
        return DETECTION
    return DISCOVERY if "modules" in keys and keys <= {"modules", "mib", "discovery_modules"} else ""


class Book:
    """The systems of one or more folders; `problems` is what is wrong with their signs."""

    def __init__(self, resolve: Resolve) -> None:
        """Begin with none."""
        self._resolve = resolve
        self._systems: dict[str, System] = {}
        self._files: dict[str, Path] = {}
        self._read: dict[str, ProfileFile | None] = {}
        self._detection: Detection | None = None
        self.problems: list[Problem] = []
        self._later: dict[str, list[Problem]] = {}

    def __len__(self) -> int:
        """Return how many files it is made of."""
        return len(self._systems) + len(self._files)

    def take(self, path: Path) -> bool:
        """Take a file in; return False where it is none of LibreNMS's."""
        try:
            with path.open("rb") as file:
                text = file.read(MAX_BYTES).decode(errors="replace").replace("\r\n", "\n")
        except OSError:
            return False
        kind = kind_of(text)
        if kind == DISCOVERY:
            self._files[path.stem] = path
        elif kind == DETECTION:
            self._take_signs(path, text)
        return bool(kind)

    def _take_signs(self, path: Path, text: str) -> None:
        named, signs = _OS.search(text), _SIGNS.search(text)
        name = named[1] if named else path.stem
        before = text.count("\n", 0, signs.start()) if signs else 0

        def complain(message: str, line: int = 1) -> None:
            self.problems.append(
                Problem(file=str(path), line=line + before, column=1, path="discovery", message=message,
                        severity="warning")
            )  # fmt: skip

        try:
            entries = parse_yaml(signs[0], str(path)).data["discovery"] if signs else []
            conditions = tuple(read_conditions(entries, self._resolve, complain))
        except InvalidFile as exc:
            for problem in exc.problems:
                complain(problem.message, problem.line)
            return
        except Exception as exc:  # noqa: BLE001  # the net under every file: one that nobody foresaw is that file's trouble
            complain(unforeseen(exc))
            return
        self._systems[name] = System(name=name, conditions=conditions)
        self._detection = None

    def kept(self) -> tuple[Any, ...]:
        """Return the systems, and where their discovery stands, as values."""
        return tuple(self._systems.values()), tuple((name, str(path)) for name, path in self._files.items())

    def restore(self, kept: tuple[Any, ...]) -> None:
        """Take in again what was kept."""
        systems, files = kept
        self._systems = {system.name: system for system in systems}
        self._files = {name: Path(path) for name, path in files}
        self._detection = None

    def system_of(self, object_id: str, description: str, answers: Answers) -> str:
        """Return the name of a device's system, empty where none fits."""
        return self._known().system_of(_sample(object_id, description, answers))

    def questions(self, object_id: str, description: str) -> tuple[Oid, ...]:
        """Return what must be read of a device before its system is known."""
        return self._known().questions(_sample(object_id, description, {}))

    def _known(self) -> Detection:
        if self._detection is None:
            self._detection = Detection(self._systems.values())
        return self._detection

    def discovery_of(self, system: str) -> ProfileFile | None:
        """Return what is read of devices with a system, None where no file says it or it cannot be read."""
        if system not in self._read:
            self._read[system] = self._discovery(system) if system in self._files else None
        return self._read[system]

    def _discovery(self, system: str) -> ProfileFile | None:
        path = self._files[system]
        try:
            file, left_out = read_what_can_be(path)
            found, problems = read_discovery(system, file, self._resolve)
            problems = [*map(_lived_with, left_out), *problems]
        except InvalidFile as exc:
            found, problems = None, [_lived_with(problem) for problem in exc.problems]
        except Exception as exc:  # noqa: BLE001  # the net under every file: one that nobody foresaw is that file's trouble
            found, problems = None, [_lived_with(_at_start(path, unforeseen(exc)))]
        self._later[system] = problems
        return found

    def problems_of(self, system: str) -> tuple[Problem, ...]:
        """Return what of a system's discovery is not read, once it was."""
        return tuple(self._later.get(system, ()))

    def everything(self) -> Iterator[tuple[str, ProfileFile | None]]:
        """Yield what every system's discovery says, which reads all the files: for `netwatch check`."""
        for system in sorted(self._files):
            yield system, self.discovery_of(system)

    @property
    def files(self) -> Mapping[str, Path]:
        """Return the discovery files by the names of their systems."""
        return self._files


def _sample(object_id: str, description: str, answers: Answers) -> Sample:
    return Sample(object_id=f".{object_id.lstrip('.')}", description=description, answers=answers)


def _lived_with(problem: Problem) -> Problem:
    """Return a problem that keeps nobody from starting: the rest of the folder is used."""
    return Problem(
        file=problem.file, line=problem.line, column=problem.column, path=problem.path, message=problem.message,
        severity="warning",
    )  # fmt: skip


def _at_start(path: Path, message: str) -> Problem:
    return Problem(file=str(path), line=1, column=1, path="", message=message)
