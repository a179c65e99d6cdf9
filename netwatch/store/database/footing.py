"""The ground a database file stands on: whether what is at its path is still what we write to, and how it comes back.

A file that is deleted, moved or replaced stays as it was for who has it open: everything seems to be written, and is
gone with the process. So it is looked at by device and inode, and what is open is copied back to where it belongs.
May import: netwatch.errors. Called by: sqlite, remedies.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from netwatch.errors import StoreError

PARTS = ("", "-wal", "-shm")
Identity = tuple[int, int] | None
"""Device and inode; None where nothing is there."""


class FootingLost(StoreError):
    """What stands at the path is not what is written to, and what is open cannot be put back there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What stands at the path of a database: the file, its -wal and its -shm."""

    file: Identity
    beside: tuple[Identity, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether every file was there."""
        return None not in (self.file, *self.beside)

    def lost_words(self, now: Footing) -> str:
        """Return what happened to the file since, in words; empty where it stands as it stood."""
        if now.file is None:
            return "was deleted or moved away"
        if now.file != self.file:
            return "was replaced by another file"
        gone = any(then is not None and then != here for then, here in zip(self.beside, now.beside, strict=True))
        return "lost its -wal or -shm file" if gone else ""


def footing_of(path: Path) -> Footing:
    """Return what stands there now."""
    name = str(path)
    return Footing(file=_identity(name), beside=(_identity(f"{name}-wal"), _identity(f"{name}-shm")))


def copy_into(source: sqlite3.Connection, target: Path, *, thorough: bool = False) -> None:
    """Copy everything a connection sees, at one moment, into a new file, and see that the copy is whole.

    `thorough` looks into every index of the copy as well, which takes longer.

    Raises:
        FileExistsError: there is a file already.
        sqlite3.Error, OSError: it cannot be written, or is not whole; nothing is left of it then.
    """
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            source.backup(copy)  # in one piece: between two, what others write would have it begin anew
            copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, whatever the original is
            check = "integrity_check" if thorough else "quick_check"
            (found,) = copy.execute(f"PRAGMA {check}(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(f"the copy is not whole: {found}")
        descriptor = os.open(target, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except FileExistsError:
        raise
    except BaseException:
        remove(_parts(target, "-journal"))
        raise


def put_back(path: Path, own: Footing, source: sqlite3.Connection, *, by_way_of: Path, aside: Path,
             close: Callable[[], None]) -> str:  # fmt: skip
    """Copy what is open to where it belongs; return where what stood in its way is now, empty where nothing did.

    `close` ends our own connections, which after this would be to a file that nobody finds.

    Raises:
        sqlite3.Error, OSError: it cannot be done (yet), and what is open is still open.
    """
    begun = Path(f"{by_way_of}.new")  # what stands at `by_way_of` is taken for whole at the next start
    remove((*_parts(begun, "-journal"), *_parts(by_way_of)))
    copy_into(source, begun)
    begun.rename(by_way_of)
    moved = False
    for there, was, to in zip(_parts(path), (own.file, *own.beside), _parts(aside), strict=True):
        here = _identity(there)
        if here is not None and here != was:
            there.rename(to)
            moved = True
    close()  # tidies up by name, so the new file comes to stand there only now
    remove(_parts(path)[1:])
    by_way_of.rename(path)
    return str(aside) if moved else ""


def remove(files: Iterable[Path]) -> None:
    """Delete what is there of some files."""
    for file in files:
        with suppress(FileNotFoundError):
            file.unlink()


def _parts(path: Path, *more: str) -> tuple[Path, ...]:
    return tuple(Path(f"{path}{ending}") for ending in (*PARTS, *more))


def _identity(path: Path | str) -> Identity:
    try:
        there = os.stat(path)  # noqa: PTH116  # before every transaction, and several times as fast without a Path
    except OSError:
        return None
    return there.st_dev, there.st_ino
