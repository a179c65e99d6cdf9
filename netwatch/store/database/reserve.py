"""Disk space kept for bad days: a file beside the database, given up when the disk is full.

What it held is what alerts and mails are then written into, while people make room; it is made again once there is
plenty. May import: netwatch.store.metrics. Called by: writer, store.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from netwatch.store.metrics import RESERVE_BYTES

MIB = 2**20
PROBE_BYTES = 64 * 1024
PLENTY = 2
"""Times its size must be free before it is made again, so that it does not take the last of the space itself."""
IN_USE = "the disk is full; alerts and mails are written from the reserve"
NO_ROOM = "the disk is nearly full; there is no room for the reserve"

log = structlog.get_logger(__name__)


class Reserve:
    """A file of `size` bytes; 0 keeps none."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self.trouble = ""

    @property
    def used(self) -> bool:
        """Return whether it was given up and is not there again."""
        return self.trouble == IN_USE

    def keep(self) -> bool:
        """Make the file where it is missing and there is plenty of room; return whether all is well now."""
        if self._size and not self._is_whole() and (self._room() < self._size * PLENTY or not self._make()):
            RESERVE_BYTES.set(0)
            if not self.trouble:
                self.trouble = NO_ROOM
                log.warning("no room on the disk for a reserve", path=str(self._path), bytes=self._size)
            return False
        if self.trouble:
            log.info("there is room again, and a reserve for the next time", path=str(self._path))
        self.trouble = ""
        RESERVE_BYTES.set(self._size)
        return True

    def give_up(self) -> bool:
        """Free the space; return whether there was any to free."""
        try:
            freed = self._path.stat().st_blocks > 0
            self._path.unlink()
        except OSError:
            return False
        RESERVE_BYTES.set(0)
        if freed:
            self.trouble = IN_USE
            log.error("the disk is full; alerts and mails are written from the reserve", path=str(self._path))
        return freed

    def disk_is_full(self) -> bool:
        """Return whether a little more cannot be written beside the database: quotas do not show in a file system."""
        probe = self._path.with_name(f"{self._path.name}-probe")
        try:
            with _opened(probe) as descriptor:
                os.posix_fallocate(descriptor, 0, PROBE_BYTES)
        except OSError:
            return True
        else:
            return False
        finally:
            with suppress(OSError):
                probe.unlink()

    def _is_whole(self) -> bool:
        try:
            return self._path.stat().st_size >= self._size
        except OSError:
            return False

    def _room(self) -> int:
        try:
            there = os.statvfs(self._path.parent)
        except OSError:
            return 0
        return there.f_bavail * there.f_frsize

    def _make(self) -> bool:
        try:
            with _opened(self._path) as descriptor:
                os.posix_fallocate(descriptor, 0, self._size)
                if os.fstat(descriptor).st_blocks * 512 < self._size:
                    _fill(descriptor, self._size)  # a file system that keeps zeros for nothing
        except OSError:
            with suppress(OSError):
                self._path.unlink()
            return False
        return True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a file for writing, for its owner alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _fill(descriptor: int, size: int) -> None:
    for start in range(0, size, MIB):
        os.pwrite(descriptor, os.urandom(min(MIB, size - start)), start)
    os.fsync(descriptor)
