"""Keeps what was compiled, by the hash of the text it came from: data only, written whole or not at all.

A cache that cannot be written is only slower: what was compiled is then kept in memory.
May import: nothing of ours. Called by: netwatch.mib.loading.
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

FORMAT = 2
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


class Cache:
    """Compiled files by digest: on disk where that is possible, else in memory."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = None if directory is None else directory / f"{FORMAT}-{version('pysmi')}"
        self._memory: dict[str, dict[str, Any]] = {}

    def get(self, digest: str) -> dict[str, Any] | None:
        """Return what was compiled from a text, None where nothing usable is kept."""
        if digest in self._memory or self._directory is None:
            return self._memory.get(digest)
        try:
            checksum, _, body = (self._directory / f"{digest}.json").read_bytes().partition(b"\n")
        except OSError:
            return None
        if checksum.decode("ascii", "replace") != _checksum(body):
            return None
        entry: dict[str, Any] = json.loads(body)
        return entry

    def put(self, digest: str, entry: dict[str, Any]) -> None:
        """Keep what was compiled."""
        if self._directory is None or not _written(self._directory, f"{digest}.json", entry):
            self._memory[digest] = entry


def _checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _written(directory: Path, name: str, entry: dict[str, Any]) -> bool:
    """Write beside, then rename: a reader sees the whole entry or none."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, beside = tempfile.mkstemp(dir=directory, prefix=".", suffix=".tmp")
    except OSError:
        return False
    try:
        body = json.dumps(entry, separators=(",", ":")).encode()
        with os.fdopen(descriptor, "wb") as file:
            file.write(_checksum(body).encode() + b"\n" + body)
        Path(beside).replace(directory / name)
    except OSError:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        return False
    return True
