"""Keeps what was read of a user's definitions in the cache directory, by what stands in all the files it is of.

An entry is data alone, written whole or not at all, and held against its checksum. What is damaged, of another
version, or made where names of objects meant something else is made anew from the files.
May import: netwatch.model, netwatch.profiles. Called by: netwatch.profiles.loading.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import netwatch
from netwatch.model import Oid, Problem, bytes_of, checked, from_checked, keep_newest, write_whole
from netwatch.profiles.kept.packing import Data
from netwatch.profiles.place import Resolve

FORMAT: Final = 1
MOST_ENTRIES: Final = 4
"""Entries kept: those of the folders as they were lately."""
MAX_BYTES: Final = 64 * 2**20
_ENDING: Final = ".profiles"
_ROOMS: Final = ("formulas", "model", "profiles")
"""Whose code decides what is made of a file."""


class Asked:
    """Reads names of objects, and remembers what each was: the same files say something else beside other MIBs."""

    def __init__(self, resolve: Resolve) -> None:
        """Begin with nothing asked; `resolve` reads the names."""
        self._resolve = resolve
        self.answers: dict[str, str | None] = {}

    def oid_of(self, text: str) -> Oid:
        """Read a name.

        Raises:
            ValueError: it is none that is known.
        """
        try:
            oid = self._resolve(text)
        except ValueError:
            self.answers[text] = None
            raise
        if not text.strip()[:1].isdigit() and text.strip()[:1] != ".":
            self.answers[text] = str(oid)
        return oid

    def says(self, answers: Mapping[str, str | None]) -> bool:
        """Return whether names are what they were."""
        return all(self._answer(text) == answer for text, answer in answers.items())

    def _answer(self, text: str) -> str | None:
        try:
            return str(self._resolve(text))
        except ValueError:
            return None


def digest_of(files: Iterable[Path], problems: Iterable[Problem] = ()) -> str:
    """Return what changes with the content or the place of any of these files, and with NetWatch's own code.

    `problems` are what was wrong with finding them.
    """
    found = hashlib.sha256("\n".join([str(FORMAT), _code(), *map(str, problems)]).encode(errors="replace"))
    for file in files:
        try:
            content = hashlib.sha256(bytes_of(file, MAX_BYTES)).digest()
        except OSError as exc:
            content = str(exc.errno).encode()
        found.update(str(file).encode(errors="surrogateescape") + b"\0" + content)
    return found.hexdigest()


@cache
def _code() -> str:
    root = Path(netwatch.__file__).parent
    found = hashlib.sha256()
    for file in sorted(path for room in _ROOMS for path in (root / room).rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


class Shelf:
    """Entries by digest; without a directory nothing is kept."""

    def __init__(self, directory: Path | None) -> None:
        """Keep entries there."""
        self._directory = directory

    def get(self, digest: str, asked: Asked) -> Data | None:
        """Return what is kept, None where nothing usable is."""
        if self._directory is None:
            return None
        file = self._directory / f"{digest}{_ENDING}"
        try:
            entry: dict[str, Any] = json.loads(from_checked(file.read_bytes()))
            if not asked.says(entry["asked"]):
                return None
            found: Data = entry["library"]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # what is used stays
        return found

    def put(self, digest: str, asked: Asked, library: Data) -> None:
        """Keep an entry in place of the one with its digest; those not used for longest go."""
        if self._directory is None:
            return
        body = json.dumps({"asked": asked.answers, "library": library}, separators=(",", ":")).encode()
        if write_whole(self._directory, f"{digest}{_ENDING}", checked(body)):
            keep_newest(self._directory, _ENDING, MOST_ENTRIES)
