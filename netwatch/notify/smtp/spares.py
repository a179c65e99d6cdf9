"""File descriptors kept back for mail: when the process has none left, a mail about that still gets out.

Somebody may hold every connection the page takes, or a library leaks; whoever asks the system next gets nothing. So a
few are held open on nothing, and given free for as long as it takes to connect to a relay.
May import: nothing. Called by: netwatch.notify.smtp.{pool, sender}.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

HELD = 12
"""A name is looked up (its files, a socket for each server), and a connection made; two at a time."""


class Spares:
    """Holds descriptors between `hold()` and `close()`."""

    def __init__(self, count: int = HELD) -> None:
        self._count = count
        self._held: list[int] = []
        self._lent = 0

    def hold(self) -> None:
        """Take as many as there should be, as far as there are any."""
        with contextlib.suppress(OSError):
            while not self._lent and len(self._held) < self._count:
                self._held.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def close(self) -> None:
        """Give them all free."""
        held, self._held = self._held, []
        for one in held:
            os.close(one)

    def are_needed(self) -> bool:
        """Return whether the process can open nothing more, and there are some to lend."""
        if not self._held:
            return False
        try:
            os.close(os.dup(self._held[0]))
        except OSError as exc:
            return exc.errno in (errno.EMFILE, errno.ENFILE)
        return False

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Have them free for others, and take back what is left of them."""
        self._lent += 1
        self.close()
        try:
            yield
        finally:
            self._lent -= 1
            self.hold()
