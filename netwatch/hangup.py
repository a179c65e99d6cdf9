"""Keeps a SIGHUP from ending the agent before it can heed it: what was meant as "read it again" is remembered.

Without a handler the system ends a process that gets one, and until the agent has a loop to handle signals with it
loads modules and reads files, for seconds where there is much to read.

May import: nothing. Called by: netwatch.__main__, first of all; netwatch.cli (run).
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

LONG_LIVED = "run"
"""The command that reads its configuration again; every other one ends with its terminal, as commands do."""


class Hangup:
    """Whether a SIGHUP came."""

    def __init__(self) -> None:
        self.came = False

    def heed_for(self, arguments: Sequence[str] | None = None) -> None:
        """Heed it from now on where `arguments`, by default the process's, are those of a command that lives long."""
        given = sys.argv if arguments is None else arguments
        if next((one for one in given[1:] if not one.startswith("-")), "") == LONG_LIVED:
            self.heed()

    def heed(self) -> None:
        """Remember it from now on instead of ending."""
        signal.signal(signal.SIGHUP, lambda *_: self._note())

    def _note(self) -> None:
        self.came = True


HANGUP = Hangup()
"""That of this process."""
