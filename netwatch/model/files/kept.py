"""What NetWatch keeps between two starts: a file written whole or not at all, and held against its checksum.

A cache that cannot be written is only slower; one that is damaged is none. May import: nothing.
Called by: netwatch.mib, netwatch.profiles.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path


def cache_directory(what: str) -> Path:
    """Return where something is kept: systemd's cache directory, $XDG_CACHE_HOME/netwatch, or ~/.cache/netwatch."""
    ours = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    if ours:
        return Path(ours) / what
    everybodys = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(everybodys) if everybodys.startswith("/") else _home() / ".cache"
    return base / "netwatch" / what


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a uid without an entry in passwd, as in containers
        return Path("/nonexistent")


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


def write_private(path: Path, text: str) -> None:
    """Put a text into a file that is whole at any time; readable by nobody else, as it says what stands where.

    Raises:
        OSError: the disk does not take it; the file is as it was.
    """
    new = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def keep_newest(directory: Path, ending: str, most: int) -> None:
    """Leave those files of a cache that were used last; another process may be clearing it away as well."""
    with contextlib.suppress(OSError):
        kept = sorted(directory.glob(f"*{ending}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in kept[most:]:
            file.unlink(missing_ok=True)
