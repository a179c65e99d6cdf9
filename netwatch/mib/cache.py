"""Keeps what was compiled, by the hash of the text it came from: data only, written whole or not at all.

A cache that cannot be written is only slower: what was compiled is then kept in memory.
May import: nothing of ours. Called by: netwatch.mib.survey, building, pack.shelf.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

FORMAT = 3
"""Raised with every change of the facts, so that older entries are compiled anew."""


def default_directory() -> Path:
    """Return where compiled modules are kept: systemd's cache directory, $XDG_CACHE_HOME, or ~/.cache."""
    ours = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    if ours:
        return Path(ours) / "mibs"
    everybodys = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(everybodys) if everybodys.startswith("/") else _home() / ".cache"
    return base / "netwatch" / "mibs"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a uid without an entry in passwd, as in containers
        return Path("/nonexistent")


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


def checked(body: bytes) -> bytes:
    """Return bytes with their checksum in front."""
    return _checksum(body).encode() + b"\n" + body


def from_checked(raw: bytes) -> bytes:
    """Return the bytes behind a checksum.

    Raises:
        ValueError: they are not what was written.
    """
    checksum, _, body = raw.partition(b"\n")
    if checksum.decode("ascii", "replace") != _checksum(body):
        raise ValueError("damaged")
    return body


def _checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def write_whole(directory: Path, name: str, content: bytes) -> bool:
    """Write beside, then rename: a reader sees the whole or nothing. Return whether that was possible."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, beside = tempfile.mkstemp(dir=directory, prefix=".", suffix=".tmp")
    except OSError:
        return False
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).replace(directory / name)
    except OSError:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        return False
    return True
