"""Keeps what was compiled, by the hash of the text it came from: data only, written whole or not at all.

A cache that cannot be written is only slower: what was compiled is then kept in memory.
May import: netwatch.model. Called by: netwatch.mib.survey, building, pack.shelf.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from netwatch.model import cache_directory, checked, from_checked, write_whole

FORMAT = 3
"""Raised with every change of the facts, so that older entries are compiled anew."""


def default_directory() -> Path:
    """Return where compiled modules are kept."""
    return cache_directory("mibs")


def directory_of_format(directory: Path) -> Path:
    """Return where in the cache entries of this version stand; what another version wrote is not looked at."""
    return directory / f"{FORMAT}-{version('pysmi')}"


class Cache:
    """Compiled files by digest: on disk where that is possible, else in memory."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = None if directory is None else directory_of_format(directory)
        self._memory: dict[str, dict[str, Any]] = {}

    def get(self, digest: str, patience_seconds: float = 0.0) -> dict[str, Any] | None:
        """Return what was compiled from a text, None where nothing usable is kept.

        What was given up after less patience than this is not: it is worth another try.
        """
        if digest in self._memory or self._directory is None:
            return self._memory.get(digest)
        try:
            entry = from_checked((self._directory / _name(digest)).read_bytes())
            found: dict[str, Any] = json.loads(entry)
        except (OSError, ValueError):
            return None
        return found if found.get("given_up_after", patience_seconds) >= patience_seconds else None

    def put(self, digest: str, entry: dict[str, Any]) -> None:
        """Keep what was compiled."""
        body = json.dumps(entry, separators=(",", ":")).encode()
        if self._directory is None or not write_whole(self._directory, _name(digest), checked(body)):
            self._memory[digest] = entry


def _name(digest: str) -> str:
    return f"{digest}.json"
