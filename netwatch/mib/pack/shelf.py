"""Keeps packed indexes, one per list of directories, so that the next start reads one file instead of thousands.

Beside the entries of single files, and as those written whole or not at all. A few lists of directories are kept.
May import: netwatch.model and this room. Called by: netwatch.mib.loading, builder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netwatch.mib.cache import directory_of_format
from netwatch.model import checked, from_checked, keep_newest, write_whole

MAX_INDEXES = 16
_ENDING = ".index"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptIndex:
    """A packed index, and the signature of the files it was made of; empty where it is to be made anew."""

    signature: str
    packed: bytes = field(repr=False)


class Shelf:
    """Packed indexes on disk; without a directory nothing is kept."""

    def __init__(self, cache: Path | None) -> None:
        self._directory = None if cache is None else directory_of_format(cache)

    def get(self, name: str) -> KeptIndex | None:
        """Return what is kept under a name, None where nothing usable is."""
        if self._directory is None:
            return None
        file = self._directory / f"{name}{_ENDING}"
        try:
            signature, _, packed = from_checked(file.read_bytes()).partition(b"\n")
        except (OSError, ValueError):
            return None
        with contextlib.suppress(OSError):
            os.utime(file)  # what is used stays
        return KeptIndex(signature=signature.decode("ascii", "replace"), packed=packed)

    def put(self, name: str, kept: KeptIndex) -> None:
        """Keep an index in place of the one with its name; of too many the one goes that was not used for longest."""
        if self._directory is None:
            return
        content = checked(kept.signature.encode() + b"\n" + kept.packed)
        if write_whole(self._directory, f"{name}{_ENDING}", content):
            keep_newest(self._directory, _ENDING, MAX_INDEXES)


def name_of(paths: Sequence[Path], words: Sequence[str] = ()) -> str:
    """Return under which name the index of a list of directories is kept; `words` tell apart what else differs."""
    found = hashlib.sha256()
    for path in paths:
        found.update(os.fsencode(path.absolute()) + b"\0")
    for word in words:
        found.update(b"\0" + word.encode())
    return found.hexdigest()[:32]
