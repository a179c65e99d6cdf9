"""Reads a file that somebody named, whatever it turns out to be: a pipe nobody writes to, a device without end.

The usual way waits for ever at such a pipe, and reads such a device until memory is out.

May import: nothing. Called by: netwatch.model.yaml, and the rooms that read files named in the configuration.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from pathlib import Path

PIPE_SECONDS = 5.0
"""How long a pipe may let us wait: `-c <(command)` is one."""
_CHUNK_BYTES = 2**20


def bytes_of(path: Path, most: int) -> bytes:
    """Return what a file holds, up to `most` bytes and one more, by which it is seen that it is longer.

    Raises:
        OSError: it cannot be read, or nothing more comes within five seconds; `strerror` says why.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except ValueError as exc:
        raise OSError(errno.EINVAL, "is no name that a file can have", str(path)) from exc
    try:
        return _read(descriptor, most + 1)
    finally:
        os.close(descriptor)


def is_file(path: Path | str) -> bool:
    """Return whether a regular file is there; also for names that no file can have."""
    return os.path.isfile(path)  # noqa: PTH113  # Path's own raises where a name is too long


def is_folder(path: Path | str) -> bool:
    """Return whether a directory is there; also for names that none can have."""
    return os.path.isdir(path)  # noqa: PTH112  # as above


def is_there(path: Path | str) -> bool:
    """Return whether anything is there; also for names that nothing can have."""
    return os.path.exists(path)  # noqa: PTH110  # as above


def refuse_what_is_no_file(path: Path | str, most: int) -> None:
    """Refuse what a library that opens it itself could wait for, or read, for ever.

    Raises:
        OSError: it is not there, no regular file, or longer than `most` bytes; `strerror` says which.
    """
    try:
        found = os.stat(path)  # noqa: PTH116  # as above
    except ValueError as exc:
        raise OSError(errno.EINVAL, "is no name that a file can have", str(path)) from exc
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    if found.st_size > most:
        raise OSError(errno.EFBIG, f"larger than {most // 2**20} MiB", str(path))


def _read(descriptor: int, most: int) -> bytes:
    came, deadline = bytearray(), time.monotonic() + PIPE_SECONDS
    waits = stat.S_ISFIFO(os.fstat(descriptor).st_mode)  # reads as empty until somebody has begun to write
    while len(came) < most:
        if waits:
            _wait(descriptor, deadline)
        try:
            chunk = os.read(descriptor, min(_CHUNK_BYTES, most - len(came)))
        except BlockingIOError:
            waits = True
            continue
        if not chunk:
            break
        came += chunk
        waits = False
    return bytes(came)


def _wait(descriptor: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError(errno.ETIMEDOUT, f"nothing comes from it within {PIPE_SECONDS:g} s: is it a pipe?")
